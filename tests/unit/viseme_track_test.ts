import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Fault } from "../../src/errors/mod.ts";
import {
  MOUTH_LENGTH,
  openModel,
  VISEME_COUNT,
  VISEME_FRAME_SAMPLES,
  VisemeNetwork,
  VisemeTrack,
} from "../../src/lipsync/mod.ts";
import { type FakeModelOptions, writeFakeModel } from "../fakes/viseme_model.ts";

/** Sound that changes all the time. */
const sound = Float32Array.from(
  { length: 30_000 },
  (_, n) => 0.3 * Math.sin(n * n / 9_000) * Math.sin(n / 1_100) + 0.1 * Math.sin(n / 2),
);

interface Kept {
  readonly frame: number;
  readonly visemes: Float32Array;
  readonly raw: Float32Array;
  readonly mouth: Float32Array;
}

async function openNetwork(options: FakeModelOptions = {}): Promise<VisemeNetwork> {
  const folder = await Deno.makeTempDir();
  try {
    return await VisemeNetwork.open(await openModel(await writeFakeModel(folder, options), [folder]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function keeper() {
  const frames: Kept[] = [];
  const emit = ({ frame, visemes, raw, mouth }: Kept) => {
    frames.push({ frame, visemes: visemes.slice(), raw: raw.slice(), mouth: mouth.slice() });
  };
  return { frames, emit };
}

async function run(track: VisemeTrack, pcm: Float32Array, pieces: readonly number[] = []): Promise<Kept[]> {
  const { frames, emit } = keeper();
  track.start();
  let from = 0;
  for (const piece of [...pieces, Infinity]) {
    const to = Math.min(pcm.length, from + piece);
    await track.push(pcm.subarray(from, to), emit);
    from = to;
  }
  await track.finish(emit);
  return frames;
}

Deno.test("VisemeTrack answers each 20 ms once, in order, the last one filled up", async () => {
  using network = await openNetwork();
  const track = new VisemeTrack(network);
  for (const length of [0, 1, 320, 321, 3_199, 30_000]) {
    const frames = await run(track, sound.subarray(0, length));
    assertEquals(
      frames.map(({ frame }) => frame),
      Array.from({ length: Math.ceil(length / 320) }, (_, k) => k),
    );
  }
  for (const { visemes, raw, mouth } of await run(track, sound)) {
    assertEquals([visemes.length, raw.length, mouth.length], [VISEME_COUNT, MOUTH_LENGTH, MOUTH_LENGTH]);
    assert(Math.abs(visemes.reduce((sum, value) => sum + value, 0) - 1) < 1e-4);
    for (const value of [...raw, ...mouth]) assert(value >= 0 && value <= 1);
  }
});

Deno.test("VisemeTrack answers a frame once its look-ahead is heard, not later", async () => {
  for (const delayFrames of [0, 1, 3]) {
    using network = await openNetwork({ delayFrames });
    const track = new VisemeTrack(network);
    const { frames, emit } = keeper();
    track.start();
    // The middle of frame 0, then 12.5 ms and the delay.
    const needed = VISEME_FRAME_SAMPLES / 2 + 200 + delayFrames * VISEME_FRAME_SAMPLES;
    await track.push(sound.subarray(0, needed - 1), emit);
    assertEquals(frames.length, 0);
    await track.push(sound.subarray(needed - 1, needed), emit);
    assertEquals(frames.length, 1);
  }
});

Deno.test("VisemeTrack gives the same in pieces as in one: streaming equals offline to 1e-4", async () => {
  using network = await openNetwork();
  const track = new VisemeTrack(network);
  const whole = await run(track, sound);
  for (const piece of [1, 160, 533, 640, 7_000]) {
    const frames = await run(track, sound, new Array(Math.ceil(sound.length / piece)).fill(piece));
    assertLess(distance(frames, whole), 1e-4, `pieces of ${piece}`);
  }
  const later = await run(track, sound.subarray(640));
  assert(distance(later.slice(0, 80), whole.slice(2, 82)) > 1e-2, "the measure tells two sounds apart");
});

Deno.test("VisemeTrack.start forgets the sound before, even one under way", async () => {
  using network = await openNetwork();
  const track = new VisemeTrack(network);
  const wanted = await run(track, sound);
  const { frames, emit } = keeper();
  track.start();
  const pending = track.push(sound.subarray(9_000, 20_000), emit);
  track.start();
  await pending;
  assertEquals(frames, []);
  assertEquals(await run(track, sound), wanted);
});

Deno.test("VisemeTrack names a network that answers something else than numbers from 0 to 1", async () => {
  for (const poison of ["NaN", "wide"] as const) {
    using network = await openNetwork({ poison });
    const track = new VisemeTrack(network);
    const error = await assertRejects(() => run(track, sound), Fault);
    assertEquals(error.code, "bad_output");
    assert(
      /^model "fake" answered (NaN|\d\S*), wanted a number from 0 to 1$/.test(error.message),
      error.message,
    );
  }
});

function distance(a: readonly Kept[], b: readonly Kept[]): number {
  assertEquals(a.length, b.length);
  let worst = 0;
  for (const [at, one] of a.entries()) {
    const other = b[at]!;
    for (const key of ["visemes", "raw", "mouth"] as const) {
      one[key].forEach((value, index) => worst = Math.max(worst, Math.abs(value - other[key][index]!)));
    }
  }
  return worst;
}

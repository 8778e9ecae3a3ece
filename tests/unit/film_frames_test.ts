/** The cache of decoded frames: its memory, what it keeps, and that nobody ever sees another frame than the one asked for. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { FilmFiller } from "../../src/avatar/video/film_filler.ts";
import { FilmFrames } from "../../src/avatar/video/film_frames.ts";
import type { FilmView } from "../../src/avatar/video/film_view.ts";
import { FramePlan, keyOf, PINNED_FRAMES, stepsTo, withinRound } from "../../src/avatar/video/frame_plan.ts";
import { CACHE_BYTES_MAX, framesShape, slotBytes, SLOTS_MIN } from "../../src/avatar/video/frames_shape.ts";
import { softMask, stretchMask } from "../../src/avatar/video/masks.ts";
import { blendPictures, pictureMemory, wordsOf } from "../../src/avatar/video/picture_blend.ts";
import { type Clip, frameAt, loadFilmDecoding } from "../../src/film/mod.ts";
import { clipFrame, makeVideoAvatar, readNumber, VIDEO_SIZE } from "../fakes/video_avatar.ts";

const AS_IT_IS: FilmView = { part: { x: 0, y: 0, ...VIDEO_SIZE }, scaleX: 1, scaleY: 1 };
const BOX = { width: 60, height: 60 };

interface Played extends AsyncDisposable {
  readonly frames: FilmFrames;
  readonly filler: FilmFiller;
  readonly clips: readonly Clip[];
  /** As the worker's loop: until nothing is left to do. */
  fill(): void;
}

async function play(
  wanted: Parameters<typeof makeVideoAvatar>[1] & { slots?: number },
  spoil: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<Played> {
  const parent = await Deno.makeTempDir();
  const folder = await makeVideoAvatar(parent, { families: ["musetalk"], ...wanted });
  await spoil(folder);
  const { clips } = JSON.parse(await Deno.readTextFile(`${folder}/avatar.json`)) as { clips: Clip[] };
  const shape = { ...framesShape(VIDEO_SIZE, AS_IT_IS, clips, BOX) };
  const slots = wanted.slots ?? shape.slots;
  const frames = new FilmFrames({ ...shape, slots, pinsMax: Math.min(shape.pinsMax, 10) });
  const decoding = await loadFilmDecoding();
  const filler = new FilmFiller({
    frames,
    folder,
    clips,
    size: VIDEO_SIZE,
    view: AS_IT_IS,
    box: BOX,
    decoding,
  });
  return {
    frames,
    filler,
    clips,
    fill: () => {
      let steps = 0;
      while (filler.step()) assertLess(++steps, 500, "the filler never comes to rest");
    },
    async [Symbol.asyncDispose]() {
      filler[Symbol.dispose]();
      await Deno.remove(parent, { recursive: true });
    },
  };
}

Deno.test("stepsTo: counts to the frame's next turn in every order", () => {
  for (const order of ["pingpong", "loop", "once"] as const) {
    for (const frames of [1, 2, 7]) {
      for (let step = 0; step < 2 * frames; step++) {
        const start = withinRound({ frames, order }, step);
        for (let frame = 0; frame < frames; frame++) {
          let steps = 0;
          while (steps < 40 && frameAt({ frames, order }, start + steps) !== frame) steps++;
          assertEquals(
            stepsTo({ frames, order }, start, frame),
            steps === 40 ? Infinity : steps,
            `${order} ${frames}`,
          );
        }
      }
    }
  }
});

Deno.test("FramePlan: what is ahead comes first, then the beginnings of the other clips", () => {
  const clips = [
    { frames: 100, order: "pingpong", role: "idle" },
    { frames: 100, order: "pingpong", role: "speaking" },
    { frames: 50, order: "once", role: "action" },
  ] as const;
  const plan = new FramePlan(clips, 100);
  plan.at(0, 96);
  plan.resume(0, 96);
  plan.resume(1, 42);
  const have = new Set<number>();
  const order: number[] = [];
  for (let key = plan.next((at) => have.has(at)); key >= 0; key = plan.next((at) => have.has(at))) {
    have.add(key);
    order.push(key);
  }
  assertEquals(order.slice(0, 6), [96, 97, 98, 99].concat([95, 94]));
  for (let pin = 0; pin < PINNED_FRAMES; pin++) {
    assert(have.has(keyOf(1, 42 + pin)));
    assert(have.has(keyOf(2, pin)));
  }
  assertLess(plan.rank(2, 0), plan.rank(0, 97));
  assertLess(plan.rank(0, 95), plan.rank(0, 60));
  assertLess(plan.rank(0, 60), plan.rank(1, 60));
});

Deno.test("framesShape: memory is bounded, and small avatars are kept whole", () => {
  const clip = { frames: 1500, order: "pingpong", role: "idle" } as const;
  const actions = Array.from({ length: 31 }, () => ({ frames: 100, order: "once", role: "action" } as const));
  const at = (width: number, height: number, clips: Parameters<typeof framesShape>[2]) => {
    const view = { part: { x: 0, y: 0, width, height }, scaleX: 1, scaleY: 1 };
    const shape = framesShape({ width, height }, view, clips, { width: 500, height: 500 });
    return { ...shape, bytes: shape.slots * slotBytes(shape) };
  };
  const large = at(1920, 1080, [clip, ...actions]);
  assertLess(large.bytes, CACHE_BYTES_MAX);
  assertGreater(large.slots, SLOTS_MIN);
  assertLess(at(1280, 720, [clip]).bytes, 60e6);
  assertLess(at(1280, 720, [clip, ...actions]).bytes, CACHE_BYTES_MAX);
  assertEquals(at(4096, 2160, [clip]).slots, SLOTS_MIN);
  assertEquals(at(160, 96, [{ ...clip, frames: 60 }]).slots, 62);
});

for (const order of ["pingpong", "loop"] as const) {
  Deno.test(`FilmFrames: an idle clip in ${order} order shows every frame in turn`, async () => {
    await using played = await play({
      clips: [{ name: "idle", role: "idle", frames: 60, order }],
      slots: 31,
    });
    const { frames, clips, fill } = played;
    fill();
    let decodedBefore = frames.decoded;
    for (let step = 0; step < 240; step++) {
      const frame = frameAt(clips[0]!, step);
      const slot = frames.hold(keyOf(0, frame), 0);
      assert(slot >= 0, `step ${step}: frame ${frame} is not there`);
      assertEquals(readNumber(frames.slots[slot]!.bytes, VIDEO_SIZE), { clip: 0, frame, isClear: true });
      frames.expect(0, withinRound(clips[0]!, step + 1));
      fill();
      if (step === 59) decodedBefore = frames.decoded;
    }
    // From there on three rounds of 60 steps: what is decoded twice a round is what turns around at the ends.
    assertLess(frames.decoded - decodedBefore, 180 * 1.35);
    assertEquals(frames.bad, 0);
  });
}

Deno.test("FilmFrames: points, boxes and mask are of the frame", async () => {
  await using played = await play({ clips: [{ name: "idle", role: "idle", frames: 12 }] });
  const { frames, fill } = played;
  fill();
  for (const frame of [0, 7, 11]) {
    frames.expect(0, frame);
    fill();
    const { points, boxes, mask } = frames.slots[frames.hold(keyOf(0, frame), 0)]!;
    const wanted = clipFrame(0, frame);
    assertEquals(points, wanted.points);
    assertEquals([...boxes.subarray(0, 4)], [...wanted.boxes.musetalk!]);
    assertEquals(mask.slice(0, wanted.mask.length), wanted.mask);
  }
});

Deno.test("FilmFrames: the held frame is never overwritten, and what is not there is not held", async () => {
  await using played = await play({
    clips: [{ name: "idle", role: "idle", frames: 60 }, { name: "wave", role: "action", frames: 40 }],
    slots: 12,
  });
  const { frames, fill } = played;
  fill();
  const held = frames.hold(keyOf(0, 0), 0);
  for (const step of [30, 59, 90, 12]) {
    frames.expect(0, step);
    fill();
    assertEquals(readNumber(frames.slots[held]!.bytes, VIDEO_SIZE).frame, 0);
  }
  assertEquals(frames.hold(keyOf(0, 45), 0), -1);
  assertEquals(frames.urgent, keyOf(0, 45));
  fill();
  const next = frames.hold(keyOf(0, 45), 0);
  assertEquals(readNumber(frames.slots[next]!.bytes, VIDEO_SIZE).frame, 45);
  const kept = frames.slots.filter((_, slot) => frames.keyIn(slot) >= 0).length;
  assert(kept <= 12);
});

Deno.test("FilmFrames: the beginning of every action and the place where idle was left are always there", async () => {
  await using played = await play({
    clips: [
      { name: "idle", role: "idle", frames: 60 },
      { name: "wave", role: "action", frames: 40 },
      { name: "nod", role: "action", frames: 20 },
    ],
    slots: 45,
  });
  const { frames, fill } = played;
  for (let step = 0; step < 50; step++) {
    frames.expect(0, step);
    fill();
  }
  for (const action of [1, 2]) {
    for (let frame = 0; frame < 3; frame++) assert(frames.slotOf(keyOf(action, frame)) >= 0);
  }
  for (let step = 1; step < 40; step++) {
    frames.expect(1, step);
    fill();
    assert(frames.slotOf(keyOf(1, step)) >= 0);
  }
  for (let frame = 0; frame < 3; frame++) assert(frames.slotOf(keyOf(1, frame)) >= 0, "the action once more");
  for (let frame = 49; frame < 52; frame++) assert(frames.slotOf(keyOf(0, frame)) >= 0, `idle ${frame}`);
});

Deno.test("FilmFiller: a broken film is told, counted and not tried for ever", async () => {
  const clips = [{ name: "idle", role: "idle", frames: 60 }] as const;
  await using played = await play({ clips, slots: 31 }, async (folder) => {
    // The index lies behind the pictures, the last of which are overwritten.
    const bytes = await Deno.readFile(`${folder}/idle.mp4`);
    const index = new TextDecoder("latin1").decode(bytes).indexOf("moov") - 4;
    await Deno.writeFile(`${folder}/idle.mp4`, bytes.fill(0xff, index * 0.6, index));
  });
  const { frames, fill } = played;
  fill();
  assertEquals(frames.bad, 0);
  frames.expect(0, 45);
  fill();
  assertGreater(frames.bad, 0);
  assertEquals(frames.hold(keyOf(0, 59), 0), -1);
  fill();
  const startMs = performance.now();
  assertEquals(frames.hold(keyOf(0, 59), 5000), -1);
  assertLess(performance.now() - startMs, 1000);
});

Deno.test("masks: the same size is a copy, another one keeps the mean; soft ones are clear at the rim", () => {
  const mask = Uint8Array.from({ length: 40 * 30 }, (_, at) => (at % 40) * 6);
  const same = new Uint8Array(mask.length);
  stretchMask(mask, 40, 30, same, 40, 30);
  assertEquals(same, mask);
  const large = new Uint8Array(61 * 47);
  stretchMask(mask, 40, 30, large, 61, 47);
  const mean = (bytes: Uint8Array) => bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
  assertLess(Math.abs(mean(large) - mean(mask)), 1);
  const soft = new Uint8Array(50 * 50);
  softMask(50, 50, { top: 0.4, topFade: 0.1, bottomFade: 0.1, sideFade: 0.1 }, soft);
  assertEquals(soft[10 * 50 + 25], 0);
  assertEquals(soft[35 * 50 + 25], 255);
  assertLess(soft[35 * 50]!, 20);
});

Deno.test("blendPictures: each byte is its own mean, rounded, whatever lies beside it", () => {
  const length = 1001;
  const from = pictureMemory(length), to = pictureMemory(length), into = pictureMemory(length);
  for (let at = 0; at < length; at++) {
    from[at] = at * 89 % 256;
    to[at] = at * 157 % 256;
  }
  for (const weight of [0, 1, 100, 128, 255, 256]) {
    blendPictures(wordsOf(from), wordsOf(to), weight, wordsOf(into));
    for (let at = 0; at < length; at++) {
      assertEquals(into[at], (from[at]! * (256 - weight) + to[at]! * weight + 128) >> 8);
    }
  }
});

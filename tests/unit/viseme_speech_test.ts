/** The shipped networks on words whose lips are known, through the whole engine at 25 fps. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  createEngine,
  JAW,
  MOUTH_LENGTH,
  openModel,
  PRESS,
  PUCKER,
  SPREAD,
  TEETH,
  VISEME_COUNT,
  type VisemeFrame,
  VisemeNetwork,
  VisemeTrack,
} from "../../src/lipsync/mod.ts";
import { readWav16k } from "../fakes/wav.ts";

/** "Mama, papa. We see five shoes. You too." by espeak-ng, voice en-us. */
const speech = readWav16k(new URL("../golden/lipsync/mama_papa.wav", import.meta.url));

async function mouthsOf(kind: "viseme" | "viseme-fast", pcm: Float32Array): Promise<Float32Array[]> {
  using engine = await createEngine({ kind });
  const mouths: Float32Array[] = [];
  const emit = (mouth: Float32Array) => {
    mouths.push(mouth.slice());
  };
  engine.start();
  for (let from = 0; from < pcm.length; from += 640) await engine.push(pcm.subarray(from, from + 640), emit);
  await engine.finish(emit);
  assertEquals(mouths.length, Math.ceil(pcm.length / 640));
  return mouths;
}

/** The highest value of a parameter between two times. */
function peak(mouths: readonly Float32Array[], parameter: number, fromMs: number, toMs: number): number {
  return Math.max(
    ...mouths.slice(Math.floor(fromMs / 40), Math.ceil(toMs / 40)).map((mouth) => mouth[parameter]!),
  );
}

const KINDS = ["viseme", "viseme-fast"] as const;

for (const kind of KINDS) {
  Deno.test(`${kind} closes on m, opens on aa, spreads on ee, rounds on oo, shows teeth on f`, async () => {
    const mouths = await mouthsOf(kind, speech);
    assertGreater(peak(mouths, PRESS, 0, 100), 0.8, "first m of mama");
    assertGreater(peak(mouths, JAW, 120, 200), 0.5, "first a of mama");
    assertGreater(peak(mouths, PRESS, 200, 280), 0.8, "second m of mama");
    assertGreater(peak(mouths, JAW, 640, 720), 0.5, "first a of papa");
    assertGreater(peak(mouths, SPREAD, 1_440, 1_520), 0.5, "ee of see");
    assertGreater(peak(mouths, TEETH, 1_540, 1_640), 0.8, "f of five");
    assertGreater(peak(mouths, JAW, 1_640, 1_720), 0.5, "i of five");
    assertGreater(peak(mouths, PUCKER, 2_080, 2_200), 0.4, "oo of shoes");
    assertLess(peak(mouths, PUCKER, 1_440, 1_520), 0.2, "ee is not round");
    assertLess(peak(mouths, PRESS, 1_300, 2_200), 0.3, "no lips closed in 'see five shoes'");
    for (const ms of [1_000, 1_080, 1_160]) {
      assertEquals(mouths[ms / 40], new Float32Array(MOUTH_LENGTH), `pause at ${ms} ms`);
    }
    for (const mouth of mouths) for (const value of mouth) assert(value >= 0 && value <= 1);
  });

  Deno.test(`${kind} answers speech in pieces of any size as in one, to 1e-4`, async () => {
    using network = await VisemeNetwork.open(await openModel(kind));
    const track = new VisemeTrack(network);
    const run = async (pieces: (piece: number) => number) => {
      const values: number[] = [];
      const keep = ({ visemes, mouth }: VisemeFrame) => values.push(...visemes, ...mouth);
      track.start();
      for (let from = 0, piece = 0; from < speech.length; piece++) {
        const to = Math.min(speech.length, from + pieces(piece));
        await track.push(speech.subarray(from, to), keep);
        from = to;
      }
      await track.finish(keep);
      return values;
    };
    const whole = await run(() => speech.length);
    assertEquals(whole.length, Math.ceil(speech.length / 320) * (VISEME_COUNT + MOUTH_LENGTH));
    for (const pieces of [() => 320, () => 533, (piece: number) => 1 + piece * 7919 % 3000]) {
      const streamed = await run(pieces);
      assertEquals(streamed.length, whole.length);
      assertLess(
        streamed.reduce((worst, value, at) => Math.max(worst, Math.abs(value - whole[at]!)), 0),
        1e-4,
      );
    }
  });

  Deno.test(`${kind} is closed in silence, under a hum and in faint noise`, async () => {
    let seed = 1;
    const noise = new Float32Array(32_000).map((_, n) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return (seed / 2 ** 31 - 0.5) * 0.003 + 0.002 * Math.sin(2 * Math.PI * 50 * n / 16_000);
    });
    for (const pcm of [new Float32Array(32_000), noise]) {
      for (const [frame, mouth] of (await mouthsOf(kind, pcm)).entries()) {
        assertLess(Math.max(...mouth), 0.05, `frame ${frame}`);
      }
    }
  });
}

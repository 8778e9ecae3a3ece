/**
 * Real words on every avatar that comes with the project: a recording through the shipped network, its mouths on the
 * face, and the shape of what is painted. Closed on "m" and "f", open on "aa", wide on "ee", narrow and
 * round on "oo". Teeth on "f" are looked for by the geometry tests of each kind of avatar.
 */
import { assert, assertGreater, assertLess } from "@std/assert";
import { fileURLToPath } from "node:url";
import { calmManner, type I420Frame, listAvatars, loadFace } from "../../src/avatar/mod.ts";
import { createEngine, JAW, PRESS, PUCKER, SPREAD, TEETH } from "../../src/lipsync/mod.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { readWav16k } from "../fakes/wav.ts";

/** "Mama, papa. We see five shoes. You too." by espeak-ng, voice en-us. */
const SPEECH = new URL("../golden/lipsync/mama_papa.wav", import.meta.url);
const SIZE = { width: 960, height: 540 };
const FRAME_SAMPLES = 640;
/** Luma lost or won, against the closed mouth, by which a pixel became cavity or tooth. */
const DARKER = 35;
/** Shorter runs are edges of lines that moved. */
const RUN_MIN = 4;

/** The strongest mouth of a moment, by the parameter that its sound is known by. */
const MOMENTS = {
  m: { parameter: PRESS, fromMs: 200, toMs: 280 },
  aa: { parameter: JAW, fromMs: 640, toMs: 720 },
  ee: { parameter: SPREAD, fromMs: 1440, toMs: 1520 },
  f: { parameter: TEETH, fromMs: 1540, toMs: 1640 },
  oo: { parameter: PUCKER, fromMs: 2080, toMs: 2200 },
} as const;
type Moment = keyof typeof MOMENTS;

async function mouthsHeard(): Promise<Readonly<Record<Moment, Float32Array>>> {
  using engine = await createEngine({ kind: "viseme" });
  const pcm = readWav16k(SPEECH);
  const mouths: Float32Array[] = [];
  const emit = (mouth: Float32Array) => {
    mouths.push(mouth.slice());
  };
  engine.start();
  for (let at = 0; at < pcm.length; at += FRAME_SAMPLES) {
    await engine.push(pcm.subarray(at, at + FRAME_SAMPLES), emit);
  }
  await engine.finish(emit);
  const strongest = ({ parameter, fromMs, toMs }: typeof MOMENTS[Moment]) =>
    mouths.slice(fromMs / 40, toMs / 40).reduce((a, b) => b[parameter]! > a[parameter]! ? b : a);
  return {
    m: strongest(MOMENTS.m),
    aa: strongest(MOMENTS.aa),
    ee: strongest(MOMENTS.ee),
    f: strongest(MOMENTS.f),
    oo: strongest(MOMENTS.oo),
  };
}

interface Shape {
  readonly width: number;
  /** The longest run of dark pixels in a column: an opening's height, or a drawn line's thickness. */
  readonly height: number;
}

/** What became much darker than it is with the closed mouth. */
function darkOf(open: Uint8Array, closed: Uint8Array): Shape {
  const { width, height } = SIZE;
  let left = width, right = 0, longest = 0;
  for (let x = 0; x < width; x++) {
    let run = 0;
    for (let y = 0; y < height; y++) {
      const at = y * width + x;
      run = closed[at]! - open[at]! > DARKER ? run + 1 : 0;
      if (run < RUN_MIN) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      longest = Math.max(longest, run);
    }
  }
  return { width: Math.max(0, right - left), height: longest };
}

const heard = await mouthsHeard();
const avatars = listAvatars([fileURLToPath(new URL("../../avatars", import.meta.url))]);

Deno.test("every avatar that comes with the project can be opened", () => {
  assertGreater(avatars.length, 5);
  for (const { id, trouble } of avatars) assert(trouble === undefined, `${id}: ${trouble}`);
});

for (const { id, kind, folder } of avatars) {
  Deno.test(`${id} says real words: shut on m and f, open on aa, wide on ee, round on oo`, async () => {
    using face = await loadFace(folder, SIZE, { framing: "head" });
    const paint = (mouth: Float32Array): Uint8Array => {
      const frame: I420Frame = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)) };
      const manner = calmManner();
      face.paintIdle(frame, 3, manner);
      face.paintMouth(frame, 3, mouth, manner, 1);
      return frame.bytes.subarray(0, SIZE.width * SIZE.height);
    };
    const closed = paint(new Float32Array(6));
    const shapes = Object.fromEntries(
      Object.entries(heard).map(([moment, mouth]) => [moment, darkOf(paint(mouth), closed)]),
    ) as Record<Moment, Shape>;
    const { m, aa, ee, f, oo } = shapes;
    const says = JSON.stringify(shapes);
    assertGreater(aa.height, SIZE.height * 0.035, `aa opens: ${says}`);
    // A drawn style's shut mouth is its own bold stroke; lips leave a thin line.
    assertLess(m.height, aa.height * (kind === "generated" ? 0.85 : 0.5), `m is shut: ${says}`);
    assertLess(f.height, aa.height * 0.6, `f shuts the mouth to its teeth: ${says}`);
    assertGreater(ee.width, oo.width, `ee is wider than oo: ${says}`);
    assertLess(oo.width, aa.width, `oo is narrower than aa: ${says}`);
    assertGreater(
      oo.height / Math.max(1, oo.width),
      ee.height / Math.max(1, ee.width),
      `oo is rounder: ${says}`,
    );
  });
}

/** What paints the drawn avatars' mouths, eyes and brows keeps to its bounds and to what it was asked for. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { listAvatars } from "../../src/avatar/mod.ts";
import { loadPuppet } from "../../src/avatar/load.ts";
import type { Bounds } from "../../src/avatar/drawn/bounds.ts";
import { BrowPainter, browsBounds } from "../../src/avatar/drawn/brow_painter.ts";
import { createEyePainter, eyesBounds } from "../../src/avatar/drawn/eye_painter.ts";
import { drawnManifest } from "../../src/avatar/drawn/manifest.ts";
import { createMouthPainter, mouthBounds } from "../../src/avatar/drawn/mouth_painter.ts";
import { JAW, MOUTH_LENGTH } from "../../src/lipsync/mod.ts";

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
const DRAWN = listAvatars([SHIPPED]).flatMap(({ id, folder }) => {
  const json: Readonly<Record<string, unknown>> = JSON.parse(Deno.readTextFileSync(`${folder}/avatar.json`));
  return json.kind === "drawn" ? [{ id, folder, manifest: drawnManifest.parse(json) }] : [];
});
/** Empty art units around the bounds in which nothing may be painted. */
const RIM = 40;

/** All mouths whose parameters are 0, 0.5 or 1. */
const MOUTHS = Array.from(
  { length: 3 ** MOUTH_LENGTH },
  (_, number) => Float32Array.from({ length: MOUTH_LENGTH }, (_, at) => Math.floor(number / 3 ** at) % 3 / 2),
);
const EYES = [-0.5, 0, 0.5, 1].flatMap((lid) =>
  [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => [0, 1].map((squint) => [lid, x, y, squint] as const)))
);
const BROWS = [-1, 0, 1].flatMap((left) =>
  [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((tilt) => [left, right, tilt] as const))
);

/** Paints over and over without clearing; answers the alpha of what lies outside the bounds, summed, and inside. */
function spill(
  bounds: Bounds,
  origin: { x: number; y: number },
  paint: (context: SKRSContext2D) => void,
): { outside: number; inside: number } {
  const width = Math.ceil(bounds.right - bounds.left) + 2 * RIM;
  const height = Math.ceil(bounds.bottom - bounds.top) + 2 * RIM;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, origin.x - bounds.left + RIM, origin.y - bounds.top + RIM);
  paint(context);
  const pixels = canvas.data();
  let [outside, inside] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const alpha = pixels[(y * width + x) * 4 + 3]!;
      if (x >= RIM && x < width - RIM && y >= RIM && y < height - RIM) inside += alpha;
      else outside += alpha;
    }
  }
  return { outside, inside };
}

for (const { id, folder, manifest } of DRAWN) {
  const { mouth, eyes, brows } = manifest;

  Deno.test(`${id}: MouthPainter.paint keeps inside mouthBounds, whatever the mouth and the smile`, () => {
    const { outside, inside } = spill(mouthBounds(mouth), mouth, (context) => {
      const painter = createMouthPainter(context, mouth);
      for (const [index, values] of MOUTHS.entries()) painter.paint(values, index % 3 - 1);
    });
    assertEquals(outside, 0);
    assertGreater(inside, 0);
  });

  Deno.test(`${id}: EyePainter.paint keeps inside eyesBounds, whatever lids, gaze and squint`, () => {
    const { outside, inside } = spill(eyesBounds(eyes), { x: 0, y: 0 }, (context) => {
      const painter = createEyePainter(context, eyes);
      for (const [lid, x, y, squint] of EYES) painter.paint(lid, lid, x, y, squint);
    });
    assertEquals(outside, 0);
    assertGreater(inside, 0);
  });

  Deno.test(`${id}: BrowPainter.paint keeps inside browsBounds, whatever heights and tilt`, () => {
    const { outside, inside } = spill(browsBounds(brows), { x: 0, y: 0 }, (context) => {
      const painter = new BrowPainter(context, brows);
      for (const [left, right, tilt] of BROWS) painter.paint(left, right, tilt);
    });
    assertEquals(outside, 0);
    assertGreater(inside, 0);
  });

  Deno.test(`${id}: MouthPainter.paint gives the same pixels for the same mouth, whatever came before`, () => {
    const { left, top, right, bottom } = mouthBounds(mouth);
    const canvas = createCanvas(Math.ceil(right - left), Math.ceil(bottom - top));
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, mouth.x - left, mouth.y - top);
    const painter = createMouthPainter(context, mouth);
    const picture = (values: Float32Array) => {
      context.clearRect(left - mouth.x, top - mouth.y, right - left, bottom - top);
      painter.paint(values, 0);
      return canvas.data().slice();
    };
    const first = picture(MOUTHS[200]!);
    for (const values of MOUTHS) picture(values);
    assertEquals(picture(MOUTHS[200]!), first);
  });

  Deno.test(`${id}: paintMouth with the jaw open moves nothing at the figure's soft edge or behind it`, async () => {
    const size = { width: 640, height: 640 };
    using puppet = await loadPuppet(folder, size, { background: { kind: "own" }, framing: "bust" });
    const { alpha } = puppet.figure;
    assert(alpha);
    const into = { ...puppet.figure, bytes: puppet.figure.bytes.slice() };
    puppet.paintMouth(into, Float32Array.from({ length: MOUTH_LENGTH }, (_, at) => at === JAW ? 1 : 0), 0);
    let moved = 0;
    for (let at = 0; at < alpha.length; at++) {
      if (into.bytes[at] === puppet.figure.bytes[at]) continue;
      moved++;
      assertEquals(alpha[at], 255, `pixel ${at % size.width} ${Math.floor(at / size.width)}`);
    }
    assertGreater(moved, 1000);
  });
}

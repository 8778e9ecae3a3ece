/**
 * Photo avatars look as they were approved: a made-up portrait, smiling with teeth, with five mouths and shut eyes,
 * against kept pictures. Written anew by LIPCAM_GOLDEN=write; look at them before committing.
 */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { restPose } from "../../src/avatar/life/pose.ts";
import { PhotoPuppet } from "../../src/avatar/photo/photo_puppet.ts";
import { rgbaToI420Box } from "../../src/avatar/pixels.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { makePortrait } from "./photo_portrait.ts";

const GOLDEN = decodeURIComponent(new URL("../golden/photo", import.meta.url).pathname);
const SIZE = { width: 160, height: 120 };
/** Mean difference of luma in the mouth's box, in steps of 255. Skia rounds differently from one processor to another. */
const AWAY_MAX = 1.5;
const MOUTHS = [
  ["closed", []],
  ["aa", [1]],
  ["ee", [0.18, 1]],
  ["oo", [0.12, 0, 1]],
  ["ff", [0.08, 0.1, 0, 0, 1]],
  ["pp", [0, 0, 0, 1]],
] as const;

function puppetOf(): PhotoPuppet {
  const { mesh, rgba } = makePortrait({ ...SIZE, pupils: 30, gap: 0.12 });
  const photo = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)) };
  rgbaToI420Box(rgba, { x: 0, y: 0, ...SIZE }, photo);
  return new PhotoPuppet("portrait", photo, undefined, mesh, 1);
}

function paint(puppet: PhotoPuppet, values: readonly number[]): Uint8Array {
  const into = { ...puppet.figure, bytes: puppet.figure.bytes.slice() };
  if (values.length === 0) puppet.paintUpper(into, { ...restPose(), lidLeft: 1, lidRight: 1 });
  puppet.paintMouth(into, Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => values[index] ?? 0), 0);
  return into.bytes;
}

/** Mean difference of luma over mouth and eyes. */
function apart(one: Uint8Array, other: Uint8Array, { upperBox, mouthBox }: PhotoPuppet): number {
  let [sum, count] = [0, 0];
  for (const { x, y, width, height } of [upperBox, mouthBox]) {
    for (let row = y; row < y + height; row++) {
      for (let at = row * SIZE.width + x; at < row * SIZE.width + x + width; at++, count++) {
        sum += Math.abs(one[at]! - other[at]!);
      }
    }
  }
  return sum / count;
}

Deno.test(`a photo avatar looks as it was approved, to ${AWAY_MAX} steps of 255`, () => {
  using puppet = puppetOf();
  for (const [name, values] of MOUTHS) {
    const bytes = paint(puppet, values);
    const path = `${GOLDEN}/portrait_${name}_160x120.i420`;
    if (Deno.env.get("LIPCAM_GOLDEN") === "write") Deno.writeFileSync(path, bytes);
    const golden = Deno.readFileSync(path);
    assertEquals(golden.length, bytes.length);
    assertLess(apart(bytes, golden, puppet), AWAY_MAX, name);
  }
  // the closed mouth would not pass for an open one
  const closed = Deno.readFileSync(`${GOLDEN}/portrait_closed_160x120.i420`);
  assertGreater(apart(paint(puppet, MOUTHS[1][1]), closed, puppet), AWAY_MAX);
});

Deno.test("the same photo gives the same bytes, whatever was painted before", () => {
  using one = puppetOf();
  using other = puppetOf();
  paint(one, [0.4, 0.8]);
  for (const [name, values] of MOUTHS) assertEquals(paint(one, values), paint(other, values), name);
});

/** Photo avatars' mouths: what they promise about shapes, about rest, and about what they leave alone. */
import { assert, assertEquals } from "@std/assert";
import type { Mesh } from "../../src/avatar/photo/mesh.ts";
import { PhotoPuppet } from "../../src/avatar/photo/photo_puppet.ts";
import { rgbaToI420Box } from "../../src/avatar/pixels.ts";
import { restPose } from "../../src/avatar/life/pose.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";
import { assertMouthGeometry, type MouthEye, mouthOf } from "../geometry/mouth_geometry.ts";
import { makePortrait, type PortraitOptions } from "./photo_portrait.ts";

interface Bench {
  readonly puppet: PhotoPuppet;
  readonly mesh: Mesh;
  /** The photo before its mouth was closed. */
  readonly photo: Uint8Array;
  readonly widthPx: number;
  readonly middle: { readonly x: number; readonly y: number };
}

function puppetOf(options: PortraitOptions = {}): Bench {
  const { width, height, mesh, rgba } = makePortrait(options);
  const photo = { width, height, bytes: new Uint8Array(i420Bytes({ width, height })) };
  rgbaToI420Box(rgba, { x: 0, y: 0, width, height }, photo);
  const puppet = new PhotoPuppet("test", photo, undefined, mesh, 1);
  const middle = { x: mesh.x(13), y: (mesh.y(13) + mesh.y(14)) / 2 };
  return { puppet, mesh, photo: photo.bytes, widthPx: mesh.x(291) - mesh.x(61), middle };
}

function paintMouth(puppet: PhotoPuppet, mouth: Float32Array, smile = 0) {
  const into = { ...puppet.figure, bytes: puppet.figure.bytes.slice() };
  puppet.paintMouth(into, mouth, smile);
  return into;
}

function eyeOf({ puppet, widthPx, middle }: Bench): MouthEye {
  return { paint: (mouth) => paintMouth(puppet, mouth), middle, widthPx, hasLips: true, toothChromaMax: 9 };
}

for (const [name, gap] of [["closed lips", 0], ["a smile with teeth", 0.12]] as const) {
  Deno.test(`photo mouth with ${name}: press closes, aa is tall, oo is round, f shows teeth on the lip`, () => {
    assertMouthGeometry(eyeOf(puppetOf({ gap, pupils: 140, height: 560 })));
  });
}

Deno.test("photo mouth: all zero is the still figure, to the byte", () => {
  for (const gap of [0, 0.12]) {
    const { puppet } = puppetOf({ gap });
    assertEquals(paintMouth(puppet, new Float32Array(MOUTH_LENGTH)).bytes, puppet.figure.bytes);
  }
});

Deno.test("photo mouth: a photo with closed lips is shown as it is", () => {
  const { puppet, photo } = puppetOf();
  assertEquals(puppet.figure.bytes, photo);
});

Deno.test("photo mouth: a smile with teeth is closed at rest", () => {
  const { puppet, photo } = puppetOf({ gap: 0.12 });
  const { width } = puppet.figure;
  const { x, y, width: wide, height } = puppet.mouthBox;
  const column = x + (wide >> 1);
  const bright = (bytes: Uint8Array) =>
    Array.from({ length: height }, (_, row) => bytes[(y + row) * width + column]!).filter((luma) =>
      luma > 200
    ).length;
  assert(bright(photo) >= 8, "the portrait shows no teeth");
  assertEquals(bright(puppet.figure.bytes), 0);
});

Deno.test("photo mouth: nothing outside its box changes, whatever the mouth", () => {
  const { puppet } = puppetOf({ gap: 0.12 });
  const { x, y, width: wide, height: high } = puppet.mouthBox;
  const { width, height } = puppet.figure;
  const random = (seed: number) => (Math.imul(seed + 1, 2654435761) >>> 8) / 2 ** 24;
  for (let round = 0; round < 40; round++) {
    const mouth = Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => random(round * 7 + index));
    const { bytes } = paintMouth(puppet, mouth, random(round) * 2 - 1);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        if (column >= x && column < x + wide && row >= y && row < y + high) continue;
        const at = row * width + column;
        if (bytes[at] !== puppet.figure.bytes[at]) throw new Error(`pixel ${column}, ${row} changed`);
      }
    }
  }
});

Deno.test("photo mouth: a small change of the mouth is a small change of the picture", () => {
  const { puppet } = puppetOf({ gap: 0.12 });
  const steps = 60;
  let before = paintMouth(puppet, new Float32Array(MOUTH_LENGTH)).bytes;
  for (let step = 1; step <= steps; step++) {
    const part = step / steps;
    const mouth = mouthOf({ 0: part, 2: Math.max(0, part - 0.5), 4: 1 - part });
    if (step === 1) before = paintMouth(puppet, mouth).bytes;
    const { bytes } = paintMouth(puppet, mouth);
    let moved = 0;
    for (let at = 0; at < bytes.length; at++) moved += Math.abs(bytes[at]! - before[at]!) > 90 ? 1 : 0;
    assert(moved < 160, `step ${step} changes ${moved} bytes much, wanted fewer than 160`);
    before = bytes;
  }
});

Deno.test("photo mouth: the chin follows the jaw, and stays for a press", () => {
  const { puppet } = puppetOf({ height: 560 });
  const lowest = (bytes: Uint8Array) => {
    const { x, y, width: wide, height } = puppet.mouthBox;
    const column = x + (wide >> 1);
    let changed = 0;
    for (let row = y; row < y + height; row++) {
      const at = row * puppet.figure.width + column;
      if (Math.abs(bytes[at]! - puppet.figure.bytes[at]!) > 6) changed = row;
    }
    return changed;
  };
  assert(
    lowest(paintMouth(puppet, mouthOf({ 0: 1 })).bytes) >
      lowest(paintMouth(puppet, mouthOf({ 3: 1 })).bytes) + 20,
  );
});

Deno.test("photo eyes: at rest nothing is painted; a shut lid hides the iris, an open one not", () => {
  const { puppet } = puppetOf();
  const paint = (pose: object) => {
    const into = { ...puppet.figure, bytes: puppet.figure.bytes.slice() };
    puppet.paintUpper(into, { ...restPose(), ...pose });
    return into.bytes;
  };
  assertEquals(paint({}), puppet.figure.bytes);
  const dark = (bytes: Uint8Array, isLeft: boolean) => {
    const { x, y, width: wide, height } = puppet.upperBox;
    let count = 0;
    for (let row = y + Math.round(height * 0.5); row < y + height; row++) {
      for (let column = x + (isLeft ? 0 : wide >> 1); column < x + (isLeft ? wide >> 1 : wide); column++) {
        if (bytes[row * puppet.figure.width + column]! < 45) count++;
      }
    }
    return count;
  };
  const open = dark(puppet.figure.bytes, true);
  assert(open > 20, `the portrait's pupil has ${open} pixels`);
  const wink = paint({ lidLeft: 1 });
  assertEquals(dark(wink, true), 0);
  assertEquals(dark(wink, false), dark(puppet.figure.bytes, false));
  const half = dark(paint({ lidLeft: 0.5, lidRight: 0.5 }), true);
  assert(half < open, "half a lid hides nothing");
});

Deno.test("photo eyes: a glance moves the iris its way, brows go up and down", () => {
  const { puppet, mesh } = puppetOf();
  const { width } = puppet.figure;
  const middle = (pose: object, isDark: (luma: number) => boolean, top: number, bottom: number) => {
    const into = { ...puppet.figure, bytes: puppet.figure.bytes.slice() };
    puppet.paintUpper(into, { ...restPose(), ...pose });
    let [sumX, sumY, count] = [0, 0, 0];
    const { y, height } = puppet.upperBox;
    for (let row = y + Math.round(top * height); row < y + bottom * height; row++) {
      for (let column = Math.round(mesh.x(33)); column < mesh.x(133); column++) {
        if (!isDark(into.bytes[row * width + column]!)) continue;
        sumX += column;
        sumY += row;
        count++;
      }
    }
    return { x: sumX / count, y: sumY / count };
  };
  const pupil = (pose: object) => middle(pose, (luma) => luma < 45, 0.5, 1);
  const rest = pupil({});
  assert(pupil({ gazeX: 1 }).x > rest.x + 1.5);
  assert(pupil({ gazeX: -1 }).x < rest.x - 1.5);
  assert(pupil({ gazeY: 1 }).y > rest.y + 0.5);
  assert(pupil({ gazeY: -1 }).y < rest.y - 0.5);
  const brow = (pose: object) => middle(pose, (luma) => luma > 50 && luma < 80, 0.15, 0.62).y;
  assert(brow({ browLeft: 1, browRight: 1 }) < brow({}) - 1.5);
  assert(brow({ browLeft: -1, browRight: -1 }) > brow({}) + 0.8);
});

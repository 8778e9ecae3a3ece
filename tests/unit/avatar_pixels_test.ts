import { assert, assertEquals } from "@std/assert";
import {
  blendRgbaOverI420Box,
  boxBytes,
  BoxPicture,
  copyBoxOut,
  type I420Frame,
  rgbaToI420Box,
} from "../../src/avatar/mod.ts";

const SIZE = { width: 16, height: 8 };
const WHOLE = { x: 0, y: 0, ...SIZE };
const BOX = { x: 4, y: 2, width: 6, height: 4 };

function frame(fill = 0): I420Frame {
  return { ...SIZE, bytes: new Uint8Array(16 * 8 * 3 / 2).fill(fill) };
}

function solid(pixels: number, ...rgba: number[]): Uint8Array {
  return Uint8Array.from({ length: pixels * 4 }, (_, index) => rgba[index % 4]!);
}

for (
  const [name, rgb, yuv] of [
    ["white", [255, 255, 255], [235, 128, 128]],
    ["black", [0, 0, 0], [16, 128, 128]],
    ["red", [255, 0, 0], [82, 90, 240]],
    ["green", [0, 255, 0], [144, 54, 34]],
    ["blue", [0, 0, 255], [41, 240, 110]],
  ] as const
) {
  Deno.test(`rgbaToI420Box turns ${name} into its BT.601 limited value`, () => {
    const into = frame();
    rgbaToI420Box(solid(16 * 8, ...rgb, 255), WHOLE, into);
    const [y, u, v] = [into.bytes[37]!, into.bytes[128 + 9]!, into.bytes[160 + 9]!];
    for (const [is, wanted] of [[y, yuv[0]], [u, yuv[1]], [v, yuv[2]]] as const) {
      assert(Math.abs(is - wanted) <= 1, `${name}: ${y} ${u} ${v}, wanted ${yuv}`);
    }
  });
}

Deno.test("rgbaToI420Box touches its box and nothing else", () => {
  const into = frame(77);
  rgbaToI420Box(solid(24, 255, 255, 255, 255), BOX, into);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 16; x++) {
      const isInside = x >= 4 && x < 10 && y >= 2 && y < 6;
      assertEquals(into.bytes[y * 16 + x], isInside ? 235 : 77);
      const chroma = into.bytes[128 + (y >> 1) * 8 + (x >> 1)];
      assertEquals(chroma, isInside ? 128 : 77);
    }
  }
});

Deno.test("blendRgbaOverI420Box leaves clear pixels and writes opaque ones as rgbaToI420Box does", () => {
  const under = frame(100);
  blendRgbaOverI420Box(solid(24, 0, 0, 0, 0), BOX, under);
  assertEquals(under.bytes, frame(100).bytes);
  const over = frame(100);
  const plain = frame(100);
  const pixels = Uint8Array.from({ length: 24 * 4 }, (_, index) => index % 4 === 3 ? 255 : index * 7 % 256);
  blendRgbaOverI420Box(pixels, BOX, over);
  rgbaToI420Box(pixels, BOX, plain);
  over.bytes.forEach((value, index) => assert(Math.abs(value - plain.bytes[index]!) <= 1, `byte ${index}`));
});

Deno.test("blendRgbaOverI420Box meets in the middle at half opacity", () => {
  const into = frame();
  rgbaToI420Box(solid(128, 255, 255, 255, 255), WHOLE, into);
  blendRgbaOverI420Box(solid(24, 0, 0, 0, 128), BOX, into);
  assert(Math.abs(into.bytes[3 * 16 + 6]! - 125) <= 1); // between 235 and 16
  assertEquals(into.bytes[128 + 1 * 8 + 3], 128);
});

Deno.test("BoxPicture lays back what copyBoxOut took", () => {
  const from = frame();
  from.bytes.forEach((_, index) => from.bytes[index] = index * 13 % 251);
  const piece = new Uint8Array(boxBytes(BOX));
  copyBoxOut(from, BOX, piece);
  const into = frame();
  new BoxPicture(BOX, SIZE, piece).lay(into);
  const again = new Uint8Array(boxBytes(BOX));
  copyBoxOut(into, BOX, again);
  assertEquals(again, piece);
  assertEquals(into.bytes[2 * 16 + 4], from.bytes[2 * 16 + 4]);
  assertEquals(into.bytes[2 * 16 + 3], 0);
});

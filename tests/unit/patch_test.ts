import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Box } from "../../src/avatar/mod.ts";
import { PatchPaster } from "../../src/stage/mod.ts";

const SIZE = { width: 64, height: 48 };

function frameOf(luma: number, chroma: number) {
  const bytes = new Uint8Array(SIZE.width * SIZE.height * 3 / 2).fill(luma);
  bytes.fill(chroma, SIZE.width * SIZE.height);
  return { ...SIZE, bytes };
}

function paster(patchSize: number, box: Box, mask: (x: number, y: number) => number): PatchPaster {
  const values = Uint8Array.from(
    { length: box.width * box.height },
    (_, at) => mask(at % box.width, Math.floor(at / box.width)),
  );
  return new PatchPaster(patchSize, { boxAt: () => box, mask: values }, SIZE);
}

/** BT.601 limited range in floating point, the definition of ITU-R BT.601. */
function yuvOf(red: number, green: number, blue: number): number[] {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [
    16 + luma * 219 / 255,
    128 + (blue - luma) / 1.772 * 224 / 255,
    128 + (red - luma) / 1.402 * 224 / 255,
  ];
}

Deno.test("PatchPaster converts colours within 1 LSB of BT.601", () => {
  const box = { x: 10, y: 4, width: 16, height: 16 };
  for (
    const [red, green, blue] of [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [
      97,
      140,
      12,
    ]]
  ) {
    const frame = frameOf(0, 0);
    const paste = paster(16, box, () => 255);
    paste.take(Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => [red!, green!, blue!][at % 3]!));
    paste.paste(frame, 0, 1);
    const area = SIZE.width * SIZE.height;
    const inLuma = frame.bytes[8 * SIZE.width + 14]!;
    const inU = frame.bytes[area + 4 * SIZE.width / 2 + 7]!;
    const inV = frame.bytes[area * 5 / 4 + 4 * SIZE.width / 2 + 7]!;
    for (const [i, wanted] of yuvOf(red!, green!, blue!).entries()) {
      assert(Math.abs([inLuma, inU, inV][i]! - wanted) <= 1.01, `${red},${green},${blue} plane ${i}`);
    }
  }
});

Deno.test("PatchPaster leaves everything outside its box and under a zero mask or opacity alone", () => {
  const box = { x: 10, y: 4, width: 16, height: 16 };
  const frame = frameOf(100, 120);
  const paste = paster(16, box, (x) => (x < 8 ? 0 : 255));
  paste.take(new Uint8Array(16 * 16 * 3).fill(255));
  paste.paste(frame, 0, 0);
  assert(frame.bytes.subarray(0, SIZE.width * SIZE.height).every((value) => value === 100));
  paste.paste(frame, 0, 1);
  for (let y = 0; y < SIZE.height; y++) {
    for (let x = 0; x < SIZE.width; x++) {
      const isInside = x >= 18 && x < 26 && y >= 4 && y < 20;
      assertEquals(frame.bytes[y * SIZE.width + x], isInside ? 235 : 100, `at ${x},${y}`);
    }
  }
});

Deno.test("PatchPaster blends by mask times opacity within 1 LSB", () => {
  const box = { x: 0, y: 0, width: 16, height: 16 };
  for (const opacity of [0.15625, 0.5, 1]) {
    const frame = frameOf(50, 128);
    const paste = paster(16, box, (x) => x * 17);
    paste.take(new Uint8Array(16 * 16 * 3).fill(255));
    paste.paste(frame, 0, opacity);
    for (let x = 0; x < 16; x++) {
      const wanted = 50 + (235 - 50) * (x * 17 / 255) * opacity;
      assert(
        Math.abs(frame.bytes[x]! - wanted) <= 1,
        `x ${x} opacity ${opacity}: ${frame.bytes[x]} for ${wanted}`,
      );
    }
  }
});

Deno.test("PatchPaster scales a ramp smoothly to a larger box", () => {
  const box = { x: 0, y: 0, width: 32, height: 32 };
  const frame = frameOf(0, 128);
  const paste = paster(16, box, () => 255);
  paste.take(Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => (Math.floor(at / 3) % 16) * 16));
  paste.paste(frame, 0, 1);
  for (let x = 1; x < 32; x++) {
    const step = frame.bytes[5 * SIZE.width + x]! - frame.bytes[5 * SIZE.width + x - 1]!;
    assert(step >= 0 && step <= 8, `step ${step} at ${x}`);
  }
});

Deno.test("PatchPaster refuses odd sides and boxes larger than the frame", () => {
  const odd = { x: 0, y: 0, width: 15, height: 16 };
  assertThrows(() => paster(16, odd, () => 0), RangeError, "even");
  assertThrows(() => paster(16, { x: 0, y: 0, width: 128, height: 16 }, () => 0), RangeError, "larger");
});

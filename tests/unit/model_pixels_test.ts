import { assert, assertEquals } from "@std/assert";
import type { Tensor } from "onnxruntime-node";
import { decodedByte } from "../../src/features/mod.ts";
import {
  fillUltralightFace,
  fillWav2LipFace,
  LinearResize,
  placeUltralightPatch,
} from "../../src/lipsync/neural/networks/face_values.ts";
import { PatchWriter, type Range } from "../../src/lipsync/neural/networks/patch_writer.ts";

/** A picture of `side` pixels as the runtime would answer it. */
function written(values: Iterable<number>, side: number, range: Range, isBgr = false) {
  const binding = {
    name: "image",
    theirName: "",
    type: "float32",
    dims: ["B", 3, side, side],
    declared: [],
  } as const;
  const writer = new PatchWriter({ side, binding, range, isBgr });
  const into = new Uint8Array(side * side * 3);
  const isWhole = writer.write({ data: Float32Array.from(values) } as unknown as Tensor, 0, into, 0);
  return { into, isWhole };
}

Deno.test("PatchWriter rounds half to even, in 32 bits, and clamps", () => {
  const halves = Array.from({ length: 48 }, (_, at) => (at - 8) / 2);
  const wanted = halves.map((value) => {
    const down = Math.floor(value);
    const even = value - down === 0.5 ? down + (down & 1) : Math.round(value);
    return Math.min(255, Math.max(0, even));
  });
  assertEquals(byPlane(written(halves, 4, "0..255").into, 4), wanted);
  // Every byte over 255 comes back as it was, and so does what lies a little beside it.
  const exact = Array.from({ length: 768 }, (_, at) => Math.fround((at % 256) / 255) + (at % 3 - 1) * 1e-4);
  assertEquals(byPlane(written(exact, 16, "0..1").into, 16), exact.map((_, at) => at % 256));
  const signed = Array.from({ length: 3 * 64 * 64 }, (_, at) => 1.1 * Math.sin(at * 1.7));
  assertEquals(byPlane(written(signed, 64, "-1..1").into, 64), signed.map(decodedByte));
  assertEquals([...written([-9, 0, 9], 1, "-1..1").into], [0, 128, 255]);
});

Deno.test("PatchWriter: planes of blue, green and red become RGB, what is not finite is told", () => {
  assertEquals([...written([1, 0.5, 0], 1, "0..1", true).into], [0, 128, 255]);
  assertEquals(written([1, 0.5, 0], 1, "0..1").isWhole, true);
  for (const broken of [NaN, Infinity, -Infinity]) {
    assertEquals(written([1, broken, 0], 1, "0..1").isWhole, false);
  }
});

function byPlane(rgb: Uint8Array, side: number): number[] {
  return [0, 1, 2].flatMap((colour) => Array.from({ length: side * side }, (_, at) => rgb[at * 3 + colour]!));
}

/** Pixel (x, y) has the bytes x, y and 7. */
function ramp(side: number): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return [pixel % side, Math.floor(pixel / side), 7][at % 3]!;
  });
}

Deno.test("fillWav2LipFace: blue, green and red of the upper half, then of the whole", () => {
  const side = 96;
  const into = new Float32Array(2 * 6 * side * side).fill(9);
  fillWav2LipFace(ramp(side), side, into, 6 * side * side);
  const at = (plane: number, x: number, y: number) => into[(6 + plane) * side * side + y * side + x]! * 255;
  const near = (is: number, wanted: number) =>
    assert(Math.abs(is - wanted) < 1e-4, `${is}, wanted ${wanted}`);
  for (const [x, y] of [[3, 0], [95, 47], [11, 48], [95, 95]] as const) {
    [0, 1, 2].forEach((plane) => near(at(plane, x, y), y < 48 ? [7, y, x][plane]! : 0));
    [3, 4, 5].forEach((plane) => near(at(plane, x, y), [7, y, x][plane - 3]!));
  }
  assertEquals(into[0], 9);
});

Deno.test("fillUltralightFace: blue, green and red of the inner 160 pixels, then with the rectangle black", () => {
  const into = new Float32Array(6 * 160 * 160);
  fillUltralightFace(ramp(168), into, 0);
  const at = (plane: number, x: number, y: number) => Math.round(into[plane * 25_600 + y * 160 + x]! * 255);
  // OpenCV: rectangle((5, 5, 150, 145), -1) blackens columns 5..154 and rows 5..149.
  for (
    const [x, y, isHidden] of [
      [0, 0, false],
      [4, 80, false],
      [5, 5, true],
      [154, 149, true],
      [155, 149, false],
      [154, 150, false],
      [159, 159, false],
    ] as const
  ) {
    assertEquals([0, 1, 2].map((plane) => at(plane, x, y)), [7, y + 4, x + 4]);
    assertEquals([3, 4, 5].map((plane) => at(plane, x, y)), isHidden ? [0, 0, 0] : [7, y + 4, x + 4]);
  }
});

Deno.test("placeUltralightPatch: the patch inside, the crop's rim around it", () => {
  const into = new Uint8Array(168 * 168 * 3);
  placeUltralightPatch(ramp(168), new Uint8Array(160 * 160 * 3).fill(200), into);
  const at = (x: number, y: number) => [...into.subarray((y * 168 + x) * 3, (y * 168 + x) * 3 + 3)];
  assertEquals([at(3, 90), at(4, 4), at(163, 163), at(164, 163)], [
    [3, 90, 7],
    [200, 200, 200],
    [200, 200, 200],
    [164, 163, 7],
  ]);
});

Deno.test("LinearResize is OpenCV's INTER_LINEAR within its rounding, and keeps what is even", () => {
  const from = 256;
  const picture = Uint8Array.from({ length: from * from * 3 }, (_, at) => (at * 2_654_435_761 >>> 7) & 255);
  for (const to of [96, 168, 256, 300]) {
    const into = new Uint8Array(to * to * 3);
    new LinearResize(from, to).run(picture, into);
    const place = (at: number) => Math.min(from - 1, Math.max(0, (at + 0.5) * from / to - 0.5));
    for (let y = 0; y < to; y += 7) {
      for (let x = 0; x < to; x += 5) {
        const [px, py] = [place(x), place(y)];
        const [x0, y0] = [Math.floor(px), Math.floor(py)];
        const get = (dx: number, dy: number) =>
          picture[(Math.min(from - 1, y0 + dy) * from + Math.min(from - 1, x0 + dx)) * 3 + 1]!;
        const upper = get(0, 0) * (1 - px + x0) + get(1, 0) * (px - x0);
        const lower = get(0, 1) * (1 - px + x0) + get(1, 1) * (px - x0);
        const wanted = upper * (1 - py + y0) + lower * (py - y0);
        const is = into[(y * to + x) * 3 + 1]!;
        assert(Math.abs(is - wanted) <= 0.9, `${to}: (${x}, ${y}) is ${is}, wanted ${wanted}`);
      }
    }
    new LinearResize(from, to).run(new Uint8Array(from * from * 3).fill(201), into);
    assert(into.every((value) => value === 201));
  }
});

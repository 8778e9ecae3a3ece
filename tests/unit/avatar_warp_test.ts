/** The displacement grid against a plain, slow formula of it; and that the committed module is what its source gives. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { I420Frame } from "../../src/avatar/mod.ts";
import type { Figure } from "../../src/avatar/posed/puppet.ts";
import { CELL, Warp } from "../../src/avatar/posed/warp.ts";
import { type FrameSize, i420Bytes } from "../../src/time/mod.ts";

const SIZE = { width: 136, height: 72 }; // neither a multiple of 16
const WHOLE = { x: 0, y: 0, ...SIZE };

Deno.test("warp.wasm is byte for byte what warp.as gives", async () => {
  const script = fileURLToPath(new URL("../../scripts/build_warp.ts", import.meta.url));
  const args = ["run", "-A", "--no-config", "--no-lock", script, "--check"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
});

/** A soft picture with some hard edges, in the limited range. */
function picture(size: FrameSize, phase = 0): I420Frame {
  const bytes = new Uint8Array(i420Bytes(size));
  const plane = (at: number, width: number, height: number, scale: number) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const wave = Math.sin(x / scale + phase) * Math.cos(y / scale) + (x % 40 < 3 ? 0.7 : 0);
        bytes[at + y * width + x] = 120 + Math.round(60 * wave);
      }
    }
  };
  const { width, height } = size;
  plane(0, width, height, 6);
  plane(width * height, width / 2, height / 2, 4);
  plane(width * height * 5 / 4, width / 2, height / 2, 3);
  return { ...size, bytes };
}

/** A disc with a soft rim, its colours premultiplied. */
function disc(size: FrameSize, centreX: number, centreY: number, radius: number): Required<Figure> {
  const { width, height } = size;
  const { bytes } = picture(size, 1);
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const away = Math.hypot(x - centreX, y - centreY) - radius;
      const covered = Math.round(255 * Math.min(1, Math.max(0, 0.5 - away / 3)));
      alpha[y * width + x] = covered;
      bytes[y * width + x] = 16 + Math.round((bytes[y * width + x]! - 16) * covered / 255);
    }
  }
  for (let at = width * height; at < bytes.length; at++) {
    const inPlane = (at - width * height) % (width * height / 4);
    const pixel = Math.floor(inPlane / (width / 2)) * 2 * width + inPlane % (width / 2) * 2;
    bytes[at] = 128 + Math.round((bytes[at]! - 128) * halved(alpha, pixel, width) / 255);
  }
  return { ...size, bytes, alpha };
}

function halved(alpha: Uint8Array, at: number, width: number): number {
  return (alpha[at]! + alpha[at + 1]! + alpha[at + width]! + alpha[at + width + 1]! + 2) >> 2;
}

/** Sets the grid from a function of the pixel, in pixels. */
function bendBy(warp: Warp, displacement: (x: number, y: number) => readonly [number, number]): void {
  for (let row = 0; row < warp.nodeRows; row++) {
    for (let column = 0; column < warp.nodeColumns; column++) {
      const [right, down] = displacement(column * CELL, row * CELL);
      const at = (row * warp.nodeColumns + column) * 2;
      warp.grid[at] = right * 65_536;
      warp.grid[at + 1] = down * 65_536;
    }
  }
}

function kernel(t: number): readonly [number, number, number, number] {
  const [t2, t3] = [t * t, t * t * t];
  return [-t / 2 + t2 - t3 / 2, 1 - 2.5 * t2 + 1.5 * t3, t / 2 + 2 * t2 - 1.5 * t3, -t2 / 2 + t3 / 2];
}

/** What `plane` holds at a place between pixels, its rim repeated outside. */
function fetched(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [across, downwards] = [kernel(x - column), kernel(y - row)];
  let sum = 0;
  for (let j = 0; j < 4; j++) {
    for (let i = 0; i < 4; i++) {
      const atX = Math.min(width - 1, Math.max(0, column + i - 1));
      const atY = Math.min(height - 1, Math.max(0, row + j - 1));
      sum += plane[atY * width + atX]! * across[i]! * downwards[j]!;
    }
  }
  return sum;
}

/** The grid's displacement at a pixel, in pixels. */
function displacementAt(warp: Warp, x: number, y: number): readonly [number, number] {
  const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
  const [partX, partY] = [x / CELL - column, y / CELL - row];
  const node = (i: number, j: number, axis: number) =>
    warp.grid[((row + j) * warp.nodeColumns + column + i) * 2 + axis]! / 65_536;
  const mix = (axis: number) =>
    (node(0, 0, axis) * (1 - partX) + node(1, 0, axis) * partX) * (1 - partY) +
    (node(0, 1, axis) * (1 - partX) + node(1, 1, axis) * partX) * partY;
  return [mix(0), mix(1)];
}

/** The largest difference of the output from the formula, over all planes. */
function farthest(warp: Warp, figure: Figure, behind?: I420Frame): number {
  const { width, height } = figure;
  let most = 0;
  for (
    const [from, shift, zero] of [[0, 0, 16], [width * height, 1, 128], [
      width * height * 5 / 4,
      1,
      128,
    ]] as const
  ) {
    const [w, h] = [width >> shift, height >> shift];
    const plane = figure.bytes.subarray(from, from + w * h);
    const alpha = figure.alpha &&
      (shift === 0
        ? figure.alpha
        : Uint8Array.from({ length: w * h }, (_, at) =>
          halved(figure.alpha!, Math.floor(at / w) * 2 * width + at % w * 2, width)));
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const [right, down] = displacementAt(warp, x << shift, y << shift);
        const [atX, atY] = [x + right / (1 << shift), y + down / (1 << shift)];
        let wanted = fetched(plane, w, h, atX, atY);
        if (alpha) {
          const covered = Math.min(255, Math.max(0, fetched(alpha, w, h, atX, atY)));
          wanted += ((behind ? behind.bytes[from + y * w + x]! : zero) - zero) * (255 - covered) / 255;
        }
        wanted = Math.min(shift === 0 ? 235 : 240, Math.max(16, wanted));
        most = Math.max(most, Math.abs(warp.output.bytes[from + y * w + x]! - wanted));
      }
    }
  }
  return most;
}

Deno.test("Warp with no displacement gives the figure back, byte for byte", () => {
  const figure = picture(SIZE);
  const warp = new Warp(figure, undefined, false);
  warp.output.bytes.fill(0);
  warp.bend(WHOLE);
  assertEquals(warp.output.bytes, figure.bytes);
});

Deno.test("Warp by whole pixels shifts the figure, byte for byte", () => {
  const figure = picture(SIZE);
  const warp = new Warp(figure, undefined, false);
  bendBy(warp, () => [4, -2]);
  warp.bend(WHOLE);
  const { width, height } = SIZE;
  for (let y = 2; y < height; y++) {
    for (let x = 0; x < width - 4; x++) {
      assertEquals(warp.output.bytes[y * width + x], figure.bytes[(y - 2) * width + x + 4]);
    }
  }
});

const FIELDS: readonly [string, (x: number, y: number) => readonly [number, number]][] = [
  ["half a pixel", () => [0.5, 0.5]],
  ["almost a pixel", () => [0.999, -0.999]],
  ["a turn", (x, y) => [(y - 36) * 0.04, -(x - 68) * 0.04]],
  ["a turn back", (x, y) => [-(y - 36) * 0.05, (x - 68) * 0.05]],
  ["a bulge", (x, y) => [Math.sin(x / 20) * 4 * Math.sin(y / 25), Math.cos(x / 30) * 3]],
  ["a steep step", (x) => [x > 60 ? 6 : 0, x > 60 ? -6 : 0]],
  ["far over the rim", () => [-40.3, 33.7]],
];

for (const [name, field] of FIELDS) {
  Deno.test(`Warp is Catmull-Rom to 2 steps of 255: ${name}`, () => {
    const figure = picture(SIZE);
    const warp = new Warp(figure, undefined, false);
    bendBy(warp, field);
    warp.bend(WHOLE);
    const most = farthest(warp, figure);
    assert(most <= 2, `${most} steps`);
  });

  Deno.test(`Warp lays a cut-out figure over its background to 3 steps of 255: ${name}`, () => {
    const figure = disc(SIZE, 60, 40, 24);
    const behind = picture(SIZE);
    const warp = new Warp(figure, behind, true);
    bendBy(warp, field);
    warp.bend(WHOLE);
    const most = farthest(warp, figure, behind);
    assert(most <= 3, `${most} steps`);
  });
}

Deno.test("Warp restores the background where the figure was", () => {
  const behind = picture(SIZE);
  const warp = new Warp(disc(SIZE, 60, 40, 20), behind, false);
  for (const shift of [0, 30, -30, 0, 500]) {
    bendBy(warp, () => [shift, 0]);
    warp.bend(WHOLE);
  }
  assertEquals(warp.output.bytes, behind.bytes);
});

Deno.test("Warp gives the same bytes whatever was bent before", () => {
  const [one, other] = [0, 1].map(() => new Warp(disc(SIZE, 60, 40, 20), picture(SIZE), true)) as [
    Warp,
    Warp,
  ];
  for (const phase of [3, 1, 2]) {
    bendBy(one, (x, y) => [Math.sin(x / 20 + phase) * 8, Math.cos(y / 15 + phase) * 8]);
    one.bend(WHOLE);
  }
  other.grid.set(one.grid);
  other.bend(WHOLE);
  assertEquals(one.output.bytes, other.output.bytes);
  assertEquals(one.output.alpha, other.output.alpha);
});

Deno.test("Warp bends a box as it bends the whole", () => {
  const [part, whole] = [0, 1].map(() => new Warp(disc(SIZE, 60, 40, 20), picture(SIZE), false)) as [
    Warp,
    Warp,
  ];
  for (const warp of [part, whole]) bendBy(warp, (x, y) => [x / 20, y / 30]);
  whole.bend(WHOLE);
  part.bend({ x: 40, y: 20, width: 30, height: 30 });
  for (let y = 20; y < 50; y++) {
    for (let x = 40; x < 70; x++) {
      assertEquals(part.output.bytes[y * SIZE.width + x], whole.output.bytes[y * SIZE.width + x]);
    }
  }
});

Deno.test("Warp's alpha follows the figure, and its colours are premultiplied over black", () => {
  const warp = new Warp(disc(SIZE, 60, 40, 20), undefined, true);
  bendBy(warp, () => [-10, 0]);
  warp.bend(WHOLE);
  const at = (x: number, y: number) => y * SIZE.width + x;
  const { bytes, alpha } = warp.output;
  assertEquals(alpha![at(70, 40)], 255);
  assertEquals(alpha![at(45, 40)], 0);
  assertEquals(bytes[at(45, 40)], 16);
  assertGreater(alpha![at(88, 40)]!, 200);
  for (let pixel = 0; pixel < alpha!.length; pixel++) {
    assert(bytes[pixel]! - 16 <= 219 * alpha![pixel]! / 255 + 12, "brighter than its alpha allows");
  }
});

/**
 * Cutting, resizing and blurring against answers of OpenCV 5.0 (cv2.resize, cv2.GaussianBlur), computed once from the same
 * formulas of pictures. "linear" gives OpenCV's bytes; of the others every number may differ by one.
 */
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { blurPart, gaussianWeights, maskKernel } from "../../src/prepare/video/gaussian.ts";
import { cutResized, type ResizeKernel } from "../../src/prepare/video/cut_resized.ts";
import { jawMask } from "../../src/prepare/video/jaw_mask.ts";

const WIDTH = 120;
const HEIGHT = 90;
const SAMPLES = 24;

function picture(): Uint8Array {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0, at = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, at += 3) {
      rgb[at] = x * 7 + y * 3;
      rgb[at + 1] = Math.floor(x * x / 5) + y * 11;
      rgb[at + 2] = Math.floor(x * y / 9) + 40;
    }
  }
  return rgb;
}

/** Every so many bytes, and the sum of all. */
function assertLooksLike(made: Uint8Array, samples: readonly number[], sum: number, what: string): void {
  const step = Math.max(1, Math.floor(made.length / SAMPLES));
  samples.forEach((wanted, nth) => {
    const is = made[nth * step]!;
    assert(Math.abs(is - wanted) <= 1, `${what}: sample ${nth} is ${is}, wanted ${wanted}`);
  });
  const total = made.reduce((a, b) => a + b, 0);
  assertLess(Math.abs(total - sum) / made.length, 0.06, `${what}: the sum is ${total}, wanted ${sum}`);
}

interface Resized {
  readonly kernel: ResizeKernel;
  readonly side: number;
  readonly sum: number;
  readonly samples: readonly number[];
}

// deno-fmt-ignore
const RESIZED: readonly Resized[] = [
  { kernel: "linear", side: 32, sum: 396665, samples: [178, 110, 168, 206, 161, 23, 234, 213, 118, 12, 8, 221, 35, 59, 68, 63, 110, 171, 91, 161, 27, 119, 212, 122] },
  { kernel: "lanczos4", side: 32, sum: 397529, samples: [178, 110, 169, 207, 162, 3, 235, 213, 118, 15, 17, 226, 35, 59, 69, 63, 110, 173, 91, 161, 36, 119, 212, 122] },
  { kernel: "linear", side: 64, sum: 1579890, samples: [171, 149, 158, 200, 232, 73, 228, 58, 108, 161, 141, 211, 28, 223, 59, 56, 50, 162, 84, 132, 63, 112, 215, 112] },
  { kernel: "lanczos4", side: 64, sum: 1581831, samples: [171, 149, 158, 199, 236, 45, 227, 59, 108, 176, 141, 199, 28, 223, 55, 56, 50, 161, 84, 132, 65, 112, 215, 112] },
  { kernel: "linear", side: 128, sum: 6321091, samples: [170, 109, 160, 197, 161, 105, 226, 212, 110, 254, 7, 213, 26, 59, 60, 54, 110, 163, 82, 162, 109, 110, 213, 114] },
  { kernel: "lanczos4", side: 128, sum: 6327336, samples: [169, 109, 163, 197, 161, 102, 225, 212, 108, 255, 10, 239, 25, 59, 73, 54, 110, 169, 82, 162, 112, 110, 214, 112] },
];

for (const { kernel, side, sum, samples } of RESIZED) {
  Deno.test(`cutResized: ${kernel} to ${side} as OpenCV does it`, () => {
    const made = cutResized(picture(), WIDTH, [20, 10, 110, 85], side, kernel);
    assertLooksLike(made, samples, sum, `${kernel} ${side}`);
    if (kernel === "linear") assertEquals(made.reduce((a, b) => a + b, 0), sum);
  });
}

Deno.test("cutResized: a box of the wanted side comes out as it is, and an even area is a mean", () => {
  const rgb = picture();
  const same = cutResized(rgb, WIDTH, [3, 5, 35, 37], 32, "linear");
  assertEquals(same.slice(0, 96), rgb.slice((5 * WIDTH + 3) * 3, (5 * WIDTH + 35) * 3));
  const half = cutResized(rgb, WIDTH, [0, 0, 16, 16], 8, "linear");
  const mean = (rgb[0]! + rgb[3]! + rgb[WIDTH * 3]! + rgb[WIDTH * 3 + 3]!) / 4;
  assertLess(Math.abs(half[0]! - mean), 0.51);
});

Deno.test("cutResized: an empty box, or one that leaves the picture, is a mistake of the caller", () => {
  for (const kernel of ["linear", "lanczos4"] as const) {
    for (
      const box of [[20, 10, 20, 40], [40, 10, 20, 40], [0, 40, 20, 10], [-1, 0, 20, 20], [0, -1, 20, 20], [
        100,
        0,
        WIDTH + 1,
        20,
      ], [0, 50, 20, HEIGHT + 1]] as [number, number, number, number][]
    ) {
      assertThrows(() => cutResized(picture(), WIDTH, box, 16, kernel), RangeError, box.join(", "));
    }
  }
});

function blocks(): Uint8Array {
  const grey = new Uint8Array(100 * 80);
  const fill = (top: number, bottom: number, left: number, right: number, value: number) => {
    for (let y = top; y < bottom; y++) grey.fill(value, y * 100 + left, y * 100 + right);
  };
  fill(40, 70, 20, 75, 255);
  fill(45, 50, 0, 6, 200);
  return grey;
}

// deno-fmt-ignore
const BLURRED = [
  { kernel: 1, sum: 426750, samples: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 0, 0] },
  { kernel: 3, sum: 426754, samples: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 0, 0] },
  { kernel: 15, sum: 426730, samples: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 22, 0, 233, 254, 0, 255, 255, 0, 254, 233, 0, 22, 1] },
];

for (const { kernel, sum, samples } of BLURRED) {
  Deno.test(`blurPart: a kernel of ${kernel} as OpenCV does it, with mirrored edges`, () => {
    const made = blurPart(blocks(), 100, 80, kernel, { x: 0, y: 0, width: 100, height: 80 });
    assertLooksLike(made, samples, sum, `blur ${kernel}`);
  });
}

Deno.test("blurPart: a part is cut from the whole, nothing outside of the picture", () => {
  const whole = blurPart(blocks(), 100, 80, 15, { x: 0, y: 0, width: 100, height: 80 });
  const part = blurPart(blocks(), 100, 80, 15, { x: 60, y: 50, width: 50, height: 20 });
  for (const [x, y] of [[0, 0], [14, 9], [39, 19], [20, 3]] as const) {
    assertEquals(part[y * 50 + x], whole[(y + 50) * 100 + x + 60]);
  }
  assertEquals(part[45], 0);
});

Deno.test("gaussianWeights: sigma follows from the kernel as cv2.getGaussianKernel(k, 0) says", () => {
  for (
    const [kernel, first] of [
      [15, [0.004107253, 0.010743415, 0.024237534, 0.047161737]],
      [61, [0.000287278, 0.000398345, 0.000546268, 0.000740865]],
    ] as const
  ) {
    const weights = gaussianWeights(kernel);
    assertEquals(weights.length, kernel);
    first.forEach((wanted, at) => assertLess(Math.abs(weights[at]! - wanted), 1e-8));
  }
});

Deno.test("maskKernel: int(0.1 * w // 2 * 2) + 1, as Python counts", () => {
  const known = [[19, 1], [30, 3], [100, 11], [119, 11], [120, 13], [139, 13], [140, 15], [300, 31], [
    434,
    43,
  ]];
  for (const [width, kernel] of [...known, [600, 61], [734, 73], [1000, 101]] as [number, number][]) {
    assertEquals(maskKernel(width), kernel, `of ${width}`);
  }
});

/** A face whose jaw is half an ellipse about (100, 90), 50 wide and 60 high; all other points in its middle. */
function face(): Float32Array {
  const points = new Float32Array(478 * 3);
  for (let index = 0; index < 478; index++) points.set([100, 90, 0], index * 3);
  const jaw = [
    ...[162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
    ...[377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356, 389],
  ];
  jaw.forEach((index, nth) => {
    const angle = Math.PI * nth / (jaw.length - 1);
    points.set([100 - 50 * Math.cos(angle), 90 + 60 * Math.sin(angle), 0], index * 3);
  });
  return points;
}

Deno.test("jawMask: whole at the mouth, nothing above the crop's middle, soft at the jaw, nothing at the box' sides", () => {
  const box = [50, 30, 150, 160] as const;
  const crop = [3, -2, 197, 192] as const;
  const mask = jawMask(face(), box, crop);
  assertEquals(mask.length, 100 * 130);
  const at = (x: number, y: number) => mask[(y - 30) * 100 + x - 50]!;
  assertEquals(at(100, 125), 255);
  // Half the crop is at row 95; the kernel of 19 reaches nine rows farther.
  assertEquals(at(100, 85), 0);
  const edge = at(100, 95);
  assert(edge > 90 && edge < 165, `${edge} at the middle`);
  assert(at(100, 90) < edge && edge < at(100, 100));
  const chin = at(100, 152);
  assert(chin > 60 && chin < 200, `${chin} at the chin`);
  assertEquals(at(100, 159) < chin, true);
  assertLess(at(50, 110), 8);
  assertLess(at(149, 110), 8);
  // Left and right alike.
  for (const [x, y] of [[60, 110], [70, 130], [80, 140]] as const) {
    assertLess(Math.abs(at(x, y) - at(199 - x, y)), 3);
  }
});

/** Boxes, masks, crops and steadiness of what is prepared from clips: the engines' rules by hand-made numbers. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { cutResized } from "../../src/prepare/video/cut_resized.ts";
import {
  cropBox,
  meanBoxes,
  museTalkBox,
  ultralightBox,
  wav2lipBox,
} from "../../src/prepare/video/face_boxes.ts";
import { FrameTimes } from "../../src/prepare/video/frame_times.ts";
import { blurPart, gaussianWeights, maskKernel } from "../../src/prepare/video/gaussian.ts";
import { jawMask } from "../../src/prepare/video/jaw_mask.ts";
import { bridged, smoothed, steadyPoints } from "../../src/prepare/video/steady_points.ts";
import { clipFrame } from "../fakes/video_avatar.ts";

const SIZE = { width: 640, height: 480 };

/** All points at one place, but for those given. */
function pointsAt(places: Readonly<Record<number, readonly [number, number]>>): Float32Array {
  const points = new Float32Array(478 * 3);
  for (let index = 0; index < 478; index++) {
    const [x, y] = places[index] ?? [300, 250];
    points.set([x, y, 0], index * 3);
  }
  return points;
}

const FACE = pointsAt({
  5: [300.7, 240.9],
  152: [305, 330.6],
  234: [210.4, 230],
  454: [395.9, 235],
  168: [301, 205],
  197: [301, 215],
  162: [212, 180],
  389: [398, 180],
  10: [300, 150],
});

Deno.test("museTalkBox: as far above the nose as the chin is below it; 1.5 adds ten rows, 1.0 moves by the shift", () => {
  assertEquals(museTalkBox(FACE, SIZE, "1.5"), [210, 150, 398, 340]);
  assertEquals(museTalkBox(FACE, SIZE, "1.0"), [210, 150, 398, 330]);
  assertEquals(museTalkBox(FACE, SIZE, "1.0", 7), [210, 164, 398, 330]);
  assertEquals(museTalkBox(FACE, { width: 640, height: 335 }, "1.5")[3], 335);
  const high = pointsAt({ 5: [300, 60], 152: [300, 150], 234: [-20, 60], 454: [700, 60] });
  assertEquals(museTalkBox(high, SIZE, "1.5"), [0, 0, 640, 260], "inside the picture");
});

Deno.test("cropBox: a square about the box, which may leave the picture: the known answers", () => {
  assertEquals(cropBox([200, 120, 360, 330], "1.5"), [123, 68, 437, 382]);
  assertEquals(cropBox([5, 30, 150, 240], "1.5"), [-80, -22, 234, 292]);
  assertEquals(cropBox([500, 250, 636, 478], "1.5"), [397, 193, 739, 535]);
  assertEquals(cropBox([200, 120, 360, 330], "1.0"), [154, 99, 406, 351]);
});

Deno.test("wav2lipBox and meanBoxes: ten rows below, means of five, one after another in place", () => {
  assertEquals(wav2lipBox(FACE, SIZE), [210, 150, 398, 340]);
  const boxes = Array.from({ length: 7 }, (_, n) => [10 * n, 0, 100 + 10 * n, 50] as const);
  assertEquals(meanBoxes(boxes).map(([x1]) => x1), [20, 30, 40, 44, 46, 48, 47]);
  assertEquals(meanBoxes([[4, 4, 9, 9]]), [[4, 4, 9, 9]]);
});

Deno.test("ultralightBox: a square as wide as the jaw, from the bridge of the nose down, moved inside", () => {
  assertEquals(ultralightBox(FACE, SIZE), [211, 215, 396, 400]);
  assertEquals(ultralightBox(FACE, { width: 640, height: 300 }), [211, 115, 396, 300]);
});

Deno.test("Gaussian: OpenCV's kernel and sigma", () => {
  assertEquals([314, 342, 19, 20].map(maskKernel), [31, 35, 1, 3]);
  const weights = gaussianWeights(5);
  // cv2.getGaussianKernel(5, 1.1)
  [0.07076637, 0.24446039, 0.36954648].forEach((wanted, at) =>
    assertAlmostEquals(weights[at]!, wanted, 1e-7)
  );
  const dot = new Uint8Array(81);
  dot[40] = 255;
  const blurred = blurPart(dot, 9, 9, 5, { x: 2, y: 2, width: 5, height: 5 });
  assertEquals(blurred[12], Math.round(255 * weights[2]! ** 2));
  assertEquals(blurred[0], Math.round(255 * weights[0]! ** 2));
  const plain = blurPart(new Uint8Array(81).fill(90), 9, 9, 5, { x: -2, y: 0, width: 5, height: 3 });
  assertEquals([...plain.subarray(0, 5)], [0, 0, 90, 90, 90], "outside there is nothing, edges are mirrored");
});

Deno.test("jawMask: inside the box, nothing above the crop's middle, open where the mouth is", () => {
  const { points, boxes } = clipFrame(0, 3, { size: { width: 640, height: 360 } });
  const box = museTalkBox(points, { width: 640, height: 360 }, "1.5");
  const crop = cropBox(box, "1.5");
  const mask = jawMask(points, box, crop);
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  assertEquals(mask.length, width * height);
  assert(boxes.musetalk !== undefined);
  const at = (x: number, y: number) => mask[Math.round((y - box[1]) * width + x - box[0])]!;
  assertEquals(at(points[14 * 3]!, points[14 * 3 + 1]!), 255, "the mouth");
  const middle = (crop[1] + crop[3]) / 2;
  assertEquals(at(box[0] + width / 2, middle - maskKernel(crop[2] - crop[0]) / 2 - 2), 0, "above the middle");
  assertEquals(mask[0], 0);
});

Deno.test("cutResized: linear and lanczos4 of flat and sloping pictures, halved to a mean", () => {
  const flat = new Uint8Array(40 * 30 * 3).fill(77);
  for (const kernel of ["linear", "lanczos4"] as const) {
    assert(cutResized(flat, 40, [3, 2, 35, 27], 16, kernel).every((value) => value === 77), kernel);
  }
  const slope = Uint8Array.from({ length: 40 * 30 * 3 }, (_, at) => Math.floor(at / 3) % 40 * 4);
  const half = cutResized(slope, 40, [10, 0, 40, 30], 15, "linear");
  assertEquals([half[0], half[3], half[42]], [42, 50, 154]);
  const twice = cutResized(slope, 40, [10, 10, 20, 20], 20, "linear");
  assertEquals([twice[3], twice[6]], [41, 43]);
});

Deno.test("steadyPoints: a second without a face is bridged, longer is named by its time", () => {
  const at = (x: number) => new Float32Array(478 * 3).fill(x);
  const gone = (count: number) => Array<undefined>(count).fill(undefined);
  const whole = bridged([at(0), ...gone(24), at(25)], "clip.mp4");
  assertEquals(whole.length, 26);
  assertAlmostEquals(whole[10]![7]!, 10, 1e-4);
  assertEquals(bridged([...gone(5), at(3)], "clip.mp4")[0]![0], 3);
  const error = assertThrows(() => bridged([at(0), ...gone(26), at(1)], "clip.mp4"), InputFault);
  assertEquals(error.message.includes("no face from 0:00.0 to 0:01.1"), true, error.message);
  assertThrows(() => bridged(gone(60), "clip.mp4"), InputFault, "shows no face, wanted");
});

Deno.test("smoothed: trembling is calmed, nothing is shifted in time", () => {
  const line = Array.from({ length: 20 }, (_, n) => new Float32Array(3).fill(n));
  smoothed(line).forEach((point, n) => assertAlmostEquals(point[0]!, n, 1e-5));
  const trembling = Array.from({ length: 20 }, (_, n) => new Float32Array(3).fill(n % 2));
  assert(smoothed(trembling).slice(4, -4).every((point) => Math.abs(point[0]! - 0.5) < 0.1));
  assertEquals(steadyPoints([new Float32Array(3)], "a").length, 1);
});

Deno.test("FrameTimes: the nearest picture at each of 25 moments a second, whatever the rate", () => {
  const shown = (times: readonly number[]) => {
    const moments = new FrameTimes();
    const counts: number[] = [];
    for (const time of times) {
      const given = moments.add(time);
      if (given) counts.push(given.to - given.from);
    }
    const { from, to } = moments.finish();
    return [...counts, to - from];
  };
  assertEquals(shown([0, 0.04, 0.08]), [1, 1, 1]);
  assertEquals(shown(Array.from({ length: 60 }, (_, n) => n / 60)).reduce((a, b) => a + b), 25);
  assertEquals(shown(Array.from({ length: 12 }, (_, n) => n / 12)).reduce((a, b) => a + b), 25);
  assertEquals(shown([0, 0.5, 0.52, 1]).reduce((a, b) => a + b), 37);
});

/** Boxes of every engine from a face's points, against numbers worked out by hand from each engine's rules. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import {
  cropBox,
  JAW_68,
  meanBoxes,
  museTalkBox,
  ultralightBox,
  wav2lipBox,
} from "../../src/prepare/video/face_boxes.ts";
import { boxesOf, type ClipWishes } from "../../src/prepare/video/write_clip.ts";
import type { Edges } from "../../src/film/mod.ts";

const SIZE = { width: 640, height: 480 };

/** All points in one place but those named. */
function face(places: Readonly<Record<number, readonly [number, number]>>): Float32Array {
  const points = new Float32Array(478 * 3);
  for (let index = 0; index < 478; index++) points.set([300, 200, 0], index * 3);
  for (const [index, [x, y]] of Object.entries(places)) points.set([x, y], Number(index) * 3);
  return points;
}

const [EAR_UPPER, EAR, CHIN, OTHER_EAR, OTHER_EAR_UPPER] = [162, 234, 152, 454, 389];
const PLAIN = face({
  5: [302.9, 210.7],
  [EAR_UPPER]: [220.9, 150],
  [EAR]: [223.2, 180],
  [OTHER_EAR]: [381.9, 180],
  [OTHER_EAR_UPPER]: [385.8, 150],
  [CHIN]: [301, 290.6],
  10: [300, 118.4],
  197: [300, 185.9],
});

Deno.test("museTalkBox: as far above the nose as the chin is below, cut to whole pixels", () => {
  // Nose at 210, chin at 290: 80 below, so the top is at 130.
  assertEquals(museTalkBox(PLAIN, SIZE, "1.0"), [220, 130, 385, 290]);
  assertEquals(museTalkBox(PLAIN, SIZE, "1.5"), [220, 130, 385, 300]);
});

Deno.test("museTalkBox: bbox_shift moves the middle in 1.0 only", () => {
  // The middle at 217, the chin 73 below it.
  assertEquals(museTalkBox(PLAIN, SIZE, "1.0", 7), [220, 144, 385, 290]);
  assertEquals(museTalkBox(PLAIN, SIZE, "1.0", -9), [220, 112, 385, 290]);
  assertEquals(museTalkBox(PLAIN, SIZE, "1.5", 7), [220, 130, 385, 300]);
});

Deno.test("museTalkBox: stays in the picture above, below and beside", () => {
  const low = face({ 5: [300, 420], [CHIN]: [300, 474], [EAR]: [-12, 400], [OTHER_EAR]: [655, 400] });
  assertEquals(museTalkBox(low, SIZE, "1.5"), [0, 366, 640, 480]);
  const high = face({ 5: [300, 40], [CHIN]: [300, 120], [EAR]: [250, 40], [OTHER_EAR]: [350, 40] });
  // Everything else lies at 200, which is what counts as the lowest.
  assertEquals(museTalkBox(high, SIZE, "1.0"), [250, 0, 350, 200]);
});

Deno.test("museTalkBox: a brow that reaches beyond a turned face's jaw counts, as in the 68 points", () => {
  const turned = face({
    5: [302, 210],
    [EAR]: [223, 180],
    [OTHER_EAR]: [381, 180],
    [CHIN]: [301, 290],
    70: [215, 160],
  });
  assertEquals(museTalkBox(turned, SIZE, "1.0"), [215, 130, 381, 290]);
});

Deno.test("cropBox: get_crop_box with expand 1.5 and 1.2, middles by whole division; it may leave the picture", () => {
  // 165 x 170: middle (302, 215), half 85 * 1.5 = 127.5 -> 127.
  assertEquals(cropBox([220, 130, 385, 300], "1.5"), [175, 88, 429, 342]);
  // 165 x 160: 165 // 2 = 82, 82 * 1.2 = 98.4 -> 98.
  assertEquals(cropBox([220, 130, 385, 290], "1.0"), [204, 112, 400, 308]);
  assertEquals(cropBox([0, 0, 100, 90], "1.5"), [-25, -30, 125, 120]);
});

Deno.test("wav2lipBox: the whole face and ten rows below, cut to whole pixels, inside the picture", () => {
  assertEquals(wav2lipBox(PLAIN, SIZE), [220, 118, 385, 300]);
  const low = face({ [CHIN]: [300, 475.5], 10: [300, -8] });
  assertEquals(wav2lipBox(low, SIZE), [300, 0, 300, 480]);
});

Deno.test("meanBoxes: get_smoothened_boxes with T = 5, in place and in whole numbers", () => {
  const boxes = [0, 10, 20, 31, 40, 50, 60].map((x): Edges => [x, 0, x + 100, 100]);
  // By numpy: boxes[i] = np.mean(window, axis=0) in an array of whole numbers.
  assertEquals(meanBoxes(boxes).map(([x]) => x), [20, 30, 40, 44, 46, 48, 47]);
  assertEquals(boxes[0], [0, 0, 100, 100]);
  assertEquals(meanBoxes(boxes.slice(0, 2)).map(([x]) => x), [5, 7]);
  assertEquals(meanBoxes([]), []);
});

Deno.test("ultralightBox: a square from the second bridge point down, between the second points of the jaw", () => {
  // Halfway from 220.9 to 223.2 is 222.05, from 381.9 to 385.8 it is 383.85.
  assertEquals(ultralightBox(PLAIN, SIZE), [222, 185, 383, 346]);
  const low = face({
    [EAR_UPPER]: [200, 300],
    [EAR]: [200, 300],
    [OTHER_EAR]: [400, 300],
    389: [400, 300],
    197: [300, 350],
  });
  assertEquals(ultralightBox(low, SIZE), [200, 280, 400, 480]);
});

Deno.test("boxesOf: a face of which an engine would see less than 16 pixels is refused by its time", () => {
  const wishes = (hasWav2lip: boolean, hasUltralight: boolean): ClipWishes => ({
    plan: { name: "idle", role: "idle", order: "pingpong" },
    version: "1.5",
    shiftPx: 0,
    hasWav2lip,
    hasUltralight,
  });
  const pictures = { what: "clip.mp4", size: SIZE, framesExpected: 3, pictures: () => nothing() };
  async function* nothing() {}
  const boxes = boxesOf([PLAIN, PLAIN, PLAIN], pictures, wishes(true, true));
  assertEquals(boxes.length, 3);
  // A jaw whose ends have changed sides: Ultralight's square would have less than no pixels.
  const crossed = face({
    [EAR_UPPER]: [385.8, 150],
    [EAR]: [381.9, 180],
    [OTHER_EAR]: [223.2, 180],
    [OTHER_EAR_UPPER]: [220.9, 150],
    [CHIN]: [301, 290.6],
    5: [302.9, 210.7],
    10: [300, 118.4],
    197: [300, 185.9],
  });
  assertEquals(boxesOf([PLAIN, crossed], pictures, wishes(true, false)).length, 2);
  const fault = assertThrows(() => boxesOf([PLAIN, crossed], pictures, wishes(false, true)), InputFault);
  assertEquals(fault.code, "no_face");
  assertStringIncludes(fault.message, "clip.mp4 shows less than a face at 0:00.0, wanted the whole face");
  // Only a sliver of it is in the picture: the mean of five boxes is as narrow.
  const gone = PLAIN.map((value, at) => at % 3 === 0 ? value - 375 : value);
  assertThrows(
    () => boxesOf(Array(5).fill(gone), pictures, wishes(true, false)),
    InputFault,
    "less than a face",
  );
});

Deno.test("JAW_68: seventeen points, the chin in the middle", () => {
  assertEquals([JAW_68.length, JAW_68[8]], [17, 152]);
});

import { assert, assertEquals, assertGreater, assertLess, assertNotEquals } from "@std/assert";
import { type Box, type Face, type I420Frame, loadFace } from "../../src/avatar/mod.ts";
import { JAW, MOUTH_LENGTH, PRESS, PUCKER, SPREAD, TEETH } from "../../src/lipsync/mod.ts";
import { type FrameSize, i420Bytes } from "../../src/time/mod.ts";

const MAI = decodeURIComponent(new URL("../../avatars/mai", import.meta.url).pathname);
const SIZE = { width: 640, height: 360 };
const face = await loadFace(MAI, SIZE);

function blank(size: FrameSize = SIZE): I420Frame {
  return { ...size, bytes: new Uint8Array(i420Bytes(size)) };
}

function idle(frame: number, of: Face = face): I420Frame {
  const into = blank(of.size);
  of.paintIdle(into, frame);
  return into;
}

function speaking(values: Partial<Record<number, number>>, frame = 0): I420Frame {
  const into = idle(frame);
  face.paintMouth(into, frame, Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => values[index] ?? 0));
  return into;
}

function luma(frame: I420Frame, x: number, y: number): number {
  return frame.bytes[y * frame.width + x]!;
}

/** Boxes of luma and chroma that differ lie in `box`. */
function assertDiffersOnlyIn(box: Box, a: I420Frame, b: I420Frame): void {
  const { width, height } = a;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height) continue;
      assertEquals(luma(a, x, y), luma(b, x, y), `pixel ${x} ${y}`);
      const chroma = width * height + (y >> 1) * (width >> 1) + (x >> 1);
      assertEquals(a.bytes[chroma], b.bytes[chroma]);
      assertEquals(a.bytes[chroma + width * height / 4], b.bytes[chroma + width * height / 4]);
    }
  }
}

function difference(a: I420Frame, b: I420Frame): number {
  let sum = 0;
  for (let at = 0; at < a.bytes.length; at++) sum += Math.abs(a.bytes[at]! - b.bytes[at]!);
  return sum;
}

/** Dark pixels (the open cavity) in the mouth's box. */
function darkPixels(frame: I420Frame): number {
  const { x, y, width } = face.speechBox;
  let count = 0;
  // The neck below and the hair at the sides are dark too: only the middle third, above the chin.
  for (let row = y; row < y + Math.floor(face.speechBox.height * 0.42); row++) {
    for (let column = x + Math.floor(width / 3); column < x + Math.floor(width * 2 / 3); column++) {
      if (luma(frame, column, row) < 55) count++;
    }
  }
  return count;
}

Deno.test("paintIdle gives the same bytes for the same frame, in any order and from any face", async () => {
  const [a, b] = [idle(52), idle(4711)];
  assertEquals(idle(52).bytes, a.bytes);
  using other = await loadFace(MAI, SIZE);
  assertEquals(idle(4711, other).bytes, b.bytes);
  assertEquals(idle(52, other).bytes, a.bytes);
});

Deno.test("paintIdle moves a little from every frame to the next, and never jumps", () => {
  const frame = blank();
  const last = blank();
  const apart = difference(idle(0), idle(1000));
  face.paintIdle(last, 0);
  for (let number = 1; number < 120; number++) {
    face.paintIdle(frame, number);
    const step = difference(last, frame);
    assertGreater(step, 0);
    assertLess(step, apart, `frame ${number}`);
    last.bytes.set(frame.bytes);
  }
});

Deno.test("paintIdle with another seed lives in another rhythm", async () => {
  using other = await loadFace(MAI, SIZE, { seed: 2 });
  let different = 0;
  for (let frame = 0; frame < 200; frame++) if (difference(idle(frame), idle(frame, other)) > 0) different++;
  assertGreater(different, 5);
});

Deno.test("paintMouth with an all-zero mouth leaves the idle picture", () => {
  assertEquals(speaking({}, 30).bytes, idle(30).bytes);
});

Deno.test("paintMouth just above zero is close to the idle picture: no step where speech begins", () => {
  const step = difference(speaking({ [JAW]: 0.01 }), idle(0));
  const open = difference(speaking({ [JAW]: 1 }), idle(0));
  assertLess(step, open / 20);
});

Deno.test("paintMouth touches the speech box and nothing else", () => {
  for (
    const values of [{ [JAW]: 1 }, { [JAW]: 1, [SPREAD]: 1 }, { [PUCKER]: 1 }, { [TEETH]: 1 }, { [PRESS]: 1 }]
  ) {
    assertDiffersOnlyIn(face.speechBox, speaking(values), idle(0));
  }
  for (const side of [face.speechBox.x, face.speechBox.y, face.speechBox.width, face.speechBox.height]) {
    assertEquals(side % 2, 0);
  }
});

Deno.test("paintMouth opens a dark cavity with the jaw and shuts it by press", () => {
  const closed = darkPixels(idle(0));
  const half = darkPixels(speaking({ [JAW]: 0.5 }));
  const open = darkPixels(speaking({ [JAW]: 1 }));
  assertGreater(half, closed + 20);
  assertGreater(open, half);
  assertLess(darkPixels(speaking({ [JAW]: 1, [SPREAD]: 1, [PRESS]: 1 })), closed + 10);
});

Deno.test("paintMouth shows six different mouths for six different parameters", () => {
  const shapes = Array.from({ length: MOUTH_LENGTH }, (_, index) => speaking({ [index]: 1 }));
  for (const [index, shape] of shapes.entries()) {
    assertNotEquals(difference(shape, idle(0)), 0, `parameter ${index}`);
    for (const other of shapes.slice(index + 1)) assertGreater(difference(shape, other), 500);
  }
});

Deno.test("paintMouth depends on the mouth alone, not on what was painted before", () => {
  const first = speaking({ [JAW]: 0.6, [SPREAD]: 0.3 });
  speaking({ [PUCKER]: 1, [JAW]: 0.9 });
  assertEquals(speaking({ [JAW]: 0.6, [SPREAD]: 0.3 }).bytes, first.bytes);
});

for (
  const size of [{ width: 1280, height: 720 }, { width: 480, height: 480 }, { width: 360, height: 640 }, SIZE]
) {
  Deno.test(`loadFace fills ${size.width}x${size.height} with a face inside it`, async () => {
    using other = await loadFace(MAI, size);
    const frame = idle(0, other);
    const { x, y, width, height } = other.speechBox;
    assert(x > 0 && y > size.height / 4 && x + width < size.width && y + height < size.height);
    assert(Math.abs(x + width / 2 - size.width / 2) < size.width * 0.03, "the mouth is in the middle");
    for (let at = 0; at < size.width * size.height; at++) {
      assert(frame.bytes[at]! >= 16 && frame.bytes[at]! <= 235, "limited range");
    }
  });
}

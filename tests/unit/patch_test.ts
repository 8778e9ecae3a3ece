/** Pasting patches: against a plain reference in RGB, at every edge of the picture, with and without colour match. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Box, I420Frame } from "../../src/avatar/mod.ts";
import { pastePlane } from "../../src/stage/blend.ts";
import { ColourMatch, OFFSET_MAX } from "../../src/stage/colour_match.ts";
import { PatchPaster } from "../../src/stage/patch_paster.ts";

const SIZE = { width: 64, height: 48 };

/** BT.601 limited range in floating point, the definition of ITU-R BT.601. */
function yuvOf(red: number, green: number, blue: number): [number, number, number] {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [
    16 + luma * 219 / 255,
    128 + (blue - luma) / 1.772 * 224 / 255,
    128 + (red - luma) / 1.402 * 224 / 255,
  ];
}

type Rgb = (x: number, y: number) => readonly [number, number, number];

function i420Of(rgb: Rgb, { width, height } = SIZE): I420Frame {
  const bytes = new Uint8Array(width * height * 3 / 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes[y * width + x] = Math.round(yuvOf(...rgb(x, y))[0]);
  }
  for (const plane of [1, 2]) {
    for (let y = 0; y < height / 2; y++) {
      for (let x = 0; x < width / 2; x++) {
        let sum = 0;
        for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
          sum += yuvOf(...rgb(2 * x + dx, 2 * y + dy))[plane]!;
        }
        bytes[width * height * (plane === 1 ? 1 : 1.25) + y * width / 2 + x] = Math.round(sum / 4);
      }
    }
  }
  return { width, height, bytes };
}

/** What the reference does: resize the patch in RGB as OpenCV does, paste it as PIL does. */
function referenceOf(frame: Rgb, patch: Uint8Array, side: number, box: Box, mask: Uint8Array): Rgb {
  const resized = (x: number, y: number, channel: number) => {
    const place = (at: number, to: number) => Math.max(0, Math.min(side - 1, (at + 0.5) * side / to - 0.5));
    const [px, py] = [place(x, box.width), place(y, box.height)];
    const [x0, y0] = [Math.floor(px), Math.floor(py)];
    const [x1, y1] = [Math.min(side - 1, x0 + 1), Math.min(side - 1, y0 + 1)];
    const at = (column: number, row: number) => patch[(row * side + column) * 3 + channel]!;
    const upper = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * (px - x0);
    const lower = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * (px - x0);
    return Math.round(upper + (lower - upper) * (py - y0));
  };
  return (x, y) => {
    const [bx, by] = [x - box.x, y - box.y];
    const below = frame(x, y);
    if (bx < 0 || by < 0 || bx >= box.width || by >= box.height) return below;
    const opacity = mask[by * box.width + bx]!;
    const over = (channel: number) =>
      Math.round((resized(bx, by, channel) * opacity + below[channel]! * (255 - opacity)) / 255);
    return [over(0), over(1), over(2)];
  };
}

const smoothFrame: Rgb = (x, y) => [
  Math.round(120 + 60 * Math.sin(x * 0.2)),
  Math.round(110 + 50 * Math.cos(y * 0.15)),
  Math.round(90 + 40 * Math.sin((x + y) * 0.1)),
];

function smoothPatch(side: number): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const [x, y, channel] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side), at % 3];
    return Math.round(128 + 70 * Math.sin(x * 40 / side * 0.3 + channel) * Math.cos(y * 40 / side * 0.25));
  });
}

function softMask(box: Box): Uint8Array {
  return Uint8Array.from({ length: box.width * box.height }, (_, at) => {
    const [x, y] = [at % box.width + 0.5, Math.floor(at / box.width) + 0.5];
    const edge = Math.min(x, box.width - x, y, box.height - y) /
      Math.max(1, Math.min(box.width, box.height) / 4);
    return Math.round(255 * Math.min(1, edge));
  });
}

function worst(a: Uint8Array, b: Uint8Array, from: number, to: number): number {
  let most = 0;
  for (let at = from; at < to; at++) most = Math.max(most, Math.abs(a[at]! - b[at]!));
  return most;
}

function check(side: number, box: Box): void {
  const patch = smoothPatch(side);
  const mask = softMask(box);
  const frame = i420Of(smoothFrame);
  const wanted = i420Of(referenceOf(smoothFrame, patch, side, box, mask));
  const paster = new PatchPaster({ matchesColour: false });
  paster.take(patch, side);
  paster.paste(frame, { box, mask }, 1);
  const area = SIZE.width * SIZE.height;
  const what = `${side} into ${JSON.stringify(box)}`;
  assert(worst(frame.bytes, wanted.bytes, 0, area) <= 1, `luma, ${what}`);
  assert(worst(frame.bytes, wanted.bytes, area, area * 1.5) <= 1, `chroma, ${what}`);
}

Deno.test("PatchPaster: within 1 LSB of the reference, boxes of any parity and size", () => {
  for (const side of [16, 40, 96]) {
    for (const x of [10, 11]) {
      for (const [width, height] of [[16, 16], [17, 21], [30, 25], [side, side]] as const) {
        check(side, { x, y: 5 + (width & 1), width, height });
      }
    }
  }
});

Deno.test("PatchPaster: within 1 LSB where the box leaves the picture on any side", () => {
  for (const [x, y] of [[-7, 10], [-8, -9], [50, 3], [49, 33], [20, 40], [3, -11]] as const) {
    check(24, { x, y, width: 23, height: 22 });
  }
});

Deno.test("PatchPaster: a box outside the picture, or of no size, changes nothing", () => {
  const paster = new PatchPaster();
  paster.take(smoothPatch(16), 16);
  for (
    const box of [{ x: 64, y: 0, width: 10, height: 10 }, { x: -10, y: -10, width: 10, height: 10 }, {
      x: 5,
      y: 5,
      width: 0,
      height: 9,
    }]
  ) {
    const frame = i420Of(smoothFrame);
    paster.paste(frame, { box, mask: new Uint8Array(100).fill(255) }, 1);
    assertEquals(frame.bytes, i420Of(smoothFrame).bytes);
  }
});

Deno.test("PatchPaster: nothing outside the mask changes, nothing at all at opacity 0", () => {
  const box = { x: 10, y: 4, width: 16, height: 16 };
  const mask = Uint8Array.from({ length: 256 }, (_, at) => (at % 16 < 8 ? 0 : 255));
  const paster = new PatchPaster({ matchesColour: false });
  paster.take(new Uint8Array(16 * 16 * 3).fill(255), 16);
  const frame = i420Of(() => [100, 100, 100]);
  const before = frame.bytes.slice();
  paster.paste(frame, { box, mask }, 0);
  assertEquals(frame.bytes, before);
  paster.paste(frame, { box, mask }, 1);
  for (let y = 0; y < SIZE.height; y++) {
    for (let x = 0; x < SIZE.width; x++) {
      const isInside = x >= 18 && x < 26 && y >= 4 && y < 20;
      assertEquals(frame.bytes[y * SIZE.width + x], isInside ? 235 : before[0], `at ${x},${y}`);
    }
  }
});

Deno.test("PatchPaster: blends by mask times opacity", () => {
  const box = { x: 0, y: 0, width: 16, height: 16 };
  const mask = Uint8Array.from({ length: 256 }, (_, at) => (at % 16) * 17);
  for (const opacity of [0.15625, 0.5, 1]) {
    const frame = i420Of(() => [40, 40, 40]);
    const below = frame.bytes[0]!;
    const paster = new PatchPaster({ matchesColour: false });
    paster.take(new Uint8Array(16 * 16 * 3).fill(255), 16);
    paster.paste(frame, { box, mask }, opacity);
    for (let x = 0; x < 16; x++) {
      const wanted = below + (235 - below) * (x * 17 / 255) * opacity;
      assert(Math.abs(frame.bytes[x]! - wanted) <= 0.51, `x ${x} opacity ${opacity}`);
    }
  }
});

/** The picture as RGB the way a decoder makes it: each chroma sample stands for its four pixels. */
function rgbOf({ bytes, width, height }: I420Frame): Rgb {
  const area = width * height;
  return (x, y) => {
    const chroma = area + (y >> 1) * (width >> 1) + (x >> 1);
    const luma = (bytes[y * width + x]! - 16) * 255 / 219;
    const u = (bytes[chroma]! - 128) * 255 / 224;
    const v = (bytes[chroma + area / 4]! - 128) * 255 / 224;
    const green = luma - (0.114 * 1.772 * u + 0.299 * 1.402 * v) / 0.587;
    return [Math.round(luma + 1.402 * v), Math.round(green), Math.round(luma + 1.772 * u)];
  };
}

function cutOut(rgb: Rgb, box: Box, cast: readonly [number, number, number] = [0, 0, 0]): Uint8Array {
  return Uint8Array.from({ length: box.width * box.height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % box.width, Math.floor(at / 3 / box.width)];
    return rgb(x + box.x, y + box.y)[at % 3]! + cast[at % 3]!;
  });
}

Deno.test("PatchPaster: a patch that equals the picture leaves it as it is, to the byte", () => {
  for (const [x, y] of [[16, 12], [17, 11]] as const) {
    const box = { x, y, width: 24, height: 24 };
    const frame = i420Of(smoothFrame);
    const before = frame.bytes.slice();
    const paster = new PatchPaster();
    paster.take(cutOut(rgbOf(frame), box), 24);
    for (const opacity of [1, 0.4]) {
      paster.paste(frame, { box, mask: softMask(box) }, opacity);
      assertEquals(frame.bytes, before);
    }
  }
});

Deno.test("PatchPaster: a cast leaves no seam, and without the match it does", () => {
  const box = { x: 16, y: 12, width: 24, height: 24 };
  const still = i420Of(smoothFrame);
  const patch = cutOut(smoothFrame, box, [14, 4, -6]);
  const away = (matchesColour: boolean) => {
    const frame = i420Of(smoothFrame);
    const paster = new PatchPaster({ matchesColour });
    paster.take(patch, 24);
    paster.paste(frame, { box, mask: softMask(box) }, 1);
    return worst(frame.bytes, still.bytes, 0, frame.bytes.length);
  };
  assert(away(true) <= 1, `a step of ${away(true)} is seen`);
  assert(away(false) >= 5, "the cast could not be seen anyway");
});

Deno.test("PatchPaster: a new cast is followed slowly, at once after forget()", () => {
  const box = { x: 16, y: 12, width: 24, height: 24 };
  const paster = new PatchPaster();
  const middleOf = (cast: number) => {
    const frame = i420Of(() => [100, 100, 100]);
    paster.take(cutOut(() => [100, 100, 100], box, [cast, cast, cast]), 24);
    paster.paste(frame, { box, mask: softMask(box) }, 1);
    return frame.bytes[24 * SIZE.width + 28]!;
  };
  const plain = middleOf(0);
  const steps = Array.from({ length: 60 }, () => middleOf(14));
  assert(steps[0]! > plain + 9, "the first frame jumped");
  steps.reduce((before, value) => {
    assert(value <= before && value >= before - 2, `${before} to ${value}`);
    return value;
  });
  assertEquals(steps.at(-1), plain);
  const turned = middleOf(-14);
  assert(turned < plain - 9);
  paster.forget();
  assertEquals(middleOf(-14), plain);
});

Deno.test("PatchPaster: a patch that shows something else is not pulled towards the picture beyond the limit", () => {
  const box = { x: 16, y: 12, width: 24, height: 24 };
  const frame = i420Of(() => [0, 0, 0]);
  const paster = new PatchPaster();
  paster.take(new Uint8Array(24 * 24 * 3).fill(255), 24);
  paster.paste(frame, { box, mask: softMask(box) }, 1);
  assertEquals(frame.bytes[24 * 64 + 28], 235 - OFFSET_MAX);
});

Deno.test("ColourMatch: offsets stay within 15, so that limited range stays a byte, in each plane and direction", () => {
  for (const sign of [1, -1]) {
    const match = new ColourMatch();
    match.begin();
    match.add(128, sign * 14, sign * 15, sign * 16);
    match.end();
    assertEquals([match.luma, match.u, match.v], [14, 15, 15].map((most) => sign * most));
    match.begin();
    match.add(128, sign * 200, sign * -200, 0);
    for (let n = 0; n < 200; n++) match.end();
    assertEquals([match.luma, match.u].map(Math.round), [sign * 15, sign * -15]);
  }
  assert(16 - OFFSET_MAX >= 0 && 240 + OFFSET_MAX <= 255);
});

Deno.test("PatchPaster: sides and boxes that change leave nothing of the ones before", () => {
  const boxes = [
    { x: -9, y: 3, width: 90, height: 61 },
    { x: 20, y: 9, width: 13, height: 18 },
    { x: 11, y: -30, width: 40, height: 77 },
  ];
  const used = new PatchPaster({ matchesColour: false });
  for (const [nth, side] of [40, 16, 96, 17, 40].entries()) {
    const box = boxes[nth % boxes.length]!;
    const results = [used, new PatchPaster({ matchesColour: false })].map((paster) => {
      const frame = i420Of(smoothFrame);
      paster.take(smoothPatch(side), side);
      paster.paste(frame, { box, mask: softMask(box) }, 0.7);
      return frame.bytes;
    });
    assertEquals(results[0], results[1]);
    check(side, box);
  }
});

Deno.test("PatchPaster: wherever the box lies, only pixels under its mask change, and towards the patch", () => {
  const place = fc.integer({ min: -40, max: 70 });
  const length = fc.integer({ min: 0, max: 100 });
  const paster = new PatchPaster({ matchesColour: false });
  paster.take(new Uint8Array(8 * 8 * 3).fill(255), 8);
  const before = i420Of(() => [90, 90, 90]);
  fc.assert(
    fc.property(place, place, length, length, fc.nat(), (x, y, width, height, seed) => {
      const mask = Uint8Array.from(
        { length: width * height },
        (_, at) => Math.max(0, ((Math.imul(at + 1, 2654435761 ^ seed) >>> 8) & 511) - 256),
      );
      const frame = { ...before, bytes: before.bytes.slice() };
      paster.paste(frame, { box: { x, y, width, height }, mask }, 1);
      for (let at = 0; at < SIZE.width * SIZE.height; at++) {
        const [bx, by] = [at % SIZE.width - x, Math.floor(at / SIZE.width) - y];
        const isIn = bx >= 0 && by >= 0 && bx < width && by < height;
        const opacity = isIn ? mask[by * width + bx]! : 0;
        assertEquals(
          frame.bytes[at],
          Math.round(before.bytes[0]! + (235 - before.bytes[0]!) * opacity / 255),
        );
      }
      assert(worst(frame.bytes, before.bytes, SIZE.width * SIZE.height, frame.bytes.length) === 0);
    }),
    { numRuns: 60 },
  );
});

Deno.test("pastePlane: whatever box and crop, as PIL pastes", () => {
  const edge = fc.integer({ min: -20, max: 50 });
  const length = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(edge, edge, length, length, edge, edge, length, length, fc.nat(), (...given) => {
      const [x1, y1, width, height, cx, cy, cropWidth, cropHeight, seed] = given;
      const random = (at: number) => (Math.imul(at + 1, 2654435761 ^ seed) >>> 8) & 255;
      const box = { x1, y1, x2: x1 + width, y2: y1 + height };
      const crop = { x1: cx, y1: cy, x2: cx + cropWidth, y2: cy + cropHeight };
      const source = Uint8Array.from({ length: width * height }, (_, at) => random(at));
      const mask = Uint8Array.from({ length: cropWidth * cropHeight }, (_, at) => random(at + 7777));
      const plane = Uint8Array.from({ length: 32 * 24 }, (_, at) => random(at + 999));
      const wanted = plane.map((below, at) => {
        const [x, y] = [at % 32, Math.floor(at / 32)];
        const isIn = (one: typeof box) => x >= one.x1 && x < one.x2 && y >= one.y1 && y < one.y2;
        if (!isIn(box) || !isIn(crop)) return below;
        const value = source[(y - y1) * width + x - x1]!;
        const opacity = mask[(y - cy) * cropWidth + x - cx]!;
        const sum = value * opacity + below * (255 - opacity) + 128;
        return (sum + (sum >> 8)) >> 8;
      });
      pastePlane(plane, 32, 24, source, box, mask, crop);
      assertEquals(plane, wanted);
    }),
    { numRuns: 200 },
  );
});

/** What a posed face promises whatever its puppet: expressions leave the lips of speech alone, looks change what lies behind. */
import { assert, assertEquals, assertGreater, assertLess, assertNotEquals, assertRejects } from "@std/assert";
import {
  type Box,
  calmManner,
  EXPRESSIONS,
  type Face,
  type I420Frame,
  loadFace,
  type Manner,
} from "../../src/avatar/mod.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { JAW, MOUTH_LENGTH, PUCKER } from "../../src/lipsync/mod.ts";
import { PosedFace } from "../../src/avatar/posed/posed_face.ts";
import type { Figure, Puppet } from "../../src/avatar/posed/puppet.ts";
import { type FrameSize, i420Bytes } from "../../src/time/mod.ts";

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
const REGRESS = decodeURIComponent(new URL("../regress", import.meta.url).pathname);
const MAI = `${SHIPPED}/mai`;
const SIZE = { width: 320, height: 180 };
const HAPPY = manner("happy");
const NEUTRAL = manner("neutral");
const OPEN = mouth({ [JAW]: 0.7 });

function manner(expression: typeof EXPRESSIONS[number], change: Partial<Manner> = {}): Manner {
  const made = Object.assign(calmManner(), change);
  made.expressions.fill(0);
  made.expressions[EXPRESSIONS.indexOf(expression)] = 1;
  return made;
}

function mouth(values: Partial<Record<number, number>>): Float32Array {
  return Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => values[index] ?? 0);
}

function blank(size: FrameSize = SIZE, hasAlpha = false): I420Frame {
  const bytes = new Uint8Array(i420Bytes(size));
  return hasAlpha ? { ...size, bytes, alpha: new Uint8Array(size.width * size.height) } : { ...size, bytes };
}

function painted(face: Face, frame: number, how: Manner, lips?: Float32Array, opacity = 1): I420Frame {
  const into = blank(face.size);
  face.paintIdle(into, frame, how);
  if (lips) face.paintMouth(into, frame, lips, how, opacity);
  return into;
}

/** A grey figure that fills the frame; lids colour the upper box, the mouth and the smile the lower one. */
class PlainPuppet implements Puppet {
  readonly id = "plain";
  readonly size = SIZE;
  readonly figure: Figure = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)).fill(128) };
  readonly mouthBox = { x: 140, y: 100, width: 40, height: 30 };
  readonly rig;
  uppers = 0;
  mouths = 0;

  constructor(readonly upperBox: Box = { x: 120, y: 60, width: 80, height: 20 }, amount = 0) {
    const middle = { centreX: 160, centreY: 80, radiusX: 40, radiusY: 50, pivotX: 160, pivotY: 130 };
    this.rig = { ...middle, shoulderY: 150, amount };
  }
  paintUpper(into: Figure, pose: { lidLeft: number; squint: number }): void {
    this.uppers++;
    fill(into, this.upperBox, 60 + Math.round(40 * pose.lidLeft + 40 * pose.squint));
  }
  paintMouth(into: Figure, lips: Float32Array, smile: number): void {
    this.mouths++;
    fill(into, { ...this.mouthBox, height: 20 }, 180 + Math.round(20 * lips[JAW]! + 10 * smile));
  }
  [Symbol.dispose](): void {}
}

function fill(into: Figure, { x, y, width, height }: Box, value: number): void {
  for (let row = y; row < y + height; row++) {
    into.bytes.fill(value, row * into.width + x, row * into.width + x + width);
  }
}

function pieceOf(frame: I420Frame, { x, y, width, height }: Box): number[] {
  const rows = Array.from({ length: height }, (_, row) => {
    const at = (y + row) * frame.width + x;
    return [...frame.bytes.subarray(at, at + width)];
  });
  return rows.flat();
}

const STILL = { fps: 25, seed: 1, background: "own" } as const;

Deno.test("paintMouth at opacity 1 shows the same lips for neutral and happy", () => {
  const puppet = new PlainPuppet();
  using face = new PosedFace(puppet, STILL);
  const lips = [NEUTRAL, HAPPY].map((how) => pieceOf(painted(face, 5, how, OPEN), puppet.mouthBox));
  assertEquals(lips[0], lips[1]);
  const idle = [NEUTRAL, HAPPY].map((how) => pieceOf(painted(face, 5, how), puppet.mouthBox));
  assertNotEquals(idle[0], idle[1]);
});

Deno.test("paintMouth at opacity 1 wipes a smile off a closed mouth", () => {
  const puppet = new PlainPuppet();
  using face = new PosedFace(puppet, STILL);
  const closed = painted(face, 5, HAPPY, mouth({}));
  assertEquals(pieceOf(closed, puppet.mouthBox), pieceOf(painted(face, 5, NEUTRAL), puppet.mouthBox));
});

Deno.test("paintMouth fades the smile out as speech fades in", () => {
  const puppet = new PlainPuppet();
  using face = new PosedFace(puppet, STILL);
  const middles = [0.25, 0.5, 0.75, 1].map((opacity) =>
    pieceOf(painted(face, 5, HAPPY, mouth({ [JAW]: 0.01 }), opacity), {
      x: 150,
      y: 105,
      width: 1,
      height: 1,
    })[0]!
  );
  for (let index = 1; index < middles.length; index++) assertLess(middles[index]!, middles[index - 1]!);
});

Deno.test("paintMouth at opacity 0 paints nothing", () => {
  const puppet = new PlainPuppet();
  using face = new PosedFace(puppet, STILL);
  const idle = painted(face, 5, HAPPY);
  const count = puppet.mouths;
  assertEquals(painted(face, 5, HAPPY, OPEN, 0).bytes, idle.bytes);
  assertEquals(puppet.mouths, count);
});

Deno.test("paintUpper is called only when something changed by a visible amount", () => {
  const puppet = new PlainPuppet();
  using face = new PosedFace(puppet, STILL);
  const frames = 250;
  for (let frame = 0; frame < frames; frame++) painted(face, frame, NEUTRAL);
  assertGreater(puppet.uppers, 10);
  assertLess(puppet.uppers, frames * 0.8);
});

Deno.test("eyes and mouth whose boxes share pixels are the same in any order", () => {
  const shared = { x: 120, y: 60, width: 80, height: 50 };
  using one = new PosedFace(new PlainPuppet(shared, 1), STILL);
  using other = new PosedFace(new PlainPuppet(shared, 1), STILL);
  const frames = [3, 40, 80, 41, 3];
  for (const frame of frames) painted(one, frame, HAPPY, OPEN);
  for (const frame of frames) {
    assertEquals(painted(one, frame, NEUTRAL, OPEN).bytes, painted(other, frame, NEUTRAL, OPEN).bytes);
  }
});

Deno.test("speechBox holds all that the mouth changes, however the head is turned", () => {
  const puppet = new PlainPuppet(undefined, 1);
  using face = new PosedFace(puppet, STILL);
  const { x, y, width, height } = face.speechBox;
  for (let frame = 0; frame < 400; frame += 3) {
    const how = manner("thinking", { action: frame % 4, actionMs: frame * 7 % 400, stress: frame % 2 });
    const [idle, open] = [painted(face, frame, how), painted(face, frame, how, OPEN)];
    for (let at = 0; at < SIZE.width * SIZE.height; at++) {
      const [column, row] = [at % SIZE.width, Math.floor(at / SIZE.width)];
      const isInside = column >= x && column < x + width && row >= y && row < y + height;
      if (!isInside && idle.bytes[at] !== open.bytes[at]) throw new Error(`pixel ${column} ${row}`);
      // the mouth's light grey appears nowhere outside a rim of the box, where it would have been cut
      const isRim = column === x || column === x + width - 1 || row === y || row === y + height - 1;
      if (isRim && open.bytes[at]! > 150) throw new Error(`cut at ${column} ${row} of frame ${frame}`);
    }
  }
});

Deno.test("every expression of Mai looks different, and lasts over speech around the eyes", async () => {
  using face = await loadFace(MAI, SIZE);
  const frames = EXPRESSIONS.map((expression) => painted(face, 60, manner(expression)).bytes);
  const speaking = EXPRESSIONS.map((expression) =>
    painted(face, 60, manner(expression), mouth({ [PUCKER]: 1 })).bytes
  );
  for (const pictures of [frames, speaking]) {
    for (const [index, one] of pictures.entries()) {
      for (const other of pictures.slice(index + 1)) {
        const away = one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0);
        assertGreater(away, 2000);
      }
    }
  }
});

Deno.test("a colour lies behind the figure, and only behind it", async () => {
  using own = await loadFace(MAI, SIZE);
  using green = await loadFace(MAI, SIZE, { background: "#00ff00" });
  const [a, b] = [painted(own, 7, NEUTRAL), painted(green, 7, NEUTRAL)];
  assertEquals(b.bytes[0], 144); // 16 + 219 * 0.587, cut
  assertNotEquals(a.bytes[0], b.bytes[0]);
  const face = { x: 148, y: 70, width: 20, height: 20 };
  assertEquals(pieceOf(a, face), pieceOf(b, face));
});

Deno.test("a picture lies behind the figure, cut to the frame's shape", async () => {
  using face = await loadFace(MAI, { width: 180, height: 320 }, { background: `${MAI}/preview.png` });
  const frame = painted(face, 7, NEUTRAL);
  assertGreater(frame.bytes[0]!, 100); // the preview's light wall
});

Deno.test("a transparent face fills an alpha plane, premultiplied over black", async () => {
  using face = await loadFace(MAI, SIZE, { background: "transparent" });
  const frame = blank(SIZE, true);
  face.paintIdle(frame, 7, NEUTRAL);
  assertEquals([frame.alpha![0], frame.bytes[0]], [0, 16]);
  const middle = 80 * SIZE.width + 160;
  assertEquals(frame.alpha![middle], 255);
  assertGreater(frame.bytes[middle]!, 60);
  assert(frame.alpha!.some((value) => value > 20 && value < 235), "a soft rim");
  using opaque = await loadFace(MAI, SIZE);
  opaque.paintIdle(frame, 7, NEUTRAL);
  assert(frame.alpha!.every((value) => value === 255));
});

Deno.test("framing head shows the face larger than framing bust", async () => {
  using bust = await loadFace(MAI, SIZE, { framing: "bust" });
  using head = await loadFace(MAI, SIZE, { framing: "head" });
  assertGreater(head.speechBox.width, bust.speechBox.width * 1.15);
});

const BACKGROUNDS: readonly [string, string, RegExp][] = [
  ["a colour with a typing error", "#12345g", /wanted own, transparent, a colour/],
  ["nothing", "", /wanted own, transparent, a colour/],
  ["a picture that is not there", "/nowhere/at-all.png", /does not exist/],
  ["a folder", SHIPPED, /is no file/],
  ["a file that is no picture", `${MAI}/avatar.json`, /is no picture, wanted a PNG/],
  ["an SVG", `${MAI}/mai.svg`, /is no picture, wanted a PNG/],
  [
    "a picture of 30 000 pixels a side",
    `${REGRESS}/background_30000_pixels.png`,
    /30000x30000 pixels, wanted/,
  ],
  ["a truncated picture", `${REGRESS}/background_truncated.jpg`, /cannot be decoded/],
  ["a picture whose header lies", `${REGRESS}/background_short_of_data.png`, /cannot be decoded/],
];

for (const [what, background, message] of BACKGROUNDS) {
  Deno.test(`loadFace refuses as background ${what}`, async () => {
    const fault = await assertRejects(() => loadFace(MAI, SIZE, { background }), InputFault) as InputFault;
    assertEquals(fault.code, "bad_background");
    assert(message.test(fault.message), fault.message);
  });
}

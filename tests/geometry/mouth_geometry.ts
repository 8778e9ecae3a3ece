/**
 * Checks a rendered mouth by geometry on pixels, whatever drew it: drawn, generated or photo avatars.
 *
 * In: a function that paints one I420 frame for given mouth parameters (same pose every time), and where its mouth
 * is. Out: regions measured in pixels, or an AssertionError that says which shape fails by which figure. The cavity
 * is what got dark and is thicker than a drawn line; teeth are light, nearly grey and shut in by the mouth.
 */
import { assert } from "@std/assert";
import type { Box, I420Frame } from "../../src/avatar/mod.ts";
import { JAW, MOUTH_LENGTH, PRESS, PUCKER, SPREAD, TEETH } from "../../src/lipsync/mod.ts";

export interface MouthEye {
  /** Paints the face at rest with this mouth: same pose, same background every time. */
  readonly paint: (mouth: Float32Array) => I420Frame;
  /** Middle of the line between the closed lips, in pixels of the frame. */
  readonly middle: { readonly x: number; readonly y: number };
  /** Distance between the corners of the relaxed mouth, in pixels. */
  readonly widthPx: number;
  /** Lines up to this width are strokes, not openings. Default 3 % of widthPx, at least 2. */
  readonly lineWidthPx?: number;
  /** Luma (16..235) up to which a pixel of the open mouth is cavity. Default 80. */
  readonly darkLumaMax?: number;
  /** Luma from which a pixel can be a tooth, and its greatest distance from grey in U and V. Default 150 and 18. */
  readonly toothLumaMin?: number;
  readonly toothChromaMax?: number;
  /** Whether lips have a colour of their own, redder than the skin: then pressing must make them thinner. */
  readonly hasLips: boolean;
}

/** Pixels of one kind inside the box; places count from the frame's corner, `right` and `bottom` are one beyond. */
export interface Region {
  readonly pixels: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface MouthMeasure {
  /** Differs visibly from the closed mouth. */
  readonly changed: Region;
  readonly cavity: Region;
  readonly teeth: Region;
  /** Cavity and teeth together. */
  readonly opening: Region;
  /** Redder than the skin around; empty without hasLips. */
  readonly lips: Region;
  /** Share of the teeth's columns whose lowest tooth pixel has lip or skin, no cavity, right below it. */
  readonly teethOnLip: number;
}

/** A step of luma that can be seen. */
const VISIBLE_STEP = 10;
/** Cavity is darker than the closed mouth was there by so much. */
const DARKER_STEP = 20;
/** A tooth is lighter than what it stands against by so much. */
const TOOTH_STEP = 30;
/** Lips are redder (V) than the middle of the box's pixels by so much. */
const REDDER_STEP = 7;

/** Mouth parameters by name, the others 0. */
export function mouthOf(values: Partial<Record<number, number>>): Float32Array {
  return Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => values[index] ?? 0);
}

/** Height of a region in pixels. */
export function heightOf(region: Region): number {
  return region.bottom - region.top;
}

/** Width of a region in pixels. */
export function widthOf(region: Region): number {
  return region.right - region.left;
}

/** Paints `mouth` and the closed mouth, and measures what differs. */
export function measureMouth(eye: MouthEye, mouth: Float32Array): MouthMeasure {
  const box = boxAround(eye);
  const closed = cut(copyOf(eye.paint(new Float32Array(MOUTH_LENGTH))), box);
  const open = cut(copyOf(eye.paint(mouth)), box);
  const count = box.width * box.height;
  const line = lineOf(eye);
  const dark = new Uint8Array(count);
  const changed = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const step = open.y[at]! - closed.y[at]!;
    changed[at] = Math.abs(step) > VISIBLE_STEP ? 1 : 0;
    dark[at] = open.y[at]! <= (eye.darkLumaMax ?? 80) && -step >= DARKER_STEP ? 1 : 0;
  }
  const cavity = around(eye, thickerThan(dark, box, line), box);
  // What hangs together with something light that was there before is none: fur, an earring, a collar.
  const before = shutIn(toothLike(closed, eye, count), box, new Uint8Array(count));
  const teeth = framed(shutIn(toothLike(open, eye, count), box, before), open.y, box);
  const opening = cavity.map((is, at) => is | teeth[at]!);
  return {
    changed: regionOf(changed, box),
    cavity: regionOf(cavity, box),
    teeth: regionOf(teeth, box),
    opening: regionOf(opening, box),
    lips: regionOf(eye.hasLips ? lipLike(open, count) : new Uint8Array(count), box),
    teethOnLip: touchShare(teeth, cavity, box, line),
  };
}

/** Press closes and thins the lips: no cavity, even where the jaw is open. */
export function assertPressCloses(eye: MouthEye): void {
  for (const jaw of [0, 0.6]) {
    const { cavity, teeth } = measureMouth(eye, mouthOf({ [PRESS]: 1, [JAW]: jaw }));
    assert(
      cavity.pixels === 0,
      `press with jaw ${jaw} leaves ${cavity.pixels} pixels of cavity, wanted none`,
    );
    assert(teeth.pixels === 0, `press with jaw ${jaw} leaves ${teeth.pixels} pixels of teeth, wanted none`);
  }
  const pressed = measureMouth(eye, mouthOf({ [PRESS]: 1 }));
  assert(pressed.changed.pixels > 0, "press looks like the relaxed mouth, wanted a difference");
  if (!eye.hasLips) return;
  const relaxed = measureMouth(eye, new Float32Array(MOUTH_LENGTH));
  assert(
    pressed.lips.pixels < relaxed.lips.pixels * 0.85,
    `pressed lips have ${pressed.lips.pixels} pixels, the relaxed ones ${relaxed.lips.pixels}, wanted less than 85 %`,
  );
}

/** "aa": the opening is at least `part` of the mouth's width high, and dark inside. */
export function assertAaIsTall(eye: MouthEye, part = 0.35): void {
  const { opening, cavity } = measureMouth(eye, mouthOf({ [JAW]: 1, [SPREAD]: 0.15 }));
  const wanted = Math.round(eye.widthPx * part);
  assert(cavity.pixels > 0, "aa shows no cavity");
  assert(heightOf(opening) >= wanted, `aa opens ${heightOf(opening)} pixels, wanted at least ${wanted}`);
  const half = measureMouth(eye, mouthOf({ [JAW]: 0.5, [SPREAD]: 0.15 })).opening;
  assert(
    heightOf(half) > 0 && heightOf(half) < heightOf(opening),
    `half of aa opens ${heightOf(half)} pixels, aa ${heightOf(opening)}, wanted less but some`,
  );
}

/** "oo": the opening is narrow and round, and much narrower than that of "ee". */
export function assertOoIsRound(eye: MouthEye): void {
  const { opening } = measureMouth(eye, mouthOf({ [JAW]: 0.18, [PUCKER]: 1 }));
  assert(opening.pixels > 0, "oo shows no opening");
  const ratio = widthOf(opening) / heightOf(opening);
  assert(ratio > 0.6 && ratio < 1.7, `oo is ${ratio.toFixed(2)} times as wide as high, wanted 0.6 to 1.7`);
  const narrow = eye.widthPx * 0.6;
  assert(widthOf(opening) < narrow, `oo is ${widthOf(opening)} pixels wide, wanted less than ${narrow}`);
  const ee = measureMouth(eye, mouthOf({ [JAW]: 0.22, [SPREAD]: 0.9 })).opening;
  assert(
    widthOf(ee) > widthOf(opening) * 1.6,
    `ee opens ${widthOf(ee)} pixels wide, oo ${widthOf(opening)}, wanted at least 1.6 times as much`,
  );
}

/** "f": teeth are seen and rest on the lower lip. */
export function assertTeethOnLip(eye: MouthEye): void {
  const { teeth, teethOnLip } = measureMouth(eye, mouthOf({ [TEETH]: 1, [JAW]: 0.08, [SPREAD]: 0.1 }));
  const wanted = Math.max(4, Math.round((eye.widthPx * 0.1) ** 2 * 0.5));
  assert(teeth.pixels >= wanted, `f shows ${teeth.pixels} pixels of teeth, wanted at least ${wanted}`);
  assert(
    teethOnLip >= 0.75,
    `f: ${Math.round(teethOnLip * 100)} % of the teeth touch the lower lip, wanted at least 75 %`,
  );
}

/** All checks of the words "mama", "aa", "oo" and "f". */
export function assertMouthGeometry(eye: MouthEye): void {
  assertPressCloses(eye);
  assertAaIsTall(eye);
  assertOoIsRound(eye);
  assertTeethOnLip(eye);
}

/** The surroundings of a mouth, with the chin where it stays while the lips move: a little wider than any shape of it. */
function boxAround({ middle, widthPx }: MouthEye): Box {
  const [x, y] = [Math.round(middle.x - widthPx * 0.8), Math.round(middle.y - widthPx * 0.55)];
  return { x, y, width: Math.round(widthPx * 1.6), height: Math.round(widthPx * 1.55) };
}

interface Cut {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** `paint` may hand out the same frame each time. */
function copyOf(frame: I420Frame): I420Frame {
  return { width: frame.width, height: frame.height, bytes: frame.bytes.slice() };
}

/** The box's luma and chroma, one sample of each for every pixel. */
function cut(frame: I420Frame, box: Box): Cut {
  const count = box.width * box.height;
  const [y, u, v] = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  const uAt = frame.width * frame.height;
  const vAt = uAt * 5 / 4;
  for (let row = 0, at = 0; row < box.height; row++) {
    for (let column = 0; column < box.width; column++, at++) {
      const frameY = box.y + row;
      const frameX = box.x + column;
      const chroma = (frameY >> 1) * (frame.width >> 1) + (frameX >> 1);
      y[at] = frame.bytes[frameY * frame.width + frameX]!;
      u[at] = frame.bytes[uAt + chroma]!;
      v[at] = frame.bytes[vAt + chroma]!;
    }
  }
  return { y, u, v };
}

function lineOf(eye: MouthEye): number {
  return Math.ceil(eye.lineWidthPx ?? Math.max(2, eye.widthPx * 0.03));
}

function toothLike(open: Cut, eye: MouthEye, count: number): Uint8Array {
  const chromaMax = eye.toothChromaMax ?? 18;
  const result = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const grey = Math.max(Math.abs(open.u[at]! - 128), Math.abs(open.v[at]! - 128)) <= chromaMax;
    result[at] = grey && open.y[at]! >= (eye.toothLumaMin ?? 150) ? 1 : 0;
  }
  return result;
}

function lipLike(open: Cut, count: number): Uint8Array {
  const middle = open.v.slice().sort()[count >> 1]!;
  return open.v.map((value) => value >= middle + REDDER_STEP ? 1 : 0);
}

/** Only what survives an erosion by half a line and is grown back: openings, not strokes. */
function thickerThan(mask: Uint8Array, box: Box, line: number): Uint8Array {
  const { width, height } = box;
  const side = line + 1;
  const result = new Uint8Array(mask.length);
  for (let y = 0; y + side <= height; y++) {
    for (let x = 0; x + side <= width; x++) {
      let isFull = true;
      for (let index = 0; isFull && index < side * side; index++) {
        isFull = mask[(y + Math.floor(index / side)) * width + x + index % side] === 1;
      }
      if (!isFull) continue;
      for (let index = 0; index < side * side; index++) {
        result[(y + Math.floor(index / side)) * width + x + index % side] = 1;
      }
    }
  }
  return result;
}

/** Drops every patch of the mask that reaches a seed or the box's rim: white skin, a shirt, a wall. */
function shutIn(mask: Uint8Array, box: Box, seeds: Uint8Array): Uint8Array {
  const { width, height } = box;
  const result = mask.slice();
  const queue: number[] = [];
  const drop = (at: number) => {
    if (result[at] !== 1) return;
    result[at] = 0;
    queue.push(at);
  };
  for (let x = 0; x < width; x++) {
    drop(x);
    drop((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    drop(y * width);
    drop(y * width + width - 1);
  }
  for (let at = 0; at < seeds.length; at++) if (seeds[at] === 1) drop(at);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const x = at % width;
    if (x > 0) drop(at - 1);
    if (x < width - 1) drop(at + 1);
    if (at >= width) drop(at - width);
    if (at < width * (height - 1)) drop(at + width);
  }
  return result;
}

/** Keeps the patches of the mask most of whose rim is against something darker: teeth, not a light spot on fur. */
function framed(mask: Uint8Array, luma: Uint8Array, box: Box): Uint8Array {
  const { width } = box;
  return keepPatches(mask, box, (patch) => {
    let [rim, dark] = [0, 0];
    for (const at of patch) {
      for (const next of [at - 1, at + 1, at - width, at + width]) {
        if (mask[next] !== 0) continue;
        rim++;
        // Edges are soft: the step is looked for one pixel farther out.
        const beyond = luma[Math.min(luma.length - 1, Math.max(0, 2 * next - at))]!;
        if (luma[at]! - Math.min(beyond, luma[next]!) >= TOOTH_STEP) dark++;
      }
    }
    return dark * 2 > rim;
  });
}

/** Keeps the patches that reach the middle of the mouth: no beard that moved with the chin. */
function around({ middle, widthPx }: MouthEye, mask: Uint8Array, box: Box): Uint8Array {
  return keepPatches(mask, box, (patch) =>
    patch.some((at) => {
      const x = box.x + at % box.width - middle.x;
      const y = box.y + Math.floor(at / box.width) - middle.y;
      return Math.abs(x) < widthPx * 0.3 && y > widthPx * -0.2 && y < widthPx * 0.4;
    }));
}

/** Patches hang together by their sides. */
function keepPatches(mask: Uint8Array, box: Box, isKept: (patch: readonly number[]) => boolean): Uint8Array {
  const { width } = box;
  const result = new Uint8Array(mask.length);
  const seen = new Uint8Array(mask.length);
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || seen[start] === 1) continue;
    const patch = [start];
    seen[start] = 1;
    for (let index = 0; index < patch.length; index++) {
      const at = patch[index]!;
      for (const next of [at - 1, at + 1, at - width, at + width]) {
        if (mask[next] !== 1 || seen[next] === 1) continue;
        seen[next] = 1;
        patch.push(next);
      }
    }
    if (isKept(patch)) { for (const at of patch) result[at] = 1; }
  }
  return result;
}

function regionOf(mask: Uint8Array, box: Box): Region {
  let [pixels, left, top, right, bottom] = [0, Infinity, Infinity, 0, 0];
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    const x = at % box.width;
    const y = Math.floor(at / box.width);
    pixels++;
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  if (pixels === 0) return { pixels, left: box.x, top: box.y, right: box.x, bottom: box.y };
  return { pixels, left: left + box.x, top: top + box.y, right: right + box.x, bottom: bottom + box.y };
}

function touchShare(teeth: Uint8Array, cavity: Uint8Array, box: Box, line: number): number {
  const { width, height } = box;
  let [columns, touching] = [0, 0];
  for (let x = 0; x < width; x++) {
    let lowest = -1;
    for (let y = 0; y < height; y++) if (teeth[y * width + x] === 1) lowest = y;
    if (lowest < 0) continue;
    columns++;
    let isFree = true;
    for (let y = lowest + 1; y <= Math.min(height - 1, lowest + line + 1); y++) {
      isFree &&= cavity[y * width + x] === 0;
    }
    if (isFree) touching++;
  }
  return columns === 0 ? 0 : touching / columns;
}

/**
 * Moves the mouth of a film's frame by visemes: the frame's own lips, chin and cheeks are bent by the mouth's parameters,
 * and the result is laid over the picture as far as speech has faded in.
 *
 * In: the shown slot, parameters, opacity. Out: pixels within the face's speechBox. Stage's thread.
 */
import { i420Bytes } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { Mesh } from "../photo/mesh.ts";
import { PhotoMouth } from "../photo/photo_mouth.ts";
import type { FilmFrames } from "./film_frames.ts";

/** Widths of the sharpest edges in a film that is shown at its own size, in its pixels. */
const EDGE_PX = 0.6;

export class VideoMouth {
  readonly #frames: FilmFrames;
  readonly #within: Box;
  readonly #softPx: number;
  readonly #figures: readonly I420Frame[];
  readonly #mesh: Mesh;
  readonly #bent: I420Frame;
  #mouth: PhotoMouth | undefined;
  #slot = -1;
  #key = -1;

  /** `within`: nothing outside of it is touched. `scale`: pixels of the programme for one of the film. */
  constructor(frames: FilmFrames, within: Box, scale: number) {
    const { size } = frames.shape;
    this.#frames = frames;
    this.#within = within;
    this.#softPx = EDGE_PX * scale;
    this.#figures = frames.slots.map(({ bytes }) => ({ ...size, bytes }));
    this.#mesh = new Mesh(new Float64Array(frames.slots[0]!.points.length));
    this.#bent = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
  }

  /** `key` tells the frame in slot `slot`; `opacity` 0..1. */
  paint(slot: number, key: number, mouth: Float32Array, opacity: number, into: I420Frame): void {
    const fitted = this.#fit(slot, key);
    const box = cut(fitted.box, this.#within);
    if (box.width <= 0 || box.height <= 0) return;
    const still = this.#figures[slot]!.bytes;
    // Bent whole, for the bending writes all of its box.
    forPlanes(this.#bent, fitted.box, (at, length) => copyInto(still, this.#bent.bytes, at, length));
    fitted.paint(this.#bent, mouth, 0);
    const weight = Math.round(opacity * 256);
    const { bytes } = into;
    const bent = this.#bent.bytes;
    forPlanes(into, box, (at, length) => blendRow(bent, bytes, at, length, weight));
  }

  #fit(slot: number, key: number): PhotoMouth {
    if (this.#mouth !== undefined && slot === this.#slot && key === this.#key) return this.#mouth;
    this.#slot = slot;
    this.#key = key;
    this.#mesh.points.set(this.#frames.slots[slot]!.points);
    return this.#mouth = new PhotoMouth(this.#figures[slot]!, this.#mesh, this.#softPx);
  }
}

/** Calls `each` with where every row of the box begins in the frame's bytes, and its length: Y, then U, then V. */
function forPlanes(
  { width, height }: I420Frame,
  box: Box,
  each: (at: number, length: number) => void,
): void {
  let planeAt = 0;
  for (let plane = 0; plane < 3; plane++) {
    const shift = plane === 0 ? 0 : 1;
    const stride = width >> shift;
    const first = planeAt + (box.y >> shift) * stride + (box.x >> shift);
    for (let row = 0; row < box.height >> shift; row++) each(first + row * stride, box.width >> shift);
    planeAt += stride * (height >> shift);
  }
}

function copyInto(from: Uint8Array, into: Uint8Array, at: number, length: number): void {
  for (let index = at; index < at + length; index++) into[index] = from[index]!;
}

function blendRow(from: Uint8Array, into: Uint8Array, at: number, length: number, weight: number): void {
  if (weight >= 256) return copyInto(from, into, at, length);
  for (let index = at; index < at + length; index++) {
    into[index] = (into[index]! * (256 - weight) + from[index]! * weight + 128) >> 8;
  }
}

function cut(box: Box, within: Box): Box {
  const x = Math.max(box.x, within.x);
  const y = Math.max(box.y, within.y);
  return {
    x,
    y,
    width: Math.min(box.x + box.width, within.x + within.width) - x,
    height: Math.min(box.y + box.height, within.y + within.height) - y,
  };
}

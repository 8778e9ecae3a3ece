/**
 * The mouth of a film's frame moved by visemes, in the picture that is being made.
 *
 * In: the shown slot, parameters, how far speech has faded in and how far the clip has. Out: pixels within the face's
 * speechBox. Stage's thread; nothing is allocated after the constructor. While a clip dissolves into another its mouth is
 * bent aside, in memory of one picture, and laid over as far as the clip has come.
 */
import { i420Bytes } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { FilmMouth } from "../photo/film_mouth.ts";
import type { FilmFrames } from "./film_frames.ts";

const WHOLE = 256;

export class VideoMouth {
  readonly #frames: FilmFrames;
  readonly #within: Box;
  readonly #mouth: FilmMouth;
  readonly #figures: readonly I420Frame[];
  readonly #aside: I420Frame;
  #slot = -1;
  #key = -1;

  /** `within`: nothing outside of it is touched. */
  constructor(frames: FilmFrames, within: Box) {
    const { size } = frames.shape;
    this.#frames = frames;
    this.#within = within;
    this.#mouth = new FilmMouth(size);
    this.#figures = frames.slots.map(({ bytes }) => ({ ...size, bytes }));
    this.#aside = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
  }

  /** Another clip: the mouth is where it is, not where the last one would have gone. */
  forget(): void {
    this.#mouth.forget();
  }

  /**
   * `key` tells the frame in slot `slot`, whose picture `into` holds as far as `weight` (of 256) says; `opacity` (0..1) is
   * how far speech has faded in.
   */
  paint(
    slot: number,
    key: number,
    mouth: Float32Array,
    opacity: number,
    weight: number,
    into: I420Frame,
  ): void {
    const still = this.#figures[slot]!;
    if (slot !== this.#slot || key !== this.#key) this.#mouth.fit(this.#frames.slots[slot]!.points, still);
    this.#slot = slot;
    this.#key = key;
    const { box } = this.#mouth;
    if (weight === WHOLE && holds(this.#within, box)) return this.#mouth.paint(into, mouth, 0, opacity);
    copyBox(still, box, this.#aside, box, WHOLE);
    this.#mouth.paint(this.#aside, mouth, 0, opacity);
    copyBox(this.#aside, box, into, this.#within, weight);
  }
}

function holds(outer: Box, inner: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height;
}

/** Lays what both boxes hold over `into`, as far as `weight` (of 256) says. */
function copyBox(from: I420Frame, box: Box, into: I420Frame, within: Box, weight: number): void {
  const left = Math.max(box.x, within.x);
  const top = Math.max(box.y, within.y);
  const right = Math.min(box.x + box.width, within.x + within.width);
  const bottom = Math.min(box.y + box.height, within.y + within.height);
  const { width, height } = into;
  let planeAt = 0;
  for (let plane = 0; plane < 3; plane++) {
    const shift = plane === 0 ? 0 : 1;
    const stride = width >> shift;
    for (let row = top >> shift; row < bottom >> shift; row++) {
      const at = planeAt + row * stride;
      blendRow(from.bytes, into.bytes, at + (left >> shift), at + (right >> shift), weight);
    }
    planeAt += stride * (height >> shift);
  }
}

function blendRow(from: Uint8Array, into: Uint8Array, start: number, end: number, weight: number): void {
  for (let at = start; at < end; at++) {
    into[at] = (into[at]! * (WHOLE - weight) + from[at]! * weight + 128) >> 8;
  }
}

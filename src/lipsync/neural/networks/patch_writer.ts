/**
 * From what a network answers to RGB bytes: bytes or numbers, planes or pixels first, any range, either order of colours.
 *
 * Numbers are scaled in 32 bits and rounded half to even, as NumPy does it with the reference's arrays. In the caller's
 * memory.
 */
import type { Tensor } from "onnxruntime-node";
import type { Binding } from "../../../model/mod.ts";

export type Range = "-1..1" | "0..1" | "0..255";

export interface PictureKind {
  readonly side: number;
  /** Of the tensor: [B, 3, side, side] or [B, side, side, 3]. */
  readonly binding: Binding;
  readonly range: Range;
  readonly isBgr: boolean;
}

export class PatchWriter {
  readonly #side: number;
  readonly #range: Range;
  /** From one colour to the next, and from one pixel to the next, in the tensor. */
  readonly #colourStep: number;
  readonly #pixelStep: number;
  readonly #isBgr: boolean;
  /** Writing to a clamped array rounds half to even and cuts at 0 and 255. */
  #clamped = new Uint8ClampedArray(0);

  constructor({ side, binding, range, isBgr }: PictureKind) {
    const isPlanar = binding.dims[1] === 3;
    this.#side = side;
    this.#range = range;
    this.#isBgr = isBgr;
    this.#colourStep = isPlanar ? side * side : 1;
    this.#pixelStep = isPlanar ? 1 : 3;
  }

  /** Writes picture `from` of the tensor as patch `to` of `into`. False where a number was none; the patch is then useless. */
  write(tensor: Tensor, from: number, into: Uint8Array, to: number): boolean {
    const values = 3 * this.#side * this.#side;
    const data = tensor.data as Float32Array | Uint8Array;
    if (data instanceof Uint8Array) {
      this.#copyBytes(data, from * values, into, to * values);
      return true;
    }
    if (this.#clamped.buffer !== into.buffer || this.#clamped.byteOffset !== into.byteOffset) {
      this.#clamped = new Uint8ClampedArray(into.buffer as ArrayBuffer, into.byteOffset, into.length);
    }
    return this.#round(data, from * values, to * values);
  }

  #copyBytes(data: Uint8Array, from: number, into: Uint8Array, to: number): void {
    const pixels = this.#side * this.#side;
    for (let colour = 0; colour < 3; colour++) {
      let read = from + colour * this.#colourStep;
      let write = to + (this.#isBgr ? 2 - colour : colour);
      for (let pixel = 0; pixel < pixels; pixel++, read += this.#pixelStep, write += 3) {
        into[write] = data[read]!;
      }
    }
  }

  #round(data: Float32Array, from: number, to: number): boolean {
    const pixels = this.#side * this.#side;
    const isSigned = this.#range === "-1..1";
    const gain = this.#range === "0..255" ? 1 : 255;
    const clamped = this.#clamped;
    let broken = 0;
    for (let colour = 0; colour < 3; colour++) {
      let read = from + colour * this.#colourStep;
      let write = to + (this.#isBgr ? 2 - colour : colour);
      for (let pixel = 0; pixel < pixels; pixel++, read += this.#pixelStep, write += 3) {
        const value = data[read]!;
        broken += value * 0; // NaN for what is not finite
        const unit = isSigned ? Math.fround(value * 0.5 + 0.5) : value;
        clamped[write] = Math.fround(unit * gain);
      }
    }
    return broken === 0;
  }
}

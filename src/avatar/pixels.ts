/**
 * From RGBA to I420 (BT.601 limited range), for whole pictures and for small boxes of them.
 *
 * In: 8-bit RGBA, rows from the top. Out: bytes in an I420 frame. Boxes are even on all four sides; a chroma sample
 * is the mean of its four pixels. Flat loops over memory of the caller; nothing is allocated.
 */
import type { FrameSize } from "../time/mod.ts";
import type { Box, I420Frame } from "./face.ts";

/** Writes `rgba` (box.width x box.height, opaque) into the box of `into`. */
export function rgbaToI420Box(rgba: Uint8Array | Uint8ClampedArray, box: Box, into: I420Frame): void {
  const { bytes, width, height } = into;
  const chromaWidth = width >> 1;
  const uAt = width * height;
  const vAt = uAt + chromaWidth * (height >> 1);
  const rowBytes = box.width * 4;
  for (let y = 0; y < box.height; y += 2) {
    let from = y * rowBytes;
    let luma = (box.y + y) * width + box.x;
    let chroma = ((box.y + y) >> 1) * chromaWidth + (box.x >> 1);
    for (let x = 0; x < box.width; x += 2) {
      const below = from + rowBytes;
      const r0 = rgba[from]!, g0 = rgba[from + 1]!, b0 = rgba[from + 2]!;
      const r1 = rgba[from + 4]!, g1 = rgba[from + 5]!, b1 = rgba[from + 6]!;
      const r2 = rgba[below]!, g2 = rgba[below + 1]!, b2 = rgba[below + 2]!;
      const r3 = rgba[below + 4]!, g3 = rgba[below + 5]!, b3 = rgba[below + 6]!;
      bytes[luma] = (66 * r0 + 129 * g0 + 25 * b0 + 4224) >> 8;
      bytes[luma + 1] = (66 * r1 + 129 * g1 + 25 * b1 + 4224) >> 8;
      bytes[luma + width] = (66 * r2 + 129 * g2 + 25 * b2 + 4224) >> 8;
      bytes[luma + width + 1] = (66 * r3 + 129 * g3 + 25 * b3 + 4224) >> 8;
      const r = r0 + r1 + r2 + r3, g = g0 + g1 + g2 + g3, b = b0 + b1 + b2 + b3;
      bytes[uAt + chroma] = (-38 * r - 74 * g + 112 * b + 131_584) >> 10;
      bytes[vAt + chroma] = (112 * r - 94 * g - 18 * b + 131_584) >> 10;
      from += 8;
      luma += 2;
      chroma++;
    }
  }
}

/**
 * Lays `rgba` (box.width x box.height, premultiplied by its alpha as Skia keeps it) over the box of `into`.
 * Pixels that are all clear are left as they are.
 */
export function blendRgbaOverI420Box(rgba: Uint8Array, box: Box, into: I420Frame): void {
  const { bytes, width, height } = into;
  const chromaWidth = width >> 1;
  const uAt = width * height;
  const vAt = uAt + chromaWidth * (height >> 1);
  const rowBytes = box.width * 4;
  for (let y = 0; y < box.height; y += 2) {
    let from = y * rowBytes;
    let luma = (box.y + y) * width + box.x;
    let chroma = ((box.y + y) >> 1) * chromaWidth + (box.x >> 1);
    for (let x = 0; x < box.width; x += 2, from += 8, luma += 2, chroma++) {
      const below = from + rowBytes;
      const a0 = rgba[from + 3]!, a1 = rgba[from + 7]!, a2 = rgba[below + 3]!, a3 = rgba[below + 7]!;
      const a = a0 + a1 + a2 + a3;
      if (a === 0) continue;
      const r0 = rgba[from]!, g0 = rgba[from + 1]!, b0 = rgba[from + 2]!;
      const r1 = rgba[from + 4]!, g1 = rgba[from + 5]!, b1 = rgba[from + 6]!;
      const r2 = rgba[below]!, g2 = rgba[below + 1]!, b2 = rgba[below + 2]!;
      const r3 = rgba[below + 4]!, g3 = rgba[below + 5]!, b3 = rgba[below + 6]!;
      // Limited range: what lies below counts from 16 (luma) and 128 (chroma), so that clear means unchanged.
      bytes[luma] = over(bytes[luma]! - 16, a0, 66 * r0 + 129 * g0 + 25 * b0) + 16;
      bytes[luma + 1] = over(bytes[luma + 1]! - 16, a1, 66 * r1 + 129 * g1 + 25 * b1) + 16;
      bytes[luma + width] = over(bytes[luma + width]! - 16, a2, 66 * r2 + 129 * g2 + 25 * b2) + 16;
      bytes[luma + width + 1] = over(bytes[luma + width + 1]! - 16, a3, 66 * r3 + 129 * g3 + 25 * b3) + 16;
      const r = r0 + r1 + r2 + r3, g = g0 + g1 + g2 + g3, b = b0 + b1 + b2 + b3;
      const u = (bytes[uAt + chroma]! - 128) * (1020 - a) / 1020 + (-38 * r - 74 * g + 112 * b) / 1024;
      const v = (bytes[vAt + chroma]! - 128) * (1020 - a) / 1020 + (112 * r - 94 * g - 18 * b) / 1024;
      bytes[uAt + chroma] = Math.floor(u + 128.5);
      bytes[vAt + chroma] = Math.floor(v + 128.5);
    }
  }
}

/** Luma of a premultiplied pixel (times 256) over luma `under`, both counted from 0. */
function over(under: number, alpha: number, lumaTimes256: number): number {
  return (under * (255 - alpha) * 257 + (lumaTimes256 << 8) + 32_768) >> 16;
}

/** Bytes of a box as an I420 picture of its own. */
export function boxBytes(box: Box): number {
  return box.width * box.height * 3 / 2;
}

/** Copies the box out of a frame into `piece`, an I420 picture of the box's size. */
export function copyBoxOut(frame: I420Frame, box: Box, piece: Uint8Array): void {
  let planeAt = 0;
  let pieceAt = 0;
  for (let plane = 0; plane < 3; plane++) {
    const shift = plane === 0 ? 0 : 1;
    const width = frame.width >> shift;
    for (let row = 0; row < box.height >> shift; row++) {
      let at = planeAt + ((box.y >> shift) + row) * width + (box.x >> shift);
      const end = at + (box.width >> shift);
      while (at < end) piece[pieceAt++] = frame.bytes[at++]!;
    }
    planeAt += width * (frame.height >> shift);
  }
}

/** Where each row of a box lies in a frame, with the bytes to put there. */
type Rows = readonly { readonly at: number; readonly bytes: Uint8Array }[];

/** A box-sized I420 picture that can be laid into frames, with its rows made once. */
export class BoxPicture {
  readonly #rows: Rows;

  constructor(
    readonly box: Box,
    size: FrameSize,
    readonly bytes: Uint8Array = new Uint8Array(boxBytes(box)),
  ) {
    const rows: { at: number; bytes: Uint8Array }[] = [];
    forEachRow(size, box, (at, pieceAt, length) => {
      rows.push({ at, bytes: this.bytes.subarray(pieceAt, pieceAt + length) });
    });
    this.#rows = rows;
  }

  /** Overwrites the box of `into`. */
  lay(into: I420Frame): void {
    layRows(this.#rows, into);
  }
}

/** The box of one frame, as it is whenever it is laid into another of the same size. */
export class BoxView {
  readonly #rows: Rows;

  constructor(frame: I420Frame, box: Box) {
    const rows: { at: number; bytes: Uint8Array }[] = [];
    forEachRow(frame, box, (at, _pieceAt, length) => {
      rows.push({ at, bytes: frame.bytes.subarray(at, at + length) });
    });
    this.#rows = rows;
  }

  /** Overwrites the box of `into`. */
  lay(into: I420Frame): void {
    layRows(this.#rows, into);
  }
}

function layRows(rows: Rows, into: I420Frame): void {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    into.bytes.set(row.bytes, row.at);
  }
}

/** Calls `each` with where a row lies in the frame's bytes, where in the box's, and its length: Y, then U, then V. */
function forEachRow(
  size: FrameSize,
  box: Box,
  each: (at: number, pieceAt: number, length: number) => void,
): void {
  let pieceAt = 0;
  let planeAt = 0;
  for (let plane = 0; plane < 3; plane++) {
    const shift = plane === 0 ? 0 : 1;
    const width = size.width >> shift;
    const height = size.height >> shift;
    const length = box.width >> shift;
    for (let row = 0; row < box.height >> shift; row++) {
      each(planeAt + ((box.y >> shift) + row) * width + (box.x >> shift), pieceAt, length);
      pieceAt += length;
    }
    planeAt += width * height;
  }
}

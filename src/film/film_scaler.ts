/**
 * A part of a film's pictures at the programme's size.
 *
 * In: planes of a decoded picture. Out: I420 in memory of the caller (which may be shared). Copies where nothing is scaled,
 * bit for bit; else the media library scales on the caller's thread (bicubic). Memory of one picture is held for that.
 */
import { Frame, SoftwareScaleContext } from "node-av/lib";
import {
  AV_PIX_FMT_YUV420P,
  SWS_ACCURATE_RND,
  SWS_BICUBIC,
  SWS_BITEXACT,
  type SwsFlags,
} from "node-av/constants";
import type { FrameSize } from "../time/mod.ts";
import { copyRows, type FilmReader } from "./film_reader.ts";
import { expectOk } from "../media/mod.ts";

/** In pixels of the film; all four even. */
export interface FilmPart extends FrameSize {
  readonly x: number;
  readonly y: number;
}

export class FilmScaler implements Disposable {
  readonly #part: FilmPart;
  readonly #size: FrameSize;
  readonly #isSame: boolean;
  readonly #scaler = new SoftwareScaleContext();
  readonly #scaled = new Frame();

  constructor(part: FilmPart, size: FrameSize) {
    this.#part = part;
    this.#size = size;
    this.#isSame = part.width === size.width && part.height === size.height;
    if (this.#isSame) return;
    const format = AV_PIX_FMT_YUV420P;
    // A set of flags is no flag to the library's types.
    const flags = (SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT) as SwsFlags;
    this.#scaler.getContext(part.width, part.height, format, size.width, size.height, format, flags);
    const scaled = this.#scaled;
    scaled.alloc();
    scaled.format = format;
    scaled.width = size.width;
    scaled.height = size.height;
    expectOk(scaled.allocBuffer(), "allocating a picture");
  }

  /** The picture that `film` decoded last; `into` has width * height * 3 / 2 bytes of the wanted size. */
  write(film: FilmReader, into: Uint8Array): void {
    const { x, y, height } = this.#part;
    const { strides } = film;
    const starts = [
      y * strides[0]! + x,
      (y >> 1) * strides[1]! + (x >> 1),
      (y >> 1) * strides[2]! + (x >> 1),
    ];
    if (this.#isSame) return this.#copy(film.planes, starts, strides, into);
    const { data, linesize } = this.#scaled;
    const from = film.planes.slice(0, 3).map((plane, at) => plane.subarray(starts[at]!));
    expectOk(
      this.#scaler.scaleSync(from as typeof data & [], strides, 0, height, data!, linesize),
      "scaling a picture",
    );
    this.#copy(data!, [0, 0, 0], linesize, into);
  }

  #copy(
    planes: readonly Uint8Array[],
    starts: readonly number[],
    strides: readonly number[],
    into: Uint8Array,
  ) {
    let at = 0;
    for (let plane = 0; plane < 3; plane++) {
      const shift = plane === 0 ? 0 : 1;
      const width = this.#size.width >> shift;
      const height = this.#size.height >> shift;
      copyRows(planes[plane]!, starts[plane]!, strides[plane]!, width, height, into, at);
      at += width * height;
    }
  }

  [Symbol.dispose](): void {
    if (this.#isSame) return;
    this.#scaled.free();
    this.#scaler.freeContext();
  }
}

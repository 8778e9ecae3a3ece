/** Copies an I420 picture into the planes of a media-library frame, whose rows may be longer than the picture's. */
import type { Frame } from "node-av/lib";
import { type FrameSize, i420Bytes } from "../time/mod.ts";
import { expectOk } from "./media_fault.ts";

export class PicturePlanes {
  readonly #frame: Frame;
  readonly #size: FrameSize;
  #planes: Uint8Array[] = [];
  #strides: number[] = [];

  constructor(frame: Frame, size: FrameSize) {
    this.#frame = frame;
    this.#size = size;
    this.#look();
  }

  load(picture: Uint8Array): void {
    const wantedBytes = i420Bytes(this.#size);
    if (picture.length !== wantedBytes) {
      throw new RangeError(`a picture of ${picture.length} bytes, wanted ${wantedBytes}`);
    }
    if (!this.#frame.isWritable) { // the encoder still holds the last picture: take fresh memory
      expectOk(this.#frame.makeWritable(), "allocating a picture");
      this.#look();
    }
    let fromAt = 0;
    for (let plane = 0; plane < 3; plane++) {
      const width = plane === 0 ? this.#size.width : this.#size.width / 2;
      const height = plane === 0 ? this.#size.height : this.#size.height / 2;
      const into = this.#planes[plane]!;
      const stride = this.#strides[plane]!;
      if (stride === width) {
        into.set(picture.subarray(fromAt, fromAt + width * height));
      } else {
        for (let row = 0; row < height; row++) {
          const at = fromAt + row * width;
          into.set(picture.subarray(at, at + width), row * stride);
        }
      }
      fromAt += width * height;
    }
  }

  #look(): void {
    this.#planes = (this.#frame.data ?? []).slice(0, 3);
    this.#strides = this.#frame.linesize.slice(0, 3);
  }
}

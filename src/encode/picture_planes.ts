/**
 * Copies an I420 picture, or one with an alpha plane behind it, into the planes of a media-library frame, whose rows
 * may be longer than the picture's. Pictures with alpha come over black and go out as files have them: colours as
 * they are without the black.
 */
import type { Frame } from "node-av/lib";
import type { FrameSize } from "../time/mod.ts";
import { pictureBytes, takeOffBlack } from "../unit/mod.ts";
import { expectOk } from "../media/mod.ts";

export class PicturePlanes {
  readonly #frame: Frame;
  readonly #size: FrameSize;
  readonly #hasAlpha: boolean;
  #planes: Uint8Array[] = [];
  #strides: number[] = [];

  constructor(frame: Frame, size: FrameSize, hasAlpha = false) {
    this.#frame = frame;
    this.#size = size;
    this.#hasAlpha = hasAlpha;
    this.#look();
  }

  load(picture: Uint8Array): void {
    const wantedBytes = pictureBytes({ ...this.#size, hasAlpha: this.#hasAlpha });
    if (picture.length !== wantedBytes) {
      throw new RangeError(`a picture of ${picture.length} bytes, wanted ${wantedBytes}`);
    }
    if (!this.#frame.isWritable) { // the encoder still holds the last picture: take fresh memory
      expectOk(this.#frame.makeWritable(), "allocating a picture");
      this.#look();
    }
    let fromAt = 0;
    for (let plane = 0; plane < this.#planes.length; plane++) {
      const shift = plane % 3 === 0 ? 0 : 1; // Y and alpha are whole, U and V halved
      const width = this.#size.width >> shift;
      const height = this.#size.height >> shift;
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
    if (this.#hasAlpha) takeOffBlack(this.#planes, this.#strides, this.#size);
  }

  #look(): void {
    const count = this.#hasAlpha ? 4 : 3;
    this.#planes = (this.#frame.data ?? []).slice(0, count);
    this.#strides = this.#frame.linesize.slice(0, count);
  }
}

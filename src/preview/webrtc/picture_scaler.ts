/** I420 pictures of one size to a smaller one, by the media library's bilinear scaler. Blocks for about a millisecond. */
import { Buffer } from "node:buffer";
import { SoftwareScaleContext } from "node-av/lib";
import { AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR } from "node-av/constants";
import { expectOk } from "../../media/mod.ts";
import { type FrameSize, i420Bytes } from "../../time/mod.ts";

export class PictureScaler implements Disposable {
  readonly #context = new SoftwareScaleContext();
  readonly #from: FrameSize;
  readonly #scaled: Uint8Array<ArrayBuffer>;
  readonly #into: Buffer[];
  readonly #intoStrides: number[];

  constructor(from: FrameSize, to: FrameSize) {
    this.#from = from;
    const format = AV_PIX_FMT_YUV420P;
    this.#context.getContext(from.width, from.height, format, to.width, to.height, format, SWS_FAST_BILINEAR);
    this.#scaled = new Uint8Array(i420Bytes(to));
    this.#into = planes(this.#scaled, to);
    this.#intoStrides = strides(to);
  }

  /** Valid until the next call. */
  scale(picture: Uint8Array): Uint8Array {
    const { height } = this.#from;
    const from = planes(picture, this.#from);
    const rows = this.#context.scaleSync(from, strides(this.#from), 0, height, this.#into, this.#intoStrides);
    expectOk(rows, "scaling a picture");
    return this.#scaled;
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
  }
}

function planes(picture: Uint8Array, { width, height }: FrameSize): Buffer[] {
  const luma = width * height;
  const chroma = luma / 4;
  return [[0, luma], [luma, chroma], [luma + chroma, chroma]].map(([at, length]) =>
    Buffer.from(picture.buffer, picture.byteOffset + at!, length)
  );
}

function strides({ width }: FrameSize): number[] {
  return [width, width / 2, width / 2];
}

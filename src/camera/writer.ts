/**
 * Puts frames on an open node. In: a descriptor that the main side opened, then one I420 frame a tick, also in shared
 * memory. Out: one write() of the true frame size. Stage thread: never waits (the descriptor is non-blocking), never
 * retries, allocates nothing after construction.
 */
import { type FrameSize, i420Bytes } from "../time/mod.ts";
import { ERRNO, Libc } from "./libc.ts";
import { type CameraFormat, frameBytes } from "./v4l2.ts";
import { i420ToYuyv } from "./yuyv.ts";

export class CameraWriter {
  readonly #libc = new Libc();
  readonly #size: FrameSize;
  readonly #frameBytes: number;
  readonly #frameCount: bigint;
  /** Present when the node wants YUYV. */
  readonly #packed: Uint32Array<ArrayBuffer> | undefined;
  readonly #packedBytes: Uint8Array<ArrayBuffer> | undefined;
  #fd: number;

  constructor(fd: number, shape: { readonly size: FrameSize; readonly format: CameraFormat }) {
    this.#fd = fd;
    this.#size = { width: shape.size.width, height: shape.size.height };
    this.#frameBytes = frameBytes(shape.format, shape.size);
    this.#frameCount = BigInt(this.#frameBytes);
    if (shape.format === "YUYV") {
      this.#packed = new Uint32Array(this.#frameBytes / 4);
      this.#packedBytes = new Uint8Array(this.#packed.buffer);
    }
  }

  /** From now on frames go to another descriptor: the node was opened again. */
  attach(fd: number): void {
    this.#fd = fd;
  }

  /**
   * Writes one I420 frame. 0, or an errno: EAGAIN means that this frame was not taken, anything else that the node is
   * lost. Half a frame taken is EIO: the node no longer has our format. A frame of another length is a RangeError.
   */
  write(frame: Uint8Array): number {
    if (frame.byteLength !== i420Bytes(this.#size)) {
      throw new RangeError(
        `a frame of ${frame.byteLength} bytes, wanted ${
          i420Bytes(this.#size)
        } for I420 ${this.#size.width}x${this.#size.height}`,
      );
    }
    let bytes = frame;
    if (this.#packed !== undefined && this.#packedBytes !== undefined) {
      i420ToYuyv(frame, this.#size, this.#packed);
      bytes = this.#packedBytes;
    }
    const taken = this.#libc.write(this.#fd, bytes, this.#frameCount);
    if (taken === this.#frameBytes) return 0;
    return taken < 0 ? -taken : ERRNO.EIO;
  }
}

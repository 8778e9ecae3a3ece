/**
 * The stage's end of the camera. In: the link and one I420 frame a tick. Out: one write, or a counted drop. Stage
 * thread: never waits, allocates nothing after construction. It writes what it is told at this tick and nothing
 * else, so a stall is never followed by a burst (bursts tear frames in the driver's few buffers).
 */
import { ERRNO } from "./libc.ts";
import type { CameraLink } from "./link.ts";
import { CameraWriter } from "./writer.ts";

export class CameraOutput implements Disposable {
  readonly #link: CameraLink;
  readonly #writer: CameraWriter;
  #generation = 0;

  constructor(link: CameraLink) {
    this.#link = link;
    this.#writer = new CameraWriter(-1, link.shape);
  }

  /** Shows one frame. Whether the node took it. */
  show(frame: Uint8Array): boolean {
    const link = this.#link;
    const state = link.state;
    if (state !== "open") {
      if (state === "closing") link.acknowledge();
      link.countDropped();
      return false;
    }
    const generation = link.generation;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#writer.attach(link.fd);
    }
    const errno = this.#writer.write(frame);
    if (errno === 0) {
      link.countWritten();
      return true;
    }
    link.countDropped();
    // EAGAIN, EINTR: this frame is gone, the next one finds its own tick.
    if (errno !== ERRNO.EAGAIN && errno !== ERRNO.EINTR) link.lose(errno);
    return false;
  }

  /** The stage ends: the descriptor is the main side's again. */
  [Symbol.dispose](): void {
    this.#link.stageEnded();
  }
}

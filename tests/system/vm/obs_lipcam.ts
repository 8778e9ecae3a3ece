/**
 * A running Lipcam reduced to its camera, inside the machine. In: nothing but the node labelled Lipcam. Out: a small
 * I420 picture on it, ten times a second, by the shipped supervisor and output. A frame can be told from anybody
 * else's: two lumas, one colour.
 */
import { CameraOutput, type CameraStatus, CameraSupervisor } from "../../../src/camera/mod.ts";
import { every } from "../../../src/time/mod.ts";

export const LIPCAM_SIZE = { width: 320, height: 180 } as const;
const LUMA_BYTES = LIPCAM_SIZE.width * LIPCAM_SIZE.height;
const CHROMA_BYTES = LUMA_BYTES / 4;
export const LIPCAM_FRAME_BYTES = LUMA_BYTES + 2 * CHROMA_BYTES;
const FPS = 10;
const [GROUND, BAR, U, V] = [60, 200, 90, 170];

export class Lipcam implements AsyncDisposable {
  readonly #camera: CameraSupervisor;
  readonly #output: CameraOutput;
  readonly #drawing: Disposable;
  readonly #frame = new Uint8Array(LIPCAM_FRAME_BYTES).fill(GROUND);
  #column = 0;

  /** Throws what CameraSupervisor throws where no node can be had. */
  constructor() {
    this.#camera = new CameraSupervisor({ wanted: "auto", size: LIPCAM_SIZE, fps: FPS, format: "I420" });
    this.#output = new CameraOutput(this.#camera.link);
    this.#frame.fill(U, LUMA_BYTES, LUMA_BYTES + CHROMA_BYTES).fill(V, LUMA_BYTES + CHROMA_BYTES);
    this.#drawing = every(1000 / FPS, () => this.#show());
  }

  status(): CameraStatus {
    return this.#camera.state();
  }

  #show(): void {
    for (let at = this.#column; at < LUMA_BYTES; at += LIPCAM_SIZE.width) this.#frame[at] = GROUND;
    this.#column = (this.#column + 1) % LIPCAM_SIZE.width;
    for (let at = this.#column; at < LUMA_BYTES; at += LIPCAM_SIZE.width) this.#frame[at] = BAR;
    this.#output.show(this.#frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closing = this.#camera[Symbol.asyncDispose](); // the output must see that it is to let go
    await closing.finally(() => this.#drawing[Symbol.dispose]());
  }
}

/** Whether every byte is as {@linkcode Lipcam} draws it. */
export function isLipcamFrame(frame: Uint8Array): boolean {
  if (frame.length !== LIPCAM_FRAME_BYTES) return false;
  return frame.every((value, at) =>
    at < LUMA_BYTES ? value === GROUND || value === BAR : value === (at < LUMA_BYTES + CHROMA_BYTES ? U : V)
  );
}

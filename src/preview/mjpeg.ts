/**
 * The programme as MJPEG for browsers without more. Runs on the main thread; pictures are encoded in a worker that is
 * started for the first viewer and works only while somebody wants a picture: at most one at a time is asked for, so
 * neither a slow encoder nor a slow viewer queues anything. At most 8 viewers share each picture.
 */
import { CapacityFault, Fault } from "../errors/mod.ts";
import type { UnitRingShape } from "../unit/mod.ts";
import type { PreviewPicture, PreviewRequest } from "./messages.ts";
import { part, Viewer } from "./viewer.ts";

/** Viewers at one time; the next one is refused. */
export const VIEWERS_MAX = 8;

export interface MjpegPreviewOptions {
  readonly units: { readonly shape: UnitRingShape; readonly buffer: SharedArrayBuffer };
}

export class MjpegPreview implements AsyncDisposable {
  readonly #units: MjpegPreviewOptions["units"];
  readonly #viewers = new Set<Viewer>();
  #worker: Worker | undefined;
  #isAsked = false;
  #isClosed = false;
  #pictures = 0;
  #encodeMs = 0;

  constructor(options: MjpegPreviewOptions) {
    this.#units = options.units;
  }

  /** Viewers now. */
  get clients(): number {
    return this.#viewers.size;
  }
  /** Pictures encoded so far, each for all viewers. */
  get pictures(): number {
    return this.#pictures;
  }
  /** Time the last picture took, in ms. */
  get encodeMs(): number {
    return this.#encodeMs;
  }

  /**
   * A stream of type MJPEG_CONTENT_TYPE, as fast as it is read and the programme runs. Ends when `signal` aborts or the
   * preview is closed. Throws CapacityFault `too_many_viewers`.
   */
  subscribe(signal?: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new Fault("watching the preview: it is closed", { code: "closed" });
    if (this.#viewers.size >= VIEWERS_MAX) {
      throw new CapacityFault(`watching the preview: ${VIEWERS_MAX} viewers are watching, wanted fewer`, {
        code: "too_many_viewers",
      });
    }
    const viewer: Viewer = new Viewer({
      hungry: () => this.#ask(),
      gone: () => this.#viewers.delete(viewer),
    }, signal);
    this.#viewers.add(viewer);
    return viewer.stream;
  }

  // deno-lint-ignore require-await -- closing a worker may wait one day; callers must not depend on that
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const viewer of [...this.#viewers]) viewer.close();
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(): void {
    if (this.#isAsked || this.#isClosed) return;
    this.#isAsked = true;
    this.#worker ??= this.#start();
    const request: PreviewRequest = { kind: "next" };
    this.#worker.postMessage(request);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "preview" });
    worker.onmessage = (event: MessageEvent<PreviewPicture>) => this.#show(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#worker = undefined; // the next viewer starts another
      this.#isAsked = false;
      const fault = new Fault(`encoding the preview: ${event.message}`, {
        code: "worker_failed",
        retryable: true,
      });
      for (const viewer of [...this.#viewers]) viewer.fail(fault);
    };
    const request: PreviewRequest = { kind: "units", shape: this.#units.shape, units: this.#units.buffer };
    worker.postMessage(request);
    return worker;
  }

  #show({ jpeg, encodeMs }: PreviewPicture): void {
    this.#isAsked = false;
    this.#pictures++;
    this.#encodeMs = encodeMs;
    const bytes = part(jpeg);
    for (const viewer of this.#viewers) viewer.show(bytes);
  }
}

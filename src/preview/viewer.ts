/**
 * One viewer's multipart stream. It holds at most the one newest picture it has not sent: a viewer that stops reading
 * costs that one picture and holds nobody up; when it reads again it gets the newest.
 */

const BOUNDARY = "lipcam-picture";
/** Content type of the streams. */
export const MJPEG_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

const encoder = new TextEncoder();
const OPENING = encoder.encode(`--${BOUNDARY}\r\n`);
/** Sent right behind each picture: a browser shows a part when it sees the next boundary. */
const CLOSING = encoder.encode(`\r\n--${BOUNDARY}\r\n`);

/** A JPEG as one part of the stream, with the boundary that ends it. */
export function part(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = encoder.encode(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + jpeg.length + CLOSING.length);
  bytes.set(head);
  bytes.set(jpeg, head.length);
  bytes.set(CLOSING, head.length + jpeg.length);
  return bytes;
}

export interface ViewerEvents {
  /** It has sent what it had and wants the next picture. */
  hungry(): void;
  /** It is gone. Called once. */
  gone(): void;
}

export class Viewer {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #events: ViewerEvents;
  readonly #signal: AbortSignal | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #newest: Uint8Array<ArrayBuffer> | undefined;
  #wakePull: (() => void) | undefined;
  #isGone = false;

  constructor(events: ViewerEvents, signal?: AbortSignal) {
    this.#events = events;
    this.#signal = signal;
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(OPENING);
      },
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
    signal?.addEventListener("abort", this.close, { once: true });
  }

  /** Takes the newest picture, in place of one that was not sent yet. */
  show(bytes: Uint8Array<ArrayBuffer>): void {
    this.#newest = bytes;
    this.#wakePull?.();
  }

  /** Ends the stream. */
  readonly close = (): void => {
    if (this.#isGone) return;
    this.#leave();
    this.#controller?.close();
  };

  /** Breaks the stream off with an error. */
  fail(reason: unknown): void {
    if (this.#isGone) return;
    this.#leave();
    this.#controller?.error(reason);
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    if (this.#newest === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wakePull = resolve;
      this.#events.hungry();
      await promise;
      this.#wakePull = undefined;
    }
    if (this.#isGone || this.#newest === undefined) return;
    controller.enqueue(this.#newest);
    this.#newest = undefined;
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#newest = undefined;
    this.#signal?.removeEventListener("abort", this.close);
    this.#wakePull?.();
    this.#events.gone();
  }
}

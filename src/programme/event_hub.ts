/**
 * Speech events to whoever listens (the page, `GET /v1/events`). Each listener has a queue of its own, at most
 * QUEUE_EVENTS_MAX long; policy when full: the oldest is dropped, so a stalled listener costs nobody anything.
 */
import type { SpeechEvent } from "../speech/mod.ts";

const QUEUE_EVENTS_MAX = 256;

export class EventHub {
  readonly #listeners = new Set<(event: SpeechEvent) => void>();

  publish(event: SpeechEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Events from now on, until the reader cancels or the signal aborts; what has come by then is read to its end. */
  listen(signal: AbortSignal): ReadableStream<SpeechEvent> {
    const queue: SpeechEvent[] = [];
    let wake: (() => void) | undefined;
    const listener = (event: SpeechEvent) => {
      if (queue.length >= QUEUE_EVENTS_MAX) queue.shift();
      queue.push(event);
      wake?.();
    };
    const leave = () => {
      this.#listeners.delete(listener);
      signal.removeEventListener("abort", leave);
      wake?.();
    };
    if (!signal.aborted) {
      this.#listeners.add(listener);
      signal.addEventListener("abort", leave);
    }
    return new ReadableStream<SpeechEvent>({
      async pull(controller) {
        while (queue.length === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => wake = resolve);
        }
        const event = queue.shift();
        if (event) controller.enqueue(event);
        else controller.close();
      },
      cancel: leave,
    }, { highWaterMark: 0 });
  }
}

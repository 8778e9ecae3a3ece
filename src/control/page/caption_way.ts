/**
 * Words come to the page in two ways: with the frames they belong to (notes of the sync channel), which is what is seen
 * here, and by the event stream as the loudspeaker plays them. In: both. Out: those of the notes while such come, else
 * the others, as where a line broke and pictures come as Motion JPEG.
 */
/// <reference lib="dom" />
import type { SpeechEvent } from "./subtitles.ts";
import type { SyncNote } from "./webrtc.ts";

/** A note comes with every frame, in silence too. */
const NOTES_GONE_MS = 500;

export class CaptionWay {
  readonly #onEvent: (event: SpeechEvent) => void;
  readonly #nowMs: () => number;
  #notedMs = -Infinity;

  /** `nowMs`: default the page's clock. */
  constructor(onEvent: (event: SpeechEvent) => void, nowMs: () => number = () => performance.now()) {
    this.#onEvent = onEvent;
    this.#nowMs = nowMs;
  }

  /** Of the sync channel. */
  take({ events }: Pick<SyncNote, "events">): void {
    this.#notedMs = this.#nowMs();
    for (const event of events) this.#onEvent(event);
  }

  /** Of the event stream. */
  hear(event: SpeechEvent): void {
    if (this.#nowMs() - this.#notedMs > NOTES_GONE_MS) this.#onEvent(event);
  }
}

/**
 * The page's line to the programme: its events and its state every second. In: nothing but the server's address. Out: calls
 * when it is there, when it is gone, for every state and event. Comes back by itself: the browser tries again where the
 * line broke; where the programme was started anew the page is fetched again, once, since its cookie is new.
 */
/// <reference lib="dom" />
import type { ProgrammeState } from "./api.ts";
import type { SpeechEvent } from "./subtitles.ts";

const AGAIN_MS = 2000;
const SPEECH_EVENTS = ["utterance_start", "segment", "word", "utterance_end"] as const;
/** In the address after a reload for a cookie; a second one would bring nothing new. */
const RELOADED = "again";

export interface ProgrammeLinkEvents {
  onOpen(): void;
  /** "away": it does not answer. "shut": it does, and does not let this browser in. */
  onLost(why: "away" | "shut"): void;
  onState(state: ProgrammeState): void;
  onSpeech(event: SpeechEvent): void;
}

export class ProgrammeLink {
  readonly #events: ProgrammeLinkEvents;

  constructor(events: ProgrammeLinkEvents) {
    this.#events = events;
  }

  open(): void {
    const source = new EventSource("/v1/events?state");
    source.addEventListener("open", () => {
      history.replaceState(null, "", "/"); // let in: one reload may be tried again
      this.#events.onOpen();
    });
    source.addEventListener("error", () => void this.#lost(source));
    source.addEventListener("state", ({ data }) => this.#events.onState(JSON.parse(data)));
    for (const kind of SPEECH_EVENTS) {
      source.addEventListener(kind, ({ data }) => this.#events.onSpeech(JSON.parse(data)));
    }
  }

  async #lost(source: EventSource): Promise<void> {
    this.#events.onLost("away");
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    const status = await fetch("/v1/state").then((response) => response.status, () => 0);
    const isShut = status === 401;
    if (isShut && !location.search.includes(RELOADED)) return location.replace(`/?${RELOADED}`);
    if (isShut) this.#events.onLost("shut");
    setTimeout(() => this.open(), AGAIN_MS);
  }
}

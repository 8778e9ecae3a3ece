/** What is being heard right now, put together from the speech events as they are played. */
import type { SpeechEvent } from "../speech/mod.ts";
import type { Speaking } from "./state.ts";

export class Subtitles {
  #speaking: Speaking | undefined;

  get speaking(): Speaking | undefined {
    return this.#speaking;
  }

  hear(event: SpeechEvent): void {
    switch (event.kind) {
      case "utterance_start":
        this.#speaking = { utterance: event.utterance, text: "", word: "", metadata: event.metadata };
        break;
      case "segment":
        if (this.#speaking) this.#speaking = { ...this.#speaking, text: event.text, word: "" };
        break;
      case "word":
        if (this.#speaking) this.#speaking = { ...this.#speaking, word: event.text };
        break;
      case "utterance_end":
        if (this.#speaking?.utterance === event.utterance) this.#speaking = undefined;
        break;
    }
  }
}

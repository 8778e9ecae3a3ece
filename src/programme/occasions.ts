/**
 * What is aired, in the words of the director. In: changes and marks of speech as they go out. Out: occasions, and the
 * subtitle that grows with the words. Main thread.
 */
import type { Occasion } from "../obs/mod.ts";
import type { Aired } from "./air_track.ts";
import { Caption } from "./caption.ts";
import type { TextCues } from "./text_cues.ts";

export class AiredOccasions {
  readonly #cues: TextCues;
  readonly #tell: (occasion: Occasion) => void;
  readonly #caption = new Caption();

  constructor(cues: TextCues, tell: (occasion: Occasion) => void) {
    this.#cues = cues;
    this.#tell = tell;
  }

  take(aired: Aired): void {
    if (aired.kind !== "mark") {
      if (aired.kind !== "next") this.#tell({ kind: aired.kind });
      if (this.#caption.text !== "") this.#tell({ kind: "subtitle", text: this.#caption.clear() });
      return;
    }
    const { mark } = aired;
    if (mark.kind === "cue") {
      const { name, argument } = mark;
      if (this.#cues.isOfAvatar(name)) this.#tell({ kind: "action", name });
      if (this.#cues.isForObs(name)) this.#tell({ kind: "cue", name, argument });
    } else if (mark.kind === "word") {
      this.#tell({ kind: "subtitle", text: this.#caption.word(mark.text) });
    } else if (aired.hasWords) {
      this.#caption.segment(mark.text);
    } else {
      this.#tell({ kind: "subtitle", text: this.#caption.whole(mark.text) });
    }
  }
}

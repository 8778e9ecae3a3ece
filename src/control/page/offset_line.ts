/** The line that says how far sound and picture are apart; while nothing can be said, what was measured last. */
/// <reference lib="dom" />
import { element, tell } from "./dom.ts";
import { word } from "./words.ts";

export class OffsetLine {
  readonly #line = element("offset");
  #lastMs: number | undefined;

  /** `offsetMs`: positive where the sound is late, undefined while nothing is measured. */
  show(isWatched: boolean, offsetMs: number | undefined): void {
    this.#line.hidden = !isWatched;
    if (!isWatched) this.#lastMs = undefined;
    if (offsetMs === undefined) delete this.#line.dataset["offset"];
    else this.#line.dataset["offset"] = offsetMs.toFixed(1);
    tell(this.#line, offsetMs === undefined ? this.#before : inWords(offsetMs));
    this.#lastMs = offsetMs ?? this.#lastMs;
  }

  get #before(): string {
    if (this.#lastMs === undefined) return word("offsetUnknown");
    return word("offsetLast", { offset: inWords(this.#lastMs) });
  }
}

function inWords(offsetMs: number): string {
  const ms = Math.abs(offsetMs).toFixed(0);
  return word(offsetMs < 0 ? "offsetEarly" : "offsetLate", { ms });
}

/**
 * Whether a film was read to its end and without a hole: what is missing is not made up.
 *
 * In: the times of what comes out of the file and of the pictures that were decoded of it, in seconds of the file's clock.
 * Out: what is missing, in words. Pure; holds the times of what waits to be decoded. What left no trace in the file at all (a
 * reader of Matroska steps over what it cannot read) cannot be told from a picture that is shown for long.
 */
import { FILM_FPS } from "../../film/mod.ts";
import { timeText } from "./moving_pictures.ts";

/** So much may be missing: what the last pictures of a file are often cut by. */
const MISSING_SEC_MAX = 1;

/** What a file says of its own length, in seconds; 0 where it does not say. */
export interface SaidLength {
  /** How long the pictures last. */
  readonly picturesSec: number;
  /** When the longest of all tracks ends. */
  readonly fileEndSec: number;
}

export class FilmWhole {
  readonly #said: SaidLength;
  /** Pictures that came out of the file and were not decoded yet. */
  #waiting: number[] = [];
  #firstSec: number | undefined;
  #picturesEndSec = -Infinity;
  #fileEndSec = -Infinity;

  constructor(said: SaidLength) {
    this.#said = said;
  }

  /** A piece of another track, e.g. sound: how far the file goes. */
  other(endSec: number): void {
    this.#fileEndSec = Math.max(this.#fileEndSec, endSec);
  }

  /** A picture that is to be shown came out of the file, still coded. */
  coded(atSec: number, endSec: number): void {
    this.other(endSec);
    this.#firstSec = Math.min(this.#firstSec ?? atSec, atSec);
    this.#picturesEndSec = Math.max(this.#picturesEndSec, endSec);
    this.#waiting.push(atSec);
  }

  /** A picture was decoded. Answers what is missing before it. */
  decoded(atSec: number): string | undefined {
    const before = this.#waiting.filter((sec) => sec < atSec - 1e-3);
    this.#waiting = this.#waiting.filter((sec) => sec > atSec + 1e-3);
    const missingSec = before.reduce((least, sec) => Math.min(least, sec), atSec);
    return this.#hole(missingSec, atSec);
  }

  /** After the last picture, which ends at `shownSec` after the first one. */
  end(shownSec: number): string | undefined {
    const { picturesSec, fileEndSec } = this.#said;
    const isShort = picturesSec - shownSec > MISSING_SEC_MAX;
    const isFileShort = picturesSec === 0 && fileEndSec - this.#fileEndSec > MISSING_SEC_MAX;
    if (isShort || isFileShort) {
      const [ends, says] = [shownSec, isShort ? picturesSec : fileEndSec].map(textOf);
      return `cut off at ${ends} of ${says}, wanted a whole film`;
    }
    const missingSec = this.#waiting.reduce((least, sec) => Math.min(least, sec), this.#picturesEndSec);
    return this.#hole(missingSec, this.#picturesEndSec);
  }

  #hole(fromSec: number, toSec: number): string | undefined {
    if (!(toSec - fromSec > MISSING_SEC_MAX)) return undefined;
    const [from, to] = [fromSec, toSec].map((sec) => textOf(sec - (this.#firstSec ?? 0)));
    return `what it has from ${from} to ${to} cannot be decoded, wanted a whole film`;
  }
}

function textOf(sec: number): string {
  return timeText(sec * FILM_FPS, FILM_FPS);
}

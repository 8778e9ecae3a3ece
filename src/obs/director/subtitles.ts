/**
 * The text that is being spoken, in a text source of OBS. In: a text whenever a word is said. Out: one request at a time;
 * what comes meanwhile replaces what waits, so a slow OBS shows fewer steps and never old ones.
 */
export interface SubtitlesOptions {
  /** Resolves when OBS has it. */
  readonly send: (text: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export class Subtitles {
  readonly #options: SubtitlesOptions;
  #waiting: string | undefined;
  #isSending = false;
  #skippedCount = 0;

  constructor(options: SubtitlesOptions) {
    this.#options = options;
  }

  /** Texts that were replaced before they went out. */
  get skippedCount(): number {
    return this.#skippedCount;
  }

  /** Returns at once. */
  show(text: string): void {
    if (this.#waiting !== undefined) this.#skippedCount++;
    this.#waiting = text;
    if (!this.#isSending) this.#run();
  }

  async #run(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting !== undefined) {
      const text = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#options.send(text);
      } catch (error) {
        this.#options.onError(error);
      }
    }
    this.#isSending = false;
  }
}

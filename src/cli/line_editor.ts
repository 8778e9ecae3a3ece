/**
 * The line a person types in the live view: bytes of a terminal in raw mode in, an edited line and what to do out.
 *
 * Pure: no terminal is touched here. Knows UTF-8 split over reads, backspace, Ctrl-U, Ctrl-W, history by up and
 * down, pasted line breaks (each ends a line), and ignores other control sequences.
 */

export type LineAction =
  | { readonly kind: "line"; readonly text: string }
  /** The Esc key alone. */
  | { readonly kind: "escape" }
  /** Ctrl-C, or Ctrl-D on an empty line. */
  | { readonly kind: "end" };

const HISTORY_MAX = 200;
const LINE_CHARACTERS_MAX = 4000;

const CONTROL = { c: "\x03", d: "\x04", u: "\x15", w: "\x17" } as const;
const ESCAPE = "\x1b";
/** CSI and SS3 sequences at the start of a text: arrows, function keys, bracketed paste marks. */
const SEQUENCE = new RegExp(`^${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|O.|.)?`, "s");

export class LineEditor {
  #line = "";
  readonly #history: string[] = [];
  #historyAt = 0;
  readonly #decoder = new TextDecoder();

  /** What has been typed so far. */
  get line(): string {
    return this.#line;
  }

  /** Takes what one read of the terminal gave. A lone Esc byte is the key; Esc with more behind it a sequence. */
  feed(bytes: Uint8Array): LineAction[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === ESCAPE) return [{ kind: "escape" }];
    const actions: LineAction[] = [];
    let rest = text;
    while (rest.length > 0) {
      const sequence = SEQUENCE.exec(rest)?.[0];
      if (sequence !== undefined) {
        this.#onSequence(sequence);
        rest = rest.slice(sequence.length);
        continue;
      }
      const character = String.fromCodePoint(rest.codePointAt(0)!);
      rest = rest.slice(character.length);
      const action = this.#onCharacter(character);
      if (action) actions.push(action);
    }
    return actions;
  }

  #onCharacter(character: string): LineAction | undefined {
    switch (character) {
      case "\r":
      case "\n":
        return this.#enter();
      case CONTROL.c:
        return { kind: "end" };
      case CONTROL.d:
        return this.#line === "" ? { kind: "end" } : undefined;
      case CONTROL.u:
        this.#line = "";
        return undefined;
      case CONTROL.w:
        this.#line = this.#line.replace(/\S*\s*$/u, "");
        return undefined;
      case "\x7f":
      case "\b":
        this.#line = [...new Intl.Segmenter().segment(this.#line)].slice(0, -1).map((part) => part.segment)
          .join("");
        return undefined;
    }
    const isPrintable = character >= " " && this.#line.length < LINE_CHARACTERS_MAX;
    if (isPrintable || character === "\t") this.#line += character === "\t" ? " " : character;
    return undefined;
  }

  #enter(): LineAction | undefined {
    const text = this.#line.trim();
    this.#line = "";
    if (text === "") return undefined;
    if (this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#historyAt = this.#history.length;
    return { kind: "line", text };
  }

  #onSequence(sequence: string): void {
    const step = { "\x1b[A": -1, "\x1bOA": -1, "\x1b[B": 1, "\x1bOB": 1 }[sequence];
    if (step === undefined) return;
    const at = Math.max(0, Math.min(this.#history.length, this.#historyAt + step));
    this.#historyAt = at;
    this.#line = this.#history[at] ?? "";
  }
}

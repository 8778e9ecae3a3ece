/**
 * The line a person types in the live view: bytes of a terminal in raw mode in, an edited line and what to do out.
 *
 * Pure: no terminal is touched here. Knows UTF-8 split over reads, moving by characters and words, deleting, history
 * by up and down, pasted line breaks (each ends a line) and function keys; ignores other control sequences.
 */

export type LineAction =
  | { readonly kind: "line"; readonly text: string }
  /** The Esc key alone. */
  | { readonly kind: "escape" }
  /** A function key: F1 is 1. */
  | { readonly kind: "function"; readonly number: number }
  /** Ctrl-O. */
  | { readonly kind: "hold" }
  /** Ctrl-C, or Ctrl-D on an empty line. */
  | { readonly kind: "end" };

const HISTORY_MAX = 200;
const LINE_CHARACTERS_MAX = 4000;

const ESCAPE = "\x1b";
/** CSI and SS3 sequences at the start of a text, among them the Linux console's own for F1 to F5. */
const SEQUENCE = new RegExp(`^${ESCAPE}(?:\\[\\[.|\\[[0-?]*[ -/]*[@-~]|O.|.)?`, "s");

type Key =
  | ("left" | "right" | "wordLeft" | "wordRight" | "home" | "end")
  | ("back" | "delete" | "deleteWord" | "deleteBefore" | "deleteAfter")
  | ("older" | "newer");

/** What terminals send: xterm's and VT220's sequences, and the control letters that shells take. */
const KEYS: ReadonlyMap<string, Key> = new Map<string, Key>([
  ...entries("left", "\x1b[D", "\x1bOD", "\x02"),
  ...entries("right", "\x1b[C", "\x1bOC", "\x06"),
  ...entries("wordLeft", "\x1b[1;5D", "\x1b[1;3D", "\x1bb"),
  ...entries("wordRight", "\x1b[1;5C", "\x1b[1;3C", "\x1bf"),
  ...entries("home", "\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x01"),
  ...entries("end", "\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x05"),
  ...entries("back", "\x7f", "\b"),
  ...entries("delete", "\x1b[3~", "\x04"),
  ...entries("deleteWord", "\x17"),
  ...entries("deleteBefore", "\x15"),
  ...entries("deleteAfter", "\x0b"),
  ...entries("older", "\x1b[A", "\x1bOA"),
  ...entries("newer", "\x1b[B", "\x1bOB"),
]);

function entries(key: Key, ...typed: string[]): [string, Key][] {
  return typed.map((one) => [one, key]);
}

/** xterm and VT220 by number, then xterm's and the Linux console's by letter. */
const FUNCTION_NUMBERS = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24];
const FUNCTION_KEYS: ReadonlyMap<string, number> = new Map<string, number>([
  ...FUNCTION_NUMBERS.map((code, index): [string, number] => [`${ESCAPE}[${code}~`, index + 1]),
  ...[..."PQRS"].map((letter, index): [string, number] => [`${ESCAPE}O${letter}`, index + 1]),
  ...[..."ABCDE"].map((letter, index): [string, number] => [`${ESCAPE}[[${letter}`, index + 1]),
]);

const graphemes = new Intl.Segmenter();

export class LineEditor {
  #line = "";
  /** UTF-16 units; between two characters as a person sees them. */
  #cursor = 0;
  readonly #history: string[] = [];
  #historyAt = 0;
  /** What was typed before looking back. */
  #draft = "";
  readonly #decoder = new TextDecoder();

  /** What has been typed so far. */
  get line(): string {
    return this.#line;
  }
  /** Where the next character goes, in UTF-16 units of `line`. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Takes what one read of the terminal gave. A lone Esc byte is the key; Esc with more behind it a sequence. */
  feed(bytes: Uint8Array): LineAction[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === ESCAPE) return [{ kind: "escape" }];
    const actions: LineAction[] = [];
    for (let rest = text; rest.length > 0;) {
      const typed = SEQUENCE.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0)!);
      rest = rest.slice(typed.length);
      const action = this.#take(typed);
      if (action) actions.push(action);
    }
    return actions;
  }

  #take(typed: string): LineAction | undefined {
    const number = FUNCTION_KEYS.get(typed);
    if (number !== undefined) return { kind: "function", number };
    if (typed === "\x03" || (typed === "\x04" && this.#line === "")) return { kind: "end" };
    if (typed === "\x0f") return { kind: "hold" };
    if (typed === "\r" || typed === "\n") return this.#enter();
    const key = KEYS.get(typed);
    if (key !== undefined) this.#press(key);
    else if (typed === "\t") this.#insert(" ");
    else if (typed >= " ") this.#insert(typed);
    return undefined;
  }

  #insert(text: string): void {
    if (this.#line.length >= LINE_CHARACTERS_MAX) return;
    this.#replace(this.#cursor, this.#cursor, text);
  }

  #press(key: Key): void {
    const at = this.#cursor;
    if (key === "left") this.#cursor = this.#before(at);
    else if (key === "right") this.#cursor = this.#after(at);
    else if (key === "wordLeft") this.#cursor = this.#wordStart(at);
    else if (key === "wordRight") this.#cursor += /^\s*\S*/u.exec(this.#line.slice(at))![0].length;
    else if (key === "home") this.#cursor = 0;
    else if (key === "end") this.#cursor = this.#line.length;
    else if (key === "back") this.#replace(this.#before(at), at);
    else if (key === "delete") this.#replace(at, this.#after(at));
    else if (key === "deleteWord") this.#replace(this.#wordStart(at), at);
    else if (key === "deleteBefore") this.#replace(0, at);
    else if (key === "deleteAfter") this.#replace(at, this.#line.length);
    else this.#recall(key === "older" ? -1 : 1);
  }

  #replace(start: number, end: number, text = ""): void {
    this.#line = this.#line.slice(0, start) + text + this.#line.slice(end);
    this.#cursor = start + text.length;
  }

  #before(at: number): number {
    return graphemes.segment(this.#line).containing(at - 1)?.index ?? 0;
  }
  #after(at: number): number {
    const next = graphemes.segment(this.#line).containing(at);
    return next === undefined ? at : next.index + next.segment.length;
  }
  #wordStart(at: number): number {
    return this.#line.slice(0, at).replace(/\S*\s*$/u, "").length;
  }

  #enter(): LineAction | undefined {
    const text = this.#line.trim();
    this.#show("");
    if (text !== "" && this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#historyAt = this.#history.length;
    return text === "" ? undefined : { kind: "line", text };
  }

  #recall(step: number): void {
    if (this.#historyAt === this.#history.length) this.#draft = this.#line;
    this.#historyAt = Math.max(0, Math.min(this.#history.length, this.#historyAt + step));
    this.#show(this.#history[this.#historyAt] ?? this.#draft);
  }

  #show(line: string): void {
    this.#line = line;
    this.#cursor = line.length;
  }
}

/**
 * The live view in a terminal: redraws a few rows on the alternate screen, reads keys in raw mode.
 *
 * In: a function that answers the state. Out: lines typed, Esc, the wish to end. Main thread; drawing is skipped
 * while the terminal does not take output. Disposing gives the terminal back as it was.
 */
import type { ProgrammeState } from "../programme/mod.ts";
import { every } from "../time/mod.ts";
import { cursorAt, dashboardLines } from "./dashboard.ts";
import { LineEditor } from "./line_editor.ts";

export interface TerminalOptions {
  readonly state: () => ProgrammeState;
  /** May throw: the message's one line is shown. */
  readonly onLine: (text: string) => void;
  readonly onEscape: () => void;
  /** A function key, F1 is 1. May throw as onLine. */
  readonly onFunction: (number: number) => void;
  readonly onHold: () => void;
  readonly onEnd: () => void;
  readonly describe: (error: unknown) => string;
  readonly hasColor: boolean;
}

const DRAW_PERIOD_MS = 200;
const ENTER_SCREEN = "\x1b[?1049h\x1b[2J";
const LEAVE_SCREEN = "\x1b[?1049l\x1b[?25h";

export class LiveTerminal implements AsyncDisposable {
  readonly #options: TerminalOptions;
  readonly #editor = new LineEditor();
  readonly #encoder = new TextEncoder();
  readonly #drawing: Disposable;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #message = "";
  #isClosed = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    Deno.stdin.setRaw(true);
    this.#write(ENTER_SCREEN);
    this.#drawing = every(DRAW_PERIOD_MS, () => this.#draw());
    this.#reader = Deno.stdin.readable.getReader();
    this.#readKeys().catch((error) => this.show(options.describe(error)));
  }

  /** Shows one line until the next message or Enter. */
  show(message: string): void {
    this.#message = message;
    this.#draw();
  }

  async #readKeys(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return; // the terminal is gone; SIGHUP ends the programme, not this
      for (const action of this.#editor.feed(value)) {
        if (action.kind === "end") this.#options.onEnd();
        else if (action.kind === "escape") this.#options.onEscape();
        else if (action.kind === "hold") this.#options.onHold();
        else if (action.kind === "function") this.#try(() => this.#options.onFunction(action.number));
        else this.#try(() => this.#options.onLine(action.text));
      }
      this.#draw();
    }
  }

  #try(run: () => void): void {
    this.#message = "";
    try {
      run();
    } catch (error) {
      this.#message = this.#options.describe(error);
    }
  }

  /** A terminal that is gone takes nothing more: the programme ends in order. */
  #draw(): void {
    if (this.#isClosed) return;
    try {
      this.#drawNow();
    } catch {
      this.#isClosed = true;
      this.#options.onEnd();
    }
  }

  #drawNow(): void {
    const { columns, rows } = Deno.consoleSize();
    const input = {
      state: this.#options.state(),
      line: this.#editor.line,
      cursor: this.#editor.cursor,
      message: this.#message,
      columns,
      rows,
      hasColor: this.#options.hasColor,
    };
    const lines = dashboardLines(input);
    const cursor = cursorAt(input);
    const body = lines.map((line, index) => `\x1b[${index + 1};1H\x1b[2K${line}`).join("");
    this.#write(`${body}\x1b[0J\x1b[${cursor.row + 1};${cursor.column + 1}H`);
  }

  #write(text: string): void {
    const bytes = this.#encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#drawing[Symbol.dispose]();
    await this.#reader.cancel().catch(() => {}); // the terminal may be gone
    try {
      this.#write(LEAVE_SCREEN);
      Deno.stdin.setRaw(false);
    } catch {
      // Nobody is there to give it back to.
    }
  }
}

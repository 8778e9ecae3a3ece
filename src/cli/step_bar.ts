/**
 * How far a command of a few steps has come: one line that is drawn over on a terminal, a line a step elsewhere.
 *
 * In: the steps as they begin. Out: stderr. Nothing is drawn on a terminal that cannot move its cursor.
 */
import type { CommandContext } from "./command.ts";
import { Paint } from "./paint.ts";
import type { Progress } from "../prepare/mod.ts";

const WIDTH = 24;
const EMPTY_LINE = "\r\x1b[2K";

/** A terminal to draw on; without one there are lines. */
export interface BarTerminal {
  write(text: string): void;
}

export class StepBar {
  readonly #count: number;
  readonly #context: Pick<CommandContext, "note" | "environment">;
  readonly #paint: Paint;
  readonly #terminal: BarTerminal | undefined;
  #begun = 0;
  #told = "";

  constructor(
    count: number,
    context: Pick<CommandContext, "note" | "environment">,
    terminal: BarTerminal | undefined = stderrTerminal(),
  ) {
    this.#count = count;
    this.#context = context;
    this.#terminal = context.environment["TERM"] === "dumb" ? undefined : terminal;
    this.#paint = new Paint(!context.environment["NO_COLOR"]);
  }

  /** Begins the next step. */
  step(name: string): void {
    const done = Math.min(this.#begun++, this.#count);
    if (!this.#terminal) {
      this.#context.note(`[${done + 1}/${this.#count}] ${name}`);
      return;
    }
    this.#draw(done / this.#count, name);
  }

  #draw(part: number, words: string): void {
    const full = Math.round(WIDTH * part);
    const bar = this.#paint.green("█".repeat(full)) + this.#paint.dim("░".repeat(WIDTH - full));
    this.#terminal?.write(`${EMPTY_LINE}${bar} ${words}`);
  }

  /** How far a step of many frames has come; elsewhere than on a terminal a line every ten percent. */
  frames({ step, frames, of, leftMs }: Progress): void {
    const part = Math.min(1, frames / of);
    const percent = Math.floor(part * 100);
    const left = leftMs === undefined ? "" : `, ${timeLeft(leftMs)} left`;
    if (!this.#terminal) {
      const tenth = `${step} ${Math.floor(percent / 10)}`;
      if (tenth !== this.#told) this.#context.note(`${step}: ${percent} %${left}`);
      this.#told = tenth;
      return;
    }
    this.#begun++;
    this.#draw(part, `${percent} % ${step}${left}`);
  }

  /** Leaves the line empty for what comes next. */
  clear(): void {
    if (this.#begun > 0) this.#terminal?.write(EMPTY_LINE);
  }
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function stderrTerminal(): BarTerminal | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  return {
    write(text) {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
    },
  };
}

/**
 * How far a command of a few steps has come: one line that is drawn over on a terminal, a line a step elsewhere.
 *
 * In: the steps as they begin. Out: stderr. Nothing is drawn on a terminal that cannot move its cursor.
 */
import type { CommandContext } from "./command.ts";
import { Paint } from "./paint.ts";

const WIDTH = 24;

export class StepBar {
  readonly #count: number;
  readonly #context: Pick<CommandContext, "note" | "environment">;
  readonly #paint: Paint;
  readonly #isDrawn: boolean;
  #done = 0;

  constructor(
    count: number,
    context: Pick<CommandContext, "note" | "environment">,
    isTerminal = stderrIsTerminal(),
  ) {
    this.#count = count;
    this.#context = context;
    this.#isDrawn = isTerminal && context.environment["TERM"] !== "dumb";
    this.#paint = new Paint(this.#isDrawn && !context.environment["NO_COLOR"]);
  }

  /** Begins the next step. */
  step(name: string): void {
    const done = Math.min(this.#done++, this.#count);
    if (!this.#isDrawn) {
      this.#context.note(`[${done + 1}/${this.#count}] ${name}`);
      return;
    }
    const full = Math.round(WIDTH * done / this.#count);
    const bar = this.#paint.green("█".repeat(full)) + this.#paint.dim("░".repeat(WIDTH - full));
    write(`\r\x1b[2K${bar} ${name}`);
  }

  /** Leaves the line empty for what comes next. */
  clear(): void {
    if (this.#isDrawn && this.#done > 0) write("\r\x1b[2K");
  }
}

function stderrIsTerminal(): boolean {
  return Deno.stderr.isTerminal();
}

function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
}

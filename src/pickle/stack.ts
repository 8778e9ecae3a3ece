/**
 * What a pickle works on while it is read: a stack with marks, and a memo of what comes again.
 *
 * In: items. Out: items; a Refusal for taking what is not there, or for more than the limits. Any thread.
 */
import { Refusal } from "./refusal.ts";

/** Of the stack, and of the memo. */
const ITEMS_MAX = 1_000_000;
const MARKS_MAX = 1_000;
const MISSING = "wanted a whole pickle";

export class Stack {
  readonly #items: unknown[] = [];
  /** How many items lay below each mark. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  push(item: unknown): void {
    if (this.#items.length >= ITEMS_MAX) throw tooMany("values at once");
    this.#items.push(item);
  }

  pop(): unknown {
    this.#expectItem();
    return this.#items.pop();
  }

  get top(): unknown {
    this.#expectItem();
    return this.#items.at(-1);
  }

  mark(): void {
    if (this.#marks.length >= MARKS_MAX) throw tooMany("lists begun", MARKS_MAX);
    this.#marks.push(this.#items.length);
  }

  get isMarkOnTop(): boolean {
    return this.#marks.at(-1) === this.#items.length;
  }

  /** Everything above the last mark, which goes too. */
  popToMark(): unknown[] {
    const from = this.#marks.pop();
    if (from === undefined) throw new Refusal(`ends a list that was never begun, ${MISSING}`);
    return this.#items.splice(from);
  }

  /** By default under the next number. */
  keep(number = this.#memo.size): void {
    if (this.#memo.size >= ITEMS_MAX) throw tooMany("values kept");
    this.#memo.set(number, this.top);
  }

  kept(number: number): unknown {
    if (!this.#memo.has(number)) {
      throw new Refusal(`takes value ${number} again, which it never kept, ${MISSING}`);
    }
    return this.#memo.get(number);
  }

  #expectItem(): void {
    if (this.#items.length <= (this.#marks.at(-1) ?? 0)) {
      throw new Refusal(`takes a value where there is none, ${MISSING}`);
    }
  }
}

function tooMany(what: string, limit = ITEMS_MAX): Refusal {
  return new Refusal(`more than ${limit} ${what}, wanted what an avatar needs`);
}

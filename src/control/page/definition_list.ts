/**
 * Names with values that change: rows stay where they are and only new text is put into them, so that what somebody selects
 * or a screen reader reads is not taken away every second.
 */
/// <reference lib="dom" />
import { make, tell } from "./dom.ts";
import { type Word, word } from "./words.ts";

export interface Row {
  readonly label: Word;
  readonly value: string;
  readonly remark?: string;
  /** "warn" is marked by a sign too, not by colour alone. */
  readonly mood?: "good" | "warn";
}

interface Placed {
  readonly term: HTMLElement;
  readonly details: HTMLElement;
  readonly value: Text;
  readonly remark: HTMLElement;
}

export class DefinitionList {
  readonly #list: HTMLElement;
  readonly #placed = new Map<Word, Placed>();

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  show(rows: readonly Row[]): void {
    for (const row of rows) fill(this.#placed.get(row.label) ?? this.#place(row.label), row);
    for (const [label, { term }] of this.#placed) {
      if (rows.some((row) => row.label === label)) continue;
      term.parentElement!.remove();
      this.#placed.delete(label);
    }
  }

  #place(label: Word): Placed {
    const placed: Placed = {
      term: make("dt"),
      details: make("dd"),
      value: new Text(),
      remark: make("small"),
    };
    placed.details.append(placed.value, " ", placed.remark);
    this.#list.append(make("div", {}, placed.term, placed.details));
    this.#placed.set(label, placed);
    return placed;
  }
}

function fill({ term, details, value, remark }: Placed, row: Row): void {
  tell(term, word(row.label));
  tell(value, row.mood === "warn" ? `⚠ ${row.value}` : row.value);
  tell(remark, row.remark ?? "");
  if (details.className !== (row.mood ?? "")) details.className = row.mood ?? "";
}

/** The part of a typed line that fits into a row, with the cursor in it. Pure. */
import { clip, widthOf } from "./paint.ts";

export interface TypedLine {
  readonly text: string;
  /** Columns before the cursor. */
  readonly cursorColumn: number;
}

/** Columns kept behind the cursor where there is something to show. */
const AHEAD_COLUMNS = 8;

const graphemes = new Intl.Segmenter();

/** `cursor` counts UTF-16 units of `line`; the text is at most `columns` wide, and the cursor may stand behind it. */
export function typedLine(line: string, cursor: number, columns: number): TypedLine {
  const before = line.slice(0, cursor);
  if (widthOf(line) <= columns) return { text: line, cursorColumn: widthOf(before) };
  const ahead = Math.min(AHEAD_COLUMNS, widthOf(line.slice(cursor)));
  const characters = [...graphemes.segment(before)];
  let start = before.length;
  // One column is the ellipsis's.
  for (let used = 1 + ahead; characters.length > 0; start = characters.pop()!.index) {
    used += widthOf(characters.at(-1)!.segment);
    if (used > columns) break;
  }
  const lead = start > 0 ? "…" : "";
  return {
    text: clip(lead + line.slice(start), columns),
    cursorColumn: widthOf(lead + before.slice(start)),
  };
}

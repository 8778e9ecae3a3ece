/** Colours and widths of terminal text. Colour is dropped where the terminal or NO_COLOR says so. */

const RESET = "\x1b[0m";

export class Paint {
  constructor(readonly hasColor: boolean) {}
  bold(text: string): string {
    return this.#wrap("\x1b[1m", text);
  }
  dim(text: string): string {
    return this.#wrap("\x1b[2m", text);
  }
  green(text: string): string {
    return this.#wrap("\x1b[32m", text);
  }
  yellow(text: string): string {
    return this.#wrap("\x1b[33m", text);
  }
  #wrap(code: string, text: string): string {
    return this.hasColor ? `${code}${text}${RESET}` : text;
  }
}

const segmenter = new Intl.Segmenter();
// Wide in terminals: CJK, Hangul, full-width forms and emoji (Unicode Standard Annex 11, East Asian Width W and F).
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const COLOR_CODE = new RegExp(`(${"\x1b"}\\[[0-9;]*m)`, "g");

/** Columns that `text` takes in a terminal, colour codes not counted. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const { segment } of segmenter.segment(text.replace(COLOR_CODE, ""))) {
    columns += WIDE.test(segment) ? 2 : 1;
  }
  return columns;
}

/** `text` cut to `columns`, colour codes kept and closed. */
export function clip(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const part of text.split(COLOR_CODE)) {
    if (part.startsWith("\x1b[")) {
      kept += part;
      continue;
    }
    for (const { segment } of segmenter.segment(part)) {
      const width = WIDE.test(segment) ? 2 : 1;
      if (used + width > columns - 1) return `${kept}…${text.includes("\x1b[") ? RESET : ""}`;
      kept += segment;
      used += width;
    }
  }
  return kept;
}

/** `text`, which has no colour codes, broken at spaces into lines of at most `columns`; a longer word is cut. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns || line === "") {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line].map((one) => clip(one, columns));
}

/** Text from a pipe, line by line as it arrives, so that a program that writes slowly is spoken as it writes. */

/** Longest line taken as one; a longer one is cut here and its rest is the next. */
const LINE_CHARACTERS_MAX = 20_000;

/** Yields each non-empty line of `bytes` as soon as its line break is read, and the rest at the end. */
export async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncIterable<string> {
  let rest = "";
  for await (
    const text of bytes.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
  ) {
    rest += text;
    for (let at = cutAt(rest); at >= 0; at = cutAt(rest)) {
      const line = rest.slice(0, at).trim();
      rest = rest.slice(at).replace(/^\r?\n/, "");
      if (line !== "") yield line;
    }
  }
  if (rest.trim() !== "") yield rest.trim();
}

function cutAt(text: string): number {
  const lineBreak = text.search(/\r?\n/);
  if (lineBreak >= 0 && lineBreak <= LINE_CHARACTERS_MAX) return lineBreak;
  return text.length > LINE_CHARACTERS_MAX ? LINE_CHARACTERS_MAX : -1;
}

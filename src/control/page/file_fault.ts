/**
 * Why a file was not taken, in words of the page. In: the programme's own line, which may be made for a command line or hold
 * what a library said. Out: what is wrong for a person, and the line behind it, each thing once.
 */
import { word } from "./words.ts";

const NAME_TAKEN = /--force|another --id/;
/** What the readers of pictures, films and sounds say, and the programme when they fail. */
const UNREADABLE = /cannot be (decoded|read)|invalid data|premature end|^audio file /i;
/** The programme's own name for what is sent, or the whole path to it. */
const SENT = /"?(?:\/\S*\/)?upload\.\w+"?/g;
/** A library says it for every part of the file. */
const AGAIN = /(\S.{7,}?)(?:[\s,;:.]+\1)+/g;

export function fileFault(line: string, file: string): string {
  if (NAME_TAKEN.test(line)) return word("nameTaken");
  const once = line.replace(SENT, () => file).replace(AGAIN, "$1");
  return UNREADABLE.test(line) ? word("unreadable", { why: once }) : once;
}

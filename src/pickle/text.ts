/**
 * How pickles write numbers and strings: as lines of text (protocol 0) and as whole numbers of any length.
 *
 * In: bytes. Out: values, or a Refusal. Lengths of numbers are bounded, since turning long ones costs their square. Pure.
 */
import { quoted, Refusal } from "./refusal.ts";

/** Of a whole number. */
const DIGITS_MAX = 600;
const NUMBER_BYTES_MAX = 256;

const utf8 = new TextDecoder();

export function utf8Text(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** A character a byte. */
export function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255) throw new Refusal(`a character ${code} in a string of bytes, wanted 0 to 255`);
    bytes[at] = code;
  }
  return bytes;
}

/** "12", "-3L". */
export function wholeText(line: Uint8Array): number | bigint {
  const text = latin1Text(line.subarray(0, DIGITS_MAX + 3)).trim().replace(/L$/, "");
  if (!/^[+-]?[0-9]+$/.test(text) || text.length > DIGITS_MAX) throw noNumber(text);
  return shortened(BigInt(text.replace(/^\+/, "")));
}

/** "1.5", "-inf", "nan". */
export function floatText(line: Uint8Array): number {
  const text = latin1Text(line.subarray(0, DIGITS_MAX)).trim();
  const special = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text];
  if (special !== undefined) return special;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw noNumber(text);
  return Number(text);
}

/** Two's complement, the lowest byte first. */
export function wholeBytes(bytes: Uint8Array): number | bigint {
  if (bytes.length > NUMBER_BYTES_MAX) {
    throw new Refusal(`a whole number of ${bytes.length} bytes, wanted at most ${NUMBER_BYTES_MAX}`);
  }
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at--) value = value << 8n | BigInt(bytes[at]!);
  return shortened(BigInt.asIntN(bytes.length * 8, value));
}

/** Python's raw-unicode-escape: a byte a character, others as \u with four hexadecimal digits or \U with eight. */
export function escapedUnicode(line: Uint8Array): string {
  return latin1Text(line).replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short, long) => {
    const code = parseInt(short ?? long, 16);
    if (code > 0x10ffff) throw new Refusal(`a character ${code} in a string, wanted Unicode`);
    return String.fromCodePoint(code);
  });
}

/** A string as Python 2 writes it, in quotes. */
export function quotedString(line: Uint8Array): string {
  const text = latin1Text(line).trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote) {
    throw new Refusal(`a string ${quoted(text)} without quotes, wanted what Python writes`);
  }
  const letters: Readonly<Record<string, string>> = {
    n: "\n",
    r: "\r",
    t: "\t",
    "\\": "\\",
    "'": "'",
    '"': '"',
  };
  return text.slice(1, -1).replace(/\\(x[0-9a-f]{2}|.)/gis, (escape, code: string) => {
    const letter = code.length > 1 ? String.fromCharCode(parseInt(code.slice(1), 16)) : letters[code];
    if (letter === undefined) throw new Refusal(`${quoted(escape)} in a string, wanted what Python writes`);
    return letter;
  });
}

function shortened(value: bigint): number | bigint {
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

function noNumber(text: string): Refusal {
  return new Refusal(`a number ${JSON.stringify(quoted(text))}, wanted digits`);
}

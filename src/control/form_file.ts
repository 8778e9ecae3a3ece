/**
 * The file of a form (multipart/form-data, RFC 7578) as it comes, without ever holding more than a piece of it: `curl -F
 * file=@talk.wav`. In: the body's pieces. Out: the bytes of the first field of that name; what stands in other fields is
 * passed over. Rejects with HttpProblem 400 for a form that is none, ends early or has no such field.
 */
import { HttpProblem } from "./problem.ts";

const HEAD_BYTES_MAX = 8192;
/** RFC 2046 allows this many, and these. */
const BOUNDARY = /;\s*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([\w'+./:=?-]{1,70}))\s*(?:;|$)/i;
const LINE_END = new Uint8Array([13, 10]);
const HEAD_END = new Uint8Array([13, 10, 13, 10]);
/** "--" behind a boundary: it was the last. */
const LAST = new Uint8Array([45, 45]);

export async function* formFile(
  contentType: string,
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  field: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw bad("has no boundary");
  const mark = new TextEncoder().encode(`\r\n--${boundary}`);
  const pieces = body[Symbol.asyncIterator]();
  try {
    const form = new Scanner(pieces);
    for await (const _ of form.until(mark)); // what stands before the first boundary means nothing
    for (;;) {
      if (await form.beginsWith(LAST)) throw bad(`has no file in a field ${field}`);
      let head = "";
      for await (const bytes of form.until(HEAD_END)) {
        head += new TextDecoder().decode(bytes);
        if (head.length > HEAD_BYTES_MAX) throw bad("has a head that is too long");
      }
      if (nameOf(head) === field) return yield* form.until(mark);
      for await (const _ of form.until(mark)); // another field
    }
  } finally {
    await pieces.return?.();
  }
}

class Scanner {
  readonly #pieces: AsyncIterator<Uint8Array<ArrayBuffer>>;
  /** Not looked at yet. The first boundary has no line end before it, which all others have. */
  #held: Uint8Array<ArrayBuffer> = LINE_END;

  constructor(pieces: AsyncIterator<Uint8Array<ArrayBuffer>>) {
    this.#pieces = pieces;
  }

  /** What comes before the mark; the mark itself is taken. */
  async *until(mark: Uint8Array): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const at = indexOf(this.#held, mark);
      // The mark may have begun at the end of what is there.
      const sure = at < 0 ? Math.max(0, this.#held.length - mark.length + 1) : at;
      const bytes = this.#held.slice(0, sure);
      this.#held = this.#held.slice(at < 0 ? sure : at + mark.length);
      if (bytes.length > 0) yield bytes;
      if (at >= 0) return;
      await this.#more();
    }
  }

  /** Takes nothing. */
  async beginsWith(wanted: Uint8Array): Promise<boolean> {
    while (this.#held.length < wanted.length) await this.#more();
    return wanted.every((byte, index) => this.#held[index] === byte);
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#pieces.next();
    if (done) throw bad("ends early");
    const both = new Uint8Array(this.#held.length + value.length);
    both.set(this.#held);
    both.set(value, this.#held.length);
    this.#held = both;
  }
}

function nameOf(head: string): string | undefined {
  return /^content-disposition:\s*form-data\s*;(?:[^\r\n]*;)?\s*name="([^"\r\n]*)"/im.exec(head)?.[1];
}

/** -1 where it is not. */
function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

function bad(what: string): HttpProblem {
  return new HttpProblem(400, "bad_form", `the form ${what}, wanted multipart/form-data with a file`);
}

/**
 * Reads a form with files (multipart/form-data, RFC 7578) as it comes: nothing of a file is held. In: a request. Out: its
 * parts, one after another; a part that is not read is passed over. Limits: PARTS_MAX parts, HEAD_BYTES_MAX a head,
 * `bytesMax` in all. Throws HttpProblem 400, 408, 413, 415.
 */
import { typeOf, uploadPieces } from "./body.ts";
import { HttpProblem } from "./problem.ts";

export const FORM_TYPE = "multipart/form-data";
const PARTS_MAX = 64;
const HEAD_BYTES_MAX = 4096;
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

export interface FormPart {
  readonly name: string;
  /** Whether it is a file. What it is called is nobody's business; one without a name is what a browser sends for none. */
  readonly isFile: boolean;
  /** To be read before the next part is asked for. */
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

export async function* formParts(request: Request, bytesMax: number): AsyncGenerator<FormPart> {
  const boundary = BOUNDARY.exec(request.headers.get("content-type") ?? "");
  if (typeOf(request) !== FORM_TYPE || boundary === null) {
    throw new HttpProblem(
      415,
      "bad_type",
      `the body's content type is not understood, wanted ${FORM_TYPE} with its boundary`,
    );
  }
  const pieces = uploadPieces(request, bytesMax);
  try {
    // The first boundary may be the very first bytes: as if a line had ended before it.
    const body = new Scanner(pieces, bytesOf("\r\n"));
    const delimiter = bytesOf(`\r\n--${boundary[1] ?? boundary[2]!}`);
    await body.upTo(delimiter, HEAD_BYTES_MAX);
    for (let count = 0; await body.line(HEAD_BYTES_MAX) !== "--"; count++) {
      if (count >= PARTS_MAX) throw badForm(`it has more than ${PARTS_MAX} fields`);
      const head = [];
      for (let line = await body.line(HEAD_BYTES_MAX); line !== ""; line = await body.line(HEAD_BYTES_MAX)) {
        head.push(line);
        if (head.length > 16) throw badForm("a field has too long a head");
      }
      const part = body.pieces(delimiter);
      yield { ...aboutPart(head), pieces: part };
      for await (const _ of part); // what was not read of it
    }
  } finally {
    await pieces.return(undefined);
  }
}

function aboutPart(head: readonly string[]): { name: string; isFile: boolean } {
  const disposition = head.find((line) => /^content-disposition:\s*form-data\s*;/i.test(line)) ?? "";
  const name = /;\s*name="([^"]{0,200})"/i.exec(disposition)?.[1];
  if (name === undefined) throw badForm("a field has no name");
  return { name, isFile: /;\s*filename\*?=(?!""\s*(?:;|$))/i.test(disposition) };
}

/** Bytes of a stream up to what they are looked for. */
class Scanner {
  readonly #source: AsyncIterator<Uint8Array<ArrayBuffer>>;
  #held: Uint8Array<ArrayBuffer>;

  constructor(source: AsyncIterator<Uint8Array<ArrayBuffer>>, before: Uint8Array<ArrayBuffer>) {
    this.#source = source;
    this.#held = before;
  }

  /** A line without its end; of the last boundary's, which may have none, its two dashes. */
  async line(bytesMax: number): Promise<string> {
    while (this.#held.length < 2) await this.#more();
    if (this.#held[0] === DASH && this.#held[1] === DASH) return "--";
    return new TextDecoder().decode(await this.upTo(LINE_END, bytesMax)).trimEnd();
  }

  /** What comes before `delimiter`, which is taken too. */
  async upTo(delimiter: Uint8Array, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const at = indexOf(this.#held, delimiter);
      if (at > bytesMax || (at < 0 && this.#held.length > bytesMax)) throw badForm("a line is too long");
      if (at >= 0) return this.#take(at, delimiter.length);
      await this.#more();
    }
  }

  /** The same in pieces, of any length. A second reader goes on where the first stopped. */
  pieces(delimiter: Uint8Array): AsyncIterable<Uint8Array<ArrayBuffer>> {
    let isOver = false;
    const next = async (): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> => {
      while (!isOver) {
        const at = indexOf(this.#held, delimiter);
        isOver = at >= 0;
        const sure = isOver ? at : Math.max(0, this.#held.length - delimiter.length + 1);
        const piece = this.#take(sure, isOver ? delimiter.length : 0);
        if (!isOver) await this.#more();
        if (piece.length > 0) return { value: piece, done: false };
      }
      return { value: undefined, done: true };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  #take(count: number, skip: number): Uint8Array<ArrayBuffer> {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count + skip);
    return taken;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#source.next();
    if (done) throw badForm("it ends early");
    const both = new Uint8Array(this.#held.length + value.length);
    both.set(this.#held);
    both.set(value, this.#held.length);
    this.#held = both;
  }
}

const DASH = 0x2d;
const LINE_END = bytesOf("\r\n");

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function badForm(says: string): HttpProblem {
  return new HttpProblem(400, "bad_form", `the form cannot be read: ${says}, wanted ${FORM_TYPE}`);
}

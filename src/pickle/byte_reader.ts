/**
 * Walks through bytes: numbers, pieces and lines, none of them beyond the end.
 *
 * In: bytes. Out: values and views of the same memory; a Refusal where the bytes end too early. Any thread.
 */
import { Refusal } from "./refusal.ts";

const NEWLINE = 10;

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** Where the next value is read from. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A count of bytes or elements; one that no file could hold is refused. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new Refusal(`a count of ${value} at byte ${this.#at - 8}, wanted what the file can hold`);
    }
    return Number(value);
  }

  /** As pickles write it: the highest byte first. */
  f64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, no copy. */
  take(count: number): Uint8Array {
    const from = this.#advance(count);
    return this.bytes.subarray(from, from + count);
  }

  /** Up to the next line feed, which is passed. */
  line(): Uint8Array {
    const end = this.bytes.indexOf(NEWLINE, this.#at);
    if (end < 0) throw this.#ended(this.left + 1);
    const line = this.bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return line;
  }

  #advance(count: number): number {
    const from = this.#at;
    if (count > this.left) throw this.#ended(count);
    this.#at += count;
    return from;
  }

  #ended(count: number): Refusal {
    return new Refusal(
      `ends after ${this.bytes.length} bytes where byte ${this.#at + count} was to come, wanted a whole file`,
    );
  }
}

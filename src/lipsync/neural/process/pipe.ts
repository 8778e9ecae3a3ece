/**
 * Frames on a pipe between the engine's host and its process: a magic number, a kind, the seat that it is about, a length
 * and that many bytes.
 *
 * In: bytes in pieces of any size. Out: whole frames, in order. What a native library prints on the same pipe is
 * skipped: the magic number's first byte occurs in no text. Little-endian; at most PAYLOAD_BYTES_MAX a frame; any thread.
 */

const MAGIC = 0x45_4c_f5_ff; // bytes ff f5 4c 45
const MAGIC_FIRST = 0xff;
const HEADER_BYTES = 12;
/** The kind's byte comes first, then three of the seat. */
const KIND_AT = 4;
const SEAT_SHIFT = 8;
const KIND_MASK = 0xff;
/** A patch of 256 x 256 and its header; text far shorter. */
export const PAYLOAD_BYTES_MAX = 256 * 1024;

export interface PipeFrame {
  readonly kind: number;
  /** The programme that it is about; 0 where it is about all. */
  readonly seat: number;
  /** Valid until the next frame is asked for. */
  readonly payload: Uint8Array;
}

/** Throws RangeError for too much. */
export function pipeFrame(kind: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > PAYLOAD_BYTES_MAX) {
    throw new RangeError(`a frame of ${length} bytes, wanted at most ${PAYLOAD_BYTES_MAX}`);
  }
  const bytes = new Uint8Array(HEADER_BYTES + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(KIND_AT, kind, true);
  view.setUint32(8, length, true);
  let at = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The same frame, about a seat. */
export function seated(frame: Uint8Array, seat: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  const kind = view.getUint32(KIND_AT, true) & KIND_MASK;
  view.setUint32(KIND_AT, kind | seat << SEAT_SHIFT, true);
  return frame;
}

export function textFrame(kind: number, value: unknown): Uint8Array {
  return pipeFrame(kind, new TextEncoder().encode(JSON.stringify(value)));
}

export function textOf(payload: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(payload));
}

/** The bytes of typed numbers. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
}

export class PipeReader {
  #held = new Uint8Array(HEADER_BYTES + PAYLOAD_BYTES_MAX);
  #from = 0;
  #to = 0;

  /** Takes the next piece; then ask next() until it answers nothing. */
  push(piece: Uint8Array): void {
    if (this.#from > 0) {
      this.#held.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    if (this.#to + piece.length > this.#held.length) {
      const grown = new Uint8Array(this.#to + piece.length);
      grown.set(this.#held.subarray(0, this.#to));
      this.#held = grown;
    }
    this.#held.set(piece, this.#to);
    this.#to += piece.length;
  }

  next(): PipeFrame | undefined {
    for (;;) {
      while (this.#from < this.#to && this.#held[this.#from] !== MAGIC_FIRST) this.#from++;
      if (this.#to - this.#from < HEADER_BYTES) return undefined;
      const view = new DataView(this.#held.buffer, this.#from, HEADER_BYTES);
      const length = view.getUint32(8, true);
      if (view.getUint32(0, true) !== MAGIC || length > PAYLOAD_BYTES_MAX) {
        this.#from++;
        continue;
      }
      if (this.#to - this.#from < HEADER_BYTES + length) return undefined;
      const start = this.#from + HEADER_BYTES;
      this.#from = start + length;
      const about = view.getUint32(KIND_AT, true);
      const [kind, seat] = [about & KIND_MASK, about >>> SEAT_SHIFT];
      return { kind, seat, payload: this.#held.subarray(start, start + length) };
    }
  }
}

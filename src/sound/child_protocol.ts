/**
 * What the sound worker and its player process say to each other, in frames on two pipes.
 *
 * A frame is a magic number, a kind, a length and that many bytes, at most 4 kB in all, so that one write to a pipe
 * is never torn. The native library prints on the same stdout: whatever is not a frame is skipped, and the magic
 * number's first byte occurs in no text. Little endian; bounded; any thread.
 */

/** Samples a block: 10 ms at 48 kHz. */
export const BLOCK_SAMPLES = 480;
export const BLOCK_MS = 10;

export const FRAME = {
  /** To the child: one block of samples. */
  block: 1,
  /** To the child: the epoch moved; what is stale is faded and dropped. */
  flush: 2,
  /** From the child: the device is open and waits. */
  opened: 16,
  /** From the child: the device took a block. */
  taken: 17,
  /** From the child: what a flush did. */
  flushed: 18,
  /** From the child: it cannot go on; the text says why. */
  fault: 19,
  /** From the child: the devices there are, as JSON. */
  devices: 20,
} as const;

const MAGIC = 0x43_4c_f5_ff; // bytes ff f5 4c 43
const MAGIC_FIRST = 0xff;
const HEADER_BYTES = 8;
export const PAYLOAD_BYTES_MAX = 4096 - HEADER_BYTES;

export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  if (payload.length > PAYLOAD_BYTES_MAX) {
    throw new RangeError(`a frame of ${payload.length} bytes, wanted at most ${PAYLOAD_BYTES_MAX}`);
  }
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, kind, true);
  view.setUint16(6, payload.length, true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** A frame of float64 values: everything but blocks and texts. */
export function encodeNumbers(kind: number, ...values: number[]): Uint8Array {
  return encodeFrame(kind, new Uint8Array(Float64Array.from(values).buffer));
}

/** A frame of text, cut where it is too long. */
export function encodeText(kind: number, text: string): Uint8Array {
  return encodeFrame(kind, new TextEncoder().encode(text).subarray(0, PAYLOAD_BYTES_MAX));
}

export function decodeNumbers(payload: Uint8Array): Float64Array {
  return new Float64Array(payload.slice().buffer, 0, payload.length >> 3);
}

/** What travels with a block. */
export interface BlockAbout {
  /** Media time of the first sample. */
  readonly mediaSample: number;
  /** The epoch under which the block was read. */
  readonly epoch: number;
  readonly isProtected: boolean;
}

const ABOUT_BYTES = 16;

export function encodeBlock(about: BlockAbout, samples: Float32Array): Uint8Array {
  const payload = new Uint8Array(ABOUT_BYTES + BLOCK_SAMPLES * 4);
  const view = new DataView(payload.buffer);
  view.setFloat64(0, about.mediaSample, true);
  view.setInt32(8, about.epoch, true);
  view.setInt32(12, about.isProtected ? 1 : 0, true);
  new Float32Array(payload.buffer, ABOUT_BYTES).set(samples);
  return encodeFrame(FRAME.block, payload);
}

/** The block of a frame, or undefined where its length is wrong. */
export function decodeBlock(
  payload: Uint8Array,
): { readonly about: BlockAbout; readonly samples: Float32Array } | undefined {
  if (payload.length !== ABOUT_BYTES + BLOCK_SAMPLES * 4) return undefined;
  const bytes = payload.slice();
  const view = new DataView(bytes.buffer);
  return {
    about: {
      mediaSample: view.getFloat64(0, true),
      epoch: view.getInt32(8, true),
      isProtected: view.getInt32(12, true) !== 0,
    },
    samples: new Float32Array(bytes.buffer, ABOUT_BYTES),
  };
}

/** Cuts a stream of bytes into frames; text between them is skipped. Holds at most one frame and one chunk. */
export class FrameReader {
  #held: Uint8Array = new Uint8Array(0);
  #skippedBytes = 0;

  constructor(readonly onFrame: (kind: number, payload: Uint8Array) => void) {}

  /** Bytes that belonged to no frame. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#held.length > 0) {
      bytes = new Uint8Array(this.#held.length + chunk.length);
      bytes.set(this.#held);
      bytes.set(chunk, this.#held.length);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (;;) {
      const start = bytes.indexOf(MAGIC_FIRST, at);
      this.#skippedBytes += (start < 0 ? bytes.length : start) - at;
      at = start < 0 ? bytes.length : start;
      if (bytes.length - at < HEADER_BYTES) break;
      const lengthBytes = view.getUint16(at + 6, true);
      if (view.getUint32(at, true) !== MAGIC || lengthBytes > PAYLOAD_BYTES_MAX) {
        at++; // not a frame after all: look on behind it
        this.#skippedBytes++;
        continue;
      }
      const end = at + HEADER_BYTES + lengthBytes;
      if (end > bytes.length) break;
      this.onFrame(view.getUint16(at + 4, true), bytes.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#held = bytes.slice(at);
  }
}

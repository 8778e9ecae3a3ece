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
  writeHeader(new DataView(bytes.buffer), kind, payload.length);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

function writeHeader(view: DataView, kind: number, payloadBytes: number): void {
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, kind, true);
  view.setUint16(6, payloadBytes, true);
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
const BLOCK_PAYLOAD_BYTES = ABOUT_BYTES + BLOCK_SAMPLES * 4;

/** One block and what travels with it, to be filled again and again. */
export class Block {
  readonly about = { mediaSample: 0, epoch: 0, isProtected: false };
  readonly samples = new Float32Array(BLOCK_SAMPLES);

  set(about: BlockAbout, samples: Float32Array): void {
    this.about.mediaSample = about.mediaSample;
    this.about.epoch = about.epoch;
    this.about.isProtected = about.isProtected;
    this.samples.set(samples);
  }
}

/** A block's frame, written over and over by {@linkcode BlockFrame.encode}. */
export class BlockFrame {
  readonly bytes = new Uint8Array(HEADER_BYTES + BLOCK_PAYLOAD_BYTES);
  readonly #view = new DataView(this.bytes.buffer);
  readonly #samples = new Float32Array(this.bytes.buffer, HEADER_BYTES + ABOUT_BYTES);

  constructor() {
    writeHeader(this.#view, FRAME.block, BLOCK_PAYLOAD_BYTES);
  }

  encode(about: BlockAbout, samples: Float32Array): Uint8Array {
    this.#view.setFloat64(HEADER_BYTES, about.mediaSample, true);
    this.#view.setInt32(HEADER_BYTES + 8, about.epoch, true);
    this.#view.setInt32(HEADER_BYTES + 12, about.isProtected ? 1 : 0, true);
    this.#samples.set(samples);
    return this.bytes;
  }
}

/** Reads a frame's block into `block`, or answers false where its length is wrong. */
export function decodeBlock(payload: Uint8Array, block: Block): boolean {
  if (payload.length !== BLOCK_PAYLOAD_BYTES) return false;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  block.about.mediaSample = view.getFloat64(0, true);
  block.about.epoch = view.getInt32(8, true);
  block.about.isProtected = view.getInt32(12, true) !== 0;
  for (let index = 0; index < BLOCK_SAMPLES; index++) {
    block.samples[index] = view.getFloat32(ABOUT_BYTES + index * 4, true);
  }
  return true;
}

const NOTHING = new Uint8Array(0);

/** Cuts a stream of bytes into frames; text between them is skipped. Holds at most one frame and one chunk. */
export class FrameReader {
  #held: Uint8Array = NOTHING;
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
    this.#held = at === bytes.length ? NOTHING : bytes.slice(at);
  }
}

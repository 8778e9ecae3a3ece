/**
 * Units as a live Matroska stream, for OBS's own media source where our plugin is not installed: raw I420 and 16-bit
 * sound, nothing is encoded.
 *
 * In: units of one shape. Out: bytes in memory that is made once: one cluster a unit, its sound before its picture.
 * Times count from the connection's first unit, in tenths of a millisecond. Alpha is left out: the stream has no place
 * for it.
 */
import { i420Bytes, SAMPLE_RATE_HZ } from "../../time/mod.ts";
import type { UnitRingShape, UnitSlot } from "../../unit/mod.ts";
import { element, fixedSize, float, joined, openElement, string, unsigned } from "./ebml.ts";
import type { UnitFormat } from "./unit_format.ts";

const TICKS_PER_S = 10_000;
const TIMESTAMP_SCALE_NS = 1e9 / TICKS_PER_S;
const VIDEO_TRACK = 1;
const SOUND_TRACK = 2;
const KEY_FRAME = 0x80;

const TIMESTAMP_ID = 0xe7;
const SIMPLE_BLOCK_ID = 0xa3;
/** Id, size in 4 bytes, timestamp element of 8 bytes. */
const CLUSTER_HEAD_BYTES = 4 + 4 + 2 + 8;
const TIMESTAMP_AT = 4 + 4 + 2;
/** Id, size in 4 bytes, track, relative time, flags. */
const BLOCK_HEAD_BYTES = 1 + 4 + 4;

export class MatroskaFormat implements UnitFormat {
  readonly greeting: Uint8Array;
  readonly #sound: Uint8Array;
  readonly #whole: Uint8Array;
  readonly #soundView: DataView;
  readonly #wholeView: DataView;
  readonly #pictureBytes: number;
  #firstSample = -1;

  constructor(shape: UnitRingShape) {
    this.greeting = header(shape);
    const soundBlock = BLOCK_HEAD_BYTES + shape.samplesPerFrame * 2;
    this.#pictureBytes = i420Bytes(shape);
    const pictureBlock = BLOCK_HEAD_BYTES + this.#pictureBytes;
    this.#sound = cluster([[SOUND_TRACK, soundBlock]]);
    this.#whole = cluster([[SOUND_TRACK, soundBlock], [VIDEO_TRACK, pictureBlock]]);
    this.#soundView = new DataView(this.#sound.buffer);
    this.#wholeView = new DataView(this.#whole.buffer);
  }

  pack(slot: UnitSlot, hasPicture: boolean): Uint8Array {
    const bytes = hasPicture ? this.#whole : this.#sound;
    const view = hasPicture ? this.#wholeView : this.#soundView;
    if (this.#firstSample < 0) this.#firstSample = slot.mediaSample;
    const ticks = Math.round((slot.mediaSample - this.#firstSample) * TICKS_PER_S / SAMPLE_RATE_HZ);
    view.setUint32(TIMESTAMP_AT, Math.floor(ticks / 2 ** 32));
    view.setUint32(TIMESTAMP_AT + 4, ticks % 2 ** 32);
    const { samples } = slot;
    for (let i = 0, at = CLUSTER_HEAD_BYTES + BLOCK_HEAD_BYTES; i < samples.length; i++, at += 2) {
      view.setInt16(at, Math.max(-32768, Math.min(32767, Math.round(samples[i]! * 32767))), true);
    }
    if (hasPicture) bytes.set(slot.frame, bytes.length - this.#pictureBytes);
    return bytes;
  }

  farewell(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** A cluster with empty blocks of these lengths, heads included. */
function cluster(blocks: readonly (readonly [track: number, bytes: number])[]): Uint8Array<ArrayBuffer> {
  const contentBytes = blocks.reduce((sum, [, bytes]) => sum + bytes, 0) + CLUSTER_HEAD_BYTES - 8;
  const parts = [
    new Uint8Array([0x1f, 0x43, 0xb6, 0x75]),
    fixedSize(contentBytes),
    new Uint8Array([TIMESTAMP_ID, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...blocks.flatMap(([track, bytes]) => [
      new Uint8Array([SIMPLE_BLOCK_ID]),
      fixedSize(bytes - 5),
      new Uint8Array([0x80 | track, 0, 0, KEY_FRAME]),
      new Uint8Array(bytes - BLOCK_HEAD_BYTES),
    ]),
  ];
  return joined(...parts);
}

function header({ width, height, samplesPerFrame }: UnitRingShape): Uint8Array {
  const frameNs = Math.round(samplesPerFrame * 1e9 / SAMPLE_RATE_HZ);
  const ebml = element(
    0x1a45dfa3,
    ...[unsigned(0x4286, 1), unsigned(0x42f7, 1), unsigned(0x42f2, 4), unsigned(0x42f3, 8)],
    ...[string(0x4282, "matroska"), unsigned(0x4287, 4), unsigned(0x4285, 2)],
  );
  const info = element(
    0x1549a966,
    ...[unsigned(0x2ad7b1, TIMESTAMP_SCALE_NS), string(0x4d80, "Lipcam"), string(0x5741, "Lipcam")],
  );
  // Limited range, matrix, transfer and primaries of SD television: BT.601.
  const colour = element(
    0x55b0,
    ...[[0x55b1, 6], [0x55b9, 1], [0x55ba, 6], [0x55bb, 6]].map(([id, value]) => unsigned(id!, value!)),
  );
  const picture = element(
    0xe0,
    unsigned(0xb0, width),
    unsigned(0xba, height),
    string(0x2eb524, "I420"),
    colour,
  );
  const video = element(
    0xae,
    ...[unsigned(0xd7, VIDEO_TRACK), unsigned(0x73c5, VIDEO_TRACK), unsigned(0x83, 1), unsigned(0x9c, 0)],
    ...[string(0x86, "V_UNCOMPRESSED"), unsigned(0x23e383, frameNs), picture],
  );
  const sound = element(
    0xae,
    ...[unsigned(0xd7, SOUND_TRACK), unsigned(0x73c5, SOUND_TRACK), unsigned(0x83, 2), unsigned(0x9c, 0)],
    ...[string(0x86, "A_PCM/INT/LIT")],
    element(0xe1, float(0xb5, SAMPLE_RATE_HZ), unsigned(0x9f, 1), unsigned(0x6264, 16)),
  );
  return joined(ebml, openElement(0x18538067), info, element(0x1654ae6b, video, sound));
}

/**
 * Units as our OBS plugin takes them: the sound first, then the picture it belongs to, both with the unit's time.
 *
 * In: units of one shape. Out: bytes in memory that is made once. The time is the unit's deadline, which the pacer has
 * smoothed: OBS hears a sound without seams.
 */
import { pictureBytes, takeOffBlack, type UnitRingShape, type UnitSlot } from "../../unit/mod.ts";
import { type FrameSize, SAMPLE_RATE_HZ } from "../../time/mod.ts";
import type { UnitFormat } from "./unit_format.ts";
import {
  AUDIO_HEAD_BYTES,
  HEADER_BYTES,
  message,
  stampHeader,
  TO_PLUGIN,
  VIDEO_HEAD_BYTES,
  writeHeader,
} from "./wire.ts";

const CHANNELS = 1;
const I420 = 0;
const I420_ALPHA = 1;
const BT601_LIMITED = 0;
const REASON_LENGTH_MAX = 200;

export class PluginFormat implements UnitFormat {
  readonly greeting: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #soundBytes: Uint8Array;
  readonly #view: DataView;
  readonly #floats: Float32Array;
  readonly #pictureAt: number;
  /** Y, U, V and alpha of the picture in `#bytes`; none where it has no alpha. */
  readonly #planes: readonly Uint8Array[];
  readonly #strides: readonly number[];
  readonly #size: FrameSize;
  /** The greeting was message 0. */
  #sequence = 1;

  /** `about` goes into the greeting. */
  constructor(shape: UnitRingShape, about: { readonly programme: string; readonly lipcam: string }) {
    this.greeting = message(TO_PLUGIN.hello, new TextEncoder().encode(JSON.stringify(about)));
    const sampleBytes = shape.samplesPerFrame * 4;
    const soundBytes = HEADER_BYTES + AUDIO_HEAD_BYTES + sampleBytes;
    this.#pictureAt = soundBytes;
    this.#bytes = new Uint8Array(soundBytes + HEADER_BYTES + VIDEO_HEAD_BYTES + pictureBytes(shape));
    this.#soundBytes = this.#bytes.subarray(0, soundBytes);
    const view = this.#view = new DataView(this.#bytes.buffer);
    this.#floats = new Float32Array(this.#bytes.buffer, soundBytes - sampleBytes, shape.samplesPerFrame);

    writeHeader(view, 0, TO_PLUGIN.audio, AUDIO_HEAD_BYTES + sampleBytes);
    const soundHead = [SAMPLE_RATE_HZ, CHANNELS, shape.samplesPerFrame, 0];
    soundHead.forEach((value, at) => view.setUint32(HEADER_BYTES + at * 4, value, true));
    writeHeader(view, soundBytes, TO_PLUGIN.video, VIDEO_HEAD_BYTES + pictureBytes(shape));
    const format = shape.hasAlpha === true ? I420_ALPHA : I420;
    const videoHead = [shape.width, shape.height, format, BT601_LIMITED];
    const { width, height } = this.#size = shape;
    const lengths = [width * height, width * height / 4, width * height / 4, width * height];
    const ends = lengths.map((_, plane) => lengths.slice(0, plane + 1).reduce((sum, one) => sum + one, 0));
    const picture = this.#bytes.subarray(soundBytes + HEADER_BYTES + VIDEO_HEAD_BYTES);
    this.#planes = shape.hasAlpha
      ? ends.map((end, plane) => picture.subarray(end - lengths[plane]!, end))
      : [];
    this.#strides = [width, width / 2, width / 2, width];
    videoHead.forEach((value, at) => view.setUint32(soundBytes + HEADER_BYTES + at * 4, value, true));
  }

  pack(slot: UnitSlot, hasPicture: boolean): Uint8Array {
    stampHeader(this.#view, 0, this.#sequence++, slot.monotonicMs);
    this.#floats.set(slot.samples);
    if (!hasPicture) return this.#soundBytes;
    stampHeader(this.#view, this.#pictureAt, this.#sequence++, slot.monotonicMs);
    this.#bytes.set(slot.picture, this.#pictureAt + HEADER_BYTES + VIDEO_HEAD_BYTES);
    if (this.#planes.length > 0) takeOffBlack(this.#planes, this.#strides, this.#size);
    return this.#bytes;
  }

  farewell(reason: string): Uint8Array {
    const bytes = message(TO_PLUGIN.bye, new TextEncoder().encode(reason.slice(0, REASON_LENGTH_MAX)));
    stampHeader(new DataView(bytes.buffer), 0, this.#sequence++, 0);
    return bytes;
  }
}

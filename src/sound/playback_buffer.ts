/**
 * The continuous playback buffer: speech or silence, 48 kHz mono, without a gap.
 *
 * In: the stage thread writes one unit a tick (policy when full: the unit is dropped and counted). Out: the sound
 * worker reads blocks as the device asks; a read never waits and is always filled. Stale speech fades out in 5 ms
 * and keeps its time as silence; an empty buffer fades, counts one underrun and pre-buffers before it goes on. The
 * margin wanted adapts between low and high water, and the depth is changed only where it is silent.
 */
import { type Epoch, msToSamples, samplesToMs, SlotRing, type SlotRingShape } from "../time/mod.ts";
import { UNIT_FLAG } from "../unit/mod.ts";
import { Fader } from "./fader.ts";
import { openSoundGauges, type SoundGauges } from "./sound_gauges.ts";

export interface PlaybackShape {
  /** Samples a unit, e.g. 1920. */
  readonly samplesPerFrame: number;
  /** Least margin, in ms of samples still queued when the next unit comes. */
  readonly lowWaterMs: number;
  /** Greatest margin the adaptation goes to. */
  readonly highWaterMs: number;
}

/** What the buffer takes of a unit; a UnitSlot of the stage is one. */
export interface PlaybackUnit {
  readonly mediaSample: number;
  readonly epoch: number;
  /** Bits of UNIT_FLAG. */
  readonly flags: number;
  readonly samples: Float32Array;
}

/** About the block just read. The same object every time. */
export interface ReadResult {
  /** Media time of the block's first sample (of the next one to come, in a silence put in). */
  mediaSample: number;
  /** The epoch under which it was read. */
  epoch: number;
  /** Part of it may not be interrupted. */
  isProtected: boolean;
  /** It holds nothing but silence put in. */
  isFill: boolean;
}

export const LOW_WATER_MS = 20;
export const HIGH_WATER_MS = 160;

const HEADER_VALUES = 4;
const UNIT = 0;
const MEDIA_SAMPLE = 1;
const EPOCH = 2;
const FLAGS = 3;
/** What a stopped device may leave unread before it is replaced by the clock (500 ms), and some. */
const RESERVE_MS = 700;
/** The margin is judged by its least value over this long. */
const WINDOW_SAMPLES = msToSamples(1000);
/** A smaller deviation is left to the stage's clock. */
const TOLERANCE_SAMPLES = msToSamples(15);
const RAISE_MS = 20;
const LOWER_MS = 5;
const CALM_SAMPLES = msToSamples(30_000);

export class PlaybackBuffer {
  readonly gauges: SoundGauges;
  readonly #ring: SlotRing;
  readonly #headers: readonly Float64Array<SharedArrayBuffer>[];
  readonly #samples: readonly Float32Array<SharedArrayBuffer>[];
  readonly #fader = new Fader();
  readonly #result: ReadResult = { mediaSample: 0, epoch: 0, isProtected: false, isFill: true };
  // Reader
  #offset = 0; // samples already taken of the oldest unit
  #nextMediaSample = 0;
  #holdSamples = -1; // silence still to come before a start; -1 while nothing is queued
  #isPriming = true;
  #hasStarted = false;
  #isStale = false;
  #isFadedElsewhere = false;
  #targetSamples: number;
  #windowSamples = 0;
  #leastSamples = Infinity;
  #surplusSamples = 0; // to be left out (> 0) or put in (< 0) at the next silence
  #calmSamples = 0;
  #lastEpoch = 0;
  #lastFlags = 0;

  static ringShape(shape: PlaybackShape): SlotRingShape {
    const samples = msToSamples(shape.highWaterMs + RESERVE_MS);
    const slots = 2 ** Math.ceil(Math.log2(samples / shape.samplesPerFrame));
    return { slots, slotBytes: HEADER_VALUES * 8 + Math.ceil(shape.samplesPerFrame / 2) * 8 };
  }

  constructor(
    readonly shape: PlaybackShape,
    readonly epoch: Epoch,
    gauges: SoundGauges = openSoundGauges(),
    buffer?: SharedArrayBuffer,
  ) {
    if (!(shape.lowWaterMs >= 0 && shape.lowWaterMs <= shape.highWaterMs && shape.highWaterMs <= 2000)) {
      throw new RangeError(
        `water marks of ${shape.lowWaterMs} and ${shape.highWaterMs} ms, wanted 0 <= low <= high <= 2000`,
      );
    }
    this.gauges = gauges;
    const ring = PlaybackBuffer.ringShape(shape);
    this.#ring = buffer ? new SlotRing(ring, buffer) : SlotRing.create(ring);
    const offsets = Array.from({ length: ring.slots }, (_, slot) => this.#ring.offsetBytes(slot));
    this.#headers = offsets.map((offset) => new Float64Array(this.#ring.buffer, offset, HEADER_VALUES));
    this.#samples = offsets.map((offset) =>
      new Float32Array(this.#ring.buffer, offset + HEADER_VALUES * 8, shape.samplesPerFrame)
    );
    this.#targetSamples = msToSamples(shape.lowWaterMs);
    if (!buffer) gauges.set("targetDepthMs", shape.lowWaterMs);
  }

  get buffer(): SharedArrayBuffer {
    return this.#ring.buffer;
  }

  /** Writer: queues a copy of the unit, or answers false when the buffer is full: the unit is dropped. */
  write(source: PlaybackUnit, unit: number): boolean {
    const { gauges } = this;
    gauges.set("depthMs", samplesToMs(gauges.get("writtenSamples") - gauges.get("consumedSamples")));
    const slot = this.#ring.acquire();
    if (slot < 0) {
      gauges.add("droppedUnits");
      return false;
    }
    const header = this.#headers[slot]!;
    header[UNIT] = unit;
    header[MEDIA_SAMPLE] = source.mediaSample;
    header[EPOCH] = source.epoch;
    header[FLAGS] = source.flags;
    this.#samples[slot]!.set(source.samples);
    this.#ring.commit();
    gauges.add("writtenSamples", this.shape.samplesPerFrame);
    return true;
  }

  /** Reader: samples queued. */
  get queuedSamples(): number {
    return this.#ring.queued * this.shape.samplesPerFrame - this.#offset;
  }

  /** Reader: fills `out` with what comes next, as heard under `epochNow`. Never waits. */
  read(out: Float32Array, epochNow: number = this.epoch.current): ReadResult {
    const result = this.#result;
    result.mediaSample = this.#nextMediaSample;
    result.epoch = epochNow;
    result.isProtected = false;
    result.isFill = true;
    for (let at = 0; at < out.length;) at += this.#readSome(out, at, epochNow);
    this.#isFadedElsewhere = false;
    this.#watchDepth(out.length);
    return result;
  }

  /** Reader: what was read of stale speech has been cut off and faded further on; the rest is silent at once. */
  mute(): void {
    this.#isFadedElsewhere = true;
  }

  /** Reader: leaves out all but the margin, speech too: for the moment when nothing can be heard anyway. */
  skipToTarget(): void {
    const wanted = this.#targetSamples + this.shape.samplesPerFrame;
    let surplus = this.queuedSamples - wanted;
    if (surplus <= 0) return;
    this.#fader.cut();
    while (surplus > 0) {
      const samples = Math.min(surplus, this.shape.samplesPerFrame - this.#offset);
      this.#nextMediaSample = this.#headers[this.#ring.peek()]![MEDIA_SAMPLE]! + this.#offset + samples;
      this.gauges.add("skippedSamples", samples);
      this.#take(samples);
      surplus -= samples;
    }
    this.#judgeAfresh();
  }

  /** One step of a read: answers how many samples it wrote, which may be 0. */
  #readSome(out: Float32Array, at: number, epochNow: number): number {
    const left = out.length - at;
    const slot = this.#ring.peek();
    if (slot < 0) {
      if (!this.#isPriming) this.#runDry();
      return this.#fill(out, at, left);
    }
    if (this.#isPriming) {
      // The wait begins when the first unit is seen, so that after it just the margin lies ahead of the next.
      if (this.#holdSamples < 0) this.#holdSamples = this.#targetSamples;
      if (this.#holdSamples > 0) {
        const samples = Math.min(left, this.#holdSamples);
        this.#holdSamples -= samples;
        return this.#fill(out, at, samples);
      }
      this.#isPriming = false;
      this.#holdSamples = -1;
      this.#judgeAfresh();
    }
    const header = this.#headers[slot]!;
    const source = this.#samples[slot]!;
    const flags = header[FLAGS]!;
    const isProtected = (flags & UNIT_FLAG.protected) !== 0;
    const isStale = (flags & UNIT_FLAG.speech) !== 0 && !isProtected && header[EPOCH] !== epochNow;
    if (this.#offset === 0) this.#enter(header, isStale);
    if (this.#surplusSamples !== 0) {
      const written = this.#changeDepth(out, at, slot);
      if (written >= 0) return written;
    }
    if (isStale && !this.#isStale && !this.#isFadedElsewhere) {
      this.gauges.set("staleFromSample", header[MEDIA_SAMPLE]! + this.#offset);
    }
    if (isStale && this.#isFadedElsewhere) this.#fader.forget();
    this.#isStale = isStale;
    if (at === 0 || this.#result.isFill) this.#result.mediaSample = header[MEDIA_SAMPLE]! + this.#offset - at;
    this.#result.isFill = false;
    if (isProtected) this.#result.isProtected = true;
    const samples = Math.min(left, this.shape.samplesPerFrame - this.#offset);
    this.#fader.emit(out, at, source, this.#offset, samples, !isStale);
    this.#nextMediaSample = header[MEDIA_SAMPLE]! + this.#offset + samples;
    this.#take(samples);
    return samples;
  }

  /** A unit begins: where it does not continue the one before, there is an edge. */
  #enter(header: Float64Array, isStale: boolean): void {
    const isHole = this.#hasStarted && header[MEDIA_SAMPLE] !== this.#nextMediaSample;
    // After interrupted speech the next epoch starts with a sound of its own.
    const isOther = header[EPOCH] !== this.#lastEpoch && (this.#lastFlags & UNIT_FLAG.speech) !== 0;
    if (!isStale && (isHole || isOther || (this.#isStale && !this.#fader.isSilent))) this.#fader.cut();
    this.#hasStarted = true;
    this.#lastEpoch = header[EPOCH]!;
    this.#lastFlags = header[FLAGS]!;
  }

  #take(samples: number): void {
    this.gauges.add("consumedSamples", samples);
    this.#offset += samples;
    if (this.#offset < this.shape.samplesPerFrame) return;
    this.#offset = 0;
    this.#ring.release();
  }

  #fill(out: Float32Array, at: number, samples: number): number {
    this.#fader.silence(out, at, samples);
    if (this.#hasStarted) this.gauges.add("insertedSamples", samples);
    return samples;
  }

  #runDry(): void {
    this.#isPriming = true;
    this.gauges.add("underruns");
    this.#setTarget(samplesToMs(this.#targetSamples) + RAISE_MS);
  }

  #setTarget(ms: number): void {
    const { lowWaterMs, highWaterMs } = this.shape;
    const targetMs = Math.min(highWaterMs, Math.max(lowWaterMs, ms));
    this.#targetSamples = msToSamples(targetMs);
    this.gauges.set("targetDepthMs", targetMs);
    this.#calmSamples = 0;
  }

  #judgeAfresh(): void {
    this.#windowSamples = 0;
    this.#leastSamples = Infinity;
    this.#surplusSamples = 0;
  }

  /** After each read: is the margin what is wanted, and has it been calm for long? */
  #watchDepth(samples: number): void {
    if (this.#isPriming) return;
    this.#calmSamples += samples;
    if (this.#calmSamples >= CALM_SAMPLES) this.#setTarget(samplesToMs(this.#targetSamples) - LOWER_MS);
    // The least depth is met at the read before a unit comes, on average half a block earlier than the unit.
    this.#leastSamples = Math.min(this.#leastSamples, this.queuedSamples + samples / 2);
    this.#windowSamples += samples;
    if (this.#windowSamples < WINDOW_SAMPLES) return;
    const surplus = Math.round(this.#leastSamples - this.#targetSamples);
    this.#judgeAfresh();
    if (Math.abs(surplus) > TOLERANCE_SAMPLES) this.#surplusSamples = surplus;
  }

  /** Puts silence in or leaves it out where there is silence: samples written, or -1 where it cannot be done here. */
  #changeDepth(out: Float32Array, at: number, slot: number): number {
    const header = this.#headers[slot]!;
    const source = this.#samples[slot]!;
    if ((header[FLAGS]! & UNIT_FLAG.speech) !== 0 || !this.#fader.isSilent) return -1;
    const samples = Math.min(
      Math.abs(this.#surplusSamples),
      this.#surplusSamples < 0 ? out.length - at : this.shape.samplesPerFrame - this.#offset,
    );
    if (this.#surplusSamples < 0) {
      if (source[this.#offset] !== 0) return -1;
      out.fill(0, at, at + samples);
      this.gauges.add("insertedSamples", samples);
      this.#surplusSamples += samples;
      if (this.#surplusSamples === 0) this.#judgeAfresh();
      return samples;
    }
    for (let index = this.#offset; index < this.#offset + samples; index++) {
      if (source[index] !== 0) return -1;
    }
    this.#nextMediaSample = header[MEDIA_SAMPLE]! + this.#offset + samples;
    this.gauges.add("skippedSamples", samples);
    this.#take(samples);
    this.#surplusSamples -= samples;
    if (this.#surplusSamples === 0) this.#judgeAfresh();
    return 0;
  }
}

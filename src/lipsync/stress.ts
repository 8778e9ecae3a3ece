/**
 * How much weight the speaker gives to this moment: the face nods and lifts its brows by it.
 *
 * In: 16 kHz speech, the samples under each video frame. Out: 0..1 for each frame, from what was heard so far only.
 * A moment is stressed where the voice is louder than it was in the last seconds, and where its pitch is higher: two
 * of the acoustic marks of accent (the third, length, shows by itself). No model, any language, any level of the
 * microphone. Any thread; about 15 us a frame; allocates nothing after construction.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";

/** Pitch is looked for in every fourth sample: 4 kHz. */
const THIN = 4;
const PITCH_RATE_HZ = FEATURE_RATE_HZ / THIN;
const PITCH_HZ_MIN = 70;
const PITCH_HZ_MAX = 400;
const LAG_MIN = Math.floor(PITCH_RATE_HZ / PITCH_HZ_MAX);
const LAG_MAX = Math.ceil(PITCH_RATE_HZ / PITCH_HZ_MIN);
/** 40 ms: three periods of the lowest voice. */
const PITCH_WINDOW = 160;
const PITCH_SAMPLES = PITCH_WINDOW + LAG_MAX + 1;
/** A voice repeats itself at least so well. */
const VOICED_MIN = 0.55;
/** Below this there is no voice to be stressed. */
const SILENCE_DB = -52;
/** How far back "usual" goes. */
const USUAL_SECONDS = 2.5;
/** An utterance's first syllable, which is usual for want of another. */
const FIRST_SECONDS = 0.2;
/** Further below the usual a moment is a gap between syllables and says nothing about it. */
const GAP_DB = 9;
const GAP_SEMITONES = 12;
const LEVEL_SECONDS = 0.05;
const RISE_SECONDS = 0.06;
const FALL_SECONDS = 0.22;
/** Over the usual, where stress begins and where it is full. */
const LOUDER_DB = [0.5, 5.5] as const;
const HIGHER_SEMITONES = [0.5, 4] as const;
/** Pitch counts where the voice is: at its edges a wrong one is easily found. */
const PITCH_LEVEL_DB = [-9, -3] as const;
const LOUDNESS_SHARE = 0.55;

export class StressMeter {
  /** The newest samples of the thinned sound, the newest last. */
  readonly #heard = new Float32Array(PITCH_SAMPLES);
  readonly #likeness = new Float32Array(LAG_MAX + 2);
  readonly #level = new Usual(GAP_DB);
  readonly #pitch = new Usual(GAP_SEMITONES);
  #thinSum = 0;
  #thinCount = 0;
  #energy = 0;
  #stress = 0;

  /** A new utterance, perhaps of somebody else. */
  reset(): void {
    this.#heard.fill(0);
    this.#level.reset();
    this.#pitch.reset();
    this.#thinSum =
      this.#thinCount =
      this.#energy =
      this.#stress =
        0;
  }

  /** The stress of the frame that `pcm` lies under, 0..1. */
  hear(pcm: Float32Array): number {
    const seconds = pcm.length / FEATURE_RATE_HZ;
    if (seconds === 0) return this.#stress;
    let sum = 0;
    for (let index = 0; index < pcm.length; index++) sum += pcm[index]! * pcm[index]!;
    this.#energy += (sum / pcm.length - this.#energy) * share(seconds, LEVEL_SECONDS);
    this.#thin(pcm);
    const target = this.#target(seconds);
    this.#stress += (target - this.#stress) *
      share(seconds, target > this.#stress ? RISE_SECONDS : FALL_SECONDS);
    if (this.#stress < 0.01 && target === 0) this.#stress = 0;
    return this.#stress;
  }

  #target(seconds: number): number {
    const levelDb = 10 * Math.log10(this.#energy + 1e-10);
    if (levelDb < SILENCE_DB) return 0;
    const overDb = this.#level.over(levelDb, seconds);
    const louder = ramp(overDb, LOUDER_DB);
    const pitchHz = this.#pitchHz();
    if (pitchHz === 0) return LOUDNESS_SHARE * louder * 0.5; // a hiss is loud without being stressed
    const semitones = 12 * Math.log2(pitchHz / 100);
    const higher = ramp(this.#pitch.over(semitones, seconds), HIGHER_SEMITONES) *
      ramp(overDb, PITCH_LEVEL_DB);
    return LOUDNESS_SHARE * louder + (1 - LOUDNESS_SHARE) * higher;
  }

  #thin(pcm: Float32Array): void {
    const heard = this.#heard;
    const count = Math.min(PITCH_SAMPLES, Math.floor((this.#thinCount + pcm.length) / THIN));
    heard.copyWithin(0, count);
    const skipped = Math.floor((this.#thinCount + pcm.length) / THIN) - count;
    let at = PITCH_SAMPLES - count - skipped;
    for (let index = 0; index < pcm.length; index++) {
      this.#thinSum += pcm[index]!;
      if (++this.#thinCount < THIN) continue;
      if (at >= PITCH_SAMPLES - count) heard[at] = this.#thinSum / THIN;
      at++;
      this.#thinSum = this.#thinCount = 0;
    }
  }

  /** By normalised autocorrelation; 0 where the sound does not repeat itself. */
  #pitchHz(): number {
    const heard = this.#heard;
    const likeness = this.#likeness;
    const start = PITCH_SAMPLES - PITCH_WINDOW;
    let energy = 1e-9;
    for (let n = start; n < PITCH_SAMPLES; n++) energy += heard[n]! * heard[n]!;
    let best = 0;
    for (let lag = LAG_MIN - 1; lag <= LAG_MAX + 1; lag++) {
      let product = 0;
      let past = 1e-9;
      for (let n = start; n < PITCH_SAMPLES; n++) {
        product += heard[n]! * heard[n - lag]!;
        past += heard[n - lag]! * heard[n - lag]!;
      }
      likeness[lag] = product / Math.sqrt(energy * past);
      if (lag >= LAG_MIN && lag <= LAG_MAX) best = Math.max(best, likeness[lag]!);
    }
    if (best < VOICED_MIN) return 0;
    // The first peak that is nearly the best: two periods look as alike as one.
    for (let lag = LAG_MIN; lag <= LAG_MAX; lag++) {
      const [before, here, after] = [likeness[lag - 1]!, likeness[lag]!, likeness[lag + 1]!];
      if (here < 0.85 * best || here < before || here < after) continue;
      const bend = before - 2 * here + after;
      return PITCH_RATE_HZ / (lag + (bend < 0 ? 0.5 * (before - after) / bend : 0));
    }
    return 0;
  }
}

/** What is usual: the highest in the first syllable, then a mean over the last seconds, gaps left out. */
class Usual {
  #usual = 0;
  #seconds = 0;

  constructor(readonly gap: number) {}

  reset(): void {
    this.#usual = this.#seconds = 0;
  }

  /** How far `value` lies over the usual so far; then it becomes part of it. */
  over(value: number, seconds: number): number {
    const isFirst = this.#seconds < FIRST_SECONDS;
    if (isFirst) this.#usual = this.#seconds === 0 ? value : Math.max(value, this.#usual);
    const over = value - this.#usual;
    if (over < -this.gap) return over;
    this.#seconds = Math.min(USUAL_SECONDS, this.#seconds + seconds);
    if (!isFirst) this.#usual += over * Math.min(1, seconds / this.#seconds);
    return over;
  }
}

/** Part of the way made in `seconds` towards a target, with a time constant. */
function share(seconds: number, constant: number): number {
  return 1 - Math.exp(-seconds / constant);
}

/** 0 up to the first, 1 from the second on, smooth between. */
function ramp(value: number, [from, to]: readonly [number, number]): number {
  const x = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return x * x * (3 - 2 * x);
}

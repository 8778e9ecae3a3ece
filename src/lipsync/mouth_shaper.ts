/**
 * From sound to lips: turns the band features of every 10 ms into mouth parameters.
 *
 * In: features of hop h. Out: the mouth of hop h - lookAheadHops, smoothed. It compares each band with the
 * speaker's own recent level, so that quiet and loud speech open the mouth alike; a gate over an adaptive floor
 * locks the mouth shut in silence. Allocates nothing after construction.
 */
import type { SpeechBandFeatures } from "../features/mod.ts";
import { JAW, MOUTH_LENGTH, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "./mouth.ts";

/** Hops of past looked back at for the drop into a closure. */
const PAST_HOPS = 12;
const HISTORY_HOPS = 32;
const FLOOR_DB_START = -62;
const FLOOR_DB_MIN = -75;
const FLOOR_DB_MAX = -38;
const GATE_DB_MIN = -54;
const GATE_OVER_FLOOR_DB = 9;
const GATE_HYSTERESIS_DB = 3;
const PEAK_DB_START = -26;
const PEAK_FALL_DB = 0.04;
/** Below this a parameter is shown as exactly zero: lips do not quiver. */
const SNAP = 0.03;
/** Part of the way to a target made in one hop, by parameter, upwards and downwards. */
const ATTACK = [0.5, 0.3, 0.3, 0.7, 0.5, 0.5];
const RELEASE = [0.32, 0.22, 0.22, 0.42, 0.4, 0.4];

export class MouthShaper {
  static readonly lookAheadHops = 3;
  readonly #open = new Float32Array(HISTORY_HOPS);
  readonly #voice = new Float32Array(HISTORY_HOPS);
  readonly #low = new Float32Array(HISTORY_HOPS);
  readonly #front = new Float32Array(HISTORY_HOPS);
  readonly #noise = new Float32Array(HISTORY_HOPS);
  readonly #centroid = new Float32Array(HISTORY_HOPS);
  readonly #crossings = new Float32Array(HISTORY_HOPS);
  readonly #isGated = new Uint8Array(HISTORY_HOPS);
  readonly #target = new Float32Array(MOUTH_LENGTH);
  readonly #state = new Float32Array(MOUTH_LENGTH);
  #hop = 0;
  #floorDb = FLOOR_DB_START;
  #peakDb = PEAK_DB_START;
  #isOpen = false;

  /** A new utterance: nothing is known, not even how loud the speaker is. */
  start(): void {
    for (const track of [this.#open, this.#voice, this.#low, this.#front, this.#noise]) track.fill(-100);
    this.#isGated.fill(1);
    this.#state.fill(0);
    this.#hop = 0;
    this.#isOpen = false;
    this.#floorDb = FLOOR_DB_START;
    this.#peakDb = PEAK_DB_START;
  }

  /** Writes the mouth of the hop `lookAheadHops` ago to `into` from index `at`. */
  hear(features: Readonly<SpeechBandFeatures>, into: Float32Array, at: number): void {
    this.#remember(features);
    this.#aim(this.#hop - MouthShaper.lookAheadHops);
    this.#hop++;
    const state = this.#state;
    for (let index = 0; index < MOUTH_LENGTH; index++) {
      const target = this.#target[index]!;
      const rate = target > state[index]! ? ATTACK[index]! : RELEASE[index]!;
      const value = state[index]! + (target - state[index]!) * rate;
      state[index] = value < SNAP && target < SNAP ? 0 : value;
      into[at + index] = state[index]!;
    }
  }

  #remember(features: Readonly<SpeechBandFeatures>): void {
    const slot = this.#hop % HISTORY_HOPS;
    const level = features.totalDb;
    this.#floorDb += level < this.#floorDb ? (level - this.#floorDb) * 0.3 : 0.03;
    this.#floorDb = Math.min(FLOOR_DB_MAX, Math.max(FLOOR_DB_MIN, this.#floorDb));
    const gateDb = Math.max(GATE_DB_MIN, this.#floorDb + GATE_OVER_FLOOR_DB);
    this.#isOpen = level > (this.#isOpen ? gateDb - GATE_HYSTERESIS_DB : gateDb);
    const openDb = Math.max(features.lowDb, features.midDb, features.frontDb);
    if (this.#isOpen) {
      const fallen = this.#peakDb - PEAK_FALL_DB;
      this.#peakDb = Math.max(-45, openDb > fallen ? fallen + (openDb - fallen) * 0.35 : fallen);
    }
    this.#isGated[slot] = this.#isOpen ? 0 : 1;
    this.#open[slot] = openDb;
    this.#voice[slot] = features.voiceDb;
    this.#low[slot] = features.lowDb;
    this.#front[slot] = features.frontDb;
    this.#noise[slot] = features.noiseDb;
    this.#centroid[slot] = features.centroidHz;
    this.#crossings[slot] = features.zeroCrossings;
  }

  #aim(hop: number): void {
    const target = this.#target.fill(0);
    if (hop < 0) return;
    const slot = hop % HISTORY_HOPS;
    const openDb = this.#open[slot]!;
    let pastDb = -100;
    let pastVoiceDb = -100;
    for (let back = 1; back <= PAST_HOPS && back <= hop; back++) {
      const past = (hop - back) % HISTORY_HOPS;
      pastDb = Math.max(pastDb, this.#open[past]!);
      pastVoiceDb = Math.max(pastVoiceDb, this.#voice[past]!);
    }
    let futureDb = -100;
    let futureVoiceDb = -100;
    for (let ahead = 1; ahead <= MouthShaper.lookAheadHops; ahead++) {
      const next = (hop + ahead) % HISTORY_HOPS;
      futureDb = Math.max(futureDb, this.#open[next]!);
      futureVoiceDb = Math.max(futureVoiceDb, this.#voice[next]!);
    }
    const wasSpeech = pastDb > this.#peakDb - 22;
    if (this.#isGated[slot] === 1 && !wasSpeech && futureDb < this.#peakDb - 18) return;

    const voiceDb = this.#voice[slot]!;
    const lowDb = this.#low[slot]!;
    const frontDb = this.#front[slot]!;
    const noiseDb = this.#noise[slot]!;
    const loud = ramp(openDb, this.#peakDb - 24, this.#peakDb - 3);
    const hiss = ramp(noiseDb - Math.max(openDb, voiceDb), -8, 4) * ramp(this.#crossings[slot]!, 0.12, 0.3) *
      ramp(noiseDb, this.#peakDb - 40, this.#peakDb - 26);
    const voiced = loud * (1 - hiss);

    // A closure: the voice's upper bands have just gone, or are about to come, while the lips only hum or are still.
    const dropDb = wasSpeech ? pastDb - openDb : 0;
    const hums = ramp(
      voiceDb,
      Math.max(pastVoiceDb, futureVoiceDb) - 16,
      Math.max(pastVoiceDb, futureVoiceDb) - 8,
    );
    const riseDb = futureDb > this.#peakDb - 14 ? (futureDb - openDb) * hums : 0;
    // A fall into stillness without a hum may be p, or the end of the phrase: close softly.
    const fall = ramp(dropDb, 11, 19) * (this.#isGated[slot] === 1 && riseDb === 0 ? 0.55 : 1);
    const closure = Math.max(fall, ramp(riseDb, 11, 19)) * (1 - hiss);
    const press = closure * (1 - ramp(loud, 0.35, 0.7));
    const tongueTip = ramp(dropDb, 5, 9) * (1 - press) * (1 - hiss) * ramp(loud, 0.15, 0.4);

    const openness = ramp(lowDb - voiceDb, -16, 1);
    const front = ramp(frontDb - Math.max(lowDb, this.#open[slot]! - 6), -14, -2) * (1 - openness * 0.6);
    const round = (1 - ramp(this.#centroid[slot]!, 460, 860)) * (1 - ramp(frontDb - openDb, -30, -16));
    const isStrongHiss = ramp(noiseDb, this.#peakDb - 24, this.#peakDb - 12);

    target[JAW] = Math.min(1, (voiced * (0.16 + 0.84 * openness)) * (1 - press) + hiss * 0.12);
    target[SPREAD] = Math.min(1, voiced * front + hiss * isStrongHiss * 0.45);
    target[PUCKER] = voiced * round * (1 - press);
    target[PRESS] = press;
    target[TEETH] = hiss * (1 - 0.75 * isStrongHiss) * (1 - loud * 0.5);
    target[TONGUE] = tongueTip * 0.7;
  }
}

/** 0 up to `from`, 1 from `to` on, smooth between. */
function ramp(value: number, from: number, to: number): number {
  const x = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return x * x * (3 - 2 * x);
}

/**
 * Sound in, for every 20 ms of it a viseme and a mouth out: what the viseme engine, `visemes` and the evaluation share.
 *
 * In: 16 kHz mono, -1..1, in pieces of any length. Out: frames in order, frame k for the samples from 320 k on, once
 * the model's look-ahead is heard. Blocks the thread it runs in; up to a second is one run of the network, and how
 * the sound was cut changes nothing but rounding. One call at a time: wait for a promise before the next call.
 */
import { Fault } from "../errors/mod.ts";
import { LogMel, MEL_COUNT, type OnColumn, scaleFromFloor } from "../features/mod.ts";
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import { MouthFinish } from "./mouth_finish.ts";
import { MOUTH_LENGTH } from "./mouth.ts";
import { VISEME_COUNT } from "./viseme.ts";
import { type NetworkAnswer, RUN_FRAMES_MAX, type VisemeNetwork } from "./viseme_network.ts";

/** Samples of one frame: 20 ms. */
export const VISEME_FRAME_SAMPLES = FEATURE_RATE_HZ / 50;
const RUN_SAMPLES_MAX = RUN_FRAMES_MAX * VISEME_FRAME_SAMPLES;

/** Reused between calls. */
export interface VisemeFrame {
  /** Counted from the sound's start. */
  readonly frame: number;
  /** Probabilities in the order of VISEMES; their sum is 1. */
  readonly visemes: Float32Array;
  /** Parameters in the order of MOUTH_PARAMETERS as the network answered them, each 0..1. */
  readonly raw: Float32Array;
  /** The same, finished for a face: see MouthFinish. */
  readonly mouth: Float32Array;
}

export type EmitViseme = (frame: VisemeFrame) => void;

export class VisemeTrack {
  readonly #network: VisemeNetwork;
  readonly #mel = new LogMel();
  readonly #finish = new MouthFinish();
  readonly #silence = new Float32Array(VISEME_FRAME_SAMPLES);
  readonly #column = new Float32Array(MEL_COUNT);
  readonly #visemes = new Float32Array(VISEME_COUNT);
  readonly #raw = new Float32Array(MOUTH_LENGTH);
  readonly #mouth = new Float32Array(MOUTH_LENGTH);
  readonly #frame = { frame: 0, visemes: this.#visemes, raw: this.#raw, mouth: this.#mouth };
  readonly #keep: OnColumn = (column) => this.#take(column);
  /** Columns that the network has not seen. */
  #columns = 0;
  #heardSamples = 0;
  /** Frames that went through the network. */
  #steps = 0;
  /** Frames that are there to be answered; known at the end. */
  #framesMax = Infinity;

  constructor(network: VisemeNetwork) {
    this.#network = network;
  }

  /** A new sound begins; also allowed while a call of the one before is still under way: it answers nothing more. */
  start(): void {
    this.#network.start();
    this.#mel.reset();
    this.#finish.start();
    this.#columns = this.#heardSamples = this.#steps = 0;
    this.#framesMax = Infinity;
  }

  /** Hears `pcm`; calls `emit` for each frame that is known by now. Rejects with Fault `bad_output` or the runtime's error. */
  async push(pcm: Float32Array, emit: EmitViseme): Promise<void> {
    this.#heardSamples += pcm.length;
    await this.#hear(pcm, emit);
  }

  /** The sound is over and silence follows: calls `emit` for every frame left, the last of them filled up. */
  async finish(emit: EmitViseme): Promise<void> {
    this.#framesMax = Math.ceil(this.#heardSamples / VISEME_FRAME_SAMPLES);
    while (this.#answered < this.#framesMax) await this.#hear(this.#silence, emit);
  }

  get #answered(): number {
    return this.#steps - this.#network.manifest.delayFrames;
  }

  async #hear(pcm: Float32Array, emit: EmitViseme): Promise<void> {
    for (let from = 0; from < pcm.length; from += RUN_SAMPLES_MAX) {
      const isWhole = pcm.length <= RUN_SAMPLES_MAX;
      this.#mel.push(isWhole ? pcm : pcm.subarray(from, from + RUN_SAMPLES_MAX), this.#keep);
      const frames = Math.min(RUN_FRAMES_MAX, Math.floor(this.#columns / 2));
      if (frames === 0) continue;
      const answer = await this.#network.run(frames);
      if (answer === undefined) return;
      const { columns } = this.#network;
      columns.copyWithin(0, 2 * frames * MEL_COUNT, this.#columns * MEL_COUNT);
      this.#columns -= 2 * frames;
      for (let frame = 0; frame < frames; frame++) this.#answer(answer, frame, emit);
    }
  }

  #take(column: Float32Array): void {
    this.#column.set(column);
    scaleFromFloor(this.#column, this.#network.manifest.floor);
    this.#network.columns.set(this.#column, this.#columns++ * MEL_COUNT);
  }

  #answer({ visemes, mouths }: NetworkAnswer, at: number, emit: EmitViseme): void {
    const frame = this.#answered;
    this.#steps++;
    if (frame < 0 || frame >= this.#framesMax) return;
    for (let index = 0; index < VISEME_COUNT; index++) {
      this.#visemes[index] = this.#checked(visemes[at * VISEME_COUNT + index]!);
    }
    for (let index = 0; index < MOUTH_LENGTH; index++) {
      this.#raw[index] = this.#checked(mouths[at * MOUTH_LENGTH + index]!);
    }
    this.#finish.shape(this.#visemes, this.#raw, this.#mouth);
    this.#frame.frame = frame;
    emit(this.#frame);
  }

  #checked(value: number): number {
    if (value >= -1e-3 && value <= 1.001) return Math.min(1, Math.max(0, value));
    throw new Fault(`model "${this.#network.manifest.name}" answered ${value}, wanted a number from 0 to 1`, {
      code: "bad_output",
    });
  }
}

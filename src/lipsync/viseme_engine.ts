/**
 * The default engine: a small network trained for this project moves the mouth, in any language, on one CPU core.
 *
 * In: 16 kHz speech, video frame by video frame, of any length. Out: one mouth a video frame, with the model's
 * look-ahead as right context. The network speaks 50 times a second; each of its frames belongs to the video frame
 * that its middle lies in, so no closure is lost. On an utterance's last frame the mouth is exactly closed. Runs in
 * the engine's thread and blocks it for a fraction of a millisecond a frame.
 */
import type { EmitMouth, LipsyncEngine } from "./engine.ts";
import { openModel } from "./model_store.ts";
import { MOUTH_LENGTH, PRESS, TEETH } from "./mouth.ts";
import { VisemeNetwork } from "./viseme_network.ts";
import { type EmitViseme, VISEME_FRAME_SAMPLES, VisemeTrack } from "./viseme_track.ts";

const MIDDLE_SAMPLES = VISEME_FRAME_SAMPLES / 2;
/** Network frames kept: 1.28 s, more than the longest look-ahead and a video frame. */
const FRAMES_KEPT = 64;
/** Video frames pushed and not answered: a second of look-ahead at 60 fps is fewer. */
const PENDING_FRAMES_MAX = 128;

export class VisemeEngine implements LipsyncEngine {
  readonly name: string;
  readonly hangMs = 500;
  readonly rightContextMs: number;
  readonly #network: VisemeNetwork;
  readonly #track: VisemeTrack;
  /** Mouth of each network frame, by frame % FRAMES_KEPT. */
  readonly #mouths = new Float32Array(FRAMES_KEPT * MOUTH_LENGTH);
  /** Sample at which each pending video frame ends, by frame % PENDING_FRAMES_MAX. */
  readonly #ends = new Float64Array(PENDING_FRAMES_MAX);
  readonly #mouth = new Float32Array(MOUTH_LENGTH);
  readonly #hear: EmitViseme = ({ frame, mouth }) => {
    this.#mouths.set(mouth, frame % FRAMES_KEPT * MOUTH_LENGTH);
    this.#frames = frame + 1;
    this.#answerKnown();
  };
  /** Whom the call under way answers. */
  #emit: EmitMouth = () => {};
  /** Network frames known. */
  #frames = 0;
  #heardSamples = 0;
  #frameStart = 0;
  #pushedFrames = 0;
  #answeredFrames = 0;
  /** Video frames left when the utterance ended: their mouths fade out. */
  #fadingFrames: number | undefined;

  /** Opens model `name` from the first of `folders` that has it. Throws InputFault `bad_model`. */
  static async open(name: string, folders?: readonly string[]): Promise<VisemeEngine> {
    return new VisemeEngine(await VisemeNetwork.open(await openModel(name, folders)));
  }

  /** Takes `network` over: disposing the engine disposes it. */
  constructor(network: VisemeNetwork) {
    this.#network = network;
    this.#track = new VisemeTrack(network);
    this.name = network.manifest.name;
    this.rightContextMs = network.manifest.lookAheadMs;
  }

  start(): void {
    this.#track.start();
    this.#frames =
      this.#heardSamples =
      this.#frameStart =
      this.#pushedFrames =
      this.#answeredFrames =
        0;
    this.#fadingFrames = undefined;
  }

  push(pcm: Float32Array, emit: EmitMouth): Promise<void> {
    this.#emit = emit;
    this.#heardSamples += pcm.length;
    this.#ends[this.#pushedFrames++ % PENDING_FRAMES_MAX] = this.#heardSamples;
    return this.#track.push(pcm, this.#hear);
  }

  finish(emit: EmitMouth): Promise<void> {
    this.#emit = emit;
    this.#fadingFrames = this.#pushedFrames - this.#answeredFrames;
    return this.#track.finish(this.#hear);
  }

  [Symbol.dispose](): void {
    this.#network[Symbol.dispose]();
  }

  #answerKnown(): void {
    while (this.#answeredFrames < this.#pushedFrames) {
      const end = this.#ends[this.#answeredFrames % PENDING_FRAMES_MAX]!;
      const last = framesBefore(end) - 1;
      if (last >= this.#frames) return;
      // At 60 fps a video frame may hold no middle: the frame before goes on.
      this.#mix(Math.min(last, framesBefore(this.#frameStart)), last);
      const left = this.#pushedFrames - this.#answeredFrames - 1;
      const strength = this.#fadingFrames === undefined ? 1 : left / this.#fadingFrames;
      for (let index = 0; index < MOUTH_LENGTH; index++) this.#mouth[index]! *= strength;
      this.#frameStart = end;
      this.#answeredFrames++;
      this.#emit(this.#mouth);
    }
  }

  /** Closures show at their strongest, everything else as the mean: a lip contact may last one frame only. */
  #mix(first: number, last: number): void {
    const mouth = this.#mouth.fill(0);
    for (let frame = first; frame <= last; frame++) {
      const at = frame % FRAMES_KEPT * MOUTH_LENGTH;
      for (let index = 0; index < MOUTH_LENGTH; index++) {
        const value = this.#mouths[at + index]!;
        const isClosure = index === PRESS || index === TEETH;
        mouth[index] = isClosure
          ? Math.max(mouth[index]!, value)
          : mouth[index]! + value / (last - first + 1);
      }
    }
  }
}

/** How many network frames have their middle before a sample. */
function framesBefore(sample: number): number {
  return Math.max(0, Math.ceil((sample - MIDDLE_SAMPLES) / VISEME_FRAME_SAMPLES));
}

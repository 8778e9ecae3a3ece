/**
 * The frames an engine has heard and not answered, and the answers that found no place in the ring of mouths.
 *
 * In: frames in order, their samples, results in order. Out: MouthRing entries, stale ones left out. Runs in the
 * engine's thread. Bounded: OWED_FRAMES_MAX frames; everything is allocated by the constructor.
 */
import type { Epoch } from "../time/mod.ts";
import type { MouthRing } from "./mouth_ring.ts";
import { MOUTH_LENGTH } from "./mouth.ts";

/** A power of two; more than the right context of any engine, in frames, several times over. */
export const OWED_FRAMES_MAX = 128;

export class OwedFrames {
  readonly #mouths: MouthRing;
  readonly #epochNow: Epoch;
  readonly #speechFrame = new Float64Array(OWED_FRAMES_MAX);
  readonly #epoch = new Int32Array(OWED_FRAMES_MAX);
  readonly #isProtected = new Uint8Array(OWED_FRAMES_MAX);
  /** 16 kHz samples of each frame, kept until it is answered. */
  readonly #pcm: readonly Float32Array[];
  readonly #pcmLength = new Int32Array(OWED_FRAMES_MAX);
  readonly #stress = new Float32Array(OWED_FRAMES_MAX);
  /** One reusable mouth a frame, for answers that must wait. */
  readonly #answers: readonly Float32Array[];
  /** Frames counted from the start: written <= answered <= heard <= owed. */
  #written = 0;
  #answered = 0;
  #heard = 0;
  #owed = 0;
  /** Mouths written through the station's life. */
  written = 0;

  constructor(samplesPerFrame: number, mouths: MouthRing, epoch: Epoch) {
    this.#mouths = mouths;
    this.#epochNow = epoch;
    const length = Math.ceil(samplesPerFrame / 3);
    this.#pcm = Array.from({ length: OWED_FRAMES_MAX }, () => new Float32Array(length));
    this.#answers = Array.from({ length: OWED_FRAMES_MAX }, () => new Float32Array(MOUTH_LENGTH));
  }

  /** Heard by the engine, without an answer. */
  get unanswered(): number {
    return this.#heard - this.#answered;
  }
  /** Owed frames whose 16 kHz samples are not there yet. */
  get unheard(): number {
    return this.#owed - this.#heard;
  }
  /** Answers kept back. */
  get waiting(): number {
    return this.#answered - this.#written;
  }

  owe(speechFrame: number, epoch: number, isProtected: boolean): void {
    const place = this.#owed++ % OWED_FRAMES_MAX;
    this.#speechFrame[place] = speechFrame;
    this.#epoch[place] = epoch;
    this.#isProtected[place] = isProtected ? 1 : 0;
  }

  /** `stress` is 0..1, of these samples. */
  heard(pcm: Float32Array, stress: number): void {
    const place = this.#heard++ % OWED_FRAMES_MAX;
    this.#stress[place] = stress;
    this.#pcm[place]!.set(pcm);
    this.#pcmLength[place] = pcm.length;
  }

  /** The oldest unanswered frame's mouth; copied where it has to wait. */
  answer(mouth: Float32Array): void {
    const place = this.#answered++ % OWED_FRAMES_MAX;
    if (this.waiting === 1 && this.#write(place, mouth)) this.#written++;
    else this.#answers[place]!.set(mouth);
  }

  /** Writes what waits; false where the ring of mouths is full. */
  flush(): boolean {
    while (this.waiting > 0) {
      const place = this.#written % OWED_FRAMES_MAX;
      if (!this.#write(place, this.#answers[place]!)) return false;
      this.#written++;
    }
    return true;
  }

  /** True where an interrupt has made all of them stale (or there are none that wait or are unanswered). */
  allStale(): boolean {
    if (this.#owed === this.#written) return false;
    for (let frame = this.#written; frame < this.#owed; frame++) {
      const place = frame % OWED_FRAMES_MAX;
      if (!this.#epochNow.isStale(this.#epoch[place]!, this.#isProtected[place] === 1)) return false;
    }
    return true;
  }

  /** Another engine hears the frames that were heard and not answered. */
  replay(push: (pcm: Float32Array) => void): void {
    const last = this.#heard;
    for (let frame = this.#answered; frame < last; frame++) {
      const place = frame % OWED_FRAMES_MAX;
      push(this.#pcm[place]!.subarray(0, this.#pcmLength[place]));
    }
  }

  clear(): void {
    this.#written =
      this.#answered =
      this.#heard =
      this.#owed =
        0;
  }

  /** True where it is done with: written, or stale and left out. */
  #write(place: number, mouth: Float32Array): boolean {
    const epoch = this.#epoch[place]!;
    const isProtected = this.#isProtected[place] === 1;
    if (this.#epochNow.isStale(epoch, isProtected)) return true;
    const speechFrame = this.#speechFrame[place]!;
    if (!this.#mouths.write(epoch, isProtected, speechFrame, mouth, this.#stress[place]!)) return false;
    this.written++;
    return true;
  }
}

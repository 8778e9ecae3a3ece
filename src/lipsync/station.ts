/**
 * Where speech becomes mouths: the one step that the engine worker, `render` and the simulation share.
 *
 * In: 48 kHz speech frames from a ring of its own. Out: exactly one mouth a frame that is not stale, in order, with
 * that frame's number, epoch and protection. Runs in the engine's thread. Policies: a full MouthRing stops the step
 * (what is known is kept); stale frames are dropped; an engine that throws, hangs, answers NaN or loses count is
 * replaced by the built-in one until the utterance ends. Allocates nothing per frame where the engine does not.
 */
import { oneLine } from "../errors/mod.ts";
import { SPEECH_FLAG, type SpeechRing } from "../speech/mod.ts";
import { type Clock, type Epoch, withDeadline } from "../time/mod.ts";
import type { EmitMouth, LipsyncEngine } from "./engine.ts";
import { type EngineGauges, engineGauges } from "./engine_gauges.ts";
import { FrameCutter } from "./frame_cutter.ts";
import { LoudnessEngine } from "./loudness.ts";
import type { MouthRing } from "./mouth_ring.ts";
import { OWED_FRAMES_MAX, OwedFrames } from "./owed_frames.ts";
import { StressMeter } from "./stress.ts";

export interface EngineStationOptions {
  readonly engine: LipsyncEngine;
  /** The engine's own copy of the speech, not the stage's. */
  readonly speech: SpeechRing;
  readonly mouths: MouthRing;
  readonly epoch: Epoch;
  readonly gauges?: EngineGauges;
  /** Measures stepMs; without one it stays 0. */
  readonly clock?: Clock;
  /** Told once an utterance when the engine fails, in one line. */
  readonly onFault?: (message: string) => void;
}

const NOTHING = new Float32Array(0);

export class EngineStation {
  readonly gauges: EngineGauges;
  readonly #options: EngineStationOptions;
  readonly #fallback = new LoudnessEngine();
  readonly #stress = new StressMeter();
  readonly #cutter: FrameCutter;
  readonly #owed: OwedFrames;
  readonly #emit: EmitMouth = (mouth) => this.#accept(mouth);
  readonly #emitFallback: EmitMouth = (mouth) => this.#owed.answer(mouth);
  /** The engine of this utterance; the fall-back once the engine has failed in it. */
  #engine: LipsyncEngine;
  #isSpeaking = false;
  #utterance = -1;
  #epoch = -1;
  /** Why the engine failed, between its answer and the change to the fall-back. */
  #fault: string | undefined;

  constructor(options: EngineStationOptions) {
    this.#options = options;
    this.gauges = options.gauges ?? engineGauges();
    this.#engine = options.engine;
    this.#cutter = new FrameCutter(options.speech.samplesPerFrame);
    this.#owed = new OwedFrames(options.speech.samplesPerFrame, options.mouths, options.epoch);
  }

  /** Mouths that are known and found no place in the ring; they go first at the next step. */
  get waitingMouths(): number {
    return this.#owed.waiting;
  }

  /**
   * Takes all that is queued, until the ring of speech is empty or that of mouths is full. Returns how many speech
   * frames were taken; a promise only where the engine answers one. Not to be called again before that settles.
   */
  step(): number | Promise<number> {
    const startMs = this.#options.clock?.nowMs() ?? 0;
    const taken = this.#go(0);
    if (typeof taken === "number") return this.#measured(taken, startMs);
    return taken.then((count) => this.#measured(count, startMs));
  }

  #measured(taken: number, startMs: number): number {
    const { clock } = this.#options;
    if (taken > 0 && clock !== undefined) {
      const tookMs = clock.nowMs() - startMs;
      this.gauges.set("stepMs", tookMs);
      this.gauges.set("stepMsMax", Math.max(tookMs, this.gauges.get("stepMsMax")));
    }
    this.gauges.set("mouthsOut", this.#owed.written);
    return taken;
  }

  /** Synchronous as long as the engine is; after a promise it goes on from there. */
  #go(already: number): number | Promise<number> {
    let taken = already;
    for (;;) {
      if (this.#isSpeaking && this.#owed.allStale()) this.#abandon();
      if (!this.#owed.flush()) return taken;
      const { speech, epoch } = this.#options;
      const slot = speech.ring.peek();
      if (slot < 0) return taken;
      const isProtected = (speech.flags(slot) & SPEECH_FLAG.protected) !== 0;
      if (epoch.isStale(speech.epoch(slot), isProtected)) {
        this.gauges.add("framesStale");
      } else if (this.#isSpeaking && this.#beginsAnother(slot)) {
        const ended = this.#end(); // its last frame never came: answer what was heard, then look at this one again
        if (ended !== undefined) return ended.then(() => this.#go(taken));
        continue;
      } else {
        const heard = this.#hear(slot, isProtected); // copies the samples before it waits for anything
        if (heard !== undefined) {
          this.#release();
          return heard.then(() => this.#go(taken + 1));
        }
      }
      this.#release();
      taken++;
    }
  }

  #release(): void {
    const { speech } = this.#options;
    this.gauges.set("takenBefore", speech.speechFrame(speech.ring.peek()) + 1);
    speech.ring.release();
    this.gauges.add("framesIn");
  }

  #beginsAnother(slot: number): boolean {
    const { speech } = this.#options;
    return (speech.flags(slot) & SPEECH_FLAG.first) !== 0 || speech.utterance(slot) !== this.#utterance ||
      speech.epoch(slot) !== this.#epoch;
  }

  #hear(slot: number, isProtected: boolean): Promise<void> | undefined {
    const { speech } = this.#options;
    if (!this.#isSpeaking) this.#begin(speech.utterance(slot), speech.epoch(slot));
    this.#owed.owe(speech.speechFrame(slot), speech.epoch(slot), isProtected);
    this.#cutter.hear(speech.samples(slot));
    const isLast = (speech.flags(slot) & SPEECH_FLAG.last) !== 0;
    const pushed = this.#push();
    if (!isLast) return pushed;
    return pushed === undefined ? this.#end() : pushed.then(() => this.#end());
  }

  #begin(utterance: number, epoch: number): void {
    this.#isSpeaking = true;
    this.#utterance = utterance;
    this.#epoch = epoch;
    this.#cutter.reset();
    this.#stress.reset();
    this.#owed.clear();
    this.#engine = this.#options.engine;
    this.#fault = undefined;
    this.gauges.set("isFallback", 0);
    this.#call("start");
  }

  /** Everything owed is stale: an interrupt. */
  #abandon(): void {
    this.#owed.clear();
    this.#isSpeaking = false;
  }

  /** Gives the engine each frame whose samples are whole. */
  #push(): Promise<void> | undefined {
    for (let pcm = this.#cutter.take(); pcm !== undefined; pcm = this.#cutter.take()) {
      this.#owed.heard(pcm, this.#stress.hear(pcm));
      const pushed = this.#call("push", pcm);
      if (pushed !== undefined) return pushed.then(() => this.#push());
      if (this.#owed.unanswered > OWED_FRAMES_MAX / 2) this.#mend("it does not answer");
    }
    return undefined;
  }

  #end(): Promise<void> | undefined {
    this.#cutter.end();
    return this.#pushRest();
  }

  #pushRest(): Promise<void> | undefined {
    while (this.#owed.unheard > 0) {
      const pcm = this.#cutter.takeLast();
      this.#owed.heard(pcm, this.#stress.hear(pcm));
      const pushed = this.#call("push", pcm);
      if (pushed !== undefined) return pushed.then(() => this.#pushRest());
    }
    const finished = this.#call("finish");
    return finished === undefined ? this.#ended() : finished.then(() => this.#ended());
  }

  #ended(): undefined {
    if (this.#owed.unanswered > 0) {
      this.#mend("it left frames unanswered");
      this.#fallback.finish(this.#emitFallback);
    }
    this.#isSpeaking = false;
    return undefined;
  }

  #accept(mouth: Float32Array): void {
    if (this.#fault !== undefined || this.#engine === this.#fallback) return;
    if (this.#owed.unanswered === 0) this.#fault = "it answered more frames than it heard";
    else if (!isUsable(mouth)) this.#fault = "it answered something that is no number";
    else this.#owed.answer(mouth);
  }

  /** Calls the engine of this utterance; a throw, a rejection or a bad answer changes to the fall-back. */
  #call(verb: "start" | "push" | "finish", pcm: Float32Array = NOTHING): Promise<void> | undefined {
    const engine = this.#engine;
    const emit = engine === this.#fallback ? this.#emitFallback : this.#emit;
    try {
      let done: void | Promise<void> = undefined;
      if (verb === "push") done = engine.push(pcm, emit);
      else if (verb === "finish") done = engine.finish(emit);
      else engine.start();
      if (done !== undefined) {
        const { hangMs } = engine;
        const settled = hangMs === undefined ? done : withDeadline(done, hangMs, "an answer");
        return settled.then(() => this.#settle(), (error) => this.#mend(oneLine(error)));
      }
      this.#settle();
    } catch (error) {
      this.#mend(oneLine(error));
    }
    return undefined;
  }

  #settle(): void {
    if (this.#fault !== undefined) this.#mend(this.#fault);
  }

  /** The fall-back takes over: it hears again what was not answered yet. */
  #mend(reason: string): void {
    this.#fault = undefined;
    if (this.#engine === this.#fallback) return;
    this.gauges.add("faults");
    this.gauges.set("isFallback", 1);
    this.#options.onFault?.(
      `the ${this.#engine.name} engine failed (${reason}); loudness moves the mouth instead`,
    );
    this.#engine = this.#fallback;
    this.#fallback.start();
    this.#owed.replay((pcm) => this.#fallback.push(pcm, this.#emitFallback));
  }
}

function isUsable(mouth: Float32Array): boolean {
  for (let index = 0; index < mouth.length; index++) {
    if (!(mouth[index]! >= -1e-6 && mouth[index]! <= 1 + 1e-6)) return false;
  }
  return true;
}

/**
 * The stage: pulled once a tick, it always answers with one unit, a frame and the samples under it.
 *
 * In: speech frames and the mouths that belong to them, by number. Out: a filled UnitSlot. Thread: the stage
 * worker's (or the caller's, in render and simulation). It never waits and allocates nothing: speech where it and
 * its mouth are there, the last mouth again where the engine is a little late, a pause on a short fade where it is
 * later than `syncThresholdMs`, else idle.
 */
import { type Face, type I420Frame } from "../avatar/mod.ts";
import { MOUTH_LENGTH, type MouthRing } from "../lipsync/mod.ts";
import type { Gauges } from "../metrics/mod.ts";
import { CUES_PER_FRAME, SPEECH_FLAG, type SpeechRing } from "../speech/mod.ts";
import { type Epoch, type FrameRate } from "../time/mod.ts";
import type { StageBaton } from "./baton.ts";
import { Crossfade } from "./crossfade.ts";
import type { CueRing } from "./cue_ring.ts";
import { decayInto, fadeIn, fadeOutInto } from "./edge.ts";
import { FilmTrack, type FilmTrackOptions } from "./film_track.ts";
import type { StageGauge } from "./gauges.ts";
import { MannerTrack } from "./manner_track.ts";
import { PictureFade } from "./picture_fade.ts";
import { UNIT_FLAG, type UnitSlot } from "../unit/mod.ts";

export interface StageOptions {
  readonly rate: FrameRate;
  readonly face: Face;
  readonly speech: SpeechRing;
  readonly mouths: MouthRing;
  readonly epoch: Epoch;
  readonly gauges: Gauges<StageGauge>;
  /** Length of the fade between idle and speaking, 0..2000. */
  readonly crossfadeMs: number;
  /** How far sound may run ahead of mouths before speech pauses. */
  readonly syncThresholdMs: number;
  /**
   * Speech that must be queued before it starts, unless the utterance is shorter. Doubles after every pause for want
   * of samples, up to two seconds, until an utterance comes through without one. Default 0.
   */
  readonly preBufferMs?: number;
  /**
   * How much speech after a frame the engine needs before that frame's mouth can come. A mouth missing for want of
   * speech is a slow voice's doing, not the engine's: speech pauses there and then. Default 0.
   */
  readonly rightContextMs?: number;
  /**
   * Number of the first speech frame whose mouth can still come: the engine died over those before it. Infinity
   * where no engine is left. Default 0.
   */
  readonly mouthsLostBefore?: () => number;
  /** Expressions and actions asked for from outside the speech; absent where nobody asks. */
  readonly cues?: CueRing;
  /** Index into EXPRESSIONS of the one the face begins with. Default 0, neutral. */
  readonly expression?: number;
  /** For a face made of film: patches, and who renders them. Absent: visemes move its mouth. */
  readonly neural?: Pick<FilmTrackOptions, "patches" | "board" | "avatar" | "isActive" | "place">;
}

const PRE_BUFFER_MS_MAX = 2000;

const IDLE = 0;
const SPEAKING = 1;
const PAUSED = 2;

export class Stage {
  readonly #options: StageOptions;
  readonly #crossfade: Crossfade;
  readonly #film: FilmTrack | undefined;
  readonly #track: MannerTrack;
  /** How strongly the voice stresses the newest mouth. */
  #stress = 0;
  /** The newest mouth as the engine gave it, and as it is painted. */
  readonly #mouth = new Float32Array(MOUTH_LENGTH);
  readonly #shownMouth = new Float32Array(MOUTH_LENGTH);
  readonly #target: {
    bytes: Uint8Array;
    alpha?: Uint8Array;
    readonly width: number;
    readonly height: number;
  };
  #phase = IDLE;
  #epoch: number;
  #isProtected = false;
  #utterance = -1;
  #lateFrames = 0;
  #lastSample = 0;
  #isEdge = false;
  #preBufferMs: number;
  #hasStarved = false;
  #newestSpeechFrame = -1;
  #fade: PictureFade | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#crossfade = new Crossfade(options.crossfadeMs, options.rate.periodMs);
    this.#epoch = options.epoch.current;
    this.#preBufferMs = options.preBufferMs ?? 0;
    this.#track = new MannerTrack(options.rate.periodMs, options.expression);
    this.#target = { bytes: new Uint8Array(0), ...options.face.size };
    const { face, rate, epoch, syncThresholdMs, gauges, neural } = options;
    if (face.film) {
      this.#film = new FilmTrack({ face, film: face.film, rate, epoch, syncThresholdMs, gauges, ...neural });
    }
  }

  /** Another stage goes on after the unit just made. */
  save(baton: StageBaton): void {
    baton.set("phase", this.#phase);
    baton.set("isProtected", this.#isProtected);
    baton.set("utterance", this.#utterance);
    baton.set("epoch", this.#epoch);
    baton.set("lastSample", this.#lastSample);
    baton.set("preBufferMs", this.#preBufferMs);
    baton.set("newestSpeechFrame", this.#newestSpeechFrame);
    baton.set("stress", this.#stress);
    baton.set("crossfade", this.#crossfade.position);
    baton.set("expression", this.#track.expression);
    baton.mouth.set(this.#mouth);
  }

  /** Goes on where another stage left off, whose last picture dissolves. The expression is given to the constructor. */
  resume(baton: StageBaton, picture: Uint8Array): void {
    this.#phase = baton.get("phase");
    this.#isProtected = baton.get("isProtected") !== 0;
    this.#utterance = baton.get("utterance");
    this.#epoch = baton.get("epoch");
    this.#lastSample = baton.get("lastSample");
    this.#isEdge = this.#phase === PAUSED;
    this.#preBufferMs = baton.get("preBufferMs");
    this.#newestSpeechFrame = baton.get("newestSpeechFrame");
    this.#stress = baton.get("stress");
    this.#crossfade.position = baton.get("crossfade");
    this.#mouth.set(baton.mouth);
    this.#fade = new PictureFade(picture, this.#options.rate.periodMs);
  }

  /** Fills `slot` with unit number `unit`. */
  compose(slot: UnitSlot, unit: number): void {
    const { rate, epoch, gauges, speech } = this.#options;
    slot.mediaSample = unit * rate.samplesPerFrame;
    slot.flags = 0;
    slot.speechFrame = -1;
    slot.utterance = -1;
    if (epoch.current !== this.#epoch) {
      this.#interrupt(slot);
    } else {
      this.#dropStale(); // what an interrupt left behind a protected utterance
      this.#fill(slot);
    }
    slot.epoch = this.#epoch;
    slot.newestSpeechFrame = this.#newestSpeechFrame;
    this.#lastSample = slot.samples[rate.samplesPerFrame - 1]!;

    this.#film?.publish(this.#newestSpeechFrame + 1, this.#phase !== IDLE);
    this.#takeCues();
    this.#track.advance((slot.flags & UNIT_FLAG.speech) !== 0 ? this.#stress : 0);
    gauges.set("expression", this.#track.expression);
    gauges.set("action", this.#track.manner.action);
    this.#fade?.advance();
    if (this.#fade?.isOver) this.#fade = undefined;
    this.#paint(slot, unit);
    gauges.set("speechQueuedMs", speech.ring.queued * rate.periodMs);
  }

  /**
   * To be called at the deadline: where an interrupt came between composing and handing over, the unit is made
   * silent and its mouth closed after all. Costs one comparison otherwise.
   */
  revise(slot: UnitSlot, unit: number): void {
    const { epoch, gauges } = this.#options;
    if (epoch.current === this.#epoch) return;
    const isStaleSpeech = (slot.flags & (UNIT_FLAG.speech | UNIT_FLAG.protected)) === UNIT_FLAG.speech;
    if (!isStaleSpeech) return; // the next unit sees to it
    this.#epoch = epoch.current;
    fadeOutInto(slot.samples, slot.samples);
    this.#lastSample = 0;
    this.#dropStale();
    this.#goIdle(true);
    slot.epoch = this.#epoch;
    slot.flags = UNIT_FLAG.interrupted;
    slot.speechFrame = -1;
    slot.utterance = -1;
    gauges.add("interrupts");
    this.#paint(slot, unit);
  }

  #takeCues(): void {
    const { cues } = this.#options;
    if (cues === undefined) return;
    for (let code = cues.take(); code !== 0; code = cues.take()) this.#cue(code);
  }

  #cue(code: number): void {
    this.#track.cue(code);
    this.#film?.cue(code);
  }

  #paint(slot: UnitSlot, unit: number): void {
    const { face, gauges } = this.#options;
    this.#target.bytes = slot.frame;
    if (slot.alpha) this.#target.alpha = slot.alpha;
    face.paintIdle(this.#target, unit, this.#track.manner);
    this.#paintSpeech(this.#target, unit);
    this.#fade?.blend(slot.picture);
    gauges.set("phase", this.#phase);
  }

  /** The epoch moved: what is stale goes, and where it was being spoken it dies away within 5 ms. */
  #interrupt(slot: UnitSlot): void {
    const { epoch, speech, gauges } = this.#options;
    this.#epoch = epoch.current;
    const wasCut = this.#phase !== IDLE && !this.#isProtected;
    const head = speech.ring.peek();
    const isStale = head >= 0 && epoch.isStale(speech.epoch(head), this.#flag(head, SPEECH_FLAG.protected));
    if (!wasCut) {
      this.#dropStale();
      this.#fill(slot);
      return;
    }
    if (this.#phase === SPEAKING && isStale) fadeOutInto(slot.samples, speech.samples(head));
    else decayInto(slot.samples, this.#lastSample);
    this.#dropStale();
    this.#goIdle(true);
    this.#film?.idle(false);
    slot.flags |= UNIT_FLAG.interrupted;
    gauges.add("interrupts");
  }

  #fill(slot: UnitSlot): void {
    const { speech, rate, syncThresholdMs, gauges } = this.#options;
    const head = speech.ring.peek();
    if (head < 0) return this.#starve(slot);
    const { periodMs } = rate;
    if (this.#phase !== SPEAKING && !this.#reaches(this.#preBufferMs - periodMs)) return this.#silence(slot);
    const mouthSlot = this.#mouthFor(speech.speechFrame(head));
    if (mouthSlot < 0) {
      if (this.#isLost(speech.speechFrame(head))) {
        slot.flags |= UNIT_FLAG.repeated;
        gauges.add("repeatedFrames");
        return this.#speak(slot, head);
      }
      if (this.#phase === SPEAKING && !this.#reaches(this.#options.rightContextMs ?? 0)) {
        return this.#starve(slot);
      }
      const skewMs = (this.#lateFrames + 1) * rate.periodMs;
      if (this.#phase !== SPEAKING || skewMs > syncThresholdMs) return this.#pauseLate(slot);
      this.#lateFrames++;
      slot.flags |= UNIT_FLAG.repeated;
      gauges.add("repeatedFrames");
      this.#setSkew(skewMs);
    } else {
      if (this.#phase !== SPEAKING && this.#film?.isReady(speech.speechFrame(head)) === false) {
        return this.#silence(slot);
      }
      this.#takeMouth(mouthSlot);
      this.#lateFrames = 0;
      this.#setSkew(0);
    }
    this.#speak(slot, head);
  }

  /** Moves the speech frame at `head` into the unit. */
  #speak(slot: UnitSlot, head: number): void {
    const { speech } = this.#options;
    this.#isProtected = this.#flag(head, SPEECH_FLAG.protected);
    this.#utterance = speech.utterance(head);
    this.#phase = SPEAKING;
    slot.samples.set(speech.samples(head));
    if (this.#isEdge) fadeIn(slot.samples);
    this.#isEdge = false;
    slot.flags |= UNIT_FLAG.speech | (this.#isProtected ? UNIT_FLAG.protected : 0);
    slot.speechFrame = speech.speechFrame(head);
    this.#newestSpeechFrame = slot.speechFrame;
    slot.utterance = this.#utterance;
    for (let nth = 0; nth < CUES_PER_FRAME; nth++) this.#cue(speech.cue(head, nth));
    this.#film?.speak(slot.speechFrame);
    const isLast = this.#flag(head, SPEECH_FLAG.last);
    speech.ring.release();
    this.#crossfade.advance(true);
    if (!isLast) return;
    if (!this.#hasStarved) this.#preBufferMs = this.#options.preBufferMs ?? 0;
    this.#hasStarved = false;
    this.#goIdle();
  }

  /** Whether `ms` of speech are queued behind the frame that is next, or the utterance's end is. */
  #reaches(ms: number): boolean {
    const { speech, rate } = this.#options;
    const frames = Math.ceil(ms / rate.periodMs);
    for (let ahead = 0; ahead <= frames; ahead++) {
      const slot = speech.ring.peek(ahead);
      if (slot < 0) return false;
      if (this.#flag(slot, SPEECH_FLAG.last)) return true;
    }
    return true;
  }

  /** Too little speech is queued: idle, or in the middle of an utterance a pause until its next samples come. */
  #starve(slot: UnitSlot): void {
    const { rate, gauges } = this.#options;
    if (this.#phase === SPEAKING) {
      this.#phase = PAUSED;
      this.#isEdge = true;
      this.#hasStarved = true;
      this.#preBufferMs = Math.min(PRE_BUFFER_MS_MAX, Math.max(this.#preBufferMs, rate.periodMs) * 2);
      gauges.add("starvedPauses");
    }
    this.#silence(slot);
  }

  /** Speech is queued but its mouth is not there: do not start, or pause until it is. */
  #pauseLate(slot: UnitSlot): void {
    if (this.#phase === SPEAKING) {
      this.#phase = PAUSED;
      this.#isEdge = true;
      this.#options.gauges.add("latePauses");
    }
    this.#silence(slot);
  }

  #silence(slot: UnitSlot): void {
    decayInto(slot.samples, this.#lastSample);
    if (this.#phase === PAUSED) {
      slot.flags |= UNIT_FLAG.paused | (this.#isProtected ? UNIT_FLAG.protected : 0);
      slot.utterance = this.#utterance;
    }
    this.#film?.idle(this.#phase === PAUSED);
    this.#crossfade.advance(false);
  }

  /** `isCut`: at once, after an interrupt nobody should see the mouth go on. */
  #goIdle(isCut = false): void {
    this.#film?.end(isCut);
    if (isCut) this.#crossfade.cut();
    this.#phase = IDLE;
    this.#utterance = -1;
    this.#isProtected = false;
    this.#lateFrames = 0;
    this.#isEdge = false;
    this.#setSkew(0);
  }

  /** Releases every stale frame at the head of both rings. */
  #dropStale(): void {
    const { speech, mouths, epoch } = this.#options;
    for (let head = speech.ring.peek(); head >= 0; head = speech.ring.peek()) {
      if (!epoch.isStale(speech.epoch(head), this.#flag(head, SPEECH_FLAG.protected))) break;
      speech.ring.release();
    }
    for (let head = mouths.ring.peek(); head >= 0; head = mouths.ring.peek()) {
      if (!epoch.isStale(mouths.epoch(head), mouths.isProtected(head))) break;
      mouths.ring.release();
    }
  }

  /** Whether this frame's mouth will never come; waiting for it would be for ever. */
  #isLost(speechFrame: number): boolean {
    const { mouths, mouthsLostBefore } = this.#options;
    const head = mouths.ring.peek();
    return (head >= 0 && mouths.speechFrame(head) > speechFrame) || speechFrame < (mouthsLostBefore?.() ?? 0);
  }

  /** The slot of speech frame `speechFrame`'s mouth, or -1. Mouths that come too late are let go. */
  #mouthFor(speechFrame: number): number {
    const { mouths } = this.#options;
    for (let head = mouths.ring.peek(); head >= 0; head = mouths.ring.peek()) {
      const found = mouths.speechFrame(head);
      if (found === speechFrame) return head;
      if (found > speechFrame) return -1;
      mouths.ring.release();
    }
    return -1;
  }

  #takeMouth(mouthSlot: number): void {
    const { mouths } = this.#options;
    this.#mouth.set(mouths.mouth(mouthSlot));
    this.#stress = mouths.stress(mouthSlot);
    mouths.ring.release();
  }

  #paintSpeech(into: I420Frame, unit: number): void {
    const opacity = this.#crossfade.opacity;
    if (opacity === 0) return;
    if (this.#film?.showsMouth ?? true) {
      for (let i = 0; i < MOUTH_LENGTH; i++) this.#shownMouth[i] = this.#mouth[i]! * opacity;
      this.#options.face.paintMouth(into, unit, this.#shownMouth, this.#track.manner, opacity);
    }
    this.#film?.paste(into, opacity);
  }

  #setSkew(skewMs: number): void {
    const { gauges } = this.#options;
    gauges.set("skewMs", skewMs);
    if (skewMs > gauges.get("skewMsMax")) gauges.set("skewMsMax", skewMs);
  }

  #flag(head: number, flag: number): boolean {
    return (this.#options.speech.flags(head) & flag) !== 0;
  }
}

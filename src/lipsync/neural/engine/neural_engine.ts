/**
 * A video engine at work for one programme: speech and the stage's place in, patches for the frames that come next out.
 *
 * In: 16 kHz frames of utterances, the stage's place, interrupts; then step() again and again, or, where several
 * programmes share a network, plan() and a Renderer. Out: `emit`, in the order of the frames; what is silent costs no
 * inference. Runs in the engine's process (or in `render`'s), which a step blocks for one batch at most. Bounded: speech
 * as far as the programme feeds it ahead.
 */
import { FILM_FPS, frameAt } from "../../../film/mod.ts";
import type { Clock } from "../../../time/mod.ts";
import type { PatchResult } from "../../patch_ring.ts";
import { emptyPlace, type StagePlace } from "../../walk_board.ts";
import { AheadWalk } from "./ahead_walk.ts";
import { BatchCost } from "./batch_cost.ts";
import { FrameMap } from "./frame_map.ts";
import { HeardUtterance, type UtteranceAbout } from "./heard_utterance.ts";
import type { Rung, WalkedFilm } from "./rung.ts";
import { Renderer } from "./renderer.ts";
import { Schedule } from "./schedule.ts";

const PERIOD_MS = 1000 / FILM_FPS;
const FRAME_SAMPLES = 16_000 / FILM_FPS;
/** Most speech that is given to the features at once; the first pieces are shorter, so that speech starts at once. */
const PIECE_FRAMES_MAX = 128;
/** Features known beyond the next frame: so many are enough, so few must be there before frames are rendered. */
const AHEAD_FRAMES = 50;
const FEW_FRAMES = 8;
/** A run takes longer than expected at times. */
const SAFE = 1.2;

export interface NeuralEngineOptions {
  readonly rung: Rung;
  readonly cost: BatchCost;
  /** Of the programme. */
  readonly fps: number;
  readonly leadMsMax: number;
  readonly clock: Clock;
  /** Takes each result at once; the bytes of its patch are reused after the call. */
  readonly emit: (result: PatchResult) => void;
  /** `render`: every frame waits for its patch, so none is skipped and nothing is too far ahead. */
  readonly isUnhurried?: boolean;
  /** What it shares with other programmes' engines; default its own. */
  readonly renderer?: Renderer;
  /** How many programmes are rendered for now. Default 1. */
  readonly load?: () => number;
}

/** Frames that want a run of the network. */
export interface RenderOrder {
  readonly first: number;
  readonly count: number;
  /** The silent frames before it are answered with it. */
  readonly areRestsBefore: boolean;
  /** The utterance that it belongs to. */
  readonly of: object;
}

/** What of an utterance is done. */
interface Progress {
  readonly heard: HeardUtterance;
  next: number;
  pieceFrames: number;
  isFinished: boolean;
}

export class NeuralEngine {
  readonly #options: NeuralEngineOptions;
  readonly #schedule: Schedule;
  readonly #map: FrameMap;
  readonly #walk: AheadWalk;
  readonly #place: StagePlace = emptyPlace();
  readonly #waiting: HeardUtterance[] = [];
  #epoch = 0;
  #current: Progress | undefined;
  readonly #renderer: Renderer;
  readonly #pasted: Uint8Array;
  /** Clip and position of each frame of the batch. */
  readonly #clips: Int32Array;
  readonly #steps: Int32Array;
  #leadFramesMin = Infinity;
  /** What hearing a piece took, lately. */
  #hearMs = 0;
  renderedFrames = 0;
  skippedFrames = 0;
  restFrames = 0;

  constructor(options: NeuralEngineOptions) {
    this.#options = options;
    const { rung, cost, clock, leadMsMax, fps, load } = options;
    const { network, faces, clips } = rung;
    const { batchMax } = network;
    this.#renderer = options.renderer ?? new Renderer(network, cost, clock);
    this.#schedule = new Schedule({
      ...{ periodMs: PERIOD_MS, leadMsMax, batchMax, cost },
      ...(load ? { load } : {}),
    });
    this.#map = new FrameMap(fps);
    this.#walk = new AheadWalk({
      ...{ clips, map: this.#map, place: this.#place },
      // It starts when its first answer has come: one run, and a frame on the way.
      startFrames: () => options.isUnhurried ? 0 : Math.ceil(cost.of(1) / PERIOD_MS) + 1,
    });
    this.#pasted = new Uint8Array(faces.patchSide * faces.patchSide * 3);
    this.#clips = new Int32Array(batchMax);
    this.#steps = new Int32Array(batchMax);
  }

  /** Frames rendered and not shown when there were fewest since the last call; Infinity where none were rendered. */
  takeLeadFramesMin(): number {
    const least = this.#leadFramesMin;
    this.#leadFramesMin = Infinity;
    return least;
  }

  /** 1 where every frame is rendered, else every how many one is. */
  get stride(): number {
    return this.#schedule.stride;
  }

  /** The next programme frame; `about` where it begins an utterance. Frames of one that was not begun are dropped. */
  hear(pcm: Float32Array, isLast: boolean, about?: UtteranceAbout, action = -1): void {
    if (about) this.#waiting.push(new HeardUtterance(about));
    const newest = this.#waiting.at(-1) ?? this.#current?.heard;
    if (newest === undefined || newest.isComplete) return;
    newest.hear(pcm, isLast, action);
  }

  /** The stage's newest place. */
  follow(place: Readonly<StagePlace>): void {
    const { walk, ...rest } = place;
    Object.assign(this.#place, rest);
    Object.assign(this.#place.walk, walk);
  }

  /** What is older and may be interrupted is dropped. */
  interrupt(epoch: number): void {
    this.#epoch = epoch;
    const isStale = ({ about }: HeardUtterance) => !about.isProtected && about.epoch !== epoch;
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      if (isStale(this.#waiting[at]!)) this.#waiting.splice(at, 1);
    }
    if (this.#current && isStale(this.#current.heard)) this.#current = undefined;
  }

  /** Does the next thing; false where there is none until more is heard or the stage has moved on. */
  async step(): Promise<boolean> {
    const plan = await this.plan();
    if (typeof plan === "boolean") return plan;
    await this.#renderer.render([{ engine: this, order: plan, count: plan.count }]);
    return true;
  }

  /** Whether there is anything to be said. */
  get isSpeaking(): boolean {
    return this.#current !== undefined || this.#waiting.length > 0;
  }

  /** How long until the stage wants a frame that has no answer; Infinity where there is nothing to be said. */
  get slackMs(): number {
    const heard = this.#current?.heard ?? this.#waiting[0];
    if (heard === undefined) return Infinity;
    return ((this.#current?.next ?? 0) - this.#shown(heard)) * PERIOD_MS;
  }

  /**
   * Does what comes before the next run, or answers what that run is to render; false where there is nothing. With
   * `isQuick`, nothing is heard: somebody else's run waits.
   */
  async plan(isQuick = false): Promise<RenderOrder | boolean> {
    const current = this.#current ?? this.#begin();
    if (current === undefined) return false;
    if (this.#isOver(current)) {
      this.#current = undefined;
      return true;
    }
    const { next } = current;
    if (this.#knownAhead(current) < (next === 0 ? 1 : FEW_FRAMES) && this.#canHear(current)) {
      return !isQuick && await this.#hearMore(current);
    }
    const restEnd = this.#restEnd(current);
    if (restEnd > next) return await this.#rest(current, restEnd, isQuick);
    const view = this.#view(current);
    const batch = this.#schedule.next(view);
    if (batch === undefined) {
      return !isQuick && this.#knownAhead(current) < AHEAD_FRAMES && this.#canHear(current) &&
        await this.#hearMore(current);
    }
    const { first } = batch;
    if (view.isStarted) this.#leadFramesMin = Math.min(this.#leadFramesMin, next - view.shown);
    this.skippedFrames += first - next;
    current.next = first;
    if (this.#isRest(current, first)) return true; // the frames before it came too late
    let count = 1;
    while (count < batch.count && !this.#isRest(current, first + count)) count++;
    return { first, count, areRestsBefore: false, of: current };
  }

  #begin(): Progress | undefined {
    const heard = this.#waiting.shift();
    if (heard === undefined) return undefined;
    this.#schedule.start();
    this.#options.rung.features.start();
    return this.#current = { heard, next: 0, pieceFrames: 4, isFinished: false };
  }

  #isOver({ heard, next, isFinished }: Progress): boolean {
    return isFinished && this.#map.firstShowing(next) >= heard.frames;
  }

  #knownAhead({ next }: Progress): number {
    return this.#options.rung.features.knownFrames - next;
  }

  #canHear({ heard, isFinished }: Progress): boolean {
    return !isFinished && (heard.waitingSamples > 0 || heard.isComplete);
  }

  async #hearMore(current: Progress): Promise<true> {
    const { heard } = current;
    const { features } = this.#options.rung;
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    if (heard.waitingSamples > 0) {
      const isFirst = features.knownFrames === 0;
      const wanted = this.#options.isUnhurried ? PIECE_FRAMES_MAX : current.pieceFrames;
      const room = features.keptFrames - Math.max(0, this.#knownAhead(current)) - FEW_FRAMES;
      const frames = Math.min(wanted, room) + (isFirst ? Math.ceil(features.rightContextMs / PERIOD_MS) : 0);
      await features.push(heard.take(frames * FRAME_SAMPLES));
      current.pieceFrames = Math.min(PIECE_FRAMES_MAX, current.pieceFrames * 2);
    } else {
      await features.finish();
      current.isFinished = true;
    }
    this.#hearMs += (clock.nowMs() - startMs - this.#hearMs) / 2;
    return true;
  }

  #view({ heard, next }: Progress) {
    const known = Math.min(this.#options.rung.features.knownFrames, this.#endFrame(heard));
    if (this.#options.isUnhurried) return { next, known, shown: next, isStarted: false };
    return { next, known, shown: this.#shown(heard), isStarted: this.#place.isStarted };
  }

  /** The frame of the utterance that the stage shows next. */
  #shown(heard: HeardUtterance): number {
    const { nextSpeechFrame, isStarted } = this.#place;
    const local = nextSpeechFrame - heard.about.firstFrame;
    // Before it: another utterance is being heard, and this one follows.
    return isStarted || local > 0 ? this.#map.engineFrame(local) : 0;
  }

  /** Engine frames that the utterance has so far. */
  #endFrame(heard: HeardUtterance): number {
    return heard.isComplete ? this.#map.engineFrame(heard.frames - 1) + 1 : Infinity;
  }

  /** The first frame from `next` on that wants the network, as far as may be answered now. */
  #restEnd(current: Progress): number {
    const { next, known, shown } = this.#view(current);
    const limit = this.#options.isUnhurried ? next + FEW_FRAMES : shown + this.#schedule.leadFramesMax;
    let end = next;
    while (end < Math.min(known, limit) && this.#isRest(current, end)) end++;
    return end;
  }

  /**
   * Answers the frames up to `end` that need no network. Speech starts with the first answer, so in the silence before
   * the first sound there must be time to render it; where there is not, it is rendered first.
   */
  async #rest(current: Progress, end: number, isQuick: boolean): Promise<RenderOrder | boolean> {
    const { cost, isUnhurried } = this.#options;
    const { next, known, isStarted } = this.#view(current);
    const neededMs = (cost.of(1) + this.#hearMs) * SAFE + PERIOD_MS;
    const isTight = !isUnhurried && !isStarted && next === 0 && end * PERIOD_MS < neededMs;
    if (isTight && end < known && !this.#isRest(current, end)) {
      return { first: end, count: 1, areRestsBefore: true, of: current };
    }
    if (isTight && end >= known && !current.isFinished) {
      return !isQuick && this.#canHear(current) && await this.#hearMore(current);
    }
    this.#answerRests(current, end);
    return true;
  }

  #answerRests(current: Progress, end: number): void {
    const { next } = current;
    this.#places(current, next, 1);
    const [clip, step] = [this.#clips[0]!, this.#steps[0]!];
    for (let frame = next; frame < end; frame++) {
      this.restFrames++;
      this.#emit(current, frame, clip, step + frame - next);
    }
    current.next = end;
  }

  /** Silence, or a clip that brings its own sound and mouth. */
  #isRest({ heard }: Progress, frame: number): boolean {
    const { leftContextMs, rightContextMs } = this.#options.rung.features;
    const startMs = frame * PERIOD_MS;
    if (heard.isQuiet(startMs - leftContextMs, startMs + rightContextMs)) return true;
    return this.#options.rung.clips.some(({ hasSound }) => hasSound) && this.#isOnSoundClip(heard, frame);
  }

  #isOnSoundClip(heard: HeardUtterance, frame: number): boolean {
    this.#walk.to(heard, frame);
    return this.#options.rung.clips[this.#walk.clip]?.hasSound === true;
  }

  /** Writes what the network wants for the first `count` frames of the order, from the batch's frame `at` on. */
  async fill(
    { first, of }: RenderOrder,
    count: number,
    into: { readonly features: Float32Array; readonly faces: Float32Array },
    from: number,
  ): Promise<void> {
    const { network, features, faces, clips } = this.#options.rung;
    this.#places(of as Progress, first, count);
    for (let at = 0; at < count; at++) {
      features.copyFrame(first + at, into.features, (from + at) * network.featureValues);
      const clip = this.#clips[at]!;
      const filling = faces.fill(
        clip,
        frameOf(clips, clip, this.#steps[at]!),
        into.faces,
        (from + at) * network.faceValues,
      );
      if (filling !== undefined) await filling;
    }
  }

  /** Answers the frames that were filled; false where an interrupt came meanwhile and nobody wants them. */
  async take(order: RenderOrder, count: number, patches: Uint8Array): Promise<boolean> {
    const { network, faces, clips } = this.#options.rung;
    const current = this.#current;
    if (current === undefined || order.of !== current) return false;
    const { first } = order;
    if (order.areRestsBefore) {
      const clip = this.#clips[0]!;
      const step = this.#steps[0]!;
      this.#answerRests(current, first);
      this.#clips[0] = clip;
      this.#steps[0] = step;
    }
    const patchBytes = network.patchSize ** 2 * 3;
    for (let at = 0; at < count; at++) {
      const clip = this.#clips[at]!;
      const patch = patches.subarray(at * patchBytes, (at + 1) * patchBytes);
      const finishing = faces.finish(clip, frameOf(clips, clip, this.#steps[at]!), patch, this.#pasted);
      if (finishing !== undefined) await finishing;
      this.#emit(current, first + at, clip, this.#steps[at]!, this.#pasted);
    }
    this.renderedFrames += count;
    current.next = first + count;
    return true;
  }

  /** The result for every programme frame that shows engine frame `frame`; without `rgb` the film's own mouth does. */
  #emit({ heard }: Progress, frame: number, clip: number, step: number, rgb?: Uint8Array): void {
    const { rung, emit } = this.#options;
    const { firstFrame, epoch, isProtected } = heard.about;
    if (!isProtected && epoch !== this.#epoch) return;
    const result = {
      ...{ epoch, isProtected, clip, step, family: rung.family, avatar: this.#place.avatar },
      ...(rgb ? { patch: { side: rung.faces.patchSide, rgb } } : {}),
    };
    const end = Math.min(heard.isComplete ? heard.frames : Infinity, this.#map.firstShowing(frame + 1));
    for (let shown = this.#map.firstShowing(frame); shown < end; shown++) {
      emit({ ...result, speechFrame: firstFrame + shown });
    }
  }

  /** Where the stage is expected to be at frames `first`.. of the utterance. */
  #places({ heard }: Progress, first: number, count: number): void {
    for (let at = 0; at < count; at++) {
      this.#walk.to(heard, first + at);
      this.#clips[at] = this.#walk.clip;
      this.#steps[at] = this.#walk.step;
    }
  }
}

function frameOf(clips: readonly WalkedFilm[], clip: number, step: number): number {
  return frameAt(clips[clip]!, step);
}

/**
 * How a film face speaks: which frame of which clip is shown, which patch lies over it and how far.
 *
 * In: once a unit what is spoken (or not), patches by number from the ring. Out: calls of the face's film and of the
 * paster; the stage's place on the board, for the engine that renders ahead. Stage's thread; allocates nothing after the
 * constructor. Policies: a patch that is not there is replaced by the nearest one while that is at most
 * `syncThresholdMs` away, then by the viseme mouth, over a few units; the walk goes a little faster or slower where
 * patches were made for a place a few frames from it, and patches made for elsewhere are not shown.
 */
import type { Face, FilmFace, I420Frame } from "../avatar/mod.ts";
import { FILM_FPS, FilmWalk, frameAt } from "../film/mod.ts";
import type { PatchRing, WalkBoard } from "../lipsync/mod.ts";
import { emptyPlace, type Family } from "../lipsync/mod.ts";
import type { Gauges } from "../metrics/mod.ts";
import { clipOfCue } from "../speech/mod.ts";
import type { Epoch, FrameRate } from "../time/mod.ts";
import type { StageGauge } from "./gauges.ts";
import { PatchPaster } from "./patch_paster.ts";

export interface FilmTrackOptions {
  readonly face: Face;
  readonly film: FilmFace;
  readonly rate: FrameRate;
  readonly epoch: Epoch;
  readonly syncThresholdMs: number;
  readonly gauges: Gauges<StageGauge>;
  /** Absent where no video engine speaks. */
  readonly patches?: PatchRing;
  readonly board?: WalkBoard;
  /** Which avatar this is, of those that the programme has shown. */
  readonly avatar?: number;
  /** Whether patches can come at all. */
  readonly isActive?: () => boolean;
  /** Where in the clips the one before left off. */
  readonly place?: number;
}

/** Units over which a patch and what lies under it change places. */
const BLEND_UNITS = 3;
/** A patch made for a place so many frames away can still be shown. */
const STEPS_OFF_MAX = 3;
/** Frames to each side that a face moves on while speech is paused. */
const HOVER = [0, 1, 2, 1, 0, -1, -2, -1] as const;
/** Units on each of them. */
const HOVER_UNITS = 2;

export class FilmTrack {
  readonly #options: FilmTrackOptions;
  readonly #walk: FilmWalk;
  readonly #paster = new PatchPaster();
  readonly #place = emptyPlace();
  /** Of the film in one unit. */
  readonly #by: number;
  readonly #waitUnitsMax: number;
  #waitedUnits = 0;
  #pausedUnits = 0;
  #pendingAction = -1;
  /** How far the patch covers what lies under it. */
  #opacity = 0;
  #isPatchWanted = false;
  #family: Family = "musetalk";
  /** Speech frame of the newest patch, far away where there is none. */
  #patchFrame = -Infinity;
  /** Speech frame that is rest. */
  #restFrame = -Infinity;

  constructor(options: FilmTrackOptions) {
    this.#options = options;
    this.#walk = new FilmWalk(options.film.clips);
    this.#by = FILM_FPS / options.rate.fps;
    this.#waitUnitsMax = Math.floor(options.syncThresholdMs / options.rate.periodMs);
    this.#place.avatar = options.avatar ?? 0;
    if (options.place !== undefined) this.#walk.advance(options.place);
  }

  /** Whether speech may begin with this frame: its patch is there, or need not be waited for any longer. */
  isReady(speechFrame: number): boolean {
    const { patches, isActive } = this.#options;
    if (patches === undefined || !(isActive?.() ?? false)) return true;
    this.#dropBefore(speechFrame);
    if (patches.ring.peek() >= 0) return true;
    return this.#waitedUnits++ >= this.#waitUnitsMax;
  }

  /** A cue that falls on the unit that comes next. */
  cue(code: number): void {
    const clip = clipOfCue(code);
    if (clip >= 0) this.#pendingAction = clip;
  }

  /** A unit that shows speech frame `speechFrame`. */
  speak(speechFrame: number): void {
    this.#waitedUnits = this.#pausedUnits = 0;
    const walk = this.#walk;
    walk.speak(true);
    const off = this.#take(speechFrame);
    this.#takeNearer(speechFrame);
    walk.advance(Math.max(0, this.#by + Math.max(-this.#by, Math.min(this.#by, off))));
    this.#act();
    const { gauges, rate, syncThresholdMs, isActive } = this.#options;
    const ageMs = Math.abs(speechFrame - this.#patchFrame) * rate.periodMs;
    const isRest = this.#restFrame >= speechFrame || this.#restFrame > this.#patchFrame;
    const isNear = ageMs <= syncThresholdMs && !isRest && Math.abs(off) <= STEPS_OFF_MAX;
    this.#isPatchWanted = isNear && !this.#isOnSoundClip;
    if (this.#isPatchWanted) gauges.add(ageMs === 0 ? "patchFrames" : "repeatedPatches");
    else if (!isRest && (isActive?.() ?? false)) gauges.add("visemeFrames");
    this.#blend();
    this.#show(0);
  }

  /** A unit without speech; `isPaused` in the middle of an utterance. */
  idle(isPaused: boolean): void {
    this.#isPatchWanted = false;
    this.#blend();
    if (isPaused) {
      this.#show(HOVER[Math.floor(this.#pausedUnits++ / HOVER_UNITS) % HOVER.length]!);
      return;
    }
    this.#pausedUnits = 0;
    this.#walk.speak(false);
    this.#walk.advance(this.#by);
    this.#act();
    this.#dropBefore(-Infinity);
    this.#show(0);
  }

  /** The utterance is over, or was cut off. */
  end(isCut: boolean): void {
    this.#walk.speak(false);
    this.#waitedUnits = 0;
    this.#patchFrame = this.#restFrame = -Infinity;
    this.#paster.forget();
    if (isCut) this.#opacity = 0;
  }

  /** Where the stage is, for whoever renders ahead. */
  publish(nextSpeechFrame: number, isStarted: boolean): void {
    const { board } = this.#options;
    if (board === undefined) return;
    this.#place.nextSpeechFrame = nextSpeechFrame;
    this.#place.isStarted = isStarted;
    this.#walk.save(this.#place.walk);
    board.write(this.#place);
  }

  /** Whether the mouth of the parameters is to be painted under the patch, if any. */
  get showsMouth(): boolean {
    return this.#opacity < 1 && !this.#isOnSoundClip;
  }

  /** The patch over the picture, as far as speech has faded in. */
  paste(into: I420Frame, opacity: number): void {
    if (this.#opacity === 0 || opacity === 0) return;
    const placement = this.#options.film.placement(this.#family);
    if (placement) this.#paster.paste(into, placement, opacity * this.#opacity);
  }

  get #isOnSoundClip(): boolean {
    return this.#options.film.clips[this.#walk.clip]!.hasSound;
  }

  #act(): void {
    if (this.#pendingAction >= 0) this.#walk.act(this.#pendingAction);
    this.#pendingAction = -1;
  }

  #blend(): void {
    const step = 1 / BLEND_UNITS;
    this.#opacity = this.#isPatchWanted
      ? Math.min(1, this.#opacity + step)
      : Math.max(0, this.#opacity - step);
    if (this.#opacity < 1e-6) this.#opacity = 0;
  }

  #show(hover: number): void {
    const { film, gauges } = this.#options;
    const { clip } = this.#walk;
    const step = Math.max(0, Math.floor(this.#walk.step) + hover);
    if (!film.show(clip, frameAt(film.clips[clip]!, step))) gauges.add("filmLate");
    film.expect(clip, step + 1);
    gauges.set("clip", clip);
  }

  /** Takes the newest answer up to this frame; how many frames the walk is from where the next one was made for. */
  #take(speechFrame: number): number {
    const { patches } = this.#options;
    if (patches === undefined) return 0;
    this.#dropBefore(-Infinity);
    for (let head = patches.ring.peek(); head >= 0; head = patches.ring.peek()) {
      if (patches.speechFrame(head) > speechFrame) return 0;
      const next = patches.ring.peek(1);
      const isNewest = next < 0 || patches.speechFrame(next) > speechFrame;
      const found = patches.speechFrame(head);
      let off = 0;
      if (isNewest) {
        if (patches.isRest(head)) this.#restFrame = found;
        else {
          this.#paster.take(patches.patch(head), patches.side(head));
          this.#family = patches.family(head);
          this.#patchFrame = found;
        }
        const isHere = found === speechFrame && patches.clip(head) === this.#walk.clip;
        off = isHere ? patches.step(head) - Math.floor(this.#walk.step + this.#by) : 0;
        const isElsewhere = patches.clip(head) !== this.#walk.clip && this.#pendingAction < 0;
        if (isElsewhere || Math.abs(off) > STEPS_OFF_MAX) {
          this.#patchFrame = this.#restFrame = -Infinity;
          off = 0;
        }
      }
      patches.ring.release();
      if (isNewest) return off;
    }
    return 0;
  }

  /** Where the next patch is nearer than the last one, it is shown early; it stays in the ring for its own frame. */
  #takeNearer(speechFrame: number): void {
    const { patches } = this.#options;
    const head = patches?.ring.peek() ?? -1;
    if (patches === undefined || head < 0 || patches.isRest(head)) return;
    const next = patches.speechFrame(head);
    if (
      patches.clip(head) !== this.#walk.clip || next - speechFrame >= Math.abs(speechFrame - this.#patchFrame)
    ) return;
    this.#paster.take(patches.patch(head), patches.side(head));
    this.#family = patches.family(head);
    this.#patchFrame = next;
  }

  /** Lets go of what is stale, of another avatar, or of frames before `speechFrame`. */
  #dropBefore(speechFrame: number): void {
    const { patches, epoch } = this.#options;
    if (patches === undefined) return;
    for (let head = patches.ring.peek(); head >= 0; head = patches.ring.peek()) {
      const isStale = epoch.isStale(patches.epoch(head), patches.isProtected(head)) ||
        patches.avatar(head) !== this.#place.avatar;
      if (!isStale && patches.speechFrame(head) >= speechFrame) return;
      patches.ring.release();
    }
  }
}

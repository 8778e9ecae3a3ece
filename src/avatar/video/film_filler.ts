/**
 * Fills the frames of a video avatar ahead of the walk: decodes a group of frames at a time, and writes each with its points,
 * boxes and mask in the programme's pixels.
 *
 * In: the files of the folder, what the stage says in the shared memory. Out: slots. The film worker's thread; blocks it for
 * the length of one frame a step. At most OPEN_MAX films are open. What cannot be read is told to the stage, counted, and not
 * tried again.
 */
import { BOXES, type Clip, type FilmDecoding, type FilmReader, type FilmScaler } from "../../film/mod.ts";
import { PackReader, TrackReader } from "../../film/mod.ts";
import { InputFault } from "../../errors/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { FilmFrames, FrameSlot } from "./film_frames.ts";
import { type FilmView, toFrameX, toFrameY } from "./film_view.ts";
import { clipOf, frameOf, FramePlan, keyOf } from "./frame_plan.ts";
import { FADES, softMask, stretchMask } from "./masks.ts";

/** Idle, speaking and an action. */
const OPEN_MAX = 3;
/** Frames further on in the film that decoding goes on for rather than seek. */
const NEAR_FRAMES = 8;

export interface FillerOptions {
  readonly frames: FilmFrames;
  readonly folder: string;
  readonly clips: readonly Clip[];
  /** Of the films. */
  readonly size: FrameSize;
  readonly view: FilmView;
  /** The largest MuseTalk box, in pixels of the film. */
  readonly box: FrameSize;
  readonly decoding: FilmDecoding;
}

interface ClipFiles {
  readonly track: TrackReader;
  readonly masks: PackReader;
}

export class FilmFiller implements Disposable {
  readonly #options: FillerOptions;
  readonly #plan: FramePlan;
  readonly #scaler: FilmScaler;
  readonly #files: readonly ClipFiles[];
  readonly #open = new DisposableStack();
  /** Open films by their clip, the one used last at the end. */
  readonly #films = new Map<number, FilmReader>();
  readonly #bad = new Set<number>();
  readonly #filmMask: Uint8Array;
  readonly #has = (key: number) => this.#bad.has(key) || this.#options.frames.slotOf(key) >= 0;
  /** The clip whose group is being decoded, -1 where none is, and the frame that came last. */
  #clip = -1;
  #last = -1;

  constructor(options: FillerOptions) {
    this.#options = options;
    const { frames, folder, clips, view, box, decoding } = options;
    using opened = new DisposableStack();
    this.#plan = new FramePlan(clips, frames.shape.pinsMax);
    this.#scaler = opened.use(decoding.scaler(view.part, frames.shape.size));
    this.#files = clips.map((clip) => ({
      track: opened.use(TrackReader.open(folder, clip.track, clip.frames)),
      masks: opened.use(PackReader.open(folder, clip.masks, clip.frames)),
    }));
    this.#filmMask = new Uint8Array(box.width * box.height);
    this.#open = opened.move();
  }

  /** Throws InputFault `bad_avatar` where a film is not what the manifest says. */
  checkFilms(): void {
    const { decoding, folder, clips, size } = this.#options;
    for (const { film, frames } of clips) decoding.open(folder, film, size, frames)[Symbol.dispose]();
  }

  /** Decodes one frame; false where nothing is to be done. */
  step(): boolean {
    const { frames } = this.#options;
    this.#look();
    const wanted = this.#wanted();
    if (wanted < 0 && !this.#isUseful()) {
      this.#clip = -1;
      return false;
    }
    try {
      if (wanted >= 0 && !this.#isOnTheWay(wanted)) this.#enter(wanted);
      const film = this.#films.get(this.#clip)!;
      const frame = film.next();
      if (frame >= 0) {
        frames.count("decoded");
        this.#last = frame;
        this.#store(film, frame);
        return true;
      }
      const isOver = this.#clip === clipOf(wanted) && this.#last < 0;
      this.#clip = -1;
      if (isOver) this.#refuse(wanted);
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      const film = this.#films.get(this.#clip);
      film?.[Symbol.dispose]();
      this.#films.delete(this.#clip);
      this.#clip = -1;
      this.#refuse(wanted);
    }
    return true;
  }

  /** Takes over where the stage is. */
  #look(): void {
    const { frames, clips } = this.#options;
    const { clip } = frames;
    for (let at = 0; at < clips.length; at++) this.#plan.resume(at, frames.stepOf(at));
    this.#plan.at(clip, frames.stepOf(clip));
  }

  #wanted(): number {
    const { frames } = this.#options;
    const { urgent } = frames;
    if (urgent >= 0 && frames.slotOf(urgent) < 0) {
      if (!this.#bad.has(urgent)) return urgent;
      frames.refuse(urgent);
    }
    const next = this.#plan.next(this.#has);
    // With few slots there may be no place for it.
    return next >= 0 && this.#plan.rank(clipOf(next), frameOf(next)) < this.#worstRank() ? next : -1;
  }

  /** Whether decoding further brings that frame without seeking. */
  #isOnTheWay(key: number): boolean {
    if (clipOf(key) !== this.#clip) return false;
    const frame = frameOf(key);
    return frame > this.#last && (this.#last < 0 || frame <= this.#last + NEAR_FRAMES);
  }

  /** Whether the frames that follow in the group would find a place. */
  #isUseful(): boolean {
    if (this.#clip < 0) return false;
    const { frames } = this.#options.clips[this.#clip]!;
    const worst = this.#worstRank();
    for (let frame = this.#last + 1; frame <= this.#last + NEAR_FRAMES && frame < frames; frame++) {
      if (!this.#has(keyOf(this.#clip, frame)) && this.#plan.rank(this.#clip, frame) < worst) return true;
    }
    return false;
  }

  #enter(key: number): void {
    const clip = clipOf(key);
    this.#clip = clip;
    this.#last = -1;
    this.#film(clip).enter(frameOf(key));
  }

  #film(clip: number): FilmReader {
    const { decoding, folder, clips, size } = this.#options;
    let film = this.#films.get(clip);
    this.#films.delete(clip);
    for (const [other, open] of this.#films) {
      if (this.#films.size < OPEN_MAX) break;
      open[Symbol.dispose]();
      this.#films.delete(other);
    }
    film ??= decoding.open(folder, clips[clip]!.film, size, clips[clip]!.frames);
    this.#films.set(clip, film);
    return film;
  }

  /** Rank of the frame that may go first. */
  #worstRank(): number {
    const { frames } = this.#options;
    let worst = -Infinity;
    for (let slot = 0; slot < frames.slots.length; slot++) {
      if (!frames.isHeld(slot)) worst = Math.max(worst, this.#rankIn(slot));
    }
    return worst;
  }

  #rankIn(slot: number): number {
    const { frames } = this.#options;
    const key = frames.keyIn(slot);
    if (key < 0) return Infinity;
    return key === frames.urgent ? -Infinity : this.#plan.rank(clipOf(key), frameOf(key));
  }

  #store(film: FilmReader, frame: number): void {
    const { frames } = this.#options;
    const key = keyOf(this.#clip, frame);
    if (frames.slotOf(key) >= 0) return;
    const rank = key === frames.urgent ? -Infinity : this.#plan.rank(this.#clip, frame);
    const slot = this.#claim(rank);
    if (slot < 0) return;
    try {
      this.#describe(this.#clip, frame, frames.slots[slot]!);
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      this.#refuse(key); // without its track a picture cannot be spoken on: the one before it stays
      return;
    }
    this.#scaler.write(film, frames.slots[slot]!.bytes);
    frames.publish(slot, key);
  }

  /** The least needed slot of those whose rank is over `rank`, -1 where there is none. */
  #claim(rank: number): number {
    const { frames } = this.#options;
    let held = -1;
    // Two slots may be held; a third look cannot be disappointed.
    for (let look = 0; look < 3; look++) {
      let victim = -1;
      let worst = rank;
      for (let slot = 0; slot < frames.slots.length; slot++) {
        const found = this.#rankIn(slot);
        if (slot === held || found <= worst) continue;
        worst = found;
        victim = slot;
      }
      if (victim < 0 || frames.claim(victim)) return victim;
      held = victim;
    }
    return -1;
  }

  /** Points, boxes and mask in the programme's pixels. */
  #describe(clip: number, frame: number, into: FrameSlot): void {
    const { view, box } = this.#options;
    const { track, masks } = this.#files[clip]!;
    track.read(frame);
    const { points, boxes } = track;
    for (let at = 0; at < points.length; at += 3) {
      into.points[at] = (points[at]! - view.part.x) * view.scaleX;
      into.points[at + 1] = (points[at + 1]! - view.part.y) * view.scaleY;
      into.points[at + 2] = points[at + 2]! * view.scaleX;
    }
    for (let at = 0; at < BOXES.length; at++) {
      const name = BOXES[at]!;
      const from = at * 4;
      if (!track.hasBox(name)) {
        into.boxes.fill(0, from, from + 4);
        continue;
      }
      into.boxes[from] = toFrameX(view, boxes[from]!);
      into.boxes[from + 1] = toFrameY(view, boxes[from + 1]!);
      into.boxes[from + 2] = toFrameX(view, boxes[from + 2]!);
      into.boxes[from + 3] = toFrameY(view, boxes[from + 3]!);
    }
    const width = boxes[2]! - boxes[0]!, height = boxes[3]! - boxes[1]!;
    if (!track.hasBox("musetalk") || width > box.width || height > box.height) return;
    const toWidth = into.boxes[2]! - into.boxes[0]!, toHeight = into.boxes[3]! - into.boxes[1]!;
    try {
      const mask = this.#filmMask.subarray(0, width * height);
      masks.mask(frame, mask);
      stretchMask(mask, width, height, into.mask, toWidth, toHeight);
    } catch (error) {
      if (!(error instanceof InputFault)) throw error;
      this.#options.frames.count("bad");
      softMask(toWidth, toHeight, FADES.musetalk, into.mask);
    }
  }

  #refuse(key: number): void {
    if (key < 0) return;
    this.#bad.add(key);
    this.#options.frames.count("bad");
    this.#options.frames.refuse(key);
  }

  [Symbol.dispose](): void {
    for (const film of this.#films.values()) film[Symbol.dispose]();
    this.#films.clear();
    this.#open.dispose();
  }
}

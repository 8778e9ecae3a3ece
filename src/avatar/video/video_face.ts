/**
 * A face made of film clips: paints the frame that is shown, dissolves where the clip changes, and moves the frame's own
 * mouth by visemes where no patch lies over it.
 *
 * In: show and expect of `film`, mouths. Out: I420 pixels. Stage's thread; nothing is allocated after the constructor.
 * Expressions, blinks and nods are what the film has of them: a manner changes nothing.
 */
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { Box, Face, FilmClip, I420Frame } from "../face.ts";
import type { Manner } from "../manner.ts";
import type { FilmFrames } from "./film_frames.ts";
import { FilmPlayer } from "./film_player.ts";
import { blendPictures, pictureMemory, wordsOf } from "./picture_blend.ts";
import { VideoMouth } from "./video_mouth.ts";

/** How long one clip dissolves into another: six frames at 25 a second. */
const FADE_MS = 240;
const WHOLE = 256;
/** Not dissolving; and to begin with the next picture that is painted. */
const NO_FADE = -1;
const NEXT_FRAME = -2;

export interface VideoFaceOptions {
  readonly id: string;
  readonly frames: FilmFrames;
  readonly clips: readonly FilmClip[];
  /** The largest of BOXES in pixels of the programme. */
  readonly boxes: readonly FrameSize[];
  readonly speechBox: Box;
  readonly fps: number;
  readonly patienceMs: number;
  /** Ends whoever fills the frames. */
  readonly close: () => void;
}

export class VideoFace implements Face {
  readonly id: string;
  readonly size: FrameSize;
  readonly speechBox: Box;
  readonly film: FilmPlayer;
  readonly #close: () => void;
  readonly #mouth: VideoMouth;
  /** Slots as 32-bit numbers. */
  readonly #slots: readonly Int32Array[];
  /** What was seen when the clip changed, and what is seen while it dissolves. */
  readonly #still: Int32Array;
  readonly #mixed: Int32Array;
  readonly #mixedBytes: Uint8Array;
  readonly #fadeUnits: number;
  #fadeFrom = NO_FADE;
  #painted = -1;

  constructor(options: VideoFaceOptions) {
    const { id, frames, clips, boxes, speechBox, fps, patienceMs, close } = options;
    const { size } = frames.shape;
    this.id = id;
    this.size = size;
    this.speechBox = speechBox;
    this.#close = close;
    this.#slots = frames.slots.map(({ bytes }) => wordsOf(bytes));
    this.#still = wordsOf(pictureMemory(i420Bytes(size)));
    this.#mixedBytes = pictureMemory(i420Bytes(size));
    this.#mixed = wordsOf(this.#mixedBytes);
    this.#fadeUnits = Math.max(1, Math.round(FADE_MS * fps / 1000));
    this.#mouth = new VideoMouth(frames, speechBox);
    this.film = new FilmPlayer(frames, clips, boxes, patienceMs, () => this.#leave());
  }

  paintIdle(into: I420Frame, frame: number): void {
    if (this.#fadeFrom === NEXT_FRAME) this.#fadeFrom = frame;
    this.#painted = frame;
    const weight = this.#weightAt(frame);
    if (weight === WHOLE) into.bytes.set(this.film.slot.bytes);
    else {
      blendPictures(this.#still, this.#slots[this.film.slotNumber]!, weight, this.#mixed);
      into.bytes.set(this.#mixedBytes);
    }
    into.alpha?.fill(255);
  }

  paintMouth(into: I420Frame, frame: number, mouth: Float32Array, _manner?: Manner, opacity = 1): void {
    if (opacity <= 0) return;
    const { slotNumber, key } = this.film;
    this.#mouth.paint(slotNumber, key, mouth, Math.min(1, opacity), this.#weightAt(frame), into);
  }

  /** Another clip is about to be shown: what is seen now is what it dissolves from. */
  #leave(): void {
    const shown = this.#slots[this.film.slotNumber]!;
    const weight = this.#fadeFrom === NEXT_FRAME ? 0 : this.#weightAt(this.#painted);
    if (weight === WHOLE) this.#still.set(shown);
    else blendPictures(this.#still, shown, weight, this.#still);
    this.#fadeFrom = NEXT_FRAME;
    this.#mouth.forget();
  }

  /** How far the shown clip has come through at unit `frame`, of 256. The same unit is always the same. */
  #weightAt(frame: number): number {
    if (this.#fadeFrom < 0) return WHOLE;
    const units = frame - this.#fadeFrom + 1;
    if (units < 1 || units > this.#fadeUnits) return WHOLE;
    const part = units / (this.#fadeUnits + 1);
    return Math.round(part * part * (3 - 2 * part) * WHOLE);
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}

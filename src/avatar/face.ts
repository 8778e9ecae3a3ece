/**
 * What a loaded avatar is to the stage: something that paints itself into I420 frames. Runs in the stage's thread,
 * once a frame, so it allocates nothing after loading.
 */
import type { FrameSize } from "../time/mod.ts";
import type { Manner } from "./manner.ts";

/** One picture in I420 (BT.601 limited range): three planes over one buffer, rows from the top. */
export interface I420Frame extends FrameSize {
  /** width * height * 3 / 2 bytes: Y, then U, then V. */
  readonly bytes: Uint8Array;
  /**
   * Opacity of each pixel, width * height bytes, for a face without a background: the colours are then premultiplied
   * over black. Filled where it is there.
   */
  readonly alpha?: Uint8Array;
}

/** In pixels of the frame; all four even, but for a patch's. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Face extends Disposable {
  readonly id: string;
  readonly size: FrameSize;
  /** The part of the picture that speech can change; a crossfade touches nothing else. */
  readonly speechBox: Box;
  /**
   * Paints the whole idle picture of media frame `frame` (mouth closed) as `manner` wants it: same frame and manner,
   * same bytes. Without a manner the face is calm.
   */
  paintIdle(into: I420Frame, frame: number, manner?: Manner): void;
  /**
   * Paints the mouth over the idle picture of the same frame and manner. `mouth` is in the order of MOUTH_PARAMETERS
   * and already faded to closed where the stage crossfades. `opacity` (0..1, default 1) is how far speech has faded
   * in: at 0 nothing is painted, at 1 no expression shows on the lips.
   */
  paintMouth(into: I420Frame, frame: number, mouth: Float32Array, manner?: Manner, opacity?: number): void;
  /** A face made of film clips, which video engines can speak with; absent for faces that only draw. */
  readonly film?: FilmFace;
}

/** What a clip is to the stage. */
export interface FilmClip {
  readonly name: string;
  readonly role: "idle" | "speaking" | "action";
  readonly frames: number;
  readonly order: "pingpong" | "loop" | "once";
  /** It brings a sound and its own mouth: no engine speaks on it. */
  readonly hasSound: boolean;
}

export interface FilmFace {
  readonly clips: readonly FilmClip[];
  /**
   * From now on paintIdle paints frame `frame` of clip number `clip`, and paintMouth and placements are of it. False
   * where that frame is not decoded yet: the one before stays.
   */
  show(clip: number, frame: number): boolean;
  /** What will be shown next if nothing changes: position `step` of the clip's order, and on from there. */
  expect(clip: number, step: number): void;
  /** Where a patch of that family goes in the shown frame; undefined where it was not prepared. Reused by each call. */
  placement(family: PatchFamily): PatchPlacement | undefined;
}

export type PatchFamily = "musetalk" | "wav2lip" | "ultralight";

export interface PatchPlacement {
  /** Where the square patch is stretched to, in pixels of the frame: sides and corners of any parity, partly outside. */
  readonly box: Box;
  /** Opacity 0..255 for each pixel of the box, rows from the top: the first box.width * box.height bytes. */
  readonly mask: Uint8Array;
}

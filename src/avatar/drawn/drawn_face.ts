/**
 * A drawn avatar in frames: a base picture and small boxes over it for eyes, brows and mouth.
 *
 * In: media frame numbers and mouth parameters. Out: I420 pixels. Loading paints everything that repeats (lids,
 * gazes, brow heights) once; a frame copies the base and the few boxes that differ, and only the mouth is drawn by
 * Skia. Runs in the stage's thread. After loading the only allocation is Skia's read-back of the mouth, which is
 * given back at once.
 */
import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { JAW, MOUTH_LENGTH, PRESS } from "../../lipsync/mod.ts";
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { Box, Face, I420Frame } from "../face.ts";
import { blendRgbaOverI420Box, boxBytes, BoxPicture, copyBoxOut, rgbaToI420Box } from "../pixels.ts";
import type { Bounds } from "./bounds.ts";
import { BrowPainter, browsBounds } from "./brow_painter.ts";
import { createEyePainter, eyesBounds } from "./eye_painter.ts";
import { JawWarp, warpReach } from "./jaw_warp.ts";
import { BLINK_LEVELS, BROW_LEVELS, GAZES, Life } from "./life.ts";
import { createMouthPainter, mouthBounds, type MouthPainter } from "./mouth_painter.ts";
import type { DrawnManifest } from "./manifest.ts";
import { boxOf, fitView, type View } from "./view.ts";

/** A mouth that differs from closed by less than this everywhere is the closed mouth. */
const CLOSED_MAX = 1e-4;

export interface DrawnFaceOptions {
  /** Frames a second of the programme, for the speed of blinks. Default 25. */
  readonly fps?: number;
  /** Another seed, another rhythm of blinks and glances. Default 1. */
  readonly seed?: number;
}

export class DrawnFace implements Face {
  readonly id: string;
  readonly size: FrameSize;
  readonly speechBox: Box;
  readonly #base: Uint8Array;
  readonly #life: Life;
  /** By gaze * BLINK_LEVELS + level, and by brow level. */
  readonly #eyes: readonly BoxPicture[];
  readonly #brows: readonly BoxPicture[];
  readonly #mouthBox: Box;
  readonly #mouthCanvas: Canvas;
  readonly #mouthContext: SKRSContext2D;
  readonly #mouth: MouthPainter;
  readonly #warp: JawWarp;

  /** `art` is the painted picture of the frame's size, without eyeballs, brows and mouth. */
  constructor(manifest: DrawnManifest, art: Canvas, size: FrameSize, options: DrawnFaceOptions = {}) {
    this.id = manifest.id;
    this.size = size;
    this.#life = new Life(options.seed ?? 1, options.fps ?? 25);
    const view = fitView(manifest.focus, size);
    const context = art.getContext("2d");

    const browBox = boxAround(browsBounds(manifest.brows), view, size);
    this.#brows = Array.from(
      { length: BROW_LEVELS },
      (_, level) =>
        paintPicture(art, browBox, view, size, (small) => {
          const height = level / (BROW_LEVELS - 1);
          new BrowPainter(small, manifest.brows).paint(height, height, 0);
        }),
    );
    // Brows first: the eyes' pictures are cut from the art with the brows at rest where the boxes overlap.
    inArtUnits(context, view, () => new BrowPainter(context, manifest.brows).paint(0, 0, 0));
    const eyeBox = belowBox(boxAround(eyesBounds(manifest.eyes), view, size), browBox);
    this.#eyes = GAZES.flatMap((gaze) =>
      Array.from({ length: BLINK_LEVELS }, (_, level) =>
        paintPicture(art, eyeBox, view, size, (small) => {
          const lid = level / (BLINK_LEVELS - 1);
          createEyePainter(small, manifest.eyes).paint(lid, lid, gaze.x, gaze.y, 0);
        }))
    );

    const base: I420Frame = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
    const pixels = art.data();
    rgbaToI420Box(pixels, { x: 0, y: 0, ...size }, base);
    giveBack(pixels);
    this.#base = base.bytes;
    this.#brows[0]!.lay(base);
    this.#eyes[0]!.lay(base);

    const { mouth, chin } = manifest;
    const lips = mouthBounds(mouth);
    this.#mouthBox = boxAround(lips, view, size);
    const left = Math.min(lips.left, mouth.x - chin.halfWidth) - 2;
    const right = Math.max(lips.right, mouth.x + chin.halfWidth) + 2;
    const bottom = Math.max(lips.bottom, chin.y + warpReach(manifest)) + 2;
    this.speechBox = boxOf(view, size, left, lips.top, right, bottom);
    const skin = new Uint8Array(boxBytes(this.speechBox));
    copyBoxOut(base, this.speechBox, skin);
    this.#warp = new JawWarp(manifest, view, size, this.speechBox, skin);
    this.#mouthCanvas = createCanvas(this.#mouthBox.width, this.#mouthBox.height);
    this.#mouthContext = this.#mouthCanvas.getContext("2d");
    this.#mouthContext.setTransform(
      view.scale,
      0,
      0,
      view.scale,
      (mouth.x - view.x) * view.scale - this.#mouthBox.x,
      (mouth.y - view.y) * view.scale - this.#mouthBox.y,
    );
    this.#mouth = createMouthPainter(this.#mouthContext, mouth);
    this.#paint(base, new Float32Array(MOUTH_LENGTH));
  }

  paintIdle(into: I420Frame, frame: number): void {
    into.bytes.set(this.#base);
    const eyes = this.#life.gaze(frame) * BLINK_LEVELS + this.#life.blink(frame);
    if (eyes !== 0) this.#eyes[eyes]!.lay(into);
    const brow = this.#life.brow(frame);
    if (brow !== 0) this.#brows[brow]!.lay(into);
  }

  paintMouth(into: I420Frame, _frame: number, mouth: Float32Array): void {
    let isClosed = true;
    for (let index = 0; index < MOUTH_LENGTH; index++) isClosed &&= mouth[index]! < CLOSED_MAX;
    if (!isClosed) this.#paint(into, mouth);
  }

  [Symbol.dispose](): void {
    // Canvases are freed with the object.
  }

  #paint(into: I420Frame, mouth: Float32Array): void {
    this.#warp.lay(into, mouth[JAW]! * (1 - mouth[PRESS]!));
    const context = this.#mouthContext;
    context.save();
    context.resetTransform();
    context.clearRect(0, 0, this.#mouthBox.width, this.#mouthBox.height);
    context.restore();
    context.save();
    this.#mouth.paint(mouth, 0);
    context.restore();
    const pixels = this.#mouthCanvas.data();
    blendRgbaOverI420Box(pixels, this.#mouthBox, into);
    giveBack(pixels);
  }
}

/**
 * Frees a read-back at once. Each is memory outside the heap that a collection notices late: without this the
 * process grows by a hundred megabytes and shrinks again.
 */
function giveBack(pixels: Uint8Array): void {
  const { buffer } = pixels;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === pixels.byteLength) buffer.transfer(0);
}

/** The art's piece under a box with something painted over it, as I420. */
function paintPicture(
  art: Canvas,
  box: Box,
  view: View,
  size: FrameSize,
  paint: (context: SKRSContext2D) => void,
): BoxPicture {
  const canvas = createCanvas(box.width, box.height);
  const context = canvas.getContext("2d");
  context.drawImage(art, box.x, box.y, box.width, box.height, 0, 0, box.width, box.height);
  const moved: View = { scale: view.scale, x: view.x + box.x / view.scale, y: view.y + box.y / view.scale };
  inArtUnits(context, moved, () => paint(context));
  const picture = new BoxPicture(box, size);
  const pixels = canvas.data();
  const own: I420Frame = { width: box.width, height: box.height, bytes: picture.bytes };
  rgbaToI420Box(pixels, { ...box, x: 0, y: 0 }, own);
  giveBack(pixels);
  canvas.width = canvas.height = 1; // frees the surface now, not at some collection
  return picture;
}

function inArtUnits(context: SKRSContext2D, view: View, paint: () => void): void {
  context.save();
  context.setTransform(view.scale, 0, 0, view.scale, -view.x * view.scale, -view.y * view.scale);
  paint();
  context.restore();
}

function boxAround({ left, top, right, bottom }: Bounds, view: View, size: FrameSize): Box {
  return boxOf(view, size, left, top, right, bottom);
}

/** The part of `box` that lies below `upper`: the two change by themselves and must not share a pixel. */
function belowBox(box: Box, upper: Box): Box {
  const y = Math.max(box.y, Math.min(upper.y + upper.height, box.y + box.height - 2));
  return { ...box, y, height: box.y + box.height - y };
}

/**
 * A drawn avatar as a puppet: the figure is painted once, eyes, brows and mouth by Skia over bare skin.
 *
 * In: poses and mouth parameters. Out: pixels in the boxes of a working figure. Runs in the stage's thread. After
 * loading the only allocations are Skia's read-backs, which are given back at once.
 */
import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { JAW, MOUTH_LENGTH, PRESS } from "../../lipsync/mod.ts";
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { type Pose, restPose } from "../life/pose.ts";
import { blendRgbaOverI420Box, BoxPicture, copyBoxOut, rgbaToI420Box } from "../pixels.ts";
import type { Figure, HeadRig, Puppet } from "../posed/puppet.ts";
import { figureFrom } from "../posed/figure.ts";
import type { Bounds } from "./bounds.ts";
import { BrowPainter, browsBounds } from "./brow_painter.ts";
import { createEyePainter, type EyePainter, eyesBounds } from "./eye_painter.ts";
import { JawWarp, warpReach } from "./jaw_warp.ts";
import { createMouthPainter, mouthBounds, type MouthPainter } from "./mouth_painter.ts";
import type { PaintedArt } from "./layers.ts";
import type { DrawnManifest } from "./manifest.ts";
import { drawnRig } from "./rig.ts";
import { boxOf, type View } from "./view.ts";

export class DrawnPuppet implements Puppet {
  readonly id: string;
  readonly size: FrameSize;
  readonly figure: Figure;
  readonly background: I420Frame;
  readonly rig: HeadRig;
  readonly upperBox: Box;
  readonly mouthBox: Box;
  /** Skin without eyes and brows. */
  readonly #bare: BoxPicture;
  readonly #upperCanvas: Canvas;
  readonly #upperContext: SKRSContext2D;
  readonly #eyes: EyePainter;
  readonly #brows: BrowPainter;
  readonly #jaw: JawWarp;
  readonly #lipsBox: Box;
  readonly #lipsCanvas: Canvas;
  readonly #lipsContext: SKRSContext2D;
  readonly #lips: MouthPainter;

  constructor(manifest: DrawnManifest, art: PaintedArt, view: View, size: FrameSize) {
    this.id = manifest.id;
    this.size = size;
    this.rig = drawnRig(manifest, view);
    this.background = frameOf(art.background, size);
    const pixels = art.figure.data();
    this.figure = figureFrom(pixels, size);
    giveBack(pixels);

    const { mouth, chin, eyes, brows } = manifest;
    this.upperBox = boxAround(joined(eyesBounds(eyes), browsBounds(brows)), view, size);
    this.#bare = new BoxPicture(this.upperBox, size);
    copyBoxOut(this.figure, this.upperBox, this.#bare.bytes);
    this.#upperCanvas = createCanvas(this.upperBox.width, this.upperBox.height);
    this.#upperContext = inArtUnits(this.#upperCanvas, this.upperBox, view, 0, 0);
    this.#eyes = createEyePainter(this.#upperContext, eyes);
    this.#brows = new BrowPainter(this.#upperContext, brows);
    this.paintUpper(this.figure, restPose());

    const lips = mouthBounds(mouth);
    const left = Math.min(lips.left, mouth.x - chin.halfWidth) - 2;
    const right = Math.max(lips.right, mouth.x + chin.halfWidth) + 2;
    const bottom = Math.max(lips.bottom, chin.y + warpReach(manifest)) + 2;
    this.mouthBox = boxOf(view, size, left, lips.top, right, bottom);
    this.#jaw = new JawWarp(manifest, view, size, this.mouthBox, this.figure);
    this.#lipsBox = boxAround(lips, view, size);
    this.#lipsCanvas = createCanvas(this.#lipsBox.width, this.#lipsBox.height);
    this.#lipsContext = inArtUnits(this.#lipsCanvas, this.#lipsBox, view, mouth.x, mouth.y);
    this.#lips = createMouthPainter(this.#lipsContext, mouth);
    this.paintMouth(this.figure, new Float32Array(MOUTH_LENGTH), 0);
  }

  paintUpper(into: Figure, pose: Pose): void {
    this.#bare.lay(into);
    const context = this.#upperContext;
    clear(context, this.upperBox);
    context.save();
    this.#eyes.paint(pose.lidLeft, pose.lidRight, pose.gazeX, pose.gazeY, pose.squint);
    context.restore();
    context.save();
    this.#brows.paint(pose.browLeft, pose.browRight, pose.browTilt);
    context.restore();
    layCanvas(this.#upperCanvas, this.upperBox, into);
  }

  paintMouth(into: Figure, mouth: Float32Array, smile: number): void {
    this.#jaw.lay(into, mouth[JAW]! * (1 - mouth[PRESS]!));
    const context = this.#lipsContext;
    clear(context, this.#lipsBox);
    context.save();
    this.#lips.paint(mouth, smile);
    context.restore();
    layCanvas(this.#lipsCanvas, this.#lipsBox, into);
  }

  [Symbol.dispose](): void {
    // Canvases are freed with the object.
  }
}

function frameOf(canvas: Canvas, size: FrameSize): I420Frame {
  const frame: I420Frame = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
  const pixels = canvas.data();
  rgbaToI420Box(pixels, { x: 0, y: 0, ...size }, frame);
  giveBack(pixels);
  return frame;
}

function layCanvas(canvas: Canvas, box: Box, into: I420Frame): void {
  const pixels = canvas.data();
  blendRgbaOverI420Box(pixels, box, into);
  giveBack(pixels);
}

/**
 * Frees a read-back at once. Each is memory outside the heap that a collection notices late: without this the
 * process grows by a hundred megabytes and shrinks again.
 */
function giveBack(pixels: Uint8Array): void {
  const { buffer } = pixels;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === pixels.byteLength) buffer.transfer(0);
}

/** The canvas of a box's context in units of the art, with `x`, `y` of it as origin. */
function inArtUnits(canvas: Canvas, box: Box, view: View, x: number, y: number): SKRSContext2D {
  const context = canvas.getContext("2d");
  const { scale } = view;
  context.setTransform(scale, 0, 0, scale, (x - view.x) * scale - box.x, (y - view.y) * scale - box.y);
  return context;
}

function clear(context: SKRSContext2D, box: Box): void {
  context.save();
  context.resetTransform();
  context.clearRect(0, 0, box.width, box.height);
  context.restore();
}

function joined(a: Bounds, b: Bounds): Bounds {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

function boxAround({ left, top, right, bottom }: Bounds, view: View, size: FrameSize): Box {
  return boxOf(view, size, left, top, right, bottom);
}

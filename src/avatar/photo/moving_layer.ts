/**
 * A grey picture of something inside the mouth for a film's face, which moves, turns and changes its size: drawn once at
 * a few sizes, then read wherever the mouth is now.
 *
 * Brightness and opacity are as in InsideLayer. Reading is bilinear, allocates nothing and answers nothing (opacity 0)
 * outside.
 */
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { drawInside } from "./inside_art.ts";
import type { InsideLayers, Layer } from "./inside_layer.ts";

/** Pixels that a millimetre takes in each drawing. */
const SIZES = [1.25, 2.5, 5] as const;
/** A drawing serves until its millimetre takes so much more of the frame. */
const STRETCH_MAX = 1.25;
/** What is drawn of a mouth, in millimetres from its middle. */
const SIDE_MM = 42;
const UP_MM = 16;
const DOWN_MM = 20;
const BLUR_PX = 0.4;

interface Drawing {
  readonly mm: number;
  readonly width: number;
  readonly height: number;
  /** Premultiplied brightness and opacity, 0..255. */
  readonly light: Uint8Array;
  readonly cover: Uint8Array;
}

export class MovingLayer implements Layer {
  readonly #drawings: readonly Drawing[];
  #drawing: Drawing;
  // Where the mouth is, and how a step in the frame is one in the drawing.
  #x = 0;
  #y = 0;
  #lean = 0;
  #right = 1;
  #down = 0;
  light = 0;
  cover = 0;

  constructor(drawings: readonly Drawing[]) {
    this.#drawings = drawings;
    this.#drawing = drawings[0]!;
  }

  /** The middle of the mouth, in the frame; `lean` is the tangent of its face's angle. */
  place(x: number, y: number, lean: number, mm: number): void {
    this.#x = x;
    this.#y = y;
    this.#lean = lean;
    let drawing = this.#drawings[0]!;
    for (const one of this.#drawings) if (mm > drawing.mm * STRETCH_MAX) drawing = one;
    this.#drawing = drawing;
    const scale = drawing.mm / mm / Math.hypot(1, lean);
    this.#right = scale;
    this.#down = scale * lean;
  }

  read(column: number, row: number, down: number): void {
    const { light, cover, width, height, mm } = this.#drawing;
    const dx = column + 0.5 - this.#x + this.#lean * down;
    const dy = row + 0.5 - this.#y - down;
    const x = dx * this.#right + dy * this.#down + SIDE_MM * mm - 0.5;
    const y = dy * this.#right - dx * this.#down + UP_MM * mm - 0.5;
    if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) {
      this.light = this.cover = 0;
      return;
    }
    const left = x | 0;
    const top = y | 0;
    const at = top * width + left;
    if ((cover[at]! | cover[at + 1]! | cover[at + width]! | cover[at + width + 1]!) === 0) {
      this.light = this.cover = 0;
      return;
    }
    this.light = between(light, at, width, x - left, y - top) / 255;
    this.cover = between(cover, at, width, x - left, y - top) / 255;
  }
}

function between(plane: Uint8Array, at: number, width: number, across: number, down: number): number {
  const below = at + width;
  const upper = plane[at]! + (plane[at + 1]! - plane[at]!) * across;
  return upper + (plane[below]! + (plane[below + 1]! - plane[below]!) * across - upper) * down;
}

/** Everything that a mouth shows, drawn. */
export class MovingLayers implements InsideLayers {
  readonly tongue: MovingLayer;
  readonly lowerTeeth: MovingLayer;
  readonly upperTeeth: MovingLayer;
  readonly tongueTip: MovingLayer;

  constructor() {
    const sizes = SIZES.map((mm) => drawInside(mm, (paint) => drawn(mm, paint)));
    this.tongue = new MovingLayer(sizes.map((size) => size.tongue));
    this.lowerTeeth = new MovingLayer(sizes.map((size) => size.lowerTeeth));
    this.upperTeeth = new MovingLayer(sizes.map((size) => size.upperTeeth));
    this.tongueTip = new MovingLayer(sizes.map((size) => size.tongueTip));
  }

  place(x: number, y: number, lean: number, mm: number): void {
    this.tongue.place(x, y, lean, mm);
    this.lowerTeeth.place(x, y, lean, mm);
    this.upperTeeth.place(x, y, lean, mm);
    this.tongueTip.place(x, y, lean, mm);
  }
}

function drawn(mm: number, paint: (context: SKRSContext2D) => void): Drawing {
  const width = Math.ceil(2 * SIDE_MM * mm);
  const height = Math.ceil((UP_MM + DOWN_MM) * mm);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.translate(SIDE_MM * mm, UP_MM * mm);
  paint(context);
  const soft = createCanvas(width, height);
  const softContext = soft.getContext("2d");
  softContext.filter = `blur(${BLUR_PX}px)`;
  softContext.drawImage(canvas, 0, 0);
  const pixels = soft.data();
  const light = Uint8Array.from({ length: width * height }, (_, at) => pixels[at * 4]!);
  const cover = Uint8Array.from({ length: width * height }, (_, at) => pixels[at * 4 + 3]!);
  canvas.width =
    canvas.height =
    soft.width =
    soft.height =
      1; // frees the surfaces now, not at some collection
  return { mm, width, height, light, cover };
}

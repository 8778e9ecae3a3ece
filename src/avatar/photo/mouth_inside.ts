/**
 * What an open mouth shows between its lips: dark, tongue, two rows of teeth. Where the photo itself shows teeth, they
 * are used: they stay with the skull while the lips move over them.
 *
 * In: the still picture, then the mouth's parameters once a frame. Out: luma and chroma of any pixel of the inside,
 * counted from 0. Nothing is allocated after the constructor.
 */
import { PRESS, PUCKER, SPREAD, TONGUE } from "../../lipsync/mod.ts";
import type { I420Frame } from "../face.ts";
import { mix, smooth } from "./ease.ts";
import { drawInside, TEETH_BELOW_MM } from "./inside_art.ts";
import { InsideLayer, type InsideLayers, type Layer } from "./inside_layer.ts";
import type { MouthContours } from "./mouth_contours.ts";
import type { MouthShape } from "./mouth_shape.ts";
import type { MouthTones, Tone } from "./tones.ts";

/** A photo's opening that is at least this part as bright as teeth shows teeth. */
const TEETH_LIGHT = 0.55;

export class MouthInside {
  readonly #shape: MouthShape;
  readonly #tones: MouthTones;
  readonly #layers: InsideLayers;
  #picture: I420Frame;
  #mm = 1;
  #softPx = 1;
  /** How far below the seam the upper teeth reach, in pixels. */
  #teethEdge = 0;
  /** Whether the picture's own teeth are shown. */
  hasOwnTeeth = false;

  // This frame: shifts down in pixels, opacities, and the breadth of the lips' inner side.
  #upperTeethDown = 0;
  #lowerTeethDown = 0;
  #tongueDown = 0;
  #tipDown = 0;
  #tip = 0;
  #teeth = 1;
  #rimPx = 1;

  // This pixel.
  y = 0;
  u = 0;
  v = 0;

  constructor(picture: I420Frame, shape: MouthShape, tones: MouthTones, layers: InsideLayers) {
    this.#picture = picture;
    this.#shape = shape;
    this.#tones = tones;
    this.#layers = layers;
  }

  /** Of a photo: drawn for it, or its own teeth where it shows some. */
  static ofPhoto(
    photo: I420Frame,
    contours: MouthContours,
    shape: MouthShape,
    tones: MouthTones,
    mm: number,
    softPx: number,
  ): MouthInside {
    const { middleX: x, middleY: y, lean } = contours;
    const halfMax = Math.max(contours.ownLeft, contours.ownRight) * 1.12;
    const place = { x, y, side: halfMax + 2, up: 16 * mm, down: 20 * mm };
    const layers = drawInside(mm, (paint) => new InsideLayer(place, lean, softPx * 0.5, paint));
    const inside = new MouthInside(photo, shape, tones, layers);
    inside.fit(photo, mm, softPx);
    shape.ownOpening(x);
    inside.hasOwnTeeth = contours.apart > 0 &&
      meanLuma(photo, x, shape.ownTop, shape.ownBottom) > TEETH_LIGHT * tones.teeth.y;
    if (inside.hasOwnTeeth) inside.#teethEdge = shape.ownBottom - y;
    return inside;
  }

  /** `mm` is how many pixels a millimetre of the face takes, `softPx` how wide the picture's sharpest edges are. */
  fit(picture: I420Frame, mm: number, softPx: number): void {
    this.#picture = picture;
    this.#mm = mm;
    this.#softPx = softPx;
    this.#teethEdge = TEETH_BELOW_MM * mm;
  }

  /** Takes this frame's parameters, after the shape has. */
  set(mouth: Float32Array): void {
    const mm = this.#mm;
    const free = 1 - mouth[PRESS]!;
    const pucker = mouth[PUCKER]! * free;
    const raise = mouth[TONGUE]! * free;
    const { jawDrop } = this.#shape;
    this.#upperTeethDown = -3.2 * mm * pucker;
    this.#lowerTeethDown = jawDrop + (3 * pucker - 1.2 - 2.2 * mouth[SPREAD]! * free) * mm;
    this.#tongueDown = jawDrop * mix(0.48, 0.38, raise) + 2.5 * mm;
    this.#tip = smooth((raise - 0.25) / 0.4);
    this.#tipDown = this.#teethEdge + mix(6, this.hasOwnTeeth ? -3.6 : -1.6, raise) * mm;
    // Rounded lips stand before the teeth and take their light.
    this.#teeth = 1 - 0.99 * smooth((pucker - 0.42) / 0.32);
    this.#rimPx = Math.max(1, (0.5 + 2.2 * pucker) * mm);
  }

  /** Sets y, u, v of pixel (column, row); `light` is what reaches it, `below` and `above` its distance from the lips. */
  at(column: number, row: number, light: number, below: number, above: number): void {
    const { cavity, teeth, tongue } = this.#tones;
    const layers = this.#layers;
    this.y = cavity.y * (0.5 + 0.5 * light);
    this.u = cavity.u;
    this.v = cavity.v;
    this.#lay(layers.tongue, tongue, column, row, this.#tongueDown, light, 1);
    const lower = this.#teeth * (1 - 0.8 * this.#tip);
    this.#lay(layers.lowerTeeth, teeth, column, row, this.#lowerTeethDown, light * 0.92, lower);
    const front = mix(light, 1, 0.7);
    if (this.hasOwnTeeth) this.#layOwn(column, row, front);
    else this.#lay(layers.upperTeeth, teeth, column, row, this.#upperTeethDown, front, this.#teeth);
    if (this.#tip > 0) {
      this.#lay(layers.tongueTip, tongue, column, row, this.#tipDown, mix(light, 1, 0.3), this.#tip);
    }
    this.#layRim(below, above);
  }

  #lay(
    layer: Layer,
    tone: Tone,
    column: number,
    row: number,
    down: number,
    light: number,
    opacity: number,
  ): void {
    layer.read(column, row, down);
    if (layer.cover === 0) return;
    const rest = 1 - layer.cover * opacity;
    const part = layer.light * light * opacity;
    this.y = this.y * rest + tone.y * part;
    this.u = this.u * rest + tone.u * part;
    this.v = this.v * rest + tone.v * part;
  }

  #layOwn(column: number, row: number, light: number): void {
    const { ownTop, ownBottom } = this.#shape;
    const y = row + 0.5;
    const cover = smooth((y - ownTop) / this.#softPx) * smooth((ownBottom - y) / this.#softPx) * this.#teeth;
    if (cover <= 0) return;
    const { bytes, width, height } = this.#picture;
    const uAt = width * height;
    const chroma = (row >> 1) * (width >> 1) + (column >> 1);
    this.y += ((bytes[row * width + column]! - 16) * light - this.y) * cover;
    this.u += ((bytes[uAt + chroma]! - 128) * light - this.u) * cover;
    this.v += ((bytes[uAt + (uAt >> 2) + chroma]! - 128) * light - this.v) * cover;
  }

  /** The lips' inner side shows along the opening's edges, the more the farther they are pushed out. */
  #layRim(below: number, above: number): void {
    const near = Math.max(0, below < above ? below : above) / this.#rimPx;
    if (near >= 1) return;
    const part = 0.75 * (1 - smooth(near));
    const { lip } = this.#tones;
    this.y += (lip.y - this.y) * part;
    this.u += (lip.u - this.u) * part;
    this.v += (lip.v - this.v) * part;
  }
}

/** Mean luma, counted from 0, of the middle part of a stretch of a column and its neighbours. */
function meanLuma({ bytes, width, height }: I420Frame, x: number, top: number, bottom: number): number {
  let sum = 0;
  let count = 0;
  for (let row = Math.floor(mix(top, bottom, 0.3)); row <= Math.floor(mix(top, bottom, 0.7)); row++) {
    for (let dx = -3; dx <= 3; dx++) {
      const column = Math.min(width - 1, Math.max(0, Math.floor(x) + dx));
      sum += bytes[Math.min(height - 1, Math.max(0, row)) * width + column]! - 16;
      count++;
    }
  }
  return sum / count;
}

/**
 * A photographed mouth that speaks: the photo's own lips, chin and cheeks are bent by the mouth's parameters, and what
 * the opening shows (dark, tongue, teeth) is put behind them.
 *
 * In: the still photo in I420, its mesh, then six parameters and a smile once a frame. Out: the pixels of `box` in
 * the frame. Runs in the stage's thread; nothing is allocated after the constructor.
 */
import { PRESS, PUCKER, SPREAD, TONGUE } from "../../lipsync/mod.ts";
import type { Box } from "../face.ts";
import type { Figure } from "../posed/puppet.ts";
import { ColumnWarp } from "./column_warp.ts";
import { mix, smooth } from "./ease.ts";
import { evenBox } from "./even_box.ts";
import { paintLowerTeeth, paintTongue, paintTongueTip, paintUpperTeeth } from "./inside_art.ts";
import { InsideLayer } from "./inside_layer.ts";
import type { Mesh } from "./mesh.ts";
import { LOWER_FIRST, LOWER_LAST, MouthShape, UPPER_FIRST, UPPER_LAST } from "./mouth_shape.ts";
import { measureTones, type MouthTones, type Tone } from "./tones.ts";

/** Pupils are this far apart in most faces (Dodgson 2004). */
const PUPILS_MM = 63;

export class PhotoMouth {
  readonly box: Box;
  readonly shape: MouthShape;
  readonly #photo: Figure;
  readonly #warp = new ColumnWarp();
  readonly #softPx: number;
  readonly #mm: number;
  /** How far below the seam the upper teeth reach. */
  readonly #teethEdge: number;
  /** The photo's own teeth are seen between its lips: they are used. */
  readonly #showsTeeth: boolean;
  readonly #tones: MouthTones;
  readonly #upperTeeth: InsideLayer;
  readonly #lowerTeeth: InsideLayer;
  readonly #tongue: InsideLayer;
  readonly #tongueTip: InsideLayer;
  // This frame.
  #lowerTeethDown = 0;
  #tongueDown = 0;
  /** How much the tongue's tip is seen in front of the teeth. */
  #tip = 0;
  #tipDown = 0;
  #upperTeethDown = 0;
  #seamDark = 0;
  #rimPx = 1;
  /** Rounded lips stand before the teeth and take their light. */
  #teethLight = 1;
  #top = 0;
  // This pixel of the inside.
  #y = 0;
  #u = 0;
  #v = 0;

  /** `photo` is not changed. `softPx` is how wide its sharpest edges are, in pixels. */
  constructor(photo: Figure, mesh: Mesh, softPx: number) {
    this.#photo = photo;
    this.#softPx = Math.max(0.6, softPx);
    const shape = this.shape = new MouthShape(mesh);
    this.box = evenBox(shape.bounds, photo);
    this.#tones = measureTones(photo, mesh);
    const mm = this.#mm = shape.pupils / PUPILS_MM;
    const x = shape.middleX;
    const y = shape.seam.at(x);
    const side = shape.halfMax + 2;
    const soft = this.#softPx * 0.5;
    shape.ownOpening(x);
    this.#showsTeeth = shape.isApart &&
      meanLuma(photo, x, shape.ownTop, shape.ownBottom) > 0.55 * this.#tones.teeth.y;
    this.#teethEdge = this.#showsTeeth ? shape.ownBottom - y : 1.6 * mm;
    const place = { x, y, side, up: 16 * mm, down: 20 * mm };
    this.#upperTeeth = new InsideLayer(place, shape.lean, soft, (context) => {
      context.translate(0, 1.6 * mm);
      paintUpperTeeth(context, mm);
    });
    this.#lowerTeeth = new InsideLayer(place, shape.lean, soft, (context) => paintLowerTeeth(context, mm));
    this.#tongue = new InsideLayer(place, shape.lean, soft, (context) => paintTongue(context, mm));
    this.#tongueTip = new InsideLayer(place, shape.lean, soft, (context) => paintTongueTip(context, mm));
  }

  paint(into: Figure, mouth: Float32Array, smile: number): void {
    const shape = this.shape;
    const mm = this.#mm;
    shape.set(mouth, smile);
    const free = 1 - mouth[PRESS]!;
    const raise = mouth[TONGUE]! * free;
    this.#lowerTeethDown = shape.jawDrop - 1.2 * mm - 2.2 * mm * mouth[SPREAD]! * free +
      3 * mm * mouth[PUCKER]!;
    this.#tongueDown = shape.jawDrop * mix(0.42, 0.35, raise) + 2.5 * mm;
    this.#tip = smooth((raise - 0.25) / 0.4);
    this.#tipDown = this.#teethEdge + mix(6, -1.5, raise) * mm;
    this.#upperTeethDown = -3.2 * mm * mouth[PUCKER]! * free;
    this.#seamDark = (shape.isApart ? 0.5 : 0) * (1 - 0.7 * mouth[PUCKER]!) + 0.25 * mouth[PRESS]!;
    this.#rimPx = Math.max(1, (0.5 + 2.2 * mouth[PUCKER]!) * mm);
    this.#teethLight = 1 - 0.85 * smooth((mouth[PUCKER]! * free - 0.45) / 0.5);

    const { box } = this;
    const { bytes, width, height } = into;
    const halfWidth = width >> 1;
    const halfHeight = height >> 1;
    const uAt = width * height;
    const vAt = uAt + halfWidth * halfHeight;
    const bottom = box.y + box.height;
    for (let column = box.x; column < box.x + box.width; column++) {
      shape.column(column + 0.5, this.#warp);
      this.#warp.solve(UPPER_FIRST, UPPER_LAST);
      this.#warp.solve(LOWER_FIRST, LOWER_LAST);
      this.#bend(this.#photo.bytes, bytes, 0, width, height, column, box.y, bottom, 1);
      this.#open(bytes, 0, -1, width, column, box.y, bottom, 1);
    }
    for (let column = box.x >> 1; column < (box.x + box.width) >> 1; column++) {
      shape.column(column * 2 + 1, this.#warp);
      this.#warp.solve(UPPER_FIRST, UPPER_LAST);
      this.#warp.solve(LOWER_FIRST, LOWER_LAST);
      this.#bend(this.#photo.bytes, bytes, uAt, halfWidth, halfHeight, column, box.y >> 1, bottom >> 1, 0.5);
      this.#bend(this.#photo.bytes, bytes, vAt, halfWidth, halfHeight, column, box.y >> 1, bottom >> 1, 0.5);
      this.#open(bytes, uAt, vAt, halfWidth, column, box.y >> 1, bottom >> 1, 0.5);
    }
  }

  /** One column of one plane, lips and skin. */
  #bend(
    still: Uint8Array,
    bent: Uint8Array,
    at: number,
    width: number,
    height: number,
    column: number,
    top: number,
    bottom: number,
    scale: number,
  ): void {
    const warp = this.#warp;
    const from = Math.max(top, Math.floor(warp.to[UPPER_FIRST]! * scale));
    const middle = Math.round((this.shape.gapTop + this.shape.gapBottom) / 2 * scale);
    const to = Math.min(bottom, Math.ceil(warp.to[LOWER_LAST]! * scale));
    warp.sample(UPPER_FIRST, UPPER_LAST, still, bent, at, width, height, column, from, middle, scale);
    warp.sample(LOWER_FIRST, LOWER_LAST, still, bent, at, width, height, column, middle, to, scale);
  }

  /** One column of what the opening shows; with `vAt` < 0 it is luma, else both chroma planes. */
  #open(
    bytes: Uint8Array,
    at: number,
    vAt: number,
    width: number,
    column: number,
    top: number,
    bottom: number,
    scale: number,
  ): void {
    const shape = this.shape;
    const soft = this.#softPx;
    const x = (column + 0.5) / scale;
    // Near the corners the edges are steep: three places across the pixel make them smooth.
    const third = 0.33 / scale;
    shape.edges(x - third);
    const topLeft = shape.gapTop, bottomLeft = shape.gapBottom;
    shape.edges(x + third);
    const topRight = shape.gapTop, bottomRight = shape.gapBottom;
    if (shape.isApart) shape.ownOpening(x);
    shape.edges(x);
    const topHere = shape.gapTop, bottomHere = shape.gapBottom;
    const highest = Math.min(topLeft, topHere, topRight);
    const lowest = Math.max(bottomLeft, bottomHere, bottomRight);
    const lips = 1 - smooth((shape.across - 0.85) / 0.15);
    const seamReach = this.#seamDark * lips > 0 && scale === 1 ? 3 * this.#mm : 0;
    const from = Math.max(top, Math.floor((highest - soft - seamReach) * scale));
    const to = Math.min(bottom, Math.ceil((lowest + soft + seamReach) * scale));
    const sides = 1 - 0.6 * smooth((shape.inner - 0.45) / 0.55);
    for (let row = from; row < to; row++) {
      const y = (row + 0.5) / scale;
      const cover = (overlap(y, soft, topLeft, bottomLeft) + overlap(y, soft, topHere, bottomHere) +
        overlap(y, soft, topRight, bottomRight)) / 3;
      const out = at + row * width + column;
      if (seamReach > 0 && vAt < 0) {
        // Lips that meet shade each other.
        const off = y < topHere ? topHere - y : y > bottomHere ? y - bottomHere : 0;
        const near = off / (0.75 * this.#mm + soft * 0.5);
        const dark = this.#seamDark * lips * Math.exp(-near * near) *
          (1 - 0.6 * smooth((bottomHere - topHere) / (3 * this.#mm)));
        bytes[out] = 16 + (bytes[out]! - 16) * (1 - dark);
      }
      if (cover <= 0) continue;
      const shade = mix(0.55, 1, smooth((y - topHere) / (4.5 * this.#mm))) * sides;
      this.#inside(Math.floor(x), Math.floor(y), shade);
      this.#rim(y - topHere, bottomHere - y);
      if (vAt < 0) {
        bytes[out] = bytes[out]! + (this.#y + 16 - bytes[out]!) * cover + 0.5;
      } else {
        const outV = vAt + row * width + column;
        bytes[out] = bytes[out]! + (this.#u + 128 - bytes[out]!) * cover + 0.5;
        bytes[outV] = bytes[outV]! + (this.#v + 128 - bytes[outV]!) * cover + 0.5;
      }
    }
  }

  #inside(column: number, row: number, shade: number): void {
    const { cavity, teeth, tongue } = this.#tones;
    const upperShade = mix(shade, 1, 0.35) * this.#teethLight;
    this.#y = cavity.y * (0.5 + 0.5 * shade);
    this.#u = cavity.u;
    this.#v = cavity.v;
    this.#lay(this.#tongue, tongue, column, row, this.#tongueDown, shade);
    this.#lay(
      this.#lowerTeeth,
      teeth,
      column,
      row,
      this.#lowerTeethDown,
      shade * 0.85 * this.#teethLight * (1 - 0.7 * this.#tip),
    );
    if (this.#showsTeeth) this.#layOwn(column, row, upperShade);
    else this.#lay(this.#upperTeeth, teeth, column, row, this.#upperTeethDown, upperShade);
    if (this.#tip > 0) {
      this.#lay(this.#tongueTip, tongue, column, row, this.#tipDown, mix(shade, 1, 0.3) * this.#tip);
    }
  }

  /** The lips' inner side shows along the opening's edges, the more the farther they are pushed out. */
  #rim(below: number, above: number): void {
    const near = Math.max(0, Math.min(below, above)) / this.#rimPx;
    if (near >= 1) return;
    const part = 0.75 * (1 - smooth(near));
    const { lip } = this.#tones;
    this.#y += (lip.y - this.#y) * part;
    this.#u += (lip.u - this.#u) * part;
    this.#v += (lip.v - this.#v) * part;
  }

  /** The photo's own teeth stay where they are while the lips move over them. */
  #layOwn(column: number, row: number, shade: number): void {
    const { ownTop, ownBottom } = this.shape;
    const y = row + 0.5;
    const edge = this.#softPx;
    const cover = smooth((y - ownTop) / edge) * smooth((ownBottom - y) / edge) * this.#teethLight;
    if (cover <= 0) return;
    const { bytes, width, height } = this.#photo;
    const uAt = width * height;
    const chroma = (row >> 1) * (width >> 1) + (column >> 1);
    this.#y += ((bytes[row * width + column]! - 16) * shade - this.#y) * cover;
    this.#u += ((bytes[uAt + chroma]! - 128) * shade - this.#u) * cover;
    this.#v += ((bytes[uAt + (uAt >> 2) + chroma]! - 128) * shade - this.#v) * cover;
  }

  #lay(layer: InsideLayer, tone: Tone, column: number, row: number, down: number, shade: number): void {
    layer.read(column, row, down);
    if (layer.cover === 0) return;
    const rest = 1 - layer.cover;
    const light = layer.light * shade;
    this.#y = this.#y * rest + tone.y * light;
    this.#u = this.#u * rest + tone.u * light;
    this.#v = this.#v * rest + tone.v * light;
  }
}

/** Part of the stretch of half width `soft` about `y` that lies between `top` and `bottom`. */
function overlap(y: number, soft: number, top: number, bottom: number): number {
  const from = y - soft > top ? y - soft : top;
  const to = y + soft < bottom ? y + soft : bottom;
  return to > from ? (to - from) / (2 * soft) : 0;
}

/** Mean luma, counted from 0, of the middle part of a stretch of a column and its neighbours. */
function meanLuma({ bytes, width, height }: Figure, x: number, top: number, bottom: number): number {
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

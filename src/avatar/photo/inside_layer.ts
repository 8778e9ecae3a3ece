/**
 * A grey picture of something inside the mouth (a row of teeth, a tongue) that a photo does not show: drawn once at
 * loading by Skia, then read pixel by pixel while the mouth moves.
 *
 * Brightness is a part of the tone that the photo gives the thing; opacity is apart. Places are in pixels of the
 * frame. Reading allocates nothing and answers nothing (opacity 0) outside.
 */
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

/** Something inside the mouth, as it is read pixel by pixel. */
export interface Layer {
  /** Of the place last read, 0..1; `light` is premultiplied. */
  readonly light: number;
  readonly cover: number;
  /** Reads the middle of pixel (column, row) of the frame, the thing having moved "down" by `down` pixels. */
  read(column: number, row: number, down: number): void;
}

/** What a mouth shows, from behind to the front. */
export interface InsideLayers {
  readonly tongue: Layer;
  readonly lowerTeeth: Layer;
  readonly upperTeeth: Layer;
  readonly tongueTip: Layer;
}

export class InsideLayer implements Layer {
  readonly #lean: number;
  readonly #left: number;
  readonly #top: number;
  readonly #width: number;
  readonly #height: number;
  /** Premultiplied brightness and opacity, 0..255. */
  readonly #light: Uint8Array;
  readonly #cover: Uint8Array;
  light = 0;
  cover = 0;

  /**
   * `paint` draws in pixels of the frame about (x, y), leaning by `lean`; it may reach `side` to the left and right,
   * `up` and `down`. `softPx` is the blur that the photo itself has.
   */
  constructor(
    place: { x: number; y: number; side: number; up: number; down: number },
    lean: number,
    softPx: number,
    paint: (context: SKRSContext2D) => void,
  ) {
    this.#lean = lean;
    this.#left = Math.floor(place.x - place.side);
    this.#top = Math.floor(place.y - place.up);
    this.#width = Math.ceil(2 * place.side) + 2;
    this.#height = Math.ceil(place.up + place.down) + 2;
    const drawn = createCanvas(this.#width, this.#height);
    const context = drawn.getContext("2d");
    context.translate(place.x - this.#left, place.y - this.#top);
    context.rotate(Math.atan(lean));
    paint(context);
    const soft = createCanvas(this.#width, this.#height);
    const softContext = soft.getContext("2d");
    softContext.filter = `blur(${softPx.toFixed(2)}px)`;
    softContext.drawImage(drawn, 0, 0);
    const pixels = soft.data();
    const count = this.#width * this.#height;
    this.#light = new Uint8Array(count);
    this.#cover = new Uint8Array(count);
    for (let at = 0; at < count; at++) {
      this.#light[at] = pixels[at * 4]!;
      this.#cover[at] = pixels[at * 4 + 3]!;
    }
    drawn.width =
      drawn.height =
      soft.width =
      soft.height =
        1; // frees the surfaces now, not at some collection
  }

  read(column: number, row: number, down: number): void {
    const x = column + Math.round(this.#lean * down) - this.#left;
    const place = row - this.#top - down;
    const y = Math.floor(place);
    if (x < 0 || x >= this.#width || y < 0 || y >= this.#height - 1) {
      this.light = this.cover = 0;
      return;
    }
    const at = y * this.#width + x;
    const below = at + this.#width;
    const part = place - y;
    this.light = (this.#light[at]! + (this.#light[below]! - this.#light[at]!) * part) / 255;
    this.cover = (this.#cover[at]! + (this.#cover[below]! - this.#cover[at]!) * part) / 255;
  }
}

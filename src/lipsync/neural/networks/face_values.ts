/**
 * What the two networks that see pictures are shown of a face: crops of RGB bytes become planes of blue, green and red in
 * 0..1, with what they have to invent hidden. In the caller's memory; any thread.
 */

/** Wav2Lip's: the lower half emptied, then whole. */
export function wav2lipFaceValues(side: number): number {
  return 6 * side * side;
}

/** `crop`: side x side RGB, rows from the top. */
export function fillWav2LipFace(crop: Uint8Array, side: number, into: Float32Array, at: number): void {
  const pixels = side * side;
  const seen = Math.floor(side / 2) * side;
  for (let plane = 0; plane < 3; plane++) {
    const hidden = at + plane * pixels;
    const whole = hidden + 3 * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = crop[pixel * 3 + 2 - plane]! / 255;
      into[whole + pixel] = value;
      into[hidden + pixel] = pixel < seen ? value : 0;
    }
  }
}

/** Side of the crop that is stored and pasted, and of the part of it that the network sees. */
export const ULTRALIGHT_CROP_SIDE = 168;
export const ULTRALIGHT_SIDE = 160;
export const ULTRALIGHT_MARGIN = 4;
export const ULTRALIGHT_FACE_VALUES = 6 * ULTRALIGHT_SIDE * ULTRALIGHT_SIDE;
/** OpenCV's filled rectangle of x 5, y 5, width 150, height 145: the last column and row that are black. */
const HIDDEN = { left: 5, top: 5, right: 154, bottom: 149 };

/** `crop`: 168 x 168 RGB. Real, then with the black rectangle. */
export function fillUltralightFace(crop: Uint8Array, into: Float32Array, at: number): void {
  const side = ULTRALIGHT_SIDE;
  const pixels = side * side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((y + ULTRALIGHT_MARGIN) * ULTRALIGHT_CROP_SIDE + x + ULTRALIGHT_MARGIN) * 3;
      const isHidden = x >= HIDDEN.left && x <= HIDDEN.right && y >= HIDDEN.top && y <= HIDDEN.bottom;
      const to = at + y * side + x;
      for (let plane = 0; plane < 3; plane++) {
        const value = crop[from + 2 - plane]! / 255;
        into[to + plane * pixels] = value;
        into[to + (plane + 3) * pixels] = isHidden ? 0 : value;
      }
    }
  }
}

/** Puts the network's patch (160) into the crop (168) that it was made from. */
export function placeUltralightPatch(crop: Uint8Array, patch: Uint8Array, into: Uint8Array): void {
  into.set(crop);
  const row = ULTRALIGHT_SIDE * 3;
  for (let y = 0; y < ULTRALIGHT_SIDE; y++) {
    const to = ((y + ULTRALIGHT_MARGIN) * ULTRALIGHT_CROP_SIDE + ULTRALIGHT_MARGIN) * 3;
    into.set(patch.subarray(y * row, (y + 1) * row), to);
  }
}

/** OpenCV's bilinear weights are whole numbers of so many parts. */
const WEIGHT_ONE = 2048;

/**
 * Square RGB pictures resized as OpenCV's INTER_LINEAR resizes bytes: weights of 11 bits, the sum of 22 bits rounded the
 * way its vector code rounds it. Tables are made once.
 */
export class LinearResize {
  readonly #first: Int32Array;
  readonly #part: Int32Array;
  /** Rows above the first and below the last are those; their weights stay, and are cut off separately. */
  readonly #firstRow: Int32Array;
  readonly #rowPart: Int32Array;
  readonly #rows: readonly [Int32Array, Int32Array];

  constructor(readonly from: number, readonly to: number) {
    this.#first = new Int32Array(to);
    this.#part = new Int32Array(to);
    this.#firstRow = new Int32Array(to);
    this.#rowPart = new Int32Array(to);
    this.#rows = [new Int32Array(to * 3), new Int32Array(to * 3)];
    for (let at = 0; at < to; at++) {
      // OpenCV computes the place in 32 bits.
      const place = Math.fround((at + 0.5) * (from / to) - 0.5);
      const first = Math.floor(place);
      const part = Math.round(Math.fround(place - first) * WEIGHT_ONE);
      this.#firstRow[at] = first;
      this.#rowPart[at] = part;
      const isInside = first >= 0 && first < from - 1;
      this.#first[at] = Math.min(from - 1, Math.max(0, first));
      this.#part[at] = isInside ? part : 0;
    }
  }

  run(picture: Uint8Array, into: Uint8Array): void {
    const { from, to } = this;
    const [upper, lower] = this.#rows;
    if (from === to) return into.set(picture.subarray(0, to * to * 3));
    for (let y = 0; y < to; y++) {
      const first = this.#firstRow[y]!;
      const part = this.#rowPart[y]!;
      this.#across(picture, Math.max(0, first), upper);
      this.#across(picture, Math.min(first + 1, from - 1), lower);
      for (let at = 0; at < to * 3; at++) {
        const above = ((WEIGHT_ONE - part) * (upper[at]! >> 4)) >> 16;
        const below = (part * (lower[at]! >> 4)) >> 16;
        into[y * to * 3 + at] = (above + below + 2) >> 2;
      }
    }
  }

  #across(picture: Uint8Array, row: number, into: Int32Array): void {
    const start = row * this.from * 3;
    for (let x = 0; x < this.to; x++) {
      const part = this.#part[x]!;
      const left = start + this.#first[x]! * 3;
      const right = part === 0 ? left : left + 3;
      for (let colour = 0; colour < 3; colour++) {
        into[x * 3 + colour] = (WEIGHT_ONE - part) * picture[left + colour]! +
          part * picture[right + colour]!;
      }
    }
  }
}

/**
 * Takes a patch's colour cast out: how much lighter, bluer or redder the picture is than the patch where they meet.
 *
 * In: differences of pixels where the mask is half open, once a frame. Out: offsets to be added to the patch. They follow
 * slowly, so that nothing flickers, and stay within OFFSET_MAX: a difference beyond it is no cast but another picture.
 */

/** Limited range with so much added or taken away still is a byte. */
export const OFFSET_MAX = 15;
/** Share of the way in one frame. */
const FOLLOW = 0.12;
/** So much of a difference is rounding; a patch that equals the picture is left as it is. */
const NOISE = 0.5;

export class ColourMatch {
  luma = 0;
  u = 0;
  v = 0;
  #isKnown = false;
  #weight = 0;
  #sumLuma = 0;
  #sumU = 0;
  #sumV = 0;
  #keptLuma = 0;
  #keptU = 0;
  #keptV = 0;

  begin(): void {
    this.#weight =
      this.#sumLuma =
      this.#sumU =
      this.#sumV =
        0;
  }

  /** A pixel under `mask` (0..255): picture minus patch. */
  add(mask: number, luma: number, u: number, v: number): void {
    const weight = mask * (255 - mask);
    this.#weight += weight;
    this.#sumLuma += weight * luma;
    this.#sumU += weight * u;
    this.#sumV += weight * v;
  }

  /** Where nothing was half open the offsets stay what they were. */
  end(): void {
    if (this.#weight === 0) return;
    const share = this.#isKnown ? FOLLOW : 1;
    this.#keptLuma += (limited(this.#sumLuma / this.#weight) - this.#keptLuma) * share;
    this.#keptU += (limited(this.#sumU / this.#weight) - this.#keptU) * share;
    this.#keptV += (limited(this.#sumV / this.#weight) - this.#keptV) * share;
    this.#isKnown = true;
    this.luma = withoutNoise(this.#keptLuma);
    this.u = withoutNoise(this.#keptU);
    this.v = withoutNoise(this.#keptV);
  }

  forget(): void {
    this.#isKnown = false;
    this.luma = this.u = this.v = 0;
  }
}

function limited(value: number): number {
  return Math.max(-OFFSET_MAX, Math.min(OFFSET_MAX, value));
}

/** 0 up to NOISE, all from three times NOISE on, and between them no step. */
function withoutNoise(value: number): number {
  const size = Math.abs(value);
  const kept = Math.min(size, Math.max(0, size - NOISE) * 1.5);
  return value < 0 ? -kept : kept;
}

/**
 * Takes a patch's colour cast out: how much lighter, bluer or redder the picture is than the patch where they meet.
 *
 * In: differences of pixels where the mask is half open, once a frame. Out: offsets to be added to the patch. They follow
 * slowly, so that nothing flickers, and stay within OFFSET_MAX: a difference beyond it is no cast but another picture.
 */

const OFFSET_MAX = 24;
/** Share of the way in one frame. */
const FOLLOW = 0.12;
/** Less than this is rounding: a patch that equals the picture is left as it is. */
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
  #kept = { luma: 0, u: 0, v: 0 };

  begin(): void {
    this.#weight =
      this.#sumLuma =
      this.#sumU =
      this.#sumV =
        0;
  }

  /** `weight` >= 0; picture minus patch. */
  add(weight: number, luma: number, u: number, v: number): void {
    this.#weight += weight;
    this.#sumLuma += weight * luma;
    this.#sumU += weight * u;
    this.#sumV += weight * v;
  }

  end(): void {
    if (this.#weight === 0) return;
    const share = this.#isKnown ? FOLLOW : 1;
    const kept = this.#kept;
    kept.luma += (limited(this.#sumLuma / this.#weight) - kept.luma) * share;
    kept.u += (limited(this.#sumU / this.#weight) - kept.u) * share;
    kept.v += (limited(this.#sumV / this.#weight) - kept.v) * share;
    this.#isKnown = true;
    this.luma = Math.abs(kept.luma) < NOISE ? 0 : kept.luma;
    this.u = Math.abs(kept.u) < NOISE ? 0 : kept.u;
    this.v = Math.abs(kept.v) < NOISE ? 0 : kept.v;
  }

  forget(): void {
    this.#isKnown = false;
    this.luma = this.u = this.v = 0;
  }
}

function limited(value: number): number {
  return Math.max(-OFFSET_MAX, Math.min(OFFSET_MAX, value));
}

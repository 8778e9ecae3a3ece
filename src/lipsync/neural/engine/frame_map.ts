/**
 * Video engines think in 25 frames a second, the programme in its own: which engine frame a programme frame shows, and
 * which programme frames show an engine frame. The nearest by time; at 25 fps they are the same.
 */
import { FILM_FPS } from "../../../film/mod.ts";

export class FrameMap {
  readonly #perFrame: number;

  constructor(fps: number) {
    this.#perFrame = FILM_FPS / fps;
  }

  /** The engine frame under the middle of programme frame `frame` (which may be negative: not yet begun). */
  engineFrame(frame: number): number {
    return Math.floor((frame + 0.5) * this.#perFrame + 1e-9);
  }

  /** The first programme frame that shows engine frame `engineFrame` or a later one. */
  firstShowing(engineFrame: number): number {
    let frame = Math.max(0, Math.floor(engineFrame / this.#perFrame) - 1);
    while (this.engineFrame(frame) < engineFrame) frame++;
    return frame;
  }
}

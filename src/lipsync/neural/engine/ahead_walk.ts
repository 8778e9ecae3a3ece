/**
 * Where in the avatar's clips the stage will be when it shows a frame that is rendered now.
 *
 * In: the stage's newest place, an utterance with its actions. Out: clip and position. Engine's process; walks by the same
 * rules as the stage does, from its newest place each time.
 */
import { FilmWalk } from "../../../film/mod.ts";
import type { StagePlace } from "../../walk_board.ts";
import type { FrameMap } from "./frame_map.ts";
import type { HeardUtterance } from "./heard_utterance.ts";
import type { WalkedFilm } from "./rung.ts";

export interface AheadWalkOptions {
  readonly clips: readonly WalkedFilm[];
  readonly map: FrameMap;
  /** Kept up to date by its owner. */
  readonly place: Readonly<StagePlace>;
  /** Frames of the film that pass before an utterance starts that has no answer yet. */
  readonly startFrames: () => number;
}

export class AheadWalk {
  readonly #options: AheadWalkOptions;
  readonly #walk: FilmWalk;

  constructor(options: AheadWalkOptions) {
    this.#options = options;
    this.#walk = new FilmWalk(options.clips);
  }

  get clip(): number {
    return this.#walk.clip;
  }
  get step(): number {
    return Math.floor(this.#walk.step);
  }

  /** Walks to where the stage will be at engine frame `frame` of the utterance. */
  to(heard: HeardUtterance, frame: number): void {
    const { map, place, startFrames } = this.#options;
    const walk = this.#walk;
    const local = place.nextSpeechFrame - heard.about.firstFrame;
    walk.load(place.walk);
    if (!place.isStarted && local <= 0) {
      const passed = startFrames();
      if (passed > 0) walk.advance(passed);
      walk.speak(true);
      this.#from(heard, -1, 0, frame);
      return;
    }
    const shown = map.engineFrame(local);
    if (shown < 0) walk.advance(-shown);
    walk.speak(true);
    this.#from(heard, local - 1, Math.max(0, shown), frame);
  }

  /** From the unit before engine frame `from`; actions of programme frames after `done` begin on their way. */
  #from(heard: HeardUtterance, done: number, from: number, to: number): void {
    let reached = done;
    for (let frame = from; frame <= to; frame++) {
      this.#walk.advance(1);
      const end = this.#options.map.firstShowing(frame + 1);
      for (reached = Math.max(reached + 1, 0); reached < end; reached++) {
        this.#walk.act(heard.actionAt(reached));
      }
      reached--;
    }
  }
}

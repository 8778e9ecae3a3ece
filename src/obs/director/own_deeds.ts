/**
 * Whose hand it was: an event that follows from our own request is no wish of a person's. In: what we are about to do, and
 * OBS's events. Out: whether an event is ours. Without it a rule and a reaction could drive each other for ever.
 *
 * What we do counts as ours from its sending until 1 s after its answer, since OBS tells an event when it likes. A scene is
 * told at the end of its transition, or never where another came between, so it counts until it or a later one is told.
 */
import type { Clock } from "../../time/mod.ts";
import { text } from "./inventory.ts";
import type { ObsEvent } from "./line.ts";
import type { Mark } from "./wants.ts";

const OURS_MS = 1000;
/** Longest transition that OBS offers. */
const SCENE_MS_MAX = 20_000;

export class OwnDeeds {
  readonly #clock: Clock;
  /** Mark -> until when, Infinity while unanswered. */
  readonly #until = new Map<string, number>();
  /** Scenes we switched to and OBS has not told of, oldest first. */
  #scenes: { readonly name: string; readonly untilMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(marks: Iterable<Mark>): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, untilMs] of this.#until) {
      if (untilMs < nowMs) this.#until.delete(key);
    }
    this.#scenes = this.#scenes.filter((scene) => scene.untilMs >= nowMs);
    for (const mark of marks) {
      if (mark.what === "scene") {
        this.#scenes.push({ name: String(mark.value), untilMs: nowMs + SCENE_MS_MAX });
      } else this.#until.set(keyOf(mark), Infinity);
    }
  }

  /** `lastsMs`: of what OBS takes longer for, such as an output. */
  done(marks: Iterable<Mark>, lastsMs = OURS_MS): void {
    const untilMs = this.#clock.nowMs() + lastsMs;
    for (const mark of marks) {
      if (mark.what !== "scene") this.#until.set(keyOf(mark), untilMs);
    }
  }

  /** Whether an event's change is ours; of scenes, asked once for each event. */
  claim(mark: Mark): boolean {
    const nowMs = this.#clock.nowMs();
    if (mark.what !== "scene") return (this.#until.get(keyOf(mark)) ?? -Infinity) >= nowMs;
    const found = this.#scenes.findIndex(({ name, untilMs }) => name === mark.value && untilMs >= nowMs);
    if (found < 0) return false;
    this.#scenes.splice(0, found + 1); // those before it were overtaken and will not be told
    return true;
  }

  /** The connection is gone, and with it what we asked for. */
  clear(): void {
    this.#until.clear();
    this.#scenes = [];
  }
}

function keyOf({ what, value }: Mark): string {
  return `${value} ${what}`;
}

/** What an event says has changed, in the words of Step.mark; undefined of events that no deed of ours causes. */
export function markOf({ type, data }: ObsEvent): Mark | undefined {
  switch (type) {
    case "CurrentProgramSceneChanged":
      return { what: "scene", value: text(data.sceneName) };
    case "SceneItemEnableStateChanged":
      return {
        what: `item ${data.sceneItemId} ${text(data.sceneName)}`,
        value: data.sceneItemEnabled === true,
      };
    case "InputMuteStateChanged":
      return { what: `mute ${text(data.inputName)}`, value: data.inputMuted === true };
    case "SourceFilterEnableStateChanged":
      return {
        what: `filter ${text(data.filterName)} ${text(data.sourceName)}`,
        value: data.filterEnabled === true,
      };
    case "StreamStateChanged":
      return { what: "stream", value: data.outputActive === true };
    case "RecordStateChanged":
      return { what: "record", value: data.outputActive === true };
    case "VirtualcamStateChanged":
      return { what: "virtual camera", value: data.outputActive === true };
    default:
      return undefined;
  }
}

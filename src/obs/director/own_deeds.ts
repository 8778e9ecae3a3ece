/**
 * Whose hand it was: an event that follows from our own request is no wish of a person's. In: what we are about to do, and
 * OBS's events. Out: whether an event is ours. Without it a rule and a reaction could drive each other for ever.
 *
 * What we do counts as ours from its sending until 1 s after its answer, since OBS tells an event when it likes.
 */
import type { Clock } from "../../time/mod.ts";
import { text } from "./inventory.ts";
import type { ObsEvent } from "./line.ts";
import type { Mark } from "./wants.ts";

export const OURS_MS = 1000;

export class OwnDeeds {
  readonly #clock: Clock;
  /** Mark -> until when, Infinity while unanswered. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(marks: Iterable<Mark>): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, untilMs] of this.#until) {
      if (untilMs < nowMs) this.#until.delete(key);
    }
    for (const mark of marks) this.#until.set(keyOf(mark), Infinity);
  }

  /** `lastsMs`: of what OBS takes longer for, such as an output. */
  done(marks: Iterable<Mark>, lastsMs = OURS_MS): void {
    const untilMs = this.#clock.nowMs() + lastsMs;
    for (const mark of marks) this.#until.set(keyOf(mark), untilMs);
  }

  isOurs(mark: Mark): boolean {
    return (this.#until.get(keyOf(mark)) ?? -Infinity) >= this.#clock.nowMs();
  }

  /** The connection is gone, and with it what we asked for. */
  clear(): void {
    this.#until.clear();
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

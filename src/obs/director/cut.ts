/**
 * A change of scene without OBS's own transition, for panic. In: what there is in OBS, its events. Out: the request that
 * goes before the scene's, and the person's transition set again afterwards.
 *
 * Choosing another transition ends one that runs; choosing it again before OBS has drawn a frame would undo the cut, so
 * that waits for OBS's word, 500 ms at most. OBS gives none where the scene was there already.
 */
import { withDeadline } from "../../time/mod.ts";
import type { Inventory } from "./inventory.ts";
import type { Obs, ObsEvent, Request } from "./line.ts";

const WORD_MS_MAX = 500;

export class Cut {
  /** The person's own, while it is not chosen. */
  #own: string | undefined;
  #newest = 0;
  #ended = Promise.withResolvers<void>();

  /** What goes before the scene; nothing where the person cuts anyway. */
  begin({ transitions, transition }: Inventory): Request[] {
    this.#newest++;
    this.#ended = Promise.withResolvers();
    const [name] = [...transitions].find(([, kind]) => kind === "cut_transition") ?? [];
    if (name === undefined) return [];
    if (transition !== name && transition !== "") this.#own ??= transition;
    return [choose(name)];
  }

  hear({ type }: ObsEvent): void {
    if (type === "SceneTransitionEnded") this.#ended.resolve();
  }

  /** Sets the person's transition again, unless a newer cut is under way. Rejects where OBS goes meanwhile. */
  async finish(obs: Obs): Promise<void> {
    const mine = this.#newest;
    await withDeadline(this.#ended.promise, WORD_MS_MAX, "waiting for the cut").catch(() => {}); // then without it
    const own = this.#own;
    if (mine !== this.#newest || own === undefined) return;
    this.#own = undefined;
    await obs.batch([choose(own)]);
  }
}

function choose(transitionName: string): Request {
  return { requestType: "SetCurrentSceneTransition", requestData: { transitionName } };
}

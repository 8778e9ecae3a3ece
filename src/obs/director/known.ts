/**
 * What the director knows of the OBS that is connected: what there is, what the rules' names are called there, which of
 * them are missing. In: a new line, events. Out: a view while there is one, lines about names that are not there.
 *
 * An OBS that ends, or changes its scene collection, takes everything down one by one: nothing of that is heeded.
 */
import { delay } from "../../time/mod.ts";
import { Checked, filteredSources, problemsOf, type Script } from "./check.ts";
import { Inventory, text } from "./inventory.ts";
import type { Obs, ObsEvent } from "./line.ts";
import { Names } from "./names.ts";
import type { View } from "./wants.ts";

/** Names come and go in crowds; an OBS that ends removes all of them 100 ms before it says so. */
const SETTLE_MS = 500;
const EVENTS_MAX = 10_000;

export class Known {
  readonly names = new Names();
  readonly #script: Script;
  readonly #warn: (line: string) => void;
  readonly #signal: AbortSignal;
  readonly #checked = new Checked();
  #inventory: Inventory | undefined;
  /** Events that come while the inventory is read. */
  #early: ObsEvent[] | undefined;
  #isCheckDue = false;

  constructor(script: Script, warn: (line: string) => void, signal: AbortSignal) {
    this.#script = script;
    this.#warn = warn;
    this.#signal = signal;
  }

  get view(): View | undefined {
    return this.#inventory === undefined ? undefined : { inventory: this.#inventory, names: this.names };
  }
  get problems(): readonly string[] {
    return this.#checked.problems;
  }

  /** Whether a line is about a name that the check has told of. */
  isTold(says: string): boolean {
    return this.#checked.knows(says);
  }

  /** Reads what there is, and then what happened meanwhile. */
  async take(obs: Obs): Promise<View> {
    const early: ObsEvent[] = [];
    this.#early = early;
    const sources = filteredSources(this.#script.rules).map((name) => this.names.source(name));
    const inventory = await Inventory.read(obs, sources);
    for (const event of early) inventory.hear(event);
    this.#early = undefined;
    this.#inventory = inventory;
    this.#check();
    return { inventory, names: this.names };
  }

  /** OBS is gone, or as good as gone. */
  lose(): void {
    this.#inventory = undefined;
    this.#early = undefined;
  }

  hear(event: ObsEvent): void {
    if (this.#early !== undefined && this.#early.length < EVENTS_MAX) this.#early.push(event);
    if (this.#inventory === undefined && this.#early === undefined) return;
    this.#rename(event);
    if (this.#inventory?.hear(event)) this.#checkSoon();
  }

  #rename({ type, data }: ObsEvent): void {
    const { names } = this;
    switch (type) {
      case "InputNameChanged":
        return names.sourceRenamed(text(data.oldInputName), text(data.inputName));
      case "SceneNameChanged":
        return names.sourceRenamed(text(data.oldSceneName), text(data.sceneName));
      case "SourceFilterNameChanged":
        return names.filterRenamed(text(data.sourceName), text(data.oldFilterName), text(data.filterName));
    }
  }

  #checkSoon(): void {
    if (this.#isCheckDue) return;
    this.#isCheckDue = true;
    delay(SETTLE_MS, this.#signal).then(() => {
      this.#isCheckDue = false;
      this.#check();
    }, () => {}); // closing ends the wait
  }

  #check(): void {
    const { view } = this;
    if (view === undefined) return;
    this.names.settle(view.inventory);
    for (const line of this.#checked.update(problemsOf(this.#script, view))) this.#warn(line);
  }
}

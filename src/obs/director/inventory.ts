/**
 * What there is in the running OBS: scenes and what they hold, inputs, filters, transitions, hotkeys. In: two batches of
 * questions after connecting, then OBS's events, one after the other. Out: names and item numbers, without asking again.
 *
 * Filters are known of those sources that somebody asked about. Nothing is trusted to be of the right form.
 */
import type { Obs, ObsEvent, Request } from "./line.ts";

export interface Item {
  readonly id: number;
  readonly source: string;
}

type Fields = Readonly<Record<string, unknown>>;

export class Inventory {
  /** The scene on air, "" where OBS did not say. */
  current = "";
  transition = "";
  readonly scenes = new Set<string>();
  /** Name -> kind. */
  readonly inputs = new Map<string, string>();
  /** By scene or group. */
  readonly items = new Map<string, Item[]>();
  readonly filters = new Map<string, Set<string>>();
  /** Name -> kind. */
  readonly transitions = new Map<string, string>();
  readonly hotkeys = new Set<string>();

  /** `sources`: whose filters are of interest. */
  static async read(obs: Obs, sources: readonly string[] = []): Promise<Inventory> {
    const inventory = new Inventory();
    const [scenes, groups, inputs, transitions, hotkeys] = await obs.batch([
      { requestType: "GetSceneList", requestData: {} },
      { requestType: "GetGroupList" },
      { requestType: "GetInputList", requestData: {} },
      { requestType: "GetSceneTransitionList" },
      { requestType: "GetHotkeyList" },
    ]);
    const field = (answer: typeof scenes, name: string) => answer?.isDone ? answer.data[name] : undefined;
    inventory.current = text(field(scenes, "currentProgramSceneName"));
    inventory.transition = text(field(transitions, "currentSceneTransitionName"));
    // OBS lists the lowest scene first
    for (const scene of list(field(scenes, "scenes")).reverse()) inventory.scenes.add(text(scene.sceneName));
    for (const input of list(field(inputs, "inputs"))) {
      inventory.inputs.set(text(input.inputName), text(input.inputKind));
    }
    for (const transition of list(field(transitions, "transitions"))) {
      inventory.transitions.set(text(transition.transitionName), text(transition.transitionKind));
    }
    for (const hotkey of texts(field(hotkeys, "hotkeys"))) inventory.hotkeys.add(hotkey);
    await inventory.#readInside(obs, texts(field(groups, "groups")), sources);
    return inventory;
  }

  async #readInside(obs: Obs, groups: readonly string[], sources: readonly string[]): Promise<void> {
    const there = sources.filter((source) => this.hasSource(source));
    const requests = [
      ...[...this.scenes].map((sceneName): Request => ({
        requestType: "GetSceneItemList",
        requestData: { sceneName },
      })),
      ...groups.map((sceneName): Request => ({
        requestType: "GetGroupSceneItemList",
        requestData: { sceneName },
      })),
      ...there.map((sourceName): Request => ({
        requestType: "GetSourceFilterList",
        requestData: { sourceName },
      })),
    ];
    const answers = await obs.batch(requests);
    const holders = [...this.scenes, ...groups];
    for (const [index, answer] of answers.entries()) {
      if (!answer.isDone) continue; // it went between the two batches
      const holder = holders[index];
      if (holder === undefined) {
        const names = list(answer.data.filters).map((filter) => text(filter.filterName));
        this.filters.set(there[index - holders.length]!, new Set(names));
        continue;
      }
      const items = list(answer.data.sceneItems).map((item) => ({
        id: Number(item.sceneItemId),
        source: text(item.sourceName),
      }));
      this.items.set(holder, items);
    }
  }

  hasSource(name: string): boolean {
    return this.inputs.has(name) || this.scenes.has(name) || this.items.has(name);
  }

  /** Scenes, groups and inputs. */
  sources(): string[] {
    return [...new Set([...this.scenes, ...this.items.keys(), ...this.inputs.keys()])];
  }

  /** Scenes and groups that hold a source. */
  holders(source: string): string[] {
    return [...this.items].filter(([, items]) => items.some((item) => item.source === source)).map(([name]) =>
      name
    );
  }

  /** The numbers of a source's items in a scene or group. */
  itemIds(holder: string, source: string): number[] {
    return (this.items.get(holder) ?? []).filter((item) => item.source === source).map((item) => item.id);
  }

  /** Takes an event in; answers whether names have come, gone or changed. */
  hear({ type, data }: ObsEvent): boolean {
    switch (type) {
      case "CurrentProgramSceneChanged":
        this.current = text(data.sceneName);
        return false;
      case "CurrentSceneTransitionChanged":
        this.transition = text(data.transitionName);
        return false;
      case "SceneCreated":
        if (data.isGroup !== true) this.scenes.add(text(data.sceneName));
        this.items.set(text(data.sceneName), []);
        return true;
      case "SceneRemoved":
        this.scenes.delete(text(data.sceneName));
        this.items.delete(text(data.sceneName));
        return true;
      case "InputCreated":
        this.inputs.set(text(data.inputName), text(data.inputKind));
        return true;
      case "InputRemoved":
        this.inputs.delete(text(data.inputName));
        return true;
      case "SceneNameChanged":
        return this.#rename(text(data.oldSceneName), text(data.sceneName));
      case "InputNameChanged":
        return this.#rename(text(data.oldInputName), text(data.inputName));
      default:
        return this.#hearItem(type, data) || this.#hearFilter(type, data);
    }
  }

  #hearItem(type: string, data: Fields): boolean {
    const holder = text(data.sceneName);
    if (type === "SceneItemCreated") {
      const items = this.items.get(holder) ?? [];
      const item = { id: Number(data.sceneItemId), source: text(data.sourceName) };
      this.items.set(holder, [...items.filter((one) => one.id !== item.id), item]);
      return true;
    }
    if (type !== "SceneItemRemoved") return false;
    const items = this.items.get(holder) ?? [];
    this.items.set(holder, items.filter((item) => item.id !== data.sceneItemId));
    return true;
  }

  #hearFilter(type: string, data: Fields): boolean {
    const filters = this.filters.get(text(data.sourceName));
    if (!type.startsWith("SourceFilter")) return false;
    const name = text(data.filterName);
    switch (type) {
      case "SourceFilterCreated":
        this.filters.set(text(data.sourceName), new Set([...filters ?? [], name]));
        return true;
      case "SourceFilterRemoved":
        return filters?.delete(name) ?? false;
      case "SourceFilterNameChanged":
        filters?.delete(text(data.oldFilterName));
        filters?.add(name);
        return true;
      default:
        return false;
    }
  }

  #rename(from: string, to: string): boolean {
    if (this.scenes.delete(from)) this.scenes.add(to);
    for (const map of [this.inputs, this.items, this.filters] as Map<string, unknown>[]) {
      if (!map.has(from)) continue;
      map.set(to, map.get(from));
      map.delete(from);
    }
    for (const [holder, items] of this.items) {
      this.items.set(holder, items.map((item) => item.source === from ? { ...item, source: to } : item));
    }
    if (this.current === from) this.current = to;
    return true;
  }
}

/** What is no text counts as none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

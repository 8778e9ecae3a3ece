/**
 * What OBS shall be like, one property at a time, and the requests that read and write it. In: a want in the rules' words,
 * what there is in OBS. Out: steps, each with its question, its test and its deed. No state.
 */
import { nearest } from "../../text/mod.ts";
import type { Inventory } from "./inventory.ts";
import type { Request } from "./line.ts";
import type { Names } from "./names.ts";
import type { Deed, JsonObject } from "./script.ts";

export type Want =
  | { readonly kind: "scene"; readonly scene: string }
  | {
    readonly kind: "item";
    readonly source: string;
    readonly scene?: string | undefined;
    readonly isShown: boolean;
  }
  | { readonly kind: "mute"; readonly input: string; readonly isMuted: boolean }
  | {
    readonly kind: "filter";
    readonly source: string;
    readonly filter: string;
    readonly isEnabled?: boolean | undefined;
    readonly settings?: JsonObject | undefined;
  }
  | { readonly kind: "text"; readonly source: string; readonly text: string }
  | { readonly kind: "transition"; readonly name: string; readonly durationMs?: number | undefined };

export interface View {
  readonly inventory: Inventory;
  readonly names: Names;
  /** The scene that will be on air by then; default the one that is. */
  readonly onAir?: string;
}

type Fields = Readonly<Record<string, unknown>>;

export interface Step {
  readonly read: Request;
  /** Whether what `read` answered is as wanted already. */
  readonly isMet: (data: Fields) => boolean;
  readonly write: Request;
  /** The event that OBS tells afterwards: `what` as eventMark has it, and its value. */
  readonly mark?: Mark;
}

export interface Mark {
  readonly what: string;
  readonly value: string | boolean;
}

/** The steps of a want, or what is missing in OBS for it, as one line. */
export type Steps = { readonly steps: readonly Step[] } | { readonly missing: string };

/** Deeds that say what OBS shall be like; undefined of those that are done once, such as a hotkey. */
export function wantOf(deed: Deed): Want | undefined {
  if ("scene" in deed) return { kind: "scene", scene: deed.scene };
  if ("show" in deed) return { kind: "item", source: deed.show, scene: deed.in, isShown: true };
  if ("hide" in deed) return { kind: "item", source: deed.hide, scene: deed.in, isShown: false };
  if ("mute" in deed) return { kind: "mute", input: deed.mute, isMuted: true };
  if ("unmute" in deed) return { kind: "mute", input: deed.unmute, isMuted: false };
  if ("filter" in deed) {
    const { filter, of, enabled, settings } = deed;
    return { kind: "filter", source: of, filter, isEnabled: enabled, settings };
  }
  if ("text" in deed) return { kind: "text", source: deed.of, text: deed.text };
  if ("transition" in deed) {
    return { kind: "transition", name: deed.transition, durationMs: deed.durationMs };
  }
  return undefined;
}

/** Wants with one key replace one another. */
export function keyOf(want: Want): string {
  switch (want.kind) {
    case "scene":
    case "transition":
      return want.kind;
    case "item":
      return JSON.stringify(["item", want.scene ?? null, want.source]);
    case "mute":
      return JSON.stringify(["mute", want.input]);
    case "filter":
      return JSON.stringify(["filter", want.source, want.filter]);
    case "text":
      return JSON.stringify(["text", want.source]);
  }
}

export function stepsOf(want: Want, view: View): Steps {
  const { inventory, names } = view;
  switch (want.kind) {
    case "scene": {
      const sceneName = names.source(want.scene);
      if (!inventory.scenes.has(sceneName)) return noScene(sceneName, inventory);
      return {
        steps: [{
          read: { requestType: "GetCurrentProgramScene" },
          isMet: (data) => data.currentProgramSceneName === sceneName,
          write: { requestType: "SetCurrentProgramScene", requestData: { sceneName } },
          mark: { what: "scene", value: sceneName },
        }],
      };
    }
    case "item":
      return itemSteps(want.source, want.scene, want.isShown, view);
    case "mute": {
      const inputName = names.source(want.input);
      if (!inventory.inputs.has(inputName)) return noSource(inputName, inventory);
      const inputMuted = want.isMuted;
      return {
        steps: [{
          read: { requestType: "GetInputMute", requestData: { inputName } },
          isMet: (data) => data.inputMuted === inputMuted,
          write: { requestType: "SetInputMute", requestData: { inputName, inputMuted } },
          mark: { what: `mute ${inputName}`, value: inputMuted },
        }],
      };
    }
    case "filter":
      return filterSteps(want.source, want.filter, want.isEnabled, want.settings, view);
    case "text": {
      const inputName = names.source(want.source);
      if (!inventory.inputs.has(inputName)) return noSource(inputName, inventory);
      return {
        steps: [{
          read: { requestType: "GetInputSettings", requestData: { inputName } },
          isMet: (data) => (data.inputSettings as Fields | undefined)?.text === want.text,
          write: textRequest(inputName, want.text),
        }],
      };
    }
    case "transition":
      return transitionSteps(want.name, want.durationMs, view);
  }
}

export function textRequest(inputName: string, text: string): Request {
  return {
    requestType: "SetInputSettings",
    requestData: { inputName, inputSettings: { text }, overlay: true },
  };
}

function itemSteps(
  wanted: string,
  scene: string | undefined,
  sceneItemEnabled: boolean,
  view: View,
): Steps {
  const { inventory, names } = view;
  const source = names.source(wanted);
  if (!inventory.hasSource(source)) return noSource(source, inventory);
  let holders: readonly string[];
  if (scene !== undefined) {
    const holder = names.source(scene);
    if (!inventory.items.has(holder)) return noScene(holder, inventory);
    if (inventory.itemIds(holder, source).length === 0) {
      const near = hint(source, inventory.items.get(holder)!.map((item) => item.source));
      return { missing: `the scene "${holder}" has no source "${source}" in it${near}` };
    }
    holders = [holder];
  } else {
    holders = inventory.holders(source);
    const onAir = view.onAir ?? inventory.current;
    if (holders.includes(onAir)) holders = [onAir];
    if (holders.length === 0) return { missing: `no scene has the source "${source}" in it` };
  }
  const steps = holders.flatMap((sceneName) =>
    inventory.itemIds(sceneName, source).map((sceneItemId): Step => ({
      read: { requestType: "GetSceneItemEnabled", requestData: { sceneName, sceneItemId } },
      isMet: (data) => data.sceneItemEnabled === sceneItemEnabled,
      write: {
        requestType: "SetSceneItemEnabled",
        requestData: { sceneName, sceneItemId, sceneItemEnabled },
      },
      mark: { what: `item ${sceneItemId} ${sceneName}`, value: sceneItemEnabled },
    }))
  );
  return { steps };
}

function filterSteps(
  source: string,
  filter: string,
  filterEnabled: boolean | undefined,
  filterSettings: JsonObject | undefined,
  { inventory, names }: View,
): Steps {
  const sourceName = names.source(source);
  const filterName = names.filter(source, filter);
  if (!inventory.hasSource(sourceName)) return noSource(sourceName, inventory);
  if (!inventory.filters.get(sourceName)?.has(filterName)) {
    const near = hint(filterName, inventory.filters.get(sourceName) ?? []);
    return { missing: `the source "${sourceName}" has no filter "${filterName}"${near}` };
  }
  const read: Request = { requestType: "GetSourceFilter", requestData: { sourceName, filterName } };
  const steps: Step[] = [];
  if (filterSettings !== undefined && Object.keys(filterSettings).length > 0) {
    steps.push({
      read,
      isMet: (data) => isWithin(filterSettings, data.filterSettings),
      write: {
        requestType: "SetSourceFilterSettings",
        requestData: { sourceName, filterName, filterSettings, overlay: true },
      },
    });
  }
  if (filterEnabled !== undefined) {
    steps.push({
      read,
      isMet: (data) => data.filterEnabled === filterEnabled,
      write: {
        requestType: "SetSourceFilterEnabled",
        requestData: { sourceName, filterName, filterEnabled },
      },
      mark: { what: `filter ${filterName} ${sourceName}`, value: filterEnabled },
    });
  }
  return { steps };
}

function transitionSteps(
  transitionName: string,
  transitionDuration: number | undefined,
  { inventory }: View,
): Steps {
  if (!inventory.transitions.has(transitionName)) {
    const near = hint(transitionName, inventory.transitions.keys());
    return { missing: `there is no transition "${transitionName}" in OBS${near}` };
  }
  const read: Request = { requestType: "GetCurrentSceneTransition" };
  const steps: Step[] = [{
    read,
    isMet: (data) => data.transitionName === transitionName,
    write: { requestType: "SetCurrentSceneTransition", requestData: { transitionName } },
  }];
  if (transitionDuration !== undefined) {
    steps.push({
      read,
      isMet: (data) => data.transitionDuration === transitionDuration,
      write: { requestType: "SetCurrentSceneTransitionDuration", requestData: { transitionDuration } },
    });
  }
  return { steps };
}

export function noScene(name: string, inventory: Inventory): { readonly missing: string } {
  return { missing: `there is no scene "${name}" in OBS${hint(name, inventory.scenes)}` };
}

export function noSource(name: string, inventory: Inventory): { readonly missing: string } {
  return { missing: `there is no source "${name}" in OBS${hint(name, inventory.sources())}` };
}

/** The end of the sentence where something of a like name is there. */
export function hint(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `, did you mean "${near}"?`;
}

/** Whether every wanted setting has its value; OBS may have more of them. */
export function isWithin(wanted: Fields, there: unknown): boolean {
  if (typeof there !== "object" || there === null) return false;
  return Object.entries(wanted).every(([name, value]) => isSame(value, (there as Fields)[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || one === null) return one === other;
  if (typeof other !== "object" || other === null) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length &&
    names.every((name) => isSame((one as Fields)[name], (other as Fields)[name]));
}

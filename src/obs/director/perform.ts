/**
 * Deeds into requests. In: deeds in their order, what there is in OBS. Out: one batch, so that they take effect together,
 * and one line for each that could not be done. What is missing in OBS hinders only the deed that names it.
 */
import { refusal } from "./desired.ts";
import type { Obs, Request } from "./line.ts";
import type { OwnDeeds } from "./own_deeds.ts";
import type { Deed } from "./script.ts";
import { hint, type Mark, stepsOf, type View, wantOf } from "./wants.ts";

/** OBS needs seconds to begin or end an output, and tells of it only then. */
const OUTPUT_MS = 10_000;
/** OutputRunning, OutputNotRunning: it is as wanted already. */
const AS_WANTED = [500, 501];

export interface PerformOptions {
  readonly obs: Obs;
  readonly view: View;
  readonly own: OwnDeeds;
  /** Requests that go before all others, in the same batch. */
  readonly first?: readonly Request[];
}

interface Once {
  readonly request: Request;
  readonly mark?: Mark;
}

/** Answers what could not be done. Rejects where OBS goes meanwhile. */
export async function perform(deeds: readonly Deed[], options: PerformOptions): Promise<string[]> {
  const { obs, own, first = [] } = options;
  const problems: string[] = [];
  const parts: Once[] = first.map((request) => ({ request }));
  let { view } = options;
  for (const deed of deeds) {
    const found = partsOf(deed, view);
    if ("missing" in found) {
      problems.push(found.missing);
      continue;
    }
    parts.push(...found.parts);
    if ("scene" in deed) view = { ...view, onAir: view.names.source(deed.scene) };
  }
  const marks = parts.flatMap((part) => part.mark ?? []);
  own.begin(marks);
  const answers = await obs.batch(parts.map((part) => part.request));
  own.done(marks.filter(({ what }) => !isOutput(what)));
  own.done(marks.filter(({ what }) => isOutput(what)), OUTPUT_MS);
  for (const [index, answer] of answers.entries()) {
    const { request, mark } = parts[index]!;
    // OBS tells of it only when its transition has ended
    if (answer.isDone && mark?.what === "scene") view.inventory.current = String(mark.value);
    if (answer.isDone || AS_WANTED.includes(answer.code)) continue;
    problems.push(refusal(request.requestType, answer));
  }
  return problems;
}

/** What a deed needs, or what is missing for it. The virtual camera has its own file. */
export function partsOf(
  deed: Deed,
  view: View,
): { readonly parts: readonly Once[] } | { readonly missing: string } {
  const want = wantOf(deed);
  if (want !== undefined) {
    const found = stepsOf(want, view);
    if ("missing" in found) return found;
    return {
      parts: found.steps.map(({ write, mark }) => ({ request: write, ...(mark ? { mark } : {}) })),
    };
  }
  if ("hotkey" in deed) {
    const { hotkeys } = view.inventory;
    const hotkeyName = deed.hotkey;
    if (!hotkeys.has(hotkeyName)) {
      return { missing: `there is no hotkey "${hotkeyName}" in OBS${hint(hotkeyName, hotkeys)}` };
    }
    return { parts: [{ request: { requestType: "TriggerHotkeyByName", requestData: { hotkeyName } } }] };
  }
  if ("record" in deed) {
    const isOn = deed.record === "start";
    const requestType = isOn ? "StartRecord" : "StopRecord";
    return { parts: [{ request: { requestType }, mark: { what: "record", value: isOn } }] };
  }
  if ("stream" in deed) {
    const isOn = deed.stream === "start";
    const requestType = isOn ? "StartStream" : "StopStream";
    return { parts: [{ request: { requestType }, mark: { what: "stream", value: isOn } }] };
  }
  return { parts: [] };
}

function isOutput(what: string): boolean {
  return what === "record" || what === "stream";
}

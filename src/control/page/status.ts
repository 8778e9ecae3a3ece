/** The status panel: camera, sound, OBS and what moves the mouth, in words; below them the numbers. */
/// <reference lib="dom" />
import type { ProgrammeState } from "./api.ts";
import { DefinitionList, type Row } from "./definition_list.ts";
import { element, make } from "./dom.ts";
import type { ViewerNumbers } from "./viewer_numbers.ts";
import { word } from "./words.ts";

const SKEW_MS_MAX = 100;
const LOSS_MAX = 0.05;

const number = (value: number | undefined, digits = 0) => value === undefined ? "–" : value.toFixed(digits);
const warnIf = (isTrouble: boolean): Pick<Row, "mood"> => isTrouble ? { mood: "warn" } : {};

export class StatusPanel {
  readonly #devices = new DefinitionList(element("devices"));
  readonly #numbers = new DefinitionList(element("status"));
  #notes = "";
  #before: ProgrammeState = {};

  /** The programme is away: nothing is known of it. */
  lose(): void {
    const unknown = (label: Row["label"]): Row => ({ label, value: "–" });
    this.#devices.show((["camera", "sound", "obs", "mouth"] as const).map(unknown));
    this.#numbers.show(numbers({}, {}).map(({ label }) => unknown(label)));
  }

  /** Once a second. */
  show(state: ProgrammeState, viewer: ViewerNumbers | undefined): void {
    this.#devices.show([camera(state), sound(state), obs(state), mouth(state)]);
    this.#numbers.show([...numbers(state, this.#before), ...(viewer === undefined ? [] : received(viewer))]);
    this.#before = state;
    const notes = state.notes ?? [];
    if (this.#notes === notes.join("\n")) return;
    this.#notes = notes.join("\n");
    element("notes").replaceChildren(...notes.map((note) => make("li", { textContent: note, lang: "en" })));
  }
}

function camera({ camera: { state, path, format } = {} }: ProgrammeState): Row {
  const label = "camera";
  if (path === undefined) return { label, value: word("cameraNone"), remark: word("cameraNoneAbout") };
  if (state === "lost") return { label, value: path, remark: word("cameraLost"), mood: "warn" };
  return { label, value: path, remark: format ?? "", mood: "good" };
}

function sound({ sound: { kind, device, latencyMs, underruns } = {} }: ProgrammeState): Row {
  const label = "sound";
  if (kind === "null") return { label, value: word("soundNone"), remark: word("soundNoneAbout") };
  const gaps = underruns ? `, ${word("underruns").toLowerCase()}: ${underruns}` : "";
  const remark = word("soundDelay", { ms: number(latencyMs) }) + gaps;
  return { label, value: device || (kind ?? "–"), remark, mood: "good" };
}

function obs({ obs: { feed, director } = {} }: ProgrammeState): Row {
  const label = "obs";
  if (feed === undefined && director === undefined) return { label, value: word("obsUnused") };
  const count = feed?.connected.length ?? 0;
  const value = count > 0 ? word("obsReaders", { count }) : word("obsNobody");
  const problem = director?.problem ?? "";
  const steered = director === undefined ? "" : word("obsSteered", { state: director.state });
  const isGood = count > 0 || director?.state === "connected";
  return {
    label,
    value,
    remark: problem || steered,
    ...(isGood ? { mood: "good" } : warnIf(problem !== "")),
  };
}

function mouth({ video: { mouth, model, provider, reason } = {} }: ProgrammeState): Row {
  const label = "mouth";
  if (mouth === undefined) return { label, value: "–" };
  if (mouth === "visemes") {
    return { label, value: word("visemes"), remark: reason ?? word("visemesAbout"), mood: "good" };
  }
  const value = [model ?? mouth, provider].filter(Boolean).join(", ");
  return { label, value, remark: word("engineAbout"), mood: "good" };
}

function numbers({ picture = {}, speech = {}, recording }: ProgrammeState, before: ProgrammeState): Row[] {
  const { queued = 0, capacity = Infinity } = speech;
  const isLagging = (picture.laggedFrames ?? 0) > (before.picture?.laggedFrames ?? Infinity);
  const isApart = Math.abs(picture.skewMs ?? 0) > SKEW_MS_MAX;
  const rows: Row[] = [
    { label: "fps", value: number(picture.fps, 1) },
    { label: "lagged", value: number(picture.laggedFrames), ...warnIf(isLagging) },
    { label: "repeated", value: number(picture.repeatedFrames) },
    { label: "skew", value: number(picture.skewMs), remark: "ms", ...warnIf(isApart) },
    {
      label: "queue",
      value: number(speech.queued),
      remark: word("of", { count: number(speech.capacity) }),
      ...warnIf(queued >= capacity),
    },
  ];
  if (recording === undefined) return rows;
  const isLosing = (recording.lostUnits ?? 0) > 0;
  return [...rows, {
    label: "recording",
    value: number(recording.frames),
    remark: word("frames"),
    ...warnIf(isLosing),
  }];
}

function received({ kilobits, roundTripMs, lostShare }: ViewerNumbers): Row[] {
  return [
    { label: "bitrate", value: number(kilobits), remark: "kbit/s" },
    { label: "roundTrip", value: number(roundTripMs), remark: "ms" },
    { label: "loss", value: number(lostShare * 100, 1), remark: "%", ...warnIf(lostShare > LOSS_MAX) },
  ];
}

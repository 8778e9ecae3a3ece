/** The status panel: the programme's state as the things a person looks for, troubles marked by more than colour. */
/// <reference lib="dom" />
import { get, type ProgrammeState, reason } from "./api.ts";
import { element, make } from "./dom.ts";
import type { ViewerNumbers } from "./webrtc.ts";
import { word } from "./words.ts";

interface Finding {
  readonly state: "ok" | "note" | "lacks";
  readonly says: string;
  readonly without?: string;
  readonly mend?: readonly string[];
}

interface Row {
  readonly label: string;
  readonly value: string;
  readonly remark?: string;
  readonly isTrouble?: boolean;
  readonly isWide?: boolean;
}

const number = (value: number | undefined, digits = 0) => value === undefined ? "–" : value.toFixed(digits);

function rows(state: ProgrammeState, viewer: ViewerNumbers | undefined): Row[] {
  const { picture = {}, speech = {}, camera = {}, sound = {}, recording, video } = state;
  const isSilent = sound.kind === "null"; // no device: nothing is late and nothing runs dry
  const frames = word("frames");
  const skew = Math.abs(picture.skewMs ?? 0) > 100;
  const all: Row[] = [
    { label: word("fps"), value: number(picture.fps, 1) },
    {
      label: word("lagged"),
      value: number(picture.laggedFrames),
      remark: frames,
      isTrouble: (picture.laggedFrames ?? 0) > 0,
    },
    { label: word("repeated"), value: number(picture.repeatedFrames), remark: frames },
    { label: word("skew"), value: number(picture.skewMs), remark: "ms", isTrouble: skew },
    {
      label: word("queue"),
      value: number(speech.queued),
      remark: word("of", { count: speech.capacity ?? 0 }),
      isTrouble: (speech.queued ?? 0) >= (speech.capacity ?? Infinity),
    },
    {
      label: word("underruns"),
      value: number(sound.underruns),
      isTrouble: !isSilent && (sound.underruns ?? 0) > 0,
    },
    {
      label: word("camera"),
      value: camera.path ?? word("none"),
      remark: camera.path === undefined ? "" : [camera.state, camera.format].filter(Boolean).join(", "),
      isTrouble: camera.state === "lost",
      isWide: true,
    },
    {
      label: word("sound"),
      value: isSilent ? word("none") : sound.device ?? "–",
      remark: isSilent ? "" : `${number(sound.latencyMs)} ms`,
      isWide: true,
    },
    { label: word("mouth"), value: video?.mouth ?? "–", remark: state.engine ?? "" },
  ];
  if (viewer !== undefined) {
    all.push(
      { label: word("bitrate"), value: number(viewer.kilobits), remark: "kbit/s" },
      { label: word("roundTrip"), value: number(viewer.roundTripMs), remark: "ms" },
      { label: word("loss"), value: number(viewer.lostShare * 100, 1), remark: "%" },
    );
  }
  if (recording !== undefined) {
    const lost = recording.lostUnits ?? 0;
    all.push({
      label: word("recording"),
      value: number(recording.frames),
      remark: frames,
      isTrouble: lost > 0,
    });
  }
  return all;
}

export function showStatus(state: ProgrammeState, viewer: ViewerNumbers | undefined): void {
  element("status").replaceChildren(
    ...rows(state, viewer).map(({ label, value, remark = "", isTrouble, isWide }) =>
      make(
        "div",
        { className: isWide ? "wide" : "" },
        make("dt", { textContent: label }),
        make(
          "dd",
          { className: isTrouble ? "warn" : "" },
          isTrouble ? `⚠ ${value}` : value,
          make("small", { textContent: ` ${remark}` }),
        ),
      )
    ),
  );
  element("notes").replaceChildren(
    ...(state.notes ?? []).map((note) => make("li", { textContent: note })),
  );
}

/** The doctor's look at the machine, with its mends to copy. */
export async function showFindings(): Promise<void> {
  const list = element("findings");
  list.replaceChildren(make("li", { className: "note", textContent: word("examining") }));
  try {
    const { findings } = await get<{ findings: Finding[] }>("/v1/doctor");
    const wrong = findings.filter(({ state }) => state !== "ok");
    list.replaceChildren(
      ...wrong.map(({ state, says, without, mend = [] }) =>
        make(
          "li",
          { className: state },
          make("strong", { textContent: says }),
          ...(without === undefined
            ? []
            : [make("span", { textContent: word("worksWithout", { what: without }) })]),
          ...(mend.length === 0 ? [] : mends(mend)),
        )
      ),
    );
    if (wrong.length === 0) {
      list.replaceChildren(make("li", { className: "ok", textContent: word("allWell") }));
    }
  } catch (error) {
    list.replaceChildren(
      make("li", { className: "lacks", textContent: word("notDone", { why: reason(error) }) }),
    );
  }
}

/** Lines to type, with a button that copies those that are no explanations. */
function mends(lines: readonly string[]): HTMLElement[] {
  const copy = make("button", { type: "button", className: "copy", textContent: word("copy") });
  copy.addEventListener("click", async () => {
    const text = lines.filter((line) => !line.startsWith("# ")).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = word("copied");
    } catch {
      copy.textContent = word("copyFailed"); // the lines can be selected all the same
    }
  });
  const text = make("pre", { textContent: lines.join("\n"), tabIndex: 0 });
  return lines.some((line) => !line.startsWith("# ")) ? [text, copy] : [text];
}

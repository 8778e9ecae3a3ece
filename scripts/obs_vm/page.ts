/**
 * docs/obs-virtual-camera.md: the record of a run. In: what was seen and what of it held. Out: the page, and the table
 * for the terminal. No clock, no files.
 */
import type { Case, ObsResults } from "../../tests/system/vm/obs_job.ts";
import { FRAMES_READ } from "../../tests/system/vm/obs_picture.ts";
import { type Check, eventsOf, LAYOUT_NAMES, seenOn, who } from "./verdict.ts";

export interface Run {
  readonly results: ObsResults;
  readonly checks: readonly Check[];
  /** Versions; the first is the installed one, which the checks are about. */
  readonly drivers: readonly string[];
  /** Of the module, as the doctor gives them. */
  readonly options: readonly string[];
  /** ISO, such as 2026-01-31. */
  readonly date: string;
  /** Of the whole run. */
  readonly seconds: number;
}

export function tableOf(checks: readonly Check[]): string {
  return checks.map(({ name, isOk, detail }) =>
    `${isOk ? "ok    " : "FAILED"} ${name}${detail && `  (${detail})`}`
  )
    .join("\n");
}

export function pageOf({ results, checks, drivers, options, date, seconds }: Run): string {
  const failed = checks.filter(({ isOk }) => !isOk).length;
  const verdict = failed === 0 ? "Every check held." : `${failed} of ${checks.length} checks did not hold.`;
  return [
    "# OBS's virtual camera beside Lipcam",
    "",
    "OBS has a virtual camera of its own. This page says whether it works beside a running Lipcam on nodes as",
    "`deno task doctor` makes them, and which node OBS takes. It is written by",
    "",
    "    deno task obs:vm",
    "",
    "which is run by hand before a release: it boots a virtual machine with Debian's kernel and the real driver,",
    "starts OBS without a screen, lets it show two colours and a small bar that moves, asks it by its websocket to",
    "start the virtual camera and reads the node with ffmpeg. Lipcam is its own camera code with a small picture.",
    "`deno task obs:vm --help` says what it needs.",
    "",
    `Last run ${date}, ${Math.round(seconds)} s: ${verdict}`,
    "",
    ...rows(["what", "version"], [
      ["kernel", results.kernel],
      ["v4l2loopback", drivers.join(", ")],
      ["OBS", `${results.obs}, websocket ${results.websocket}`],
      ["ffmpeg", results.ffmpeg],
    ]),
    "",
    "The doctor's options of the driver:",
    "",
    `    ${options.join(" ")}`,
    "",
    "## Checks",
    "",
    ...rows(
      ["", "check", "seen"],
      checks.map(({ name, isOk, detail }) => [isOk ? "ok" : "**failed**", name, detail]),
    ),
    "",
    "## What OBS does",
    "",
    `Each row is one StartVirtualCam. _Frames_ are what ffmpeg read of a node until it had ${FRAMES_READ} or gave up: how`,
    "many came, how many of them differ, how many are byte for byte Lipcam's.",
    "",
    ...drivers.flatMap((driver, at) => [
      `### Driver ${driver}${at === 0 ? "" : " (a newer generation; for information)"}`,
      "",
      ...rows(
        ["nodes", "Lipcam", "answer and events", "who has them", "frames", "OBS afterwards"],
        results.cases.filter((one) => one.driver === driver || (at === 0 && one.layout === "no driver"))
          .map(row),
      ),
      "",
    ]),
    ...FINDINGS,
    "",
  ].join("\n");
}

function row(one: Case): string[] {
  return [
    LAYOUT_NAMES[one.layout],
    one.isLipcamOn ? "on" : "off",
    `${one.answer}; ${eventsOf(one)}${one.startMs === undefined ? complaint(one) : ""}`,
    who(one),
    frames(one),
    one.obsAfter,
  ];
}

/** What OBS's log has, where nothing started. */
function complaint({ said }: Case): string {
  const lines = said.filter((line) => /fail|error|not found/i.test(line));
  return lines.length === 0 ? "" : `; its log: ${[...new Set(lines)].join(", ")}`;
}

function frames({ nodes }: Case): string {
  return nodes.filter(({ seen }) => seen !== undefined).map((node) => {
    const seen = seenOn(node);
    const says = seen === undefined
      ? `${node.seen}`
      : `${seen.frames}, ${seen.distinct}, ${seen.ofLipcam}${seen.complaint ? ` (${seen.complaint})` : ""}`;
    return `${node.path.replace("/dev/", "")}: ${says}`;
  }).join("; ") || "-";
}

/** Read in OBS 29.0.2's source and the driver's, borne out by the rows above. */
const FINDINGS = [
  "## Why",
  "",
  "OBS 29 goes through /dev/video* in the order of their numbers and takes the first that lets it set a format for",
  "output and start. It looks neither at the label nor at whether the node offers output at the moment (newer versions",
  "of OBS do the latter).",
  "",
  "- Driver 0.12 lets a second writer in: it answers with the format that the first one set. OBS then writes frames of",
  "  another size and layout into Lipcam's camera, and readers give up. Where OBS's frame is larger than the node's, its",
  "  sending thread never comes back: no frame of OBS's is counted, and OBS crashes at times at the stop.",
  "- Driver 0.13 refuses a second writer: OBS goes on to the next node. Without Lipcam it takes the lowest all the same.",
  "- Drivers from 0.14 on refuse the way in which OBS 29 starts: it needs a newer OBS.",
  "",
  "OBS 29 was also seen to crash at StopVirtualCam on a node of its own, once in some thirty stops on this slow machine;",
  "a run in which it does is to be repeated.",
  "",
  "So OBS's node must have the lower number, whoever is started first. Lipcam finds its own by the label.",
  "",
  "No refusal ever comes over the websocket: StartVirtualCam is accepted as long as OBS found the driver when it",
  "started (else error 604), and a start that fails is told by the absence of VirtualcamStateChanged alone. Where the",
  "driver is not loaded at that moment OBS runs `pkexec modprobe v4l2loopback`, which may ask for a password on the",
  "screen.",
];

function rows(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const cells = [head, ...body].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " "))
  );
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [line(cells[0]!), line(head.map(() => "---")), ...cells.slice(1).map(line)];
}

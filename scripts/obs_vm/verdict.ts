/**
 * What must hold of OBS's virtual camera beside a Lipcam. In: what was seen in the machine (tests/system/vm/obs_job.ts).
 * Out: named checks, each with what was there. No clock, no files.
 */
import type { Case, Layout, NodeSeen, ObsResults } from "../../tests/system/vm/obs_job.ts";
import { FRAMES_READ, HALVES, type Seen, type Yuv, yuvOf } from "../../tests/system/vm/obs_picture.ts";

export interface Check {
  readonly name: string;
  readonly isOk: boolean;
  /** What was seen. */
  readonly detail: string;
}

/** Each of the three components, of 0..255. */
const COLOUR_TOLERANCE = 3;
/** Of those that are read: OBS repeats a frame where the machine is slow. */
const DISTINCT_MIN = 5;

/** Checks over the cases of one driver. */
export function checksOf(results: ObsResults, driver: string): Check[] {
  const cases = (layout: Layout, isLipcamOn: boolean) =>
    results.cases.filter((one) =>
      one.driver === driver && one.layout === layout && one.isLipcamOn === isLipcamOn
    );
  const checks: Check[] = [];
  const add = (name: string, isOk: boolean, detail: string) => checks.push({ name, isOk, detail });

  const own = [...cases("doctor", false), ...cases("doctor", true)];
  add(
    "every case came to its end",
    results.troubles.length === 0 && own.length === 3,
    results.troubles[0] ?? "",
  );
  for (const [at, one] of own.entries()) {
    const when = one.isLipcamOn
      ? `the doctor's nodes, Lipcam on${at > 1 ? ", again" : ""}`
      : "the doctor's nodes, Lipcam off";
    addOwn(one, (name, isOk, detail) => add(`${when}: ${name}`, isOk, detail));
  }
  const lowest = [...cases("obs first", false), ...cases("obs first", true), ...cases("lipcam first", false)];
  for (const one of lowest) {
    const name = `${LAYOUT_NAMES[one.layout]}, Lipcam ${
      one.isLipcamOn ? "on" : "off"
    }: OBS takes the lowest number`;
    add(name, one.startMs !== undefined && one.nodes[0]!.holders.includes("obs"), who(one));
  }
  return checks;
}

export const LAYOUT_NAMES: Readonly<Record<Layout, string>> = {
  "doctor": "as the doctor makes them",
  "obs first": "OBS's node has the lower number",
  "lipcam first": "Lipcam's node has the lower number",
  "lipcam alone": "Lipcam's node is the only one",
  "no driver": "the driver is not loaded",
};

/** One start and stop on nodes as the doctor makes them. */
function addOwn(one: Case, add: (name: string, isOk: boolean, detail: string) => void): void {
  const obs = one.nodes.find(({ label }) => /\bOBS\b/.test(label));
  const lipcam = one.nodes.find(({ label }) => label === "Lipcam");
  add("OBS says that its camera has started", one.startMs !== undefined, `${one.answer}, ${eventsOf(one)}`);
  const wanted = one.isLipcamOn ? "Lipcam" : "";
  add(
    "OBS took its own node and left Lipcam's alone",
    obs?.holders.join() === "obs" && lipcam?.holders.join() === wanted,
    who(one),
  );
  const picture = seenOn(obs);
  add("both colours come out", hasColours(picture), describeColours(picture));
  add(
    `${DISTINCT_MIN} frames or more differ`,
    (picture?.distinct ?? 0) >= DISTINCT_MIN,
    `${picture?.distinct ?? 0} of ${picture?.frames ?? 0}`,
  );
  if (one.isLipcamOn) {
    const ours = seenOn(lipcam);
    const isWhole = ours?.ofLipcam === FRAMES_READ && one.lostCount === 0;
    const read = `${ours?.ofLipcam ?? 0} of ${FRAMES_READ} byte for byte`;
    add("Lipcam's frames come out as before", isWhole, `${read}, node lost ${one.lostCount} times`);
  } else {
    add("Lipcam could begin now", one.lipcamWould === lipcam?.path, one.lipcamWould);
  }
  add(
    "it stops, and OBS goes on",
    one.obsAfter === "runs" && one.events.at(-1) === "STOPPED",
    `${eventsOf(one)}; OBS ${one.obsAfter}`,
  );
}

export function seenOn(node: NodeSeen | undefined): Seen | undefined {
  return typeof node?.seen === "object" ? node.seen : undefined;
}

export function eventsOf(one: Case): string {
  return one.events.length === 0 ? "no event" : one.events.join(", ");
}

/** "video10 Lipcam: Lipcam, obs; video11 OBS Virtual Camera: nobody". */
export function who({ nodes }: Case): string {
  return nodes.map(({ path, label, holders }) =>
    `${path.replace("/dev/", "")} ${label}: ${holders.join(", ") || "nobody"}`
  ).join("; ") || "no node";
}

function hasColours(seen: Seen | undefined): boolean {
  const isNear = (is: Yuv | undefined, wanted: Yuv) =>
    is !== undefined && is.every((value, at) => Math.abs(value - wanted[at]!) <= COLOUR_TOLERANCE);
  return isNear(seen?.left, yuvOf(HALVES.left, 709)) && isNear(seen?.right, yuvOf(HALVES.right, 709));
}

function describeColours(seen: Seen | undefined): string {
  if (seen?.left === undefined || seen.right === undefined) return "no picture of OBS's size";
  const say = (yuv: Yuv) => yuv.map((value) => value.toFixed(0)).join(" ");
  const pair = (is: Yuv, rgb: readonly [number, number, number]) => `${say(is)} for ${say(yuvOf(rgb, 709))}`;
  return `Y U V ${pair(seen.left, HALVES.left)}, ${pair(seen.right, HALVES.right)}`;
}

/**
 * The studio's steps about sound and picture: they come together, a delay of the sound shows as what it is, a file's own
 * sound is held to the picture in each of three ways.
 */
import { assert, assertAlmostEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { until } from "./live_process.ts";
import { LONG, offsetOf, phaseIs, say, set, silence, speechFile } from "./studio_page.ts";
import type { Place, Step } from "./studio_place.ts";
import { filePlayedS } from "./studio_probes.ts";

/** Looks of which the earlier half must say what the later half says. */
const LOOKS = 14;
const LOOK_MS = 250;
const STEADY_MS = 10;

const middle = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!;

/** What is measured once the browser's own buffers have settled; a single late frame does not move it. */
async function steadyOffset(page: Page, msMax = 40_000): Promise<number> {
  const found: number[] = [];
  return await until("an offset that stays", msMax, async () => {
    const offset = await offsetOf(page);
    if (Number.isNaN(offset)) found.length = 0;
    else found.push(offset);
    const last = found.slice(-LOOKS);
    const [earlier, later] = [middle(last.slice(0, LOOKS / 2)), middle(last.slice(LOOKS / 2))];
    return last.length === LOOKS && Math.abs(later - earlier) < STEADY_MS && later;
  }, LOOK_MS);
}

async function together({ page, programme }: Place): Promise<void> {
  await set(page, { isAligned: true, delayMs: "0" });
  await say(page, `${LONG} ${LONG} ${LONG}`);
  let within = 0;
  await until("sound and picture within 40 ms, look for look", 30_000, async () => {
    within = Math.abs(await offsetOf(page)) <= 40 ? within + 1 : 0;
    return within === 8;
  }, LOOK_MS);
  await silence(programme);
}

/** What is measured without and with the delay says something only where it is the same without it afterwards. */
const DRIFT_MS_MAX = 15;
const TRIES = 3;

async function delayed({ page, programme }: Place): Promise<void> {
  await set(page, { isAligned: false });
  await say(page, Array(TRIES * 3).fill(LONG).join(" "));
  await phaseIs(page, "speaking");
  const seen: string[] = [];
  for (let nth = 0; nth < TRIES; nth++) {
    const before = await steadyOffset(page);
    await set(page, { delayMs: "200" });
    const late = await steadyOffset(page);
    await set(page, { delayMs: "0" });
    const after = await steadyOffset(page);
    seen.push(`${before} ms, ${late} ms, ${after} ms`);
    if (Math.abs(after - before) > DRIFT_MS_MAX) continue; // the machine is busy, the browser's buffers grow
    assertAlmostEquals(late - (before + after) / 2, 200, 20, seen.at(-1));
    return await silence(programme);
  }
  throw new Error(`the browser's buffers never settled: ${seen.join("; ")}`);
}

/** What the sound may be early and late: the threshold, and how coarse the way is in which frames are counted. */
const MODES = [["rvfc", 180, 200], ["datachannel", 180, 200], ["polling", 240, 260]] as const;

async function fileHeld(
  { page, programme, room }: Place,
  [fileSound, earlyMs, lateMs]: typeof MODES[number],
) {
  await set(page, { isAligned: false, fileSound, thresholdMs: "100" });
  const path = `${room.folder}/${fileSound}.wav`;
  await speechFile(path, 0.9, 14); // its silence is longer than what the programme leaves of it
  await page.setInputFiles("#file", path);
  await phaseIs(page, "speaking");
  await until("the file itself plays", 8000, async () => await filePlayedS(page) > 0.5);
  const looks: number[] = [];
  await until("the offset of the file, measured five times", 12_000, async () => {
    const offset = await offsetOf(page);
    if (!Number.isNaN(offset)) looks.push(offset);
    return looks.length >= 5;
  }, 500);
  const offset = middle(looks);
  assert(offset > -earlyMs && offset < lateMs, `${offset} ms`);
  await silence(programme);
  await until("the file has stopped", 4000, async () => Number.isNaN(await filePlayedS(page)));
  await set(page, { fileSound: "stream" });
}

export const SYNC_STEPS: readonly Step[] = [
  ["sound and picture come within 40 ms of each other", together],
  ["sound that is delayed by 200 ms is measured as 200 ms later, within 20", delayed],
  ...MODES.map((mode): Step => [
    `the sound of a file, played by the page itself, keeps to the picture by ${mode[0]}`,
    (place) => fileHeld(place, mode),
  ]),
];

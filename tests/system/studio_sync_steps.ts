/**
 * The studio's steps about sound and picture: they come together, a delay of the sound shows as what it is, a file's own
 * sound is held to the picture in each of three ways.
 */
import { assert, assertAlmostEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { until } from "./live_process.ts";
import { LONG, offsetOf, phaseIs, say, set, silence, speechFile } from "./studio_page.ts";
import type { Place, Step } from "./studio_place.ts";
import { filePlayedS, loudness } from "./studio_probes.ts";

const LOOKS = 10;
const LOOK_MS = 250;
const HEARD = 0.01;
const LONGER_THAN_A_PAUSE_MS = 1200;

const middle = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!;

/** Of several looks at what is measured from now on: a single late frame does not move it. */
async function middleOffset(page: Page, msMax = 30_000): Promise<number> {
  const found: number[] = [];
  return await until("an offset, measured often enough", msMax, async () => {
    const offset = await offsetOf(page);
    if (!Number.isNaN(offset)) found.push(offset);
    return found.length === LOOKS && middle(found);
  }, LOOK_MS);
}

/** Whether eight looks after each other were so near. */
function within(page: Page, msMax: number): () => Promise<boolean> {
  let count = 0;
  return async () => {
    count = Math.abs(await offsetOf(page)) <= msMax ? count + 1 : 0;
    return count === 8;
  };
}

async function together({ page, programme }: Place): Promise<void> {
  await set(page, { isAligned: true, delayMs: "0" });
  await say(page, `${LONG} ${LONG} ${LONG}`);
  await until("sound and picture within 40 ms, look for look", 30_000, within(page, 40), LOOK_MS);
  await silence(programme);
}

/** What the delay adds and what is gone without it are alike, unless the browser's buffers change meanwhile. */
const ALIKE_MS = 15;
const CHANGES_MAX = 7;

async function delayed({ page, programme }: Place): Promise<void> {
  await set(page, { isAligned: false, delayMs: "0" });
  await say(page, Array(10).fill(LONG).join(" "));
  await phaseIs(page, "speaking");
  const differences: number[] = [];
  let before = await middleOffset(page);
  for (let isLate = true; differences.length < CHANGES_MAX; isLate = !isLate) {
    await set(page, { delayMs: isLate ? "200" : "0" });
    const now = await middleOffset(page);
    differences.push(isLate ? now - before : before - now);
    before = now;
    const [one, other] = differences.slice(-2);
    if (other === undefined || Math.abs(one! - other) > ALIKE_MS) continue;
    assertAlmostEquals((one! + other) / 2, 200, 20, `${differences.join(", ")} ms`);
    await set(page, { delayMs: "0" });
    return await silence(programme);
  }
  throw new Error(`the browser's buffers never settled: ${differences.join(", ")} ms`);
}

/** How early and late the sound may be: the threshold, and for frames that are counted when sent, their way to the screen. */
const MODES = [["rvfc", 180, 200], ["datachannel", 320, 200], ["polling", 320, 260]] as const;

async function fileHeld(
  { page, programme, room }: Place,
  [fileSound, earlyMs, lateMs]: typeof MODES[number],
) {
  await set(page, { isAligned: false, delayMs: "0", fileSound, thresholdMs: "100" });
  const path = `${room.folder}/${fileSound}.wav`;
  await speechFile(path, 0.9, 20); // its silence is longer than what the programme leaves of it
  await page.setInputFiles("#file", path);
  await phaseIs(page, "speaking");
  await until("the file itself plays", 8000, async () => await filePlayedS(page) > 0.5);
  const looks: number[] = [];
  await until("the offset of the file, measured five times", 18_000, async () => {
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

/** Told frames are shown a little later; what is measured of that is mended. */
async function fileTogether({ page, programme, room }: Place): Promise<void> {
  await set(page, { isAligned: true, delayMs: "0", fileSound: "datachannel" });
  const path = `${room.folder}/together.wav`;
  await speechFile(path, 0.9, 30);
  await page.setInputFiles("#file", path);
  await until("the file itself plays", 8000, async () => await filePlayedS(page) > 0.5);
  await until("sound and picture within 60 ms, look for look", 25_000, within(page, 60), LOOK_MS);
  assert(await filePlayedS(page) > 0, "it is still the file");
  await silence(programme);
  await set(page, { fileSound: "stream" });
}

/** What was said before it is heard to its end, by the stream. */
async function fileQueued({ page, programme, room }: Place): Promise<void> {
  await set(page, { fileSound: "rvfc" });
  await say(page, LONG);
  await phaseIs(page, "speaking");
  const path = `${room.folder}/queued.wav`;
  await speechFile(path, 0.2, 8);
  await page.setInputFiles("#file", path);
  await page.waitForSelector("#history li:first-child:has-text('queued.wav')");
  await page.waitForTimeout(1000); // the browser has decoded it
  assert(await loudness(page, LONGER_THAN_A_PAUSE_MS) > HEARD, "the speech before it");
  assert(Number.isNaN(await filePlayedS(page)), "the file waits");
  await until("the file's turn", 40_000, async () => await filePlayedS(page) > 0.5);
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
  ["a file that is queued lets what is said before it be heard", fileQueued],
  ["the sound of a file comes together with the picture by what is measured", fileTogether],
];

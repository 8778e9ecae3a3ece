/** The studio's steps about what stands around: status and mends, OBS, recordings, hold and panic, full screen. */
/// <reference lib="dom" />
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { until } from "./live_process.ts";
import { connected, textOf } from "./studio_page.ts";
import { type Place, stateIs, type Step } from "./studio_place.ts";

interface Recorded {
  readonly recording: string | null;
  readonly files: readonly { readonly id: string; readonly bytes: number }[];
}
interface Found {
  readonly findings: readonly {
    readonly state: string;
    readonly says: string;
    readonly mend?: readonly string[];
  }[];
}

async function tabs({ page }: Place): Promise<void> {
  const order = ["look", "health", "obs", "files"];
  for (const name of order) {
    await page.click(`#tab-${name}`);
    assertEquals(await page.locator("[role=tabpanel]:not([hidden])").count(), 1);
    assertEquals(await page.locator(`#panel-${name}`).getAttribute("hidden"), null);
  }
  for (
    const [key, name] of [["ArrowRight", "look"], ["ArrowLeft", "files"], ["Home", "look"], ["End", "files"]]
  ) {
    await page.keyboard.press(key!);
    assertEquals(await page.locator(`#panel-${name}`).getAttribute("hidden"), null, key!);
    assertEquals(await page.evaluate(() => document.activeElement!.id), `tab-${name}`);
  }
}

async function mends({ page, programme }: Place): Promise<void> {
  await page.click("#tab-health");
  const status = await textOf(page, "devices");
  for (const part of ["No webcam device", "No sound device", "OBS", "Mouth shapes"]) {
    assertStringIncludes(status, part);
  }
  const { findings } = await programme.get<Found>("/v1/doctor");
  const wrong = findings.filter(({ state }) => state !== "ok");
  await page.click("#examine");
  await until(
    "what was found",
    20_000,
    async () => await page.locator("#findings li").count() === wrong.length,
  );
  const mended = wrong.find(({ mend = [] }) => mend.some((line) => !line.startsWith("# ")));
  if (mended === undefined) return; // a machine on which all is well
  await page.locator("#findings li", { hasText: mended.says }).locator(".copy").click();
  const copied = await until("a copy", 5000, () => page.evaluate(() => navigator.clipboard.readText()));
  assertEquals(copied.split("\n"), mended.mend!.filter((line) => !line.startsWith("# ")));
}

async function steersObs({ page, obs }: Place): Promise<void> {
  await page.click("#tab-obs");
  await page.click("#scenes button:has-text('Product')");
  await until("the scene", 5000, () => obs.scene === "Product");
  await page.waitForSelector("#scenes button[aria-pressed=true]:has-text('Product')");
  for (
    const [label, request] of [["Record", "StartRecord"], ["Stream", "StartStream"], [
      "camera",
      "StartVirtualCam",
    ]]
  ) {
    await page.click(`#obs-outputs button:has-text('${label}')`);
    await until(request!, 5000, () => obs.of(request!).length === 1);
  }
}

/** Also where something else than the button changes. */
async function obsKeepsFocus({ page, programme }: Place): Promise<void> {
  const shown = (scene: string) =>
    page.waitForSelector(`#scenes button[aria-pressed=true]:has-text('${scene}')`);
  const focused = () => page.evaluate(() => document.activeElement!.textContent);
  await page.click("#tab-obs");
  await page.locator("#scenes button:has-text('BRB')").press("Enter");
  await shown("BRB");
  assertEquals(await focused(), "BRB");
  const stream = page.locator("#obs-outputs button:has-text('Stream')");
  await stream.focus();
  const label = await stream.textContent();
  await programme.live.fetch("/v1/obs", { method: "POST", body: JSON.stringify({ scene: "Product" }) });
  await shown("Product");
  assertEquals(await focused(), label);
}

/** Seconds that the page shows; NaN where it shows none. */
async function recordedS(page: Page): Promise<number> {
  const [, minutes, seconds] = /(\d+):(\d\d)/.exec(await textOf(page, "record-time")) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

/** A page that comes later, and another that was pressed meanwhile. */
async function recordsElsewhere({ page, programme }: Place): Promise<void> {
  const recording = async () => (await programme.get<Recorded>("/v1/record")).recording;
  // it is not told meanwhile: its button shows "Record" still
  await page.route(
    "**/v1/record",
    (route) => route.request().method() === "GET" ? route.abort() : route.continue(),
  );
  const begins = await programme.live.fetch("/v1/record", {
    method: "POST",
    body: JSON.stringify({ record: "start" }),
  });
  const { id } = await begins.json();
  await page.unroute("**/v1/record");
  await page.click("#record");
  await page.waitForSelector("#record[aria-pressed=true]");
  assertEquals(await recording(), id, "it goes on");
  await until("four seconds", 10_000, async () => await recordedS(page) >= 4);
  await page.reload();
  const shown = await until("its time", 10_000, async () => await recordedS(page) || undefined);
  assert(shown >= 4, `${shown} s`);
  await connected(page);
  await page.click("#record");
  await until("it has ended", 15_000, async () => await recording() === null);
  await page.waitForSelector("#record[aria-pressed=false]");
}

async function heldKeys(place: Place): Promise<void> {
  const { page } = place;
  await page.locator("#panic").focus();
  for (const isOn of [true, false]) {
    for (let repeats = 0; repeats < 4; repeats++) await page.keyboard.down("p");
    await page.keyboard.up("p");
    await page.waitForTimeout(300); // what would come after it
    await stateIs(place, `panic ${isOn}`, ({ still }) => still.isPanic === isOn);
    await page.waitForSelector(`#panic[aria-pressed=${isOn}]`);
  }
}

async function records({ page, programme }: Place): Promise<void> {
  const recorded = () => programme.get<Recorded>("/v1/record");
  await page.click("#tab-files");
  await page.selectOption("#record-format", "webm");
  await page.click("#record");
  await until("it records", 10_000, async () => (await recorded()).recording !== null);
  await until("its seconds are counted", 5000, async () => (await textOf(page, "record-time")) >= "0:01");
  await page.click("#record");
  const [file] = await until("the file", 15_000, async () => {
    const { recording, files } = await recorded();
    return recording === null && files.length === 1 && files;
  });
  assert(file!.id.endsWith(".webm") && file!.bytes > 1000, JSON.stringify(file));
  await page.waitForSelector("#files li");
  const coming = page.waitForEvent("download");
  await page.click("#files a.download");
  const download = await coming;
  assertEquals(download.suggestedFilename(), file!.id);
  assertEquals((await Deno.stat(await download.path())).size, file!.bytes);
  const opening = page.context().waitForEvent("page");
  await page.click("#files a:not(.download)");
  const other = await opening;
  await until(
    "it plays in a page of its own",
    10_000,
    () => other.evaluate(() => document.querySelector("video")?.videoWidth === 1280),
  );
  await other.close();
}

async function stillness(place: Place): Promise<void> {
  const { page } = place;
  for (const [id, key, is] of [["hold", "h", "isHeld"], ["panic", "p", "isPanic"]] as const) {
    for (const isOn of [true, false]) {
      if (isOn) await page.click(`#${id}`);
      else await page.locator(`#${id}`).press(key);
      await stateIs(
        place,
        `${id} ${isOn}`,
        ({ still, picture }) => still[is] === isOn && (picture.phase === "held") === isOn,
      );
      await page.waitForSelector(`#${id}[aria-pressed=${isOn}]`);
    }
  }
}

async function fullScreen({ page }: Place): Promise<void> {
  const isFull = () => page.evaluate(() => document.fullscreenElement?.id === "frame");
  await page.click("#full");
  await until("full screen", 5000, isFull);
  await page.keyboard.press("f");
  await until("the page again", 5000, async () => !await isFull());
}

export const PANEL_STEPS: readonly Step[] = [
  ["tabs go by mouse, arrows, Home and End", tabs],
  ["the status says what is there, the doctor's mends can be copied", mends],
  ["OBS changes its scene and begins its outputs", steersObs],
  ["who presses a button of OBS by keys stays on it", obsKeepsFocus],
  ["a recording is begun, ended, listed, downloaded and played", records],
  [
    "a recording that was begun elsewhere goes on, and its time is shown from its beginning",
    recordsElsewhere,
  ],
  ["hold and panic stop the picture, by mouse and by key", stillness],
  ["a key that is held down is one press", heldKeys],
  ["full screen and back", fullScreen],
];

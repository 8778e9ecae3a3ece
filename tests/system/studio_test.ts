/**
 * The studio in a real browser against the real programme: what is seen and heard is measured. Sound and picture belong
 * together, a delay of the sound shows as what it is, a file's own sound is held to the picture in each of three ways.
 */
/// <reference lib="dom" />
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { delay } from "../../src/time/mod.ts";
import { Room, skipWithout, until } from "./live_process.ts";
import { connected, LONG, offsetOf, say, set, speechFile, studio, textOf } from "./studio_page.ts";
import { CHROMIUM, openPage } from "./webrtc/browser.ts";

const ignore = skipWithout("the tests of the studio", ...(CHROMIUM ? [] : ["chromium"]), "ffmpeg");

/** The middle of several looks, which a single late frame does not move. */
async function steadyOffset(page: Page, looks = 9): Promise<number> {
  const found: number[] = [];
  await until("the offset measured", 40_000, async () => {
    const offset = await offsetOf(page);
    if (!Number.isNaN(offset)) found.push(offset);
    return found.length >= looks;
  }, 300);
  return found.sort((one, other) => one - other)[looks >> 1]!;
}

const framesSeen = (page: Page) =>
  page.evaluate(() =>
    document.querySelector<HTMLVideoElement>("#video")!.getVideoPlaybackQuality().totalVideoFrames
  );

Deno.test({
  name: "studio: the picture moves, words light up, sound and picture come within 40 ms of each other",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base } = await studio(room);
    await using _live = live;
    await using opened = await openPage(base);
    const { page } = opened;
    await connected(page);
    const before = await framesSeen(page);
    await say(page, `${LONG} ${LONG}`);
    await until("a word lit", 8000, async () => (await page.textContent("#subtitles .now")) !== "");
    await until("sound and picture within 40 ms", 25_000, async () => Math.abs(await offsetOf(page)) <= 40);
    assert(await framesSeen(page) - before > 60, "frames advance");
    assertEquals(opened.complaints, []);
  },
});

Deno.test({
  name: "studio: sound that is delayed by 200 ms is measured as 200 ms later, within 20",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base } = await studio(room);
    await using _live = live;
    await using opened = await openPage(base);
    const { page } = opened;
    await connected(page);
    await set(page, { isAligned: false });
    await say(page, `${LONG} ${LONG} ${LONG} ${LONG}`);
    await delay(4000); // the browser's own buffers settle
    const before = await steadyOffset(page);
    await set(page, { delayMs: "200" });
    await delay(3000);
    const after = await steadyOffset(page);
    assertAlmostEquals(after - before, 200, 20, `${before} ms, then ${after} ms`);
    assertEquals(opened.complaints, []);
  },
});

for (const fileSound of ["rvfc", "datachannel", "polling"]) {
  Deno.test({
    name: `studio: the sound of a file, played by the page itself, keeps to the picture by ${fileSound}`,
    ignore,
    async fn() {
      using room = new Room();
      const { live, base } = await studio(room);
      await using _live = live;
      await using opened = await openPage(base);
      const { page } = opened;
      await connected(page);
      await set(page, { isAligned: false, fileSound, thresholdMs: "100" });
      const path = `${room.folder}/speech.wav`;
      await speechFile(path, 0.9, 14); // its silence is longer than what the programme leaves of it
      await page.setInputFiles("#file", path);
      await until("it is spoken", 6000, async () => (await textOf(page, "phase")) === "speaking");
      await delay(4000);
      const offset = await steadyOffset(page, 5);
      // Asking every 200 ms is that much coarser than being told; the sound may be ahead by the threshold.
      const [earlyMs, lateMs] = fileSound === "polling" ? [240, 260] : [180, 200];
      assert(offset > -earlyMs && offset < lateMs, `${offset} ms`);
      await until("it ends", 20_000, async () => (await textOf(page, "phase")) === "idle");
      assertEquals(opened.complaints, []);
    },
  });
}

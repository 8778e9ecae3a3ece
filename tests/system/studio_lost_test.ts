/** The studio when something goes wrong: a reload while it speaks, too many viewers, a programme that ends and comes back. */
/// <reference lib="dom" />
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Room, skipWithout, until } from "./live_process.ts";
import { connected, LONG, openStudio, phaseIs, say, studio, textOf } from "./studio_page.ts";
import { CHROMIUM } from "./webrtc/browser.ts";

const ignore = skipWithout(
  "the tests of a studio that loses its programme",
  ...(CHROMIUM ? [] : ["chromium"]),
);

interface Viewers {
  readonly sessions: readonly { readonly session: string }[];
}
/** A browser takes some seconds to say that a line is dead. */
const LOST_MS_MAX = 30_000;

Deno.test({
  name: "studio: a reload while it speaks goes on where it was, and leaves no viewer behind",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, state, get } = await studio(room);
    await using _live = live;
    await using opened = await openStudio(base);
    const { page } = opened;
    await connected(page);
    await say(page, `${LONG} ${LONG}`);
    await phaseIs(page, "speaking");
    await page.fill("#text", "what is being typed");
    await page.reload();
    await connected(page);
    await phaseIs(page, "speaking");
    await page.waitForSelector("#history li:first-child[data-how=speaking]");
    assertEquals(await page.inputValue("#text"), "what is being typed");
    await until("subtitles", 8000, async () => (await textOf(page, "subtitles")) !== "");
    await until("one viewer", 5000, async () => (await get<Viewers>("/v1/webrtc")).sessions.length === 1);
    await page.click("#interrupt");
    await until("the end", 5000, async () => (await state()).speech.speaking === undefined);
    await page.waitForSelector("#history li:first-child[data-how=interrupted]");
    assertEquals(opened.faults, []);
  },
});

Deno.test({
  name: "studio: one viewer too many sees pictures and is told why, and takes the place of one who leaves",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base } = await studio(room, ["--webrtc-peers-max", "1"]);
    await using _live = live;
    await using first = await openStudio(base);
    await connected(first.page);
    await using second = await openStudio(base);
    await until(
      "it is told",
      15_000,
      async () => (await textOf(second.page, "connection")).includes("Too many"),
    );
    await until(
      "pictures",
      10_000,
      () =>
        second.page.evaluate(() =>
          document.querySelector<HTMLImageElement>("#picture")!.naturalWidth === 1280
        ),
    );
    await first.page.close({ runBeforeUnload: false });
    await connected(second.page, 30_000);
    assertEquals([...first.faults, ...second.faults], []);
  },
});

Deno.test({
  name: "studio: one whose line breaks and whose place is taken sees pictures, and words go on lighting up",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, get } = await studio(room);
    await using _live = live;
    await using opened = await openStudio(base);
    const { page } = opened;
    await connected(page);
    await say(page, Array(6).fill(LONG).join(" "));
    await until("a word by its frame", 8000, async () => (await page.textContent("#subtitles .now")) !== "");
    await page.route("**/whep", (route) => route.fulfill({ status: 503 })); // too many watch
    const [viewer] = (await get<Viewers>("/v1/webrtc")).sessions;
    await (await live.fetch(`/whep/${viewer!.session}`, { method: "DELETE" })).body?.cancel();
    await page.waitForSelector("#picture:visible", { timeout: LOST_MS_MAX });
    const words = new Set<string | null>();
    await until("four words, one after the other", 8000, async () => {
      words.add(await page.textContent("#subtitles .now"));
      return words.size >= 4;
    });
    assertEquals(opened.faults, []);
  },
});

Deno.test({
  name:
    "studio: a programme that ends is told in words, and when it is started again the page goes on by itself",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base } = await studio(room);
    await using before = live;
    await using opened = await openStudio(base);
    const { page } = opened;
    await connected(page);
    before.signal("SIGTERM");
    await before.ended(15_000);
    await phaseIs(page, "away");
    assertStringIncludes(await textOf(page, "away"), "not running");
    await say(page, "Nobody is there.");
    await until("it is told", 5000, async () => (await textOf(page, "notice")).includes("does not answer"));
    await page.selectOption("#language", "vi");
    assertStringIncludes(await textOf(page, "away"), "không chạy");
    await page.selectOption("#language", "en");
    const again = await studio(room, ["--port", new URL(base).port]);
    await using _again = again.live;
    await connected(page, 40_000);
    await phaseIs(page, "idle");
    assertEquals(await page.inputValue("#text"), "Nobody is there.", "what was typed is still there");
    await page.press("#text", "Enter");
    await until("it is said", 10_000, async () => (await again.state()).speech.accepted === 1);
    assertEquals(opened.faults, []);
  },
});

/**
 * How the studio looks and how it is reached: light and dark, desktop to a small phone, English and Vietnamese, every panel
 * and dialog; by keys alone.
 */
/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { Room, skipWithout, until } from "./live_process.ts";
import { faultsOfLook } from "./studio_looks.ts";
import { connected, LONG, openStudio, type Programme, say, silence, studio } from "./studio_page.ts";
import { CHROMIUM } from "./webrtc/browser.ts";

const ignore = skipWithout("the tests of how the studio looks", ...(CHROMIUM ? [] : ["chromium"]));

const VIEWS: Readonly<Record<string, BrowserContextOptions>> = {
  "light, desktop": {},
  "dark, desktop": { colorScheme: "dark" },
  "light, phone": { viewport: { width: 390, height: 844 }, reducedMotion: "reduce" },
  "dark, small phone": { viewport: { width: 320, height: 640 }, colorScheme: "dark" },
  "Vietnamese, small laptop": { viewport: { width: 1024, height: 768 }, locale: "vi-VN" },
  "Vietnamese, phone": { viewport: { width: 390, height: 844 }, locale: "vi-VN" },
};

async function lookAtAll(page: Page): Promise<void> {
  const look = async (what: string) => assertEquals(await faultsOfLook(page), [], what);
  await look("as it opens");
  await page.click("#tab-health");
  await page.click("#examine");
  await until(
    "what was found",
    20_000,
    () => page.locator("#findings li").count().then((count) => count > 0),
  );
  await look("status");
  for (const tab of ["obs", "files", "look"]) {
    await page.click(`#tab-${tab}`);
    await look(tab);
  }
  await page.fill("#text", "");
  await page.press("#text", "Enter");
  await page.waitForSelector("#notice:not(:empty)");
  await look("an error");
  for (const [opener, dialog] of [["gear", "settings"], ["help", "keys"]]) {
    await page.click(`#${opener}`);
    await look(dialog!);
    await page.click(`#${dialog} form button`);
  }
}

async function brightness(page: Page): Promise<number> {
  const { channels } = await sharp(await page.screenshot()).greyscale().stats();
  return channels[0]!.mean;
}

/** Names of what the Tab key reaches, until it leaves the page; each shows that it has the focus. */
async function reachedByTab(page: Page): Promise<string[]> {
  const reached: string[] = [];
  await page.evaluate(() => { // Tab begins at the top
    document.body.tabIndex = -1;
    document.body.focus();
  });
  for (let nth = 0; nth < 120; nth++) {
    await page.keyboard.press("Tab");
    const [name, outlinePx] = await page.evaluate(() => {
      const now = document.activeElement!;
      const shown = now.matches(".hidden") ? now.closest("label")! : now;
      const name = now.id || now.getAttribute("data-avatar") || now.getAttribute("data-act") || now.className;
      return [now === document.body ? "" : name, parseFloat(getComputedStyle(shown).outlineWidth)] as const;
    });
    if (name === "" || reached[0] === name) return reached;
    assert(outlinePx >= 2 || name === "skip", `${name} does not show that it has the focus`);
    reached.push(name);
  }
  return reached;
}

async function byKeysAlone({ state }: Programme, page: Page): Promise<void> {
  const reached = await reachedByTab(page);
  const wanted = [
    "skip",
    "language",
    "gear",
    "help",
    "mute",
    "volume",
    "full",
    "record",
    "hold",
    "panic",
    "text",
    "interrupt",
  ];
  for (
    const name of [...wanted, "talk", "file", "tab-look", "mai", "happy", "nod", "voice-search", "voice"]
  ) {
    assert(reached.includes(name), `Tab does not reach ${name}, only ${reached.join(", ")}`);
  }
  assertEquals(
    reached.filter((name) => wanted.includes(name)),
    wanted,
    "in the order in which they are seen",
  );
  await page.focus("#acts [data-act=nod]");
  await page.keyboard.press("Enter");
  await until("the nod", 5000, async () => (await state()).picture.action === "nod");
  await page.focus("#hold");
  await page.keyboard.press("Space");
  await until("it is held", 5000, async () => (await state()).still.isHeld);
  await page.keyboard.press("Space");
  await until("it is not held", 5000, async () => !(await state()).still.isHeld);
}

Deno.test({
  name: "studio: nothing overflows, overlaps, is cut off, too faint or without a name, in any view",
  ignore,
  async fn(test) {
    using room = new Room();
    const programme = await studio(room);
    await using _live = programme.live;
    const brightnesses = new Map<string, number>();
    for (const [name, options] of Object.entries(VIEWS)) {
      await test.step(name, async () => {
        await using opened = await openStudio(programme.base, options);
        const { page } = opened;
        await connected(page);
        await say(page, LONG);
        await until("a word lit", 10_000, async () => (await page.textContent("#subtitles .now")) !== "");
        brightnesses.set(name, await brightness(page));
        await lookAtAll(page);
        if (options.reducedMotion) {
          assertEquals(await page.evaluate(() => document.getAnimations().length), 0);
        }
        assertEquals(opened.faults, []);
      });
      await silence(programme);
    }
    await test.step("each kind of fault is found where there is one", async () => {
      await using opened = await openStudio(programme.base, { bypassCSP: true });
      const { page } = opened;
      await page.addStyleTag({
        content:
          ".talk { width: 120vw } #full { margin-left: -9rem } .quiet { color: #bbb } #gear { width: 1rem }",
      });
      await page.evaluate(() => document.querySelector("#volume")!.removeAttribute("aria-label"));
      const found = (await faultsOfLook(page)).join("\n");
      for (
        const kind of [
          /pixels wide/,
          /too small: .*gear/,
          /overlap: .*full/,
          /contrast .*/,
          /without a name: .*volume/,
        ]
      ) {
        assertMatch(found, kind);
      }
    });
    await test.step("dark is dark", () => {
      const [light, dark] = [brightnesses.get("light, desktop")!, brightnesses.get("dark, desktop")!];
      assert(light > dark + 50, `${light} and ${dark}`);
    });
    await test.step("by keys alone", async () => {
      await using opened = await openStudio(programme.base);
      await connected(opened.page);
      await opened.page.waitForSelector("#acts [data-act=nod]");
      await byKeysAlone(programme, opened.page);
    });
  },
});

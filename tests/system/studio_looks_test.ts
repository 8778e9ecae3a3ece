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
import { connected, LONG, openStudio, type Programme, say, silence, studio, textOf } from "./studio_page.ts";
import { CHROMIUM } from "./webrtc/browser.ts";

const ignore = skipWithout("the tests of how the studio looks", ...(CHROMIUM ? [] : ["chromium"]));

const VIEWS: Readonly<Record<string, BrowserContextOptions>> = {
  "light, desktop": {},
  "dark, desktop": { colorScheme: "dark" },
  "light, low laptop": { viewport: { width: 1280, height: 720 } },
  "light, one column": { viewport: { width: 1000, height: 800 } },
  "light, phone": { viewport: { width: 390, height: 844 }, reducedMotion: "reduce" },
  "dark, small phone": { viewport: { width: 320, height: 640 }, colorScheme: "dark" },
  "Vietnamese, small laptop": { viewport: { width: 1024, height: 768 }, locale: "vi-VN" },
  "Vietnamese, phone": { viewport: { width: 390, height: 844 }, locale: "vi-VN" },
  "Vietnamese, narrow phone": { viewport: { width: 360, height: 740 }, locale: "vi-VN" },
};
/** From here on there are two columns, and what is said moves nothing. */
const TWO_COLUMNS_PX = 1024;
const PANEL_PX_MIN = 240;

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

/** Of the page, not of the window: scrolling does not change them. */
async function places(page: Page): Promise<Record<"barPx" | "panelsPx" | "panelPx", number>> {
  return await page.evaluate(() => {
    const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
    const panels = box(".panels");
    return {
      barPx: Math.round(box(".bar").top + scrollY),
      panelsPx: Math.round(panels.top + scrollY),
      panelPx: panels.height,
    };
  });
}

async function pictureInSight(page: Page): Promise<void> {
  const [top, bottom] = await page.evaluate(() => {
    const { top, bottom } = document.querySelector("#frame")!.getBoundingClientRect();
    return [top, bottom - innerHeight] as const;
  });
  assert(top >= 0 && bottom <= 0, `the picture begins at ${top}, and ends ${bottom} below the window`);
}

async function rowsOf(page: Page, selector: string): Promise<number> {
  const middles = await page.locator(`${selector} > *:visible`).evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0)
      .map(({ top, bottom }) => Math.round((top + bottom) / 2))
  );
  return middles.sort((one, other) => one - other).filter((middle, nth) =>
    middle - (middles[nth - 1] ?? -99) > 8
  )
    .length;
}

/** A word that fits into no line breaks, and nothing moves for it. */
async function saysALongWord(page: Page, before: Awaited<ReturnType<typeof places>>): Promise<void> {
  await page.click("#interrupt");
  await say(page, "a".repeat(300));
  const isShown = async () => ((await page.textContent("#subtitles")) ?? "").length > 100;
  await until("the word", 10_000, isShown);
  assertEquals(await faultsOfLook(page), [], "a word of 300 letters");
  const after = await places(page);
  assertEquals(after.barPx, before.barPx, "the buttons stay where they are");
  assert(after.panelPx >= PANEL_PX_MIN, `the panel has ${after.panelPx} pixels`);
  if (page.viewportSize()!.width >= TWO_COLUMNS_PX) {
    assertEquals(after.panelsPx, before.panelsPx, "the panel stays where it is");
  }
  assert(await rowsOf(page, ".bar") <= 2, "buttons below the picture in at most two rows");
  assertEquals(await rowsOf(page, ".talk .actions"), 1, "buttons below the say box in one row");
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
        await pictureInSight(page);
        const before = await places(page);
        await say(page, LONG);
        await until("a word lit", 10_000, async () => (await page.textContent("#subtitles .now")) !== "");
        brightnesses.set(name, await brightness(page));
        await lookAtAll(page);
        await saysALongWord(page, before);
        if (options.reducedMotion) {
          assertEquals(await page.evaluate(() => document.getAnimations().length), 0);
        }
        assertEquals(opened.faults, []);
      });
      await silence(programme);
    }
    await test.step("not connected, small phone", async () => {
      const small = { viewport: { width: 320, height: 640 } };
      await using opened = await openStudio(
        programme.base,
        small,
        async (page) => void await page.route("**/v1/events*", (asked) => asked.abort()),
      );
      const { page } = opened;
      await until("it says so", 10_000, async () => await textOf(page, "phase") === "not connected");
      assertEquals(await faultsOfLook(page), []);
    });
    await test.step("each kind of fault is found where there is one", async () => {
      await using opened = await openStudio(programme.base, { bypassCSP: true });
      const { page } = opened;
      await page.addStyleTag({
        content:
          ".talk { width: 120vw } #full { margin-left: -9rem } .quiet { color: #bbb } #gear { width: 1rem } " +
          "figure { height: 2rem } #language { width: 4rem }",
      });
      await page.evaluate(() => document.querySelector("#volume")!.removeAttribute("aria-label"));
      const found = (await faultsOfLook(page)).join("\n");
      for (
        const kind of [
          /pixels wide/,
          /too small: .*gear/,
          /overlap: .*full/,
          /cut off: figure/,
          /cut off: select#language/,
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

/** The studio's steps about what a person sets: colours, language, the way to connect, keys; and its dialogs. */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { until } from "./live_process.ts";
import { connected, set, textOf } from "./studio_page.ts";
import { type Place, stateIs, type Step } from "./studio_place.ts";

interface Viewers {
  readonly sessions: readonly { readonly session: string; readonly state: string }[];
}

async function dialogs({ page }: Place): Promise<void> {
  for (const [opener, dialog, key] of [["gear", "settings", undefined], ["help", "keys", "?"]] as const) {
    await page.click(`#${opener}`);
    await page.click(`#${dialog} form button`);
    await page.waitForSelector(`#${dialog}`, { state: "hidden" });
    assertEquals(await page.evaluate(() => document.activeElement!.id), opener, "the focus comes back");
    if (key === undefined) continue;
    await page.keyboard.press(key);
    const listed = await textOf(page, dialog);
    for (const one of ["Enter", "Esc", "M", "F", "R", "T", "H", "P"]) assert(listed.includes(one), one);
    await page.keyboard.press("Escape");
    await page.waitForSelector(`#${dialog}`, { state: "hidden" });
  }
}

async function skipLink({ page }: Place): Promise<void> {
  await page.focus(".skip");
  await page.keyboard.press("Enter");
  assertEquals(await page.evaluate(() => document.activeElement!.id), "text");
}

async function colours({ page }: Place): Promise<void> {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await set(page, { theme: "dark" });
  const dark = await ground();
  await set(page, { theme: "light" });
  assert(await ground() !== dark);
  await set(page, { theme: "system" });
}

async function languages({ page }: Place): Promise<void> {
  await page.selectOption("#language", "vi");
  assertEquals(await page.getAttribute("html", "lang"), "vi");
  assertEquals(await textOf(page, "panic"), "Khẩn cấp");
  await page.reload();
  await connected(page);
  assertEquals(await textOf(page, "panic"), "Khẩn cấp", "it is kept");
  await page.selectOption("#language", "en");
  assertEquals(await textOf(page, "panic"), "Panic");
}

async function signalling({ page, programme }: Place): Promise<void> {
  const viewers = async () => (await programme.get<Viewers>("/v1/webrtc")).sessions;
  const [before] = await viewers();
  const opening = page.waitForEvent("websocket", (socket) => socket.url().endsWith("/v1/webrtc"));
  await set(page, { signalling: "websocket" });
  await opening;
  await connected(page);
  await until("one viewer, another one", 10_000, async () => {
    const [now, ...others] = await viewers();
    // the browser may know sooner that it is connected
    return others.length === 0 && now?.state === "connected" && now.session !== before!.session;
  });
  await set(page, { signalling: "whep" });
  await connected(page);
}

async function singleKeys(place: Place): Promise<void> {
  const { page, programme } = place;
  await set(page, { hasKeys: false });
  await page.locator("#hold").press("h");
  await delay(500); // long enough for an order to arrive
  assertEquals((await programme.state()).still.isHeld, false);
  await set(page, { hasKeys: true });
  await page.locator("#hold").press("h");
  await stateIs(place, "held", ({ still }) => still.isHeld);
  await page.locator("#hold").press("h");
  await stateIs(place, "not held", ({ still }) => !still.isHeld);
  await page.locator("#hold").press("s");
  assertEquals(await page.evaluate(() => document.activeElement!.id), "text");
  await page.keyboard.type("h");
  assertEquals(await page.inputValue("#text"), "h", "in the box it is a letter");
  await page.fill("#text", "");
}

export const SETTING_STEPS: readonly Step[] = [
  ["dialogs open and close by mouse and keys and give the focus back", dialogs],
  ["the skip link leads to the say box", skipLink],
  ["colours as chosen", colours],
  ["the language as chosen, kept over a reload", languages],
  ["another way to connect brings another session and ends the first", signalling],
  ["single letters are shortcuts only where that is wished, and never in the box", singleKeys],
];

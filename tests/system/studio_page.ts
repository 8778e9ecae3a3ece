/** What the tests of the studio share: the real programme, and a page of it in a real browser. */
import type { Page } from "playwright-core";
import { LiveProcess, type Room, until } from "./live_process.ts";

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];

export const LONG =
  "Hello everybody, this is the studio, speaking for quite a while so that sound and picture can be compared, " +
  "again and again, with words of all kinds and with pauses, until the meter has heard enough to say something.";

export interface Studio {
  readonly live: LiveProcess;
  readonly base: string;
  /** Asks the API as a program does. */
  readonly get: (path: string) => Promise<Record<string, never>>;
}

export async function studio(room: Room, more: readonly string[] = []): Promise<Studio> {
  const live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", "any", ...more]);
  const { port, token } = live.token();
  const base = `http://127.0.0.1:${port}`;
  const get = async (path: string) =>
    await (await fetch(base + path, { headers: { Authorization: `Bearer ${token}` } })).json();
  return { live, base, get };
}

export async function textOf(page: Page, id: string): Promise<string> {
  return (await page.textContent(`#${id}`) ?? "").trim().replace(/\s+/g, " ");
}

/** The picture is there. */
export async function connected(page: Page, msMax = 15_000): Promise<void> {
  await until("a connection", msMax, async () => (await textOf(page, "connection")).includes("1280×720"));
  await page.waitForSelector("#video:visible");
}

export async function say(page: Page, what: string): Promise<void> {
  await page.fill("#text", what);
  await page.press("#text", "Enter");
}

/** In the settings dialog, as a person does. */
export async function set(page: Page, values: Readonly<Record<string, string | boolean>>): Promise<void> {
  await page.click("#gear");
  for (const [key, value] of Object.entries(values)) {
    const control = page.locator(`[data-setting="${key}"]`);
    if (typeof value === "boolean") await control.setChecked(value);
    else if (await control.evaluate(({ tagName }) => tagName) === "SELECT") await control.selectOption(value);
    else await control.fill(value);
  }
  await page.keyboard.press("Escape");
  await page.waitForSelector("#settings", { state: "hidden" });
}

/** What the page shows of sound against picture, in ms; NaN while it says nothing. */
export async function offsetOf(page: Page): Promise<number> {
  return Number(await page.getAttribute("#offset", "data-offset") ?? NaN);
}

/** Sound like speech with `leadS` of silence before it, as a file; its name is its own. */
export async function speechFile(path: string, leadS: number, seconds: number): Promise<void> {
  const voice = "0.6*sin(2*PI*180*t)*max(0\\,sin(2*PI*3.1*t)*sin(2*PI*0.7*t+1))";
  const source = `aevalsrc=if(lt(t\\,${leadS})\\,0\\,${voice}):d=${seconds}:s=48000`;
  await new Deno.Command("ffmpeg", { args: ["-v", "error", "-y", "-f", "lavfi", "-i", source, path] })
    .output();
}

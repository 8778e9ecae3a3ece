/** What the tests of the studio share: the real programme, and a page of it in a real browser as a person has it. */
/// <reference lib="dom" />
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type LiveOptions, LiveProcess, type Room, until } from "./live_process.ts";
import { CHROMIUM } from "./webrtc/browser.ts";

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--webrtc-ports", "any"];
/** Sound needs a click first, as everywhere; the microphone is the browser's own made-up one, and nobody is asked. */
const BROWSER_FLAGS = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

export const LONG =
  "Hello everybody, this is the studio, speaking for quite a while so that sound and picture can be compared, " +
  "again and again, with words of all kinds and with pauses, until the meter has heard enough to say something.";

/** What a test reads of the programme's state. */
export interface State {
  readonly avatar: string;
  readonly picture: { readonly phase: string; readonly expression: string; readonly action?: string };
  readonly speech: {
    readonly queued: number;
    readonly accepted: number;
    readonly interrupts: number;
    readonly speaking?: { readonly utterance: number; readonly text: string };
  };
  readonly still: { readonly isHeld: boolean; readonly isPanic: boolean };
}

export interface Programme {
  readonly live: LiveProcess;
  readonly base: string;
  /** Asks the API as a program does. */
  readonly get: <T>(path: string) => Promise<T>;
  readonly state: () => Promise<State>;
}

export async function studio(
  room: Room,
  more: readonly string[] = [],
  options: LiveOptions = {},
): Promise<Programme> {
  const live = await LiveProcess.start(room, [...FLAGS, ...more], options); // on a free port, where none is asked for
  const { port, token } = live.token();
  const base = `http://127.0.0.1:${port}`;
  const get = async <T>(path: string): Promise<T> =>
    await (await fetch(base + path, { headers: { Authorization: `Bearer ${token}` } })).json();
  return { live, base, get, state: () => get<State>("/v1/state") };
}

export interface StudioPage extends AsyncDisposable {
  readonly page: Page;
  readonly browser: Browser;
  /** Errors that nobody caught. A refused request is none: the page says it in words. */
  readonly faults: readonly string[];
}

/** `prepare` comes before the page is loaded. */
export async function openStudio(
  base: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<StudioPage> {
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: BROWSER_FLAGS });
  try {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: "en-US",
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", ({ message }) => faults.push(message));
    page.setDefaultTimeout(15_000);
    await prepare(page);
    await page.goto(base);
    return { page, browser, faults, [Symbol.asyncDispose]: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

export async function textOf(page: Page, id: string): Promise<string> {
  return (await page.textContent(`#${id}`) ?? "").trim().replace(/\s+/g, " ");
}

/** The picture is there, by WebRTC; on a busy machine it may be a smaller one. */
export async function connected(page: Page, msMax = 25_000): Promise<void> {
  let says = "";
  await until("a connection", msMax, async () => {
    says = await textOf(page, "connection");
    return /\d+×\d+/.test(says);
  }).catch((error) => {
    throw new Error(`${error.message}; the page says: ${says}`);
  });
  await page.waitForSelector("#video:visible");
}

/** As in the data of the page, whatever language it speaks. */
export async function phaseIs(page: Page, phase: string, msMax = 10_000): Promise<void> {
  await until(
    `the page says ${phase}`,
    msMax,
    async () => await page.getAttribute("#phase", "data-phase") === phase,
  );
}

export async function say(page: Page, what: string): Promise<void> {
  await page.fill("#text", what);
  await page.press("#text", "Enter");
}

/** Whatever is said or waits ends; the next test begins in silence. */
export async function silence({ live, state }: Programme): Promise<void> {
  await live.fetch("/v1/interrupt", { method: "POST", body: "{}" });
  await until("silence", 10_000, async () => {
    const { speech, picture } = await state();
    return speech.queued === 0 && speech.speaking === undefined && picture.phase === "idle";
  });
}

/** In the settings dialog, as a person does. */
export async function set(page: Page, values: Readonly<Record<string, string | boolean>>): Promise<void> {
  await page.click("#gear");
  for (const [key, value] of Object.entries(values)) {
    const control = page.locator(`#settings [data-setting="${key}"]`);
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
  // louder and softer in a rhythm that never comes again, or its parts would be taken for one another
  const voice = "0.6*sin(2*PI*180*t)*max(0\\,sin(2*PI*(1.9*t+0.06*t*t+0.8*sin(1.3*t))))";
  await ffmpeg(
    "-f",
    "lavfi",
    "-i",
    `aevalsrc=if(lt(t\\,${leadS})\\,0\\,${voice}):d=${seconds}:s=48000`,
    path,
  );
}

/** A film of a picture that stands still. */
export async function stillFilm(picture: string, path: string, seconds: number): Promise<void> {
  const shape = ["-t", String(seconds), "-r", "25", "-pix_fmt", "yuv420p", "-preset", "ultrafast"];
  await ffmpeg("-loop", "1", "-i", picture, ...shape, path);
}

async function ffmpeg(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", { args: ["-v", "error", "-y", ...args] })
    .output();
  if (!success) throw new Error(`ffmpeg: ${new TextDecoder().decode(stderr)}`);
}

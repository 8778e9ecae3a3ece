/** Debian's Chromium by Playwright, as a person's browser is: no flag but those of a machine without a screen and a first click. */
import { type Browser, chromium, type Page } from "playwright-core";
import { exists } from "../live_process.ts";

export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  exists,
);

export interface Opened extends AsyncDisposable {
  readonly browser: Browser;
  readonly page: Page;
  /** What the page complained about. */
  readonly complaints: readonly string[];
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly isDark?: boolean;
  readonly language?: string;
}

export async function openPage(url: string, options: OpenOptions = {}): Promise<Opened> {
  const { width = 1440, height = 900, isDark = false, language = "en-US" } = options;
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: isDark ? "dark" : "light",
    locale: language,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error: Error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  return { browser, page, complaints, [Symbol.asyncDispose]: () => browser.close() };
}

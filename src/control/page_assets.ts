/** The page's files, read or put together once: a request picks from this table and never names a file. */
import { Fault, oneLine } from "../errors/mod.ts";
import { bundled } from "./page_bundle.ts";

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/talk.css", "talk.css", "text/css; charset=utf-8"],
  ["/panels.css", "panels.css", "text/css; charset=utf-8"],
  ["/page.js", "page.ts", "text/javascript; charset=utf-8"],
  ["/level_meter.js", "level_meter.ts", "text/javascript; charset=utf-8"],
  ["/microphone_tap.js", "microphone_tap.ts", "text/javascript; charset=utf-8"],
  ["/icon.svg", "icon.svg", "image/svg+xml"],
];

export async function loadPage(): Promise<ReadonlyMap<string, Asset>> {
  try {
    return new Map(
      await Promise.all(FILES.map(async ([path, file, type]) => {
        const bytes = file.endsWith(".ts")
          ? await bundled(file)
          : await Deno.readFile(new URL(`./page/${file}`, import.meta.url));
        return [path, { type, bytes }] as const;
      })),
    );
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(`loading the page: ${oneLine(error)}`, { code: "page_missing", cause: error });
  }
}

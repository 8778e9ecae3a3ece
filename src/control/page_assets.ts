/** The page's files, read or put together once: a request picks from this table and never names a file. */
import { Fault, oneLine } from "../errors/mod.ts";
import { bundled } from "./page_bundle.ts";

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Served as one, in this order. */
const STYLES = ["base", "controls", "stage", "talk", "panels", "status", "dialogs", "layout"] as const;
const STYLE_PATH = "/page.css";

const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/page.js", "page.ts", "text/javascript; charset=utf-8"],
  ["/level_meter.js", "level_meter.ts", "text/javascript; charset=utf-8"],
  ["/microphone_tap.js", "microphone_tap.ts", "text/javascript; charset=utf-8"],
  ["/icon.svg", "icon.svg", "image/svg+xml"],
];

export async function loadPage(): Promise<ReadonlyMap<string, Asset>> {
  try {
    const assets = await Promise.all(FILES.map(async ([path, file, type]) => {
      const bytes = file.endsWith(".ts") ? await bundled(file) : await Deno.readFile(place(file));
      return [path, { type, bytes }] as const;
    }));
    return new Map([...assets, [STYLE_PATH, { type: "text/css; charset=utf-8", bytes: await styles() }]]);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(`loading the page: ${oneLine(error)}`, { code: "page_missing", cause: error });
  }
}

async function styles(): Promise<Uint8Array<ArrayBuffer>> {
  const texts = await Promise.all(STYLES.map((name) => Deno.readTextFile(place(`${name}.css`))));
  return new TextEncoder().encode(texts.join("\n"));
}

function place(file: string): URL {
  return new URL(`./page/${file}`, import.meta.url);
}

/**
 * The page's scripts, put together by Deno from page/*.ts. In: the sources. Out: one script for each entry. Kept in .cache
 * under a name made of the sources, so that only a change costs time (a third of a second); where nothing can be kept
 * it is done at every start.
 */
import { Fault, oneLine } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";

const PAGE = new URL("./page/", import.meta.url);
const CACHE = new URL("../../.cache/page/", import.meta.url);
const BUNDLE_MS_MAX = 60_000;
/** Deno fetches its bundler with the first bundle, and two that do so at once get into each other's way. */
const ATTEMPTS = 4;
const AGAIN_MS = 700;

/** `entry`: "page.ts". Rejects with Fault `page_missing`. */
export async function bundled(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  const kept = new URL(`${entry.replace(/\.ts$/, "")}-${await sourceName()}.js`, CACHE);
  try {
    return await Deno.readFile(kept);
  } catch {
    // not made yet
  }
  const script = await bundle(entry);
  try {
    await Deno.mkdir(CACHE, { recursive: true });
    const fresh = new URL(`${kept.href}.${Deno.pid}`);
    await Deno.writeFile(fresh, script);
    await Deno.rename(fresh, kept); // whole or not at all: two starts may do it at once
  } catch {
    // a read-only folder: the next start makes it again
  }
  return script;
}

async function bundle(entry: string, attempt = 1): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform", "browser", new URL(entry, PAGE).href],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(BUNDLE_MS_MAX),
  }).output();
  if (success && stdout.length > 0) return new Uint8Array(stdout);
  if (attempt < ATTEMPTS) {
    await delay(AGAIN_MS * attempt * (0.5 + Math.random()));
    return await bundle(entry, attempt + 1);
  }
  const why = oneLine(new TextDecoder().decode(stderr)).slice(0, 300);
  throw new Fault(`putting the page together: ${why}`, { code: "page_missing" });
}

/** Changes with any of the sources, and with Deno. */
async function sourceName(): Promise<string> {
  const names = [...Deno.readDirSync(PAGE)].map(({ name }) => name).filter((name) => name.endsWith(".ts"))
    .sort();
  const texts = names.map((name) => `${name}\n${Deno.readTextFileSync(new URL(name, PAGE))}`);
  const bytes = new TextEncoder().encode([Deno.version.deno, ...texts].join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

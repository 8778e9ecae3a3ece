/**
 * `deno task bench:preview [--json] [--no-aiortc]`: what the WebRTC preview costs and how late it is, against real Chromium and
 * aiortc's viewer; and, in the same set-up, what aiortc as the sender does.
 *
 * Needs chromium and python3-aiortc (with python3-aiohttp for its sender). Figures are of this machine, now. Exit code 0
 * whatever was measured.
 */
import { oneLine } from "../src/errors/mod.ts";
import { type Figure, table } from "./bench/figure.ts";
import { benchAiortc, benchOurs } from "./bench/preview/chromium.ts";
import { benchLine, benchViewers } from "./bench/preview/live.ts";
import { benchReports } from "./bench/preview/reports.ts";

const USAGE = "usage: deno task bench:preview [--json] [--no-aiortc]";

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const odd = args.find((arg) => arg !== "--json" && arg !== "--no-aiortc");
  if (odd !== undefined) {
    console.error(`bench:preview: ${JSON.stringify(odd)} cannot be used, wanted ${USAGE.slice(7)}`);
    return 2;
  }
  const figures: Figure[] = [];
  const part = async (what: string, measure: () => Promise<Figure[]>) => {
    console.error(`measuring ${what} ...`);
    try {
      figures.push(...await measure());
    } catch (error) {
      console.error(`bench:preview: ${what}: ${oneLine(error)}`);
    }
  };
  await part("Chromium watching Lipcam", benchOurs);
  if (!args.includes("--no-aiortc")) await part("Chromium watching aiortc", benchAiortc);
  await part("sender reports", benchReports);
  await part("four viewers", benchViewers);
  await part("a bad line", benchLine);
  console.log(args.includes("--json") ? JSON.stringify(figures, null, 2) : table(figures));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

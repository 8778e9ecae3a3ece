/** How much faster than real time `render` makes a file. */
import { type Figure, single } from "./figure.ts";
import { LONG_TEXT } from "./programme.ts";

export async function benchRender(): Promise<Figure[]> {
  const folder = Deno.makeTempDirSync();
  try {
    const out = `${folder}/bench.mp4`;
    const main = new URL("../../main.ts", import.meta.url).pathname;
    const args = ["run", "-A", main, "render", "--say", LONG_TEXT, "--out", out, "--json"];
    const { stdout, success } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error("render failed");
    const { durationMs, tookMs } = JSON.parse(new TextDecoder().decode(stdout));
    return [
      single("render speed at 1280x720", "x real time", durationMs / tookMs, {
        target: ">= 4",
        reaches: ({ p50 }) => p50 >= 4,
      }),
    ];
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

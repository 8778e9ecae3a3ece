/** A recording with an alpha plane as Debian's ffmpeg sees it: the opacity, and colours without the black below. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { Recorder } from "../../src/record/mod.ts";
import { missingForMarks } from "./flash_and_click.ts";

const SIDE = 64;
const PIXELS = SIDE * SIDE;

const missing = await missingForMarks();
const ignore = missing !== undefined && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error(`skipped: the test of transparent recordings: ${missing}`);

Deno.test({
  name: "Recorder webm: a transparent picture keeps its opacity, and rims lose the black they lay on",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "clear.webm");
      const picture = new Uint8Array(PIXELS * 5 / 2).fill(16, 0, PIXELS).fill(128, PIXELS, PIXELS * 3 / 2);
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        const opacity = [0, 128, 255, 255][pixel % SIDE >> 4]!;
        picture[PIXELS * 3 / 2 + pixel] = opacity;
        picture[pixel] = 16 + Math.round(180 * opacity / 255);
      }
      const size = { width: SIDE, height: SIDE };
      const recorder = await Recorder.open(path, { size, fps: 25, samplesPerFrame: 1920, hasAlpha: true });
      for (let frame = 0; frame < 5; frame++) await recorder.add(picture, new Float32Array(1920));
      await recorder.close();
      const command = new Deno.Command("ffmpeg", {
        args: `-v error -c:v libvpx -i ${path} -frames:v 1 -pix_fmt yuva420p -f rawvideo -`.split(" "),
      });
      const { stdout } = await command.output();
      assertEquals(stdout.length, PIXELS * 5 / 2);
      const row = 32 * SIDE;
      for (const [x, opacity] of [[4, 0], [24, 128], [48, 255]] as const) {
        assertAlmostEquals(stdout[PIXELS * 3 / 2 + row + x]!, opacity, 4);
        if (opacity > 0) assertAlmostEquals(stdout[row + x]!, 196, 6);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

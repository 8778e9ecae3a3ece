/**
 * What a photo avatar costs: preparing a 12-megapixel portrait in a process of its own, from the command to its end, and
 * then the stage at 1280x720 with it, its head filling half of the frame's height. Needs a portrait: NASA's in Debian's
 * python3-skimage (public domain).
 */
import { join } from "node:path";
import sharp from "sharp";
import { loadFace } from "../../src/avatar/mod.ts";
import { composeCosts, SIZE } from "./compose.ts";
import { type Figure, figure } from "./figure.ts";
import { clock } from "./programme.ts";

const PORTRAIT = "/usr/lib/python3/dist-packages/skimage/data/astronaut.png";
const PICTURE = { width: 4000, height: 3000 };
const ROUNDS = 4;
const PREPARE_MS_MAX = 10_000;
const P50_MS_MAX = 10;
const TICK_MS = 40;
const UNITS = 500;

export async function benchPrepare(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  try {
    const photo = join(folder, "portrait.jpg");
    await sharp(await portrait()).resize({ ...PICTURE, fit: "contain", background: "#888" }).jpeg().toFile(
      photo,
    );
    const costs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) costs.push(await prepare(photo, folder));
    using face = await loadFace(join(folder, "lipcam", "avatars", "bench"), SIZE);
    const aim = {
      target: `p50 <= ${P50_MS_MAX}, p99 <= ${TICK_MS}`,
      reaches: ({ p50, p99 }: { p50: number; p99: number }) => p50 <= P50_MS_MAX && p99 <= TICK_MS,
    };
    return [
      figure("prepare a 12-megapixel photo, with the start", "ms", costs, {
        target: `max <= ${PREPARE_MS_MAX}`,
        reaches: ({ max }) => max <= PREPARE_MS_MAX,
      }),
      figure("photo avatar, idle", "ms", composeCosts(face, () => false, UNITS), aim),
      figure("photo avatar, speaking", "ms", composeCosts(face, () => true, UNITS), aim),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function portrait(): Promise<Uint8Array> {
  try {
    return await Deno.readFile(PORTRAIT);
  } catch (error) {
    throw new Error(`no portrait at ${PORTRAIT}, wanted the package python3-skimage`, { cause: error });
  }
}

async function prepare(photo: string, folder: string): Promise<number> {
  const main = join(import.meta.dirname!, "..", "..", "main.ts");
  const args = ["run", "-A", main, "prepare", photo, "--id", "bench", "--force"];
  const fromMs = clock.nowMs();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { XDG_DATA_HOME: folder },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`prepare failed: ${new TextDecoder().decode(stderr)}`);
  return clock.nowMs() - fromMs;
}

/**
 * `prepare FOLDER` on avatar folders that Python, numpy and torch themselves have written, with the real face models and the
 * network shut: NASA's portrait of Eileen Collins, which Debian's python3-skimage brings, sways a little.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { describeFilm, type VideoManifest } from "../../src/avatar/mod.ts";
import { BOXES, PackReader, TrackReader } from "../../src/film/mod.ts";
import { writePictures } from "../fakes/foreign_avatar.ts";
import { pickleBytes } from "../fakes/pickle_bytes.ts";
import { exists, LiveProcess, Room } from "./live_process.ts";
import { runPrepare } from "./prepare_process.ts";

const PYTHON = Deno.env.get("LIPCAM_PYTHON") ?? "/usr/bin/python3";
const WRITER = decodeURIComponent(new URL("foreign_avatar.py", import.meta.url).pathname);
const PORTRAIT = "/usr/lib/python3/dist-packages/skimage/data/astronaut.png";
const isRequired = Deno.env.get("LIPCAM_REQUIRE_SYSTEM") === "1";

function skipWithout(...modules: string[]): boolean {
  if (isRequired) return false;
  const check = () =>
    new Deno.Command(PYTHON, { args: ["-c", `import ${modules.join(", ")}`], stderr: "null" }).outputSync();
  const isThere = exists(PYTHON) && exists(PORTRAIT) && check().success;
  if (!isThere) console.warn(`tests of importing skipped: ${PYTHON} has not ${modules.join(", ")}`);
  return !isThere;
}

interface Expected {
  readonly boxes: readonly (readonly number[])[];
  readonly crops: readonly (readonly number[])[];
  /** Bits of the first frame's first latents. */
  readonly latents: readonly number[];
  /** Of each whole mask. */
  readonly maskSums: readonly number[];
}

async function write(folder: string, kind: string): Promise<Expected> {
  const { success, stderr } = await new Deno.Command(PYTHON, { args: [WRITER, PORTRAIT, folder, kind] })
    .output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(Deno.readTextFileSync(`${folder}/expected.json`));
}

for (const kind of ["musetalk", "wav2lip", "ultralight"] as const) {
  Deno.test({
    name: `prepare imports a ${kind} folder as Python wrote it`,
    ignore: skipWithout("numpy", "skimage", ...(kind === "musetalk" ? ["torch"] : [])),
    async fn() {
      using room = new Room();
      const path = `${room.working}/made`;
      const expected = await write(path, kind);
      const { code, stdout, stderr } = await runPrepare(room, path, "--id", "anna", "--json");
      assertEquals(code, 0, stderr);
      const { folder, frames, tookMs } = JSON.parse(stdout);
      console.log(`${kind}: ${frames} frames in ${tookMs} ms`);
      assertEquals(frames, 8);
      assertStringIncludes(stderr, `made: made for ${kind}`);
      const manifest: VideoManifest = JSON.parse(Deno.readTextFileSync(`${folder}/avatar.json`));
      const clip = manifest.clips[0]!;
      assertEquals([clip.role, clip.order, manifest.width, manifest.height], ["idle", "pingpong", 512, 512]);
      assertEquals(describeFilm(folder)?.families, [kind]);
      using track = TrackReader.open(folder, clip.track, clip.frames);
      using masks = PackReader.open(folder, clip.masks, clip.frames);
      const box = (name: typeof BOXES[number]) => {
        const at = BOXES.indexOf(name) * 4;
        return [...track.boxes.slice(at, at + 4)];
      };
      for (let frame = 0; frame < frames; frame++) {
        track.read(frame);
        assertEquals(box(kind), expected.boxes[frame]!);
        const [x1, y1, x2, y2] = box("musetalk") as [number, number, number, number];
        const mask = new Uint8Array((x2 - x1) * (y2 - y1));
        masks.mask(frame, mask);
        const [left, top, right, bottom] = expected.boxes[frame]! as [number, number, number, number];
        // The middle of the lips is found inside the face's lower half.
        const [x, y] = [track.points[13 * 3]!, track.points[13 * 3 + 1]!];
        assert(x > left && x < right && y > (top + bottom) / 2 && y < bottom, `lips at ${x}, ${y}`);
        if (kind === "musetalk") {
          assertEquals(box("crop"), expected.crops[frame]!);
          // What the mask has beside the box is not pasted; here it has nothing there.
          const [cx, , cx2, cy2] = expected.crops[frame]! as [number, number, number, number];
          const half = (cx2 - cx) / 2;
          let below = 0;
          for (let row = y2 - (cy2 - half); row < half; row++) below += row % 256 * half;
          assertEquals(mask.reduce((sum, value) => sum + value, 0) + below, expected.maskSums[frame]!);
        } else assert(mask.some((value) => value > 200));
      }
      if (kind === "musetalk") {
        const stored = new Uint16Array(Deno.readFileSync(`${folder}/${clip.latents}`).buffer);
        assertEquals(stored.length, 8 * 8192);
        assertEquals([...stored.slice(0, 64)], expected.latents);
      }
    },
  });
}

Deno.test({
  name: "prepare of a folder that is stopped says that it goes on from there, steps back meanwhile, and does",
  ignore: !exists(PORTRAIT) && !isRequired,
  async fn() {
    using room = new Room();
    const frames = 40;
    const path = `${room.working}/made`;
    const size = { width: 280, height: 280 };
    const films = await Promise.all(Array.from({ length: frames }, async (_, nth) => {
      const picture = sharp(PORTRAIT).extract({ left: 90 + nth % 8, top: 4, ...size }).removeAlpha();
      return [new Uint8Array(await picture.raw().toBuffer()), size, 3] as const;
    }));
    await writePictures(`${path}/full_imgs`, films);
    await writePictures(`${path}/face_imgs`, films);
    // Wav2Lip's order: y1, y2, x1, x2.
    await Deno.writeFile(`${path}/coords.pkl`, pickleBytes(films.map(() => [60, 250, 80, 220])));
    const args = [path, "--id", "anna", "--progress", "json", "--json"];
    {
      await using one = new LiveProcess(room, args, { command: "prepare" });
      await one.said(/"step":"finding[^\n]*"frames":([1-9]\d)/, 60_000);
      if (Deno.build.os === "linux") {
        const stat = await Deno.readTextFile(`/proc/${one.pid}/stat`);
        assert(Number(stat.slice(stat.lastIndexOf(")")).split(" ")[17]) >= 8, stat);
      }
      one.signal("SIGINT");
      const { code, lines, stderr } = await one.ended(20_000);
      assertEquals(code, 1, stderr);
      assertEquals(lines.at(-2), "prepare: stopped; the same command goes on from here");
    }
    const { code, stdout, stderr } = await runPrepare(room, ...args);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /made: resumed from frame [1-9]\d/);
    assertEquals(JSON.parse(stdout).frames, frames);
    const extra = await runPrepare(room, path, "--id", "bea", "--preview");
    assertEquals([extra.code, extra.stdout], [2, ""]);
    assertStringIncludes(extra.stderr, "--preview does nothing for a folder of MuseTalk or LiveTalking");
  },
});

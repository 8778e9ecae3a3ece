/**
 * What `prepare` finds in clips of a real face, against what is known of it: where the lip is, how calmly it is followed,
 * when a second face comes, and what MuseTalk's encoder is given. How films are read is in prepare_film_test.ts, what a
 * person sees of the command in prepare_video_test.ts.
 */
import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { LATENT_VALUES, LatentsReader, PackReader, TrackReader } from "../../src/film/mod.ts";
import { FaceFinder } from "../../src/prepare/face_finder.ts";
import { findFace } from "../../src/prepare/find_face.ts";
import { type PreparedVideo, prepareVideo, type PrepareVideoOptions } from "../../src/prepare/mod.ts";
import { readPicture } from "../../src/prepare/picture.ts";
import { CLIP_SIDE, faceClip, PORTRAIT, WANDER, WINDOW } from "./face_clips.ts";
import { clock, exists, skipWithout } from "./live_process.ts";

const ignore = skipWithout("tests of faces in clips", "ffmpeg") ||
  !exists(PORTRAIT) && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";

/** `folder`/avatars holds one that is not to change. */
async function prepare(
  folder: string,
  path: string,
  more: Partial<PrepareVideoOptions> = {},
): Promise<PreparedVideo> {
  const parent = `${folder}/avatars`;
  await Deno.mkdir(`${parent}/other`, { recursive: true });
  await Deno.writeTextFile(`${parent}/other/mine`, "1");
  try {
    return await prepareVideo({
      ...{ id: "me", parent, isForced: false, engines: [], version: "1.5", shiftPx: 0, hasPreview: false },
      clips: [{ name: "idle", role: "idle", path, hasSound: false }],
      ...{ clock, nowMs: new Date().getTime(), onProgress: () => {}, onNote: () => {} },
      ...more,
    });
  } finally {
    assertEquals(await Deno.readTextFile(`${parent}/other/mine`), "1");
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

function test(name: string, body: (folder: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await body(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

test("prepare finds the lip where the portrait has it, in every frame and calmly, and the mask whole there", async (folder) => {
  const path = `${folder}/clip.mp4`;
  await faceClip(path, { seconds: 1.2 });
  const startMs = clock.nowMs();
  const { frames, folder: made } = await prepare(folder, path);
  console.log(`${((clock.nowMs() - startMs) / frames).toFixed(0)} ms a frame, loading and looking included`);
  assertEquals(frames, 30);
  const photo = await findFace(await FaceFinder.load(), await readPicture(PORTRAIT), "the portrait");
  const [lipX, lipY] = [photo[13 * 3]!, photo[13 * 3 + 1]!];
  const scale = CLIP_SIDE / WINDOW;
  using track = TrackReader.open(made, "idle.track", frames);
  using masks = PackReader.open(made, "idle.masks", frames);
  const lips: [number, number][] = [];
  for (let frame = 0; frame < frames; frame++) {
    track.read(frame);
    const [x, y] = [track.points[13 * 3]!, track.points[13 * 3 + 1]!];
    lips.push([x, y]);
    const wanted = [(lipX - 90 - WANDER * frame / 25) * scale, (lipY - 4) * scale] as const;
    const off = Math.hypot(x - wanted[0], y - wanted[1]);
    assertLess(off, 3.5, `the lip in frame ${frame} is at ${x},${y}, wanted ${wanted}`);
    const [x1, y1, x2, y2] = Array.from(track.boxes.subarray(0, 4)) as [number, number, number, number];
    const mask = new Uint8Array((x2 - x1) * (y2 - y1));
    masks.mask(frame, mask);
    assertEquals(
      mask[(Math.round(y) - y1) * (x2 - x1) + Math.round(x) - x1],
      255,
      `the mask in frame ${frame}`,
    );
    assertEquals(mask.subarray(0, x2 - x1).every((value) => value === 0), true);
  }
  for (let frame = 4; frame < frames - 4; frame++) {
    const jerk = lips[frame - 1]![1] - 2 * lips[frame]![1] + lips[frame + 1]![1];
    assertLess(Math.abs(jerk), 0.6, `the lip trembles in frame ${frame}`);
  }
});

test("prepare notices a face that comes later, also where pictures stand for several frames", async (folder) => {
  // Frame 50, at which is searched, repeats the picture of frame 49.
  const later = "split[a][b];[b]drawbox=0:0:iw:ih:color=gray:t=fill:enable='lt(t,1.9)'[c];[a][c]hstack";
  await faceClip(`${folder}/two.mp4`, { seconds: 2.4, fps: 6, filter: later });
  const fault = await assertRejects(() => prepare(folder, `${folder}/two.mp4`), InputFault);
  console.log(fault.message);
  assertEquals(fault.code, "several_faces");
  assertStringIncludes(fault.message, "two.mp4 at 0:02.");
  assertStringIncludes(fault.message, "shows 2 faces");
  assertEquals(namesIn(`${folder}/avatars`), ["other"]);
});

test("prepare gives MuseTalk's encoder the masked crop first and then the whole one, of one photo too", async (folder) => {
  const asked: number[] = [];
  // A stand-in, whose latents are the mean of the lower half of what it was given.
  const encoder = {
    model: "stand-in",
    encode(count: number, images: Float32Array) {
      asked.push(count);
      assertEquals(images.length, count * 3 * 256 * 256);
      const latents = new Float32Array(count * LATENT_VALUES / 2);
      for (let image = 0; image < count; image++) {
        const lower = images.subarray((image * 3 * 256 + 128) * 256, (image * 3 + 1) * 256 * 256);
        const mean = lower.reduce((a, b) => a + b, 0) / lower.length;
        latents.fill(mean, image * LATENT_VALUES / 2, (image + 1) * LATENT_VALUES / 2);
      }
      return Promise.resolve(latents);
    },
  };
  const { frames, size, folder: made } = await prepare(folder, PORTRAIT, { engines: ["musetalk"], encoder });
  assertEquals([frames, size, asked], [1, { width: 512, height: 512 }, [2]]);
  using latents = LatentsReader.open(made, "idle.latents", 1);
  const values = new Float32Array(LATENT_VALUES);
  latents.read(0, values);
  const whole = values[LATENT_VALUES / 2]!;
  assertEquals(values[0], -1);
  assert(whole > -0.5 && whole < 0.9, `the skin's red has a mean of ${whole}`);
});

test("prepare whose encoder fails makes no avatar and keeps the work; a full disk keeps nothing", async (folder) => {
  const path = `${folder}/clip.mp4`;
  await faceClip(path, { seconds: 0.2 });
  for (const [code, kept] of [["engine_error", true], ["disk_full", false]] as const) {
    const encode = () => Promise.reject(new Fault("the encoder failed", { code }));
    const encoder = { model: "broken", encode };
    await assertRejects(
      () => prepare(folder, path, { engines: ["musetalk"], encoder }),
      Fault,
      "encoder failed",
    );
    const left = namesIn(`${folder}/avatars`);
    assertEquals([left.length, left.at(-1)], [kept ? 2 : 1, "other"], code);
    if (kept) {
      assertEquals(namesIn(`${folder}/avatars/${left[0]}`), ["idle.latents", "idle.points", "lock"]);
    }
  }
});

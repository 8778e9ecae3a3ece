/** Tracks, packs, faces and latents come back as they were written, and broken files are named. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { BOXES, FACE_SIDE, FaceReader, LATENT_VALUES, LatentsReader } from "../../src/film/mod.ts";
import { PackReader, TrackReader } from "../../src/film/mod.ts";
import { clipFrame, latentsOf, makeVideoAvatar } from "../fakes/video_avatar.ts";

const FRAMES = 5;

async function withFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    const clips = [{ name: "idle", role: "idle", frames: FRAMES }] as const;
    await body(await makeVideoAvatar(parent, { clips }));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

function refused(open: () => unknown, file: string, wanted: string): void {
  const fault = assertThrows(open, InputFault);
  assertEquals(fault.code, "bad_avatar");
  assertStringIncludes(fault.message, `/tiny: ${file} `);
  assertStringIncludes(fault.message, wanted);
}

Deno.test("TrackReader: boxes and points of any frame are those that were written", async () => {
  await withFolder((folder) => {
    using track = TrackReader.open(folder, "idle.track", FRAMES);
    for (const frame of [4, 0, 2]) {
      track.read(frame);
      const { boxes, points } = clipFrame(0, frame);
      assertEquals(track.points, points);
      assertEquals([...track.boxes], BOXES.flatMap((name) => [...boxes[name]!]));
      assert(track.hasBox("crop"));
    }
    assertThrows(() => track.read(FRAMES), RangeError);
  });
});

Deno.test("PackReader and LatentsReader: entries are those that were written", async () => {
  await withFolder((folder) => {
    using masks = PackReader.open(folder, "idle.masks", FRAMES);
    using latents = LatentsReader.open(folder, "idle.latents", FRAMES);
    const values = new Float32Array(LATENT_VALUES);
    for (const frame of [3, 0, 4]) {
      const { mask } = clipFrame(0, frame);
      const read = new Uint8Array(mask.length);
      masks.mask(frame, read);
      assertEquals(read, mask);
      refused(() => masks.mask(frame, new Uint8Array(mask.length - 1)), "idle.masks", "entry");
      latents.read(frame, values);
      assertEquals(values, latentsOf(0, frame));
    }
  });
});

Deno.test("FaceReader: pixels come back nearly as they were, at the family's side", async () => {
  await withFolder(async (folder) => {
    for (const family of ["wav2lip", "ultralight"] as const) {
      using faces = FaceReader.open(folder, `idle.${family}`, FRAMES, FACE_SIDE[family]);
      const wanted = clipFrame(0, 3).faces![family]!;
      const read = await faces.read(3);
      const off = read.reduce((sum, value, at) => sum + Math.abs(value - wanted[at]!), 0) / wanted.length;
      assertEquals(read.length, FACE_SIDE[family] ** 2 * 3);
      assert(off < 2, `${family}: ${off} off on average`);
    }
    using wrong = FaceReader.open(folder, "idle.wav2lip", FRAMES, 168);
    const fault = await assertRejects(() => wrong.read(0), InputFault);
    assertStringIncludes(fault.message, "idle.wav2lip");
    using masks = FaceReader.open(folder, "idle.masks", FRAMES, 256);
    assertStringIncludes((await assertRejects(() => masks.read(0), InputFault)).message, "no picture");
  });
});

Deno.test("readers: a file that is cut, changed or another one is named", async () => {
  await withFolder(async (folder) => {
    const change = async (name: string, edit: (bytes: Uint8Array) => Uint8Array) => {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      await Deno.writeFile(`${folder}/${name}`, edit(bytes.slice()));
      return () => Deno.writeFile(`${folder}/${name}`, bytes);
    };
    const set = (at: number, value: number) => (bytes: Uint8Array) => {
      new DataView(bytes.buffer).setUint32(at, value, true);
      return bytes;
    };
    const tracks: [(bytes: Uint8Array) => Uint8Array, string][] = [
      [(bytes) => bytes.subarray(0, -1), "wanted"],
      [(bytes) => bytes.subarray(0, 7), "has 7 bytes"],
      [() => new Uint8Array(0), "has 0 bytes"],
      [set(0, 1), "begins like something else"],
      [set(4, 9), "layout version 9"],
      [set(8, 4), "holds 4 frames"],
      [set(12, 468), "468"],
    ];
    for (const [edit, wanted] of tracks) {
      const restore = await change("idle.track", edit);
      refused(() => TrackReader.open(folder, "idle.track", FRAMES), "idle.track", wanted);
      await restore();
    }
    const restore = await change("idle.track", set(16 + 64 + 8, 0x7fc00000)); // a point that is no number
    using track = TrackReader.open(folder, "idle.track", FRAMES);
    refused(() => track.read(0), "idle.track", "in frame 0");
    track.read(1);
    await restore();

    const packs: [(bytes: Uint8Array) => Uint8Array, string][] = [
      [(bytes) => bytes.subarray(0, -1), "bytes"],
      [set(8, 6), "holds 6 frames"],
      [set(16, 3), "begins at byte"],
      [set(16 + 12, 0x7fffffff), "entry 0"],
      [(bytes) => bytes.subarray(0, 30), "bytes"],
    ];
    for (const [edit, wanted] of packs) {
      const restorePack = await change("idle.masks", edit);
      refused(() => PackReader.open(folder, "idle.masks", FRAMES), "idle.masks", wanted);
      await restorePack();
    }
    await change("idle.masks", (bytes) => bytes.fill(0xff, 16 + 6 * 8 + 4));
    using masks = PackReader.open(folder, "idle.masks", FRAMES);
    refused(() => masks.mask(2, new Uint8Array(10)), "idle.masks", "cannot be unpacked");

    await change("idle.latents", (bytes) => bytes.subarray(2));
    refused(() => LatentsReader.open(folder, "idle.latents", FRAMES), "idle.latents", "bytes");
    refused(() => TrackReader.open(folder, "other.track", FRAMES), "other.track", "is missing");
  });
});

Deno.test("readers: a link out of the folder is not followed", async () => {
  await withFolder(async (folder) => {
    const outside = await Deno.makeTempFile();
    await Deno.copyFile(`${folder}/idle.track`, outside);
    await Deno.remove(`${folder}/idle.track`);
    await Deno.symlink(outside, `${folder}/idle.track`);
    refused(() => TrackReader.open(folder, "idle.track", FRAMES), "idle.track", "link out of the folder");
    await Deno.remove(outside);
  });
});

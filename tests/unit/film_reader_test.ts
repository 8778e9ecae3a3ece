/** Films are decoded at any place, in both directions, and broken ones are named. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { loadFilmDecoding } from "../../src/film/mod.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { makeVideoAvatar, readNumber, VIDEO_SIZE } from "../fakes/video_avatar.ts";

const FRAMES = 30;

async function withFilm(body: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await body(
      await makeVideoAvatar(parent, {
        clips: [{ name: "idle", role: "idle", frames: FRAMES }],
        families: [],
      }),
    );
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("FilmReader: each frame, asked for in whichever order, is that frame", async () => {
  await withFilm(async (folder) => {
    const decoding = await loadFilmDecoding();
    using film = decoding.open(folder, "idle.mp4", VIDEO_SIZE, FRAMES);
    const picture = new Uint8Array(i420Bytes(VIDEO_SIZE));
    const forward = Array.from({ length: FRAMES }, (_, frame) => frame);
    const random = forward.map((frame) => frame * 17 % FRAMES);
    for (const frame of [...forward, ...forward.toReversed(), ...random, 29, 0, 29]) {
      film.read(frame, picture);
      assertEquals(readNumber(picture, VIDEO_SIZE), { clip: 0, frame, isClear: true });
    }
  });
});

Deno.test("FilmReader: a group ends before the next key frame and every frame comes once", async () => {
  await withFilm(async (folder) => {
    const decoding = await loadFilmDecoding();
    using film = decoding.open(folder, "idle.mp4", VIDEO_SIZE, FRAMES);
    const groups: number[][] = [];
    for (const at of [0, 8, 16, 29, 13, 0]) {
      film.enter(at);
      const group: number[] = [];
      for (let frame = film.next(); frame >= 0; frame = film.next()) group.push(frame);
      groups.push(group);
    }
    const run = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
    assertEquals(groups, [run(0, 8), run(8, 16), run(16, 24), run(24, 30), run(8, 16), run(0, 8)]);
  });
});

Deno.test("FilmScaler: a part at its own size is a copy, bit for bit, and another size shows the same", async () => {
  await withFilm(async (folder) => {
    const decoding = await loadFilmDecoding();
    using film = decoding.open(folder, "idle.mp4", VIDEO_SIZE, FRAMES);
    const whole = new Uint8Array(i420Bytes(VIDEO_SIZE));
    film.read(21, whole);
    const part = { x: 40, y: 20, width: 64, height: 64 };
    using cutter = decoding.scaler(part, { width: 64, height: 64 });
    const cut = new Uint8Array(i420Bytes(part));
    cutter.write(film, cut);
    for (let y = 0; y < 64; y++) {
      const row = (20 + y) * 160 + 40;
      assertEquals(cut.subarray(y * 64, y * 64 + 64), whole.subarray(row, row + 64));
    }
    const chroma = 160 * 96 + (10 * 80 + 20);
    assertEquals(cut.subarray(64 * 64, 64 * 64 + 32), whole.subarray(chroma, chroma + 32));
    const size = { width: 240, height: 144 };
    using scaler = decoding.scaler({ x: 0, y: 0, ...VIDEO_SIZE }, size);
    const large = new Uint8Array(new SharedArrayBuffer(i420Bytes(size)));
    scaler.write(film, large);
    assertEquals(readNumber(large, size), { clip: 0, frame: 21, isClear: true });
  });
});

Deno.test("FilmReader: a film that is not what the manifest says is named", async () => {
  await withFilm(async (folder) => {
    const { open } = await loadFilmDecoding();
    const path = `${folder}/idle.mp4`;
    const whole = await Deno.readFile(path);
    const refused = (wanted: string, frames = FRAMES, size = VIDEO_SIZE) => {
      const fault = assertThrows(() => open(folder, "idle.mp4", size, frames), InputFault);
      assertEquals(fault.code, "bad_avatar");
      assertStringIncludes(fault.message, `${folder}: idle.mp4`);
      assertStringIncludes(fault.message, wanted);
    };
    refused("has 30 frames", 31);
    refused("has 160x96 pixels", FRAMES, { width: 160, height: 94 });
    await Deno.writeFile(path, whole.subarray(0, 40));
    refused("cannot be opened");
    await Deno.writeFile(path, new Uint8Array(500));
    refused("cannot be opened");
    await Deno.remove(path);
    refused("is missing");
    await Deno.mkdir(path);
    refused("is no file");
    await Deno.remove(path);
    const outside = await Deno.makeTempFile();
    await Deno.writeFile(outside, whole);
    await Deno.symlink(outside, path);
    refused("is a link out of the folder");
    await Deno.remove(outside);
  });
});

Deno.test("FilmReader: a film cut off in the middle plays up to there and then says so", async () => {
  await withFilm(async (folder) => {
    const { open } = await loadFilmDecoding();
    const path = `${folder}/idle.mp4`;
    const whole = await Deno.readFile(path);
    // The index lies behind the pictures: those are overwritten and it is kept.
    const at = new TextDecoder("latin1").decode(whole).indexOf("moov") - 4;
    whole.fill(0xff, at >> 1, at);
    await Deno.writeFile(path, whole);
    using film = open(folder, "idle.mp4", VIDEO_SIZE, FRAMES);
    const picture = new Uint8Array(i420Bytes(VIDEO_SIZE));
    film.read(0, picture);
    assertEquals(readNumber(picture, VIDEO_SIZE).frame, 0);
    const fault = assertThrows(() => film.read(28, picture), InputFault);
    assertStringIncludes(fault.message, "idle.mp4");
    film.read(1, picture);
    assertEquals(readNumber(picture, VIDEO_SIZE).frame, 1);
    assert(at > 100);
  });
});

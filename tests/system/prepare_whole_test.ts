/**
 * What `prepare` takes for a whole film and what not: no more than a second may be missing, at its end or in its middle;
 * a longer sound, an edit or a long picture is nothing missing. And films of a shape that would take all memory.
 */
import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { FilmPictures } from "../../src/prepare/video/film_pictures.ts";
import { ffmpeg } from "./face_clips.ts";
import { skipWithout } from "./live_process.ts";

const ignore = skipWithout("tests of whole films for prepare", "ffmpeg");
const SECONDS = 20;
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "2"];
const PICTURES = ["-f", "lavfi", "-i", `testsrc2=s=160x120:r=25:d=${SECONDS}`];

function test(name: string, fn: (at: (file: string) => string) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await fn((file) => `${folder}/${file}`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function framesOf(path: string): Promise<number> {
  const film = await FilmPictures.open(path);
  let frames = 0;
  for await (const { frame } of film.pictures({})) assertEquals(frame, frames++);
  return frames;
}

async function refusal(path: string): Promise<string> {
  const fault = await assertRejects(() => framesOf(path), InputFault);
  assertEquals(fault.code, "bad_video", fault.message);
  assert(!fault.message.includes("\n") && fault.message.includes("wanted"), fault.message);
  return fault.message;
}

/** The file without what lies between two parts of it; zeros stand there, or nothing where it is the end. */
async function damage(from: string, to: string, begin: number, end: number): Promise<string> {
  const bytes = await Deno.readFile(from);
  const [first, last] = [begin, end].map((part) => Math.floor(part * bytes.length)) as [number, number];
  await Deno.writeFile(to, end >= 1 ? bytes.subarray(0, first) : bytes.fill(0, first, last));
  return to;
}

test("prepare refuses a film of which more than a second is missing at its end, however long it is", async (at) => {
  const fast = [...H264, "-movflags", "+faststart"];
  await ffmpeg(...PICTURES, ...fast, at("whole.mp4"));
  assertEquals(await framesOf(at("whole.mp4")), SECONDS * 25);
  const says = await refusal(await damage(at("whole.mp4"), at("cut.mp4"), 0.92, 1));
  assertStringIncludes(says, "cut.mp4: cut off at 0:18.");
  assertStringIncludes(says, " of 0:20.0, wanted a whole film");
  await ffmpeg(...PICTURES, ...H264, at("whole.mkv"));
  assertStringIncludes(
    await refusal(await damage(at("whole.mkv"), at("cut.mkv"), 0.92, 1)),
    "cut off at 0:18.",
  );
  // Less is what the last pictures of a file are often cut by.
  assertLess(SECONDS * 25 - 25, await framesOf(await damage(at("whole.mp4"), at("end.mp4"), 0.98, 1)));
});

test("prepare refuses a film of which more than a second in its middle cannot be decoded", async (at) => {
  await ffmpeg(...PICTURES, ...H264, at("a.mp4"));
  const says = await refusal(await damage(at("a.mp4"), at("broken.mp4"), 0.4, 0.6));
  assertStringIncludes(says, "broken.mp4: what it has from 0:0");
  assertStringIncludes(says, "cannot be decoded, wanted a whole film");
  // A picture or two that are broken are stood for by the one before.
  assertEquals(await framesOf(await damage(at("a.mp4"), at("spot.mp4"), 0.5, 0.501)), SECONDS * 25);
});

test("prepare takes a film whose sound is longer than its pictures", async (at) => {
  const tone = ["-f", "lavfi", "-i", "sine=duration=12"];
  const film = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=4", ...tone, ...H264];
  await ffmpeg(...film, "-c:a", "aac", at("tagged.mkv"));
  // Where no tag is called DURATION there is only the length of the whole file.
  const bytes = await Deno.readFile(at("tagged.mkv"));
  const tag = new TextEncoder().encode("DURATION");
  let tags = 0;
  for (let from = 0; from < bytes.length; from++) {
    if (!tag.every((letter, nth) => bytes[from + nth] === letter)) continue;
    bytes[from] = "X".charCodeAt(0);
    tags++;
  }
  assertEquals(tags, 2);
  await Deno.writeFile(at("long.mkv"), bytes);
  // 12 s of sound end with a whole AAC frame.
  for (const [file, expected] of [["tagged.mkv", 100], ["long.mkv", 301]] as const) {
    assertEquals((await FilmPictures.open(at(file))).framesExpected, expected, file);
    assertEquals(await framesOf(at(file)), 100, file);
  }
  await ffmpeg(...film, "-c:a", "aac", at("long.mp4"));
  assertEquals(await framesOf(at("long.mp4")), 100);
  // Cut where the pictures have ended and the sound has not, nobody can tell; cut before that, it is told.
  const cut = await refusal(await damage(at("long.mkv"), at("cut.mkv"), 0.3, 1));
  assertStringIncludes(cut, "cut off at 0:0");
});

test("prepare takes a film that was trimmed by an edit, and one whose pictures stand for seconds", async (at) => {
  await ffmpeg(...PICTURES, ...H264, "-g", "250", at("whole.mp4"));
  await ffmpeg("-ss", "3.5", "-i", at("whole.mp4"), "-c", "copy", "-t", "5", at("edited.mp4"));
  assertLess(Math.abs(await framesOf(at("edited.mp4")) - 125), 5);
  const slides = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=1/3:d=12"];
  for (const file of ["slides.mkv", "slides.mp4", "slides.avi"]) {
    await ffmpeg(...slides, ...(file.endsWith("avi") ? ["-c:v", "mjpeg"] : H264), at(file));
    assertLess(Math.abs(await framesOf(at(file)) - 300), 2, file);
  }
});

test("prepare bounds what a film of an odd shape takes, whatever the first clip's size is", async (at) => {
  const size = { width: 1920, height: 1080 };
  await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:d=0.2,setsar=100", ...H264, at("odd.mkv"));
  const odd = await assertRejects(() => FilmPictures.open(at("odd.mkv"), size), InputFault);
  assertEquals(odd.code, "bad_video");
  await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1280x64:d=0.2,setsar=1", ...H264, at("wide.mkv"));
  const wide = await assertRejects(() => FilmPictures.open(at("wide.mkv"), size), InputFault);
  assertStringIncludes(wide.message, "wide.mkv: 1280x64 pixels, of which less than a tenth fits");
  // A telephone's upright film as the second clip of a wide one.
  await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=360x640:d=0.2,setsar=1", ...H264, at("tall.mkv"));
  const film = await FilmPictures.open(at("tall.mkv"), size);
  for await (const { rgb } of film.pictures({})) assertEquals(rgb.length, 1920 * 1080 * 3);
});

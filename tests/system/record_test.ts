/**
 * Recordings as Debian's ffmpeg and ffprobe see them: a flash and a click of one unit are found again, the same input
 * gives the same bytes, and a recording that was killed or ran out of disk still plays.
 */
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Recorder } from "../../src/record/mod.ts";

const SIZE = { width: 320, height: 180 };
const FPS = 25;
const SAMPLES_PER_FRAME = 1920;
const FRAMES = 150;
const MARKED_FRAME = 93;
const CLICK_SAMPLES = 8;
const SKEW_MS_MAX = 10;

const isMissing = !(await hasPrograms());
const ignore = isMissing && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error("skipped: tests of recordings need ffmpeg and ffprobe (apt install ffmpeg)");

async function hasPrograms(): Promise<boolean> {
  try {
    for (const name of ["ffmpeg", "ffprobe"]) {
      await new Deno.Command(name, { args: ["-version"], stdout: "null", stderr: "null" }).output();
    }
    return true;
  } catch {
    return false; // not installed: the tests are skipped with a reason
  }
}

async function output(program: string, ...args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: ["-v", "error", ...args],
    signal: AbortSignal.timeout(60_000),
  }).output();
  assert(success, `${program}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

/** A grey picture whose bottom moves, so that the encoder has something to do; white in the marked frame. */
function paint(picture: Uint8Array, frame: number): void {
  const lumaBytes = SIZE.width * SIZE.height;
  picture.fill(frame === MARKED_FRAME ? 235 : 60, 0, lumaBytes);
  if (frame !== MARKED_FRAME) {
    for (let at = lumaBytes / 2; at < lumaBytes; at++) picture[at] = 40 + ((at + frame * 7) % 40);
  }
  picture.fill(128, lumaBytes);
}

async function record(path: string, frames = FRAMES): Promise<void> {
  await using recorder = await Recorder.open(path, {
    size: SIZE,
    fps: FPS,
    samplesPerFrame: SAMPLES_PER_FRAME,
  });
  const picture = new Uint8Array(SIZE.width * SIZE.height * 3 / 2);
  const samples = new Float32Array(SAMPLES_PER_FRAME);
  for (let frame = 0; frame < frames; frame++) {
    paint(picture, frame);
    samples.fill(0);
    if (frame === MARKED_FRAME) samples.fill(0.9, 0, CLICK_SAMPLES);
    await recorder.add(picture, samples);
  }
  assertEquals((await recorder.close()).frames, frames);
}

/** The file's own times, in ms, of the brightest frame and of the middle of the loudest samples. */
async function marks(path: string): Promise<{ flashMs: number; clickMs: number; frames: number }> {
  const probed = await output(
    "ffprobe",
    ...["-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path],
  );
  const text = new TextDecoder().decode(probed); // a frame with side data has a line more
  const times = (text.match(/^-?\d[\d.]*/gm) ?? []).map((time) => parseFloat(time) * 1000);
  const luma = await output(
    "ffmpeg",
    ...["-i", path, "-map", "0:v", "-vf", "scale=1:1:flags=area,format=gray"],
    ...["-fps_mode", "passthrough", "-f", "rawvideo", "-"],
  );
  assertEquals(luma.length, times.length);
  const sound = await output( // silence is put in, or priming cut off, so that its first sample is at time 0
    "ffmpeg",
    ...["-copyts", "-i", path, "-map", "0:a", "-af", "aresample=async=1:first_pts=0"],
    ...["-f", "f32le", "-ac", "1", "-"],
  );
  const samples = new Float32Array(sound.slice().buffer);
  return {
    flashMs: times[indexOfMax(luma)]!,
    clickMs: (indexOfMax(samples) - CLICK_SAMPLES / 2) / 48,
    frames: luma.length,
  };
}

function indexOfMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 0; at < values.length; at++) {
    if (Math.abs(values[at]!) > Math.abs(values[best]!)) best = at;
  }
  return best;
}

for (const extension of ["mp4", "webm", "mkv"]) {
  Deno.test({
    name: `Recorder ${extension}: a flash and a click of one unit are within 10 ms in the decoded file`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const path = join(folder, `marked.${extension}`);
        await record(path);
        assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), [`marked.${extension}`]);
        const { flashMs, clickMs, frames } = await marks(path);
        console.log(
          `${extension}: flash ${flashMs} ms, click ${clickMs.toFixed(2)} ms, skew ${
            (clickMs - flashMs).toFixed(2)
          } ms`,
        );
        assertLessOrEqual(Math.abs(flashMs - MARKED_FRAME * 1000 / FPS), 1);
        assertLessOrEqual(Math.abs(clickMs - flashMs), SKEW_MS_MAX);
        assertEquals(frames, FRAMES);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

  Deno.test({
    name: `Recorder ${extension}: the same input gives the same bytes`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const paths = ["one", "two"].map((name) => join(folder, `${name}.${extension}`));
        for (const path of paths) await record(path, 60);
        assertEquals(Deno.readFileSync(paths[0]!), Deno.readFileSync(paths[1]!));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

  Deno.test({
    name: `Recorder ${extension}: killed with -9, what it left plays but for the last two seconds`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const child = startChild(["deno", ...recordArgs(join(folder, `killed.${extension}`), "wait")]);
        await firstLine(child); // says when 250 units have been added
        child.kill("SIGKILL");
        await child.status;
        assertGreaterOrEqual(await decodedFrames(join(folder, `.killed.partial.${extension}`)), 150);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

  Deno.test({
    name: `startRecording ${extension}: ended by SIGTERM, the file has its name and every frame`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const path = join(folder, `ended.${extension}`);
        const child = startChild(["deno", ...recordArgs(path, "live")]);
        await firstLine(child); // says when 50 units have been published
        child.kill("SIGTERM");
        assertEquals((await child.status).code, 0);
        assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), [`ended.${extension}`]);
        assertGreaterOrEqual(await decodedFrames(path), 50);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

  Deno.test({
    name: `Recorder ${extension}: when the file can grow no more it is closed, renamed and plays`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const path = join(folder, `full.${extension}`);
        // 2000 blocks of 1024 bytes; the signal is ignored so that write() answers with an error, as a full disk does
        const script = `trap '' XFSZ; ulimit -f 2000; exec deno "$@"`;
        const child = startChild(["bash", "-c", script, "bash", ...recordArgs(path, "noise")]);
        const said = JSON.parse(await firstLine(child));
        await child.status;
        assertEquals(said.code, "disk_full");
        assertStringIncludes(said.message, "plays up to there");
        assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), [`full.${extension}`]);
        assertGreaterOrEqual(await decodedFrames(path), 75);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

function recordArgs(path: string, mode: "wait" | "noise" | "live"): string[] {
  return ["run", "-A", fileURLToPath(new URL("./record_child.ts", import.meta.url)), path, mode];
}

function startChild([program, ...args]: string[]): Deno.ChildProcess {
  return new Deno.Command(program!, { args, stdout: "piped", stderr: "inherit" }).spawn();
}

async function firstLine(child: Deno.ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]!;
}

/** Frames that decode; the cut end may make the decoder complain, which is not an error here. */
async function decodedFrames(path: string): Promise<number> {
  const luma = await output(
    "ffmpeg",
    ...["-i", path, "-map", "0:v", "-vf", "scale=1:1,format=gray"],
    ...["-fps_mode", "passthrough", "-f", "rawvideo", "-"],
  );
  return luma.length;
}

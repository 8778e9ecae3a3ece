/**
 * Recordings as Debian's ffmpeg and ffprobe see them: a flash and a click of one unit are found again, the same input
 * gives the same bytes, and a recording that was killed or ran out of disk still plays.
 */
import { assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findMarks, missingForMarks, output, PERIOD_MS, recordMarked } from "./flash_and_click.ts";

const SIZE = { width: 320, height: 180 };
const FRAMES = 150;
const MARKED_FRAME = 93;
const SKEW_MS_MAX = 10;

const missing = await missingForMarks();
const ignore = missing !== undefined && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error(`skipped: tests of recordings: ${missing}`);

async function record(path: string, frames = FRAMES): Promise<void> {
  assertEquals(await recordMarked(path, { size: SIZE, frames, marked: [MARKED_FRAME] }), frames);
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
        const { flashesMs, clicksMs, frames } = await findMarks(path);
        assertEquals([flashesMs.length, clicksMs.length], [1, 1]);
        const [flashMs, clickMs] = [flashesMs[0]!, clicksMs[0]!];
        console.log(
          `${extension}: flash ${flashMs} ms, click ${clickMs.toFixed(2)} ms, skew ${
            (clickMs - flashMs).toFixed(2)
          } ms`,
        );
        assertLessOrEqual(Math.abs(flashMs - MARKED_FRAME * PERIOD_MS), 1);
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

/**
 * Recordings: how far picture and sound are apart in the finished file (flashes and clicks found again by ffmpeg and
 * ffprobe), and what taking one 720p frame of the speaking avatar costs the recording's own thread.
 */
import { findAvatar, loadFace } from "../../src/avatar/mod.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";
import { Recorder } from "../../src/record/mod.ts";
import { frameRate, i420Bytes } from "../../src/time/mod.ts";
import { findMarks, missingForMarks, recordMarked } from "../../tests/system/flash_and_click.ts";
import { type Figure, figure } from "./figure.ts";
import { clock } from "./programme.ts";

const SIZE = { width: 1280, height: 720 };
const RATE = frameRate(25);
const SKEW_MS_MAX = 10;
const MARKED = Array.from({ length: 20 }, (_, mark) => 20 + mark * 37); // all places between two key frames
const PICTURES = 50;
const WARM_FRAMES = 50;
const FRAMES = 500;

export async function benchRecording(): Promise<Figure[]> {
  const folder = Deno.makeTempDirSync();
  try {
    return [...await skews(folder), ...await costs(folder)];
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function skews(folder: string): Promise<Figure[]> {
  const missing = await missingForMarks();
  if (missing !== undefined) {
    console.error(`skew of recordings is not measured: ${missing}`);
    return [];
  }
  const figures: Figure[] = [];
  for (const extension of ["mp4", "webm"]) {
    const path = `${folder}/marked.${extension}`;
    await recordMarked(path, { size: SIZE, frames: MARKED.at(-1)! + 30, marked: MARKED });
    const { flashesMs, clicksMs } = await findMarks(path);
    const isWhole = flashesMs.length === MARKED.length && clicksMs.length === MARKED.length;
    if (!isWhole) {
      console.error(`${extension}: ${flashesMs.length} flashes and ${clicksMs.length} clicks found`);
    }
    const skewsMs = clicksMs.map((clickMs, mark) => Math.abs(clickMs - flashesMs[mark]!));
    figures.push(figure(`sound and picture apart in a recording, ${extension}`, "ms", skewsMs, {
      target: `<= ${SKEW_MS_MAX}`,
      reaches: ({ max }) => isWhole && max <= SKEW_MS_MAX,
    }));
  }
  return figures;
}

async function costs(folder: string): Promise<Figure[]> {
  const pictures = await speakingPictures();
  const samples = new Float32Array(RATE.samplesPerFrame).map((_, at) => 0.3 * Math.sin(at * at / 5000));
  const figures: Figure[] = [];
  // H.264 has to leave the machine to the call; VP8 has no faster setting here and must fit into the period.
  for (const [extension, msMax] of [["mp4", 4], ["webm", RATE.periodMs]] as const) {
    const spentMs: number[] = [];
    await using recorder = await Recorder.open(`${folder}/cost.${extension}`, {
      size: SIZE,
      fps: RATE.fps,
      samplesPerFrame: RATE.samplesPerFrame,
    });
    for (let frame = 0; frame < WARM_FRAMES + FRAMES; frame++) {
      const fromMs = clock.nowMs();
      await recorder.add(pictures[frame % PICTURES]!, samples);
      if (frame >= WARM_FRAMES) spentMs.push(clock.nowMs() - fromMs);
    }
    figures.push(figure(`recording one 720p frame, ${extension}`, "ms", spentMs, {
      target: `p50 <= ${msMax}`,
      reaches: ({ p50 }) => p50 <= msMax,
    }));
  }
  return figures;
}

/** Two seconds of the avatar speaking, painted beforehand. */
async function speakingPictures(): Promise<Uint8Array[]> {
  using face = await loadFace(findAvatar("mai", ["avatars"]), SIZE, { fps: RATE.fps });
  const mouth = new Float32Array(MOUTH_LENGTH);
  return Array.from({ length: PICTURES }, (_, frame) => {
    const bytes = new Uint8Array(i420Bytes(SIZE));
    const picture = { ...SIZE, bytes };
    face.paintIdle(picture, frame);
    mouth[0] = 0.5 - 0.5 * Math.cos(frame * 2 * Math.PI / 10);
    mouth[1] = 0.5 - 0.5 * Math.cos(frame * 2 * Math.PI / 25);
    face.paintMouth(picture, frame, mouth);
    return bytes;
  });
}

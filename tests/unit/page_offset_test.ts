/** The page's OffsetMeter: made-up courses of loudness, shifted by a known time, are found to be shifted by it. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type HeardLevel,
  OffsetMeter,
  offsetMs,
  type ShownLevels,
} from "../../src/control/page/offset_meter.ts";

const FRAME_MS = 40;

/** Loudness of something like speech: syllables of different lengths with pauses, 0..1. */
function loudness(atMs: number, seed = 1): number {
  const syllable = Math.floor(atMs / 170);
  const random = Math.abs(Math.sin(syllable * 12.9898 * seed) * 43758.5453) % 1;
  if (random < 0.3) return 0;
  const within = (atMs % 170) / 170;
  return random * Math.sin(Math.PI * within) ** 2;
}

interface Courses {
  readonly heard: HeardLevel[];
  readonly shown: ShownLevels[];
}

/** `lateMs`: how much later the sound is heard than seen. */
function courses(
  lateMs: number,
  options: { lengthMs?: number; gain?: number; noise?: number; seed?: number } = {},
): Courses {
  const { lengthMs = 6000, gain = 0.4, noise = 0, seed = 1 } = options;
  const random = (at: number) => Math.abs(Math.sin(at * 78.233) * 43758.5453) % 1;
  const shown: ShownLevels[] = [];
  for (let at = 0; at < lengthMs; at += FRAME_MS) {
    const jitterMs = 8 * (random(at) - 0.5); // of the screen
    const levels = [5, 15, 25, 35].map((ms) => Math.round(255 * loudness(at + ms)));
    shown.push({ atMs: 1000 + at + jitterMs, levels, frameMs: FRAME_MS });
  }
  const heard: HeardLevel[] = [];
  for (let at = 0; at < lengthMs; at += 10) {
    heard.push({ atMs: 1000 + at + lateMs, level: gain * loudness(at + 5, seed) + noise * random(at) });
  }
  return { heard, shown };
}

Deno.test("offsetMs: finds the shift of two courses within 4 ms, late and early", () => {
  for (const lateMs of [-300, -120, -40, -7, 0, 3, 15, 38, 80, 200, 333, 600]) {
    const { heard, shown } = courses(lateMs);
    assertAlmostEquals(offsetMs(heard, shown)!, lateMs, 4);
  }
});

Deno.test("offsetMs: 200 ms more delay are 200 ms more offset within 5 ms", () => {
  const [before, after] = [courses(37), courses(237)].map(({ heard, shown }) => offsetMs(heard, shown)!);
  assertAlmostEquals(after! - before!, 200, 5);
});

Deno.test("offsetMs: loudness and a little noise make no difference", () => {
  for (const gain of [0.01, 0.1, 1]) {
    const { heard, shown } = courses(90, { gain, noise: gain * 0.1 });
    assertAlmostEquals(offsetMs(heard, shown)!, 90, 6);
  }
});

Deno.test("offsetMs: frames that were never shown are no reason for another answer", () => {
  const { heard, shown } = courses(55);
  const some = shown.filter((_, index) => index % 5 !== 3);
  assertAlmostEquals(offsetMs(heard, some)!, 55, 8);
});

Deno.test("offsetMs: says nothing in silence, of too little speech, of other sound, of sound that is not played", () => {
  assertEquals(offsetMs([], []), undefined);
  const { heard, shown } = courses(50);
  assertEquals(offsetMs([], shown), undefined);
  assertEquals(offsetMs(heard, []), undefined);
  const silent = shown.map((frame) => ({ ...frame, levels: [0, 0, 0, 0] }));
  assertEquals(offsetMs(heard, silent), undefined);
  assertEquals(offsetMs(heard.map(({ atMs }) => ({ atMs, level: 0 })), shown), undefined);
  const short = courses(50, { lengthMs: 400 });
  assertEquals(offsetMs(short.heard, short.shown), undefined);
  const other = courses(50, { seed: 3.7 });
  assertEquals(offsetMs(other.heard, other.shown), undefined);
});

Deno.test("offsetMs: says nothing of a shift that is larger than it looks for", () => {
  const { heard, shown } = courses(2000);
  assertEquals(offsetMs(heard, shown), undefined);
});

Deno.test("OffsetMeter: forgets what is older than its window, and everything at a reset", () => {
  const meter = new OffsetMeter();
  const feed = (lateMs: number, fromMs: number) => {
    const { heard, shown } = courses(lateMs, { lengthMs: 7000 });
    for (const level of heard) meter.hear({ ...level, atMs: level.atMs + fromMs });
    for (const frame of shown) meter.show({ ...frame, atMs: frame.atMs + fromMs });
  };
  feed(20, 0);
  assertAlmostEquals(meter.measure()!, 20, 5);
  feed(180, 8000);
  assertAlmostEquals(meter.measure()!, 180, 5);
  meter.reset();
  assertEquals(meter.measure(), undefined);
});

/** The page's modules that know no browser: sound held to frames, the measured offset, words in both languages. */
import { assert, assertEquals } from "@std/assert";
import { OffsetMeter } from "../../src/control/page/offset_meter.ts";
import { SyncController } from "../../src/control/page/sync_controller.ts";
import { ENGLISH } from "../../src/control/page/words_en.ts";
import { VIETNAMESE } from "../../src/control/page/words_vi.ts";

const FPS = 25;

/** A file that plays as time passes, frames as the test says. */
function player() {
  let run = () => {};
  const audio = {
    currentTime: 0,
    paused: true,
    ended: false,
    plays: 0,
    play() {
      this.paused = false;
      this.plays++;
      return Promise.resolve();
    },
    pause() {
      this.paused = true;
    },
  };
  const clock = { frames: 0, isStopped: false, stop: () => void (clock.isStopped = true) };
  let isLooking = true;
  const sync = new SyncController({
    ...{ audio, clock, fps: FPS },
    every: (_ms, look) => {
      run = look;
      return () => isLooking = false;
    },
  });
  const pass = async (seconds: number, framesPerSecond: number) => {
    for (let step = 0; step < seconds * 50; step++) {
      if (!audio.paused) audio.currentTime += 0.02;
      clock.frames += framesPerSecond / 50;
      run();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { audio, clock, sync, pass, isLooking: () => isLooking };
}

Deno.test("SyncController: the sound begins with the first frame and not before", async () => {
  const { audio, pass } = player();
  await pass(1, 0);
  assertEquals([audio.paused, audio.plays], [true, 0]);
  await pass(0.2, FPS);
  assertEquals([audio.paused, audio.plays], [false, 1]);
});

Deno.test("SyncController: sound waits for late frames, never further ahead than the threshold, and goes on", async () => {
  const { audio, sync, pass } = player();
  await pass(1, FPS);
  assertEquals(sync.waits, 0);
  await pass(2, 0);
  assert(audio.paused);
  assert(sync.skewS <= 0.1 + 0.021, `${sync.skewS}`);
  await pass(2, FPS);
  assert(!audio.paused);
  assertEquals(sync.waits, 1);
});

Deno.test("SyncController: stop ends timer, frame count and sound", async () => {
  const { audio, clock, sync, pass, isLooking } = player();
  await pass(1, FPS);
  sync.stop();
  assertEquals([audio.paused, clock.isStopped, isLooking()], [true, true, false]);
});

/** Loudness of made-up speech: syllables of different length and strength. */
function loudness(ms: number): number {
  const t = ms / 1000;
  const syllable = Math.max(0, Math.sin(t * 11) * Math.sin(t * 3.1 + 1) + 0.3 * Math.sin(t * 23));
  return t % 2.3 < 1.7 ? syllable : 0;
}

function measure(offsetMs: number, jitterMs = 0): number | undefined {
  const meter = new OffsetMeter();
  for (let frame = 0; frame < 150; frame++) {
    const atMs = frame * 40;
    const jitter = jitterMs * Math.sin(frame * 7);
    meter.show({
      atMs: atMs + jitter,
      frameMs: 40,
      levels: [0, 10, 20, 30].map((part) => Math.round(loudness(atMs + part) * 120)),
    });
  }
  for (let ms = -1000; ms < 6000; ms += 10) {
    meter.hear({ atMs: ms + 3, level: loudness(ms + 3 - offsetMs) * 0.4 });
  }
  return meter.measure();
}

Deno.test("OffsetMeter: finds sound that is early, late and in time, within 5 ms", () => {
  for (const offsetMs of [-200, -37, 0, 12, 85, 200, 430]) {
    const found = measure(offsetMs);
    assert(found !== undefined && Math.abs(found - offsetMs) < 5, `${offsetMs}: ${found}`);
  }
});

Deno.test("OffsetMeter: frames that come unsteadily cost a few milliseconds only", () => {
  const found = measure(60, 12);
  assert(found !== undefined && Math.abs(found - 60) < 8, `${found}`);
});

Deno.test("OffsetMeter: says nothing in silence, and nothing of sound that is not this speech", () => {
  const silent = new OffsetMeter();
  for (let frame = 0; frame < 150; frame++) {
    silent.show({ atMs: frame * 40, frameMs: 40, levels: [0, 0, 0, 0] });
  }
  for (let ms = 0; ms < 6000; ms += 10) silent.hear({ atMs: ms, level: 0.1 });
  assertEquals(silent.measure(), undefined);
  const other = new OffsetMeter();
  for (let frame = 0; frame < 150; frame++) {
    const levels = [0, 10, 20, 30].map((part) => loudness(frame * 40 + part) * 100);
    other.show({ atMs: frame * 40, frameMs: 40, levels });
  }
  let seed = 1;
  for (let ms = 0; ms < 6000; ms += 10) {
    seed = seed * 48_271 % 2_147_483_647;
    other.hear({ atMs: ms, level: seed / 2_147_483_647 });
  }
  assertEquals(other.measure(), undefined);
});

Deno.test("words: every word in both languages, with the same places to fill in", () => {
  assertEquals(Object.keys(VIETNAMESE).sort(), Object.keys(ENGLISH).sort());
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(ENGLISH)) {
    const other = VIETNAMESE[key as keyof typeof ENGLISH];
    assertEquals(places(other), places(text), key);
    assert(other.trim() !== "", key);
  }
});

/** The page's SyncController: the rule by which a sound file is held to pictures, with made-up clocks and a made-up element. */
import { assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { type FrameClock, type Playable, SyncController } from "../../src/control/page/sync_controller.ts";

const FPS = 25;
const STEP_MS = 10;

/** An <audio> that plays as the test's time goes by. */
class Sound implements Playable {
  currentTime = 0;
  paused = true;
  ended = false;
  starts = 0;
  readonly seeks: number[] = [];

  play(): Promise<void> {
    this.paused = false;
    this.starts++;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
}

/** Time that goes by in steps; `framesAt` says how many frames were shown by then. */
class Show {
  readonly sound = new Sound();
  readonly clock: FrameClock & { frames: number; isStopped: boolean } = {
    frames: 0,
    isStopped: false,
    stop() {
      this.isStopped = true;
    },
  };
  #timers: { readonly ms: number; readonly run: () => void }[] = [];
  nowMs = 0;
  /** Largest lead of the sound over the pictures while it played, in seconds. */
  leadMax = -Infinity;

  readonly every = (ms: number, run: () => void) => {
    const timer = { ms, run };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((one) => one !== timer));
  };

  get timers(): number {
    return this.#timers.length;
  }

  async run(untilMs: number, framesAt: (ms: number) => number): Promise<void> {
    for (; this.nowMs < untilMs; this.nowMs += STEP_MS) {
      this.clock.frames = framesAt(this.nowMs);
      for (const { ms, run } of this.#timers) if (this.nowMs % ms < STEP_MS) run();
      await Promise.resolve(); // play() is answered
      if (this.sound.paused) continue;
      this.sound.currentTime += STEP_MS / 1000;
      this.leadMax = Math.max(this.leadMax, this.sound.currentTime - this.clock.frames / FPS);
    }
  }
}

const steady = (fromMs: number) => (ms: number) =>
  ms < fromMs ? 0 : Math.floor((ms - fromMs) / 1000 * FPS) + 1;

function held(show: Show, options: { thresholdS?: number; startS?: number } = {}): SyncController {
  return new SyncController({
    audio: show.sound,
    clock: show.clock,
    fps: FPS,
    every: show.every,
    ...options,
  });
}

Deno.test("SyncController: the sound begins with the first frame and not before", async () => {
  const show = new Show();
  held(show);
  await show.run(1000, () => 0);
  assertEquals([show.sound.starts, show.sound.currentTime], [0, 0]);
  await show.run(1100, steady(1000));
  assertEquals(show.sound.starts, 1);
});

Deno.test("SyncController: with steady pictures the sound never waits and stays beside them", async () => {
  const show = new Show();
  const sync = held(show);
  await show.run(10_000, steady(200));
  assertEquals([show.sound.starts, sync.waits], [1, 0]);
  assertLess(Math.abs(sync.skewS), 0.1);
});

Deno.test("SyncController: pictures that stand still stop the sound within the threshold, and it goes on with them", async () => {
  for (const thresholdS of [0.05, 0.1, 0.4]) {
    const show = new Show();
    const sync = held(show, { thresholdS });
    const stalled = (ms: number) => ms < 2000 ? steady(0)(ms) : ms < 4000 ? 50 : steady(0)(ms - 2000);
    await show.run(3900, stalled);
    assertEquals([show.sound.paused, sync.waits], [true, 1]);
    assertLess(show.leadMax, thresholdS + 0.06); // and one look, 40 ms
    assertGreater(show.leadMax, thresholdS - 0.02);
    await show.run(6000, stalled);
    assertEquals([show.sound.paused, show.sound.starts], [false, 2]);
    assertLess(Math.abs(sync.skewS), thresholdS + 0.06);
  }
});

Deno.test("SyncController: frames told every 200 ms, as by polling, hold it as well", async () => {
  const show = new Show();
  const sync = held(show);
  await show.run(5000, (ms) => steady(0)(ms - ms % 200));
  assertLess(show.leadMax, 0.1 + 0.06);
  assertLess(Math.abs(sync.skewS), 0.3);
});

Deno.test("SyncController: startS lets the sound begin later than the pictures, or from within", async () => {
  const late = new Show();
  held(late, { startS: -0.16 });
  await late.run(3000, steady(0));
  assertAlmostEquals(late.sound.currentTime, 3 - 0.16, 0.06);
  const within = new Show();
  held(within, { startS: 2 });
  await within.run(3000, steady(0));
  assertAlmostEquals(within.sound.currentTime, 3 + 2, 0.06);
});

Deno.test("SyncController: sound that is far behind, as after a sleep, jumps to the pictures", async () => {
  const show = new Show();
  const sync = held(show);
  await show.run(1000, steady(0));
  show.sound.currentTime = 0; // it stood still while the pictures went on
  await show.run(1100, steady(0));
  assertLess(Math.abs(sync.skewS), 0.1);
});

Deno.test("SyncController: stop ends timer, frame count and sound, and nothing starts it again", async () => {
  const show = new Show();
  const sync = held(show);
  await show.run(500, steady(0));
  sync.stop();
  assertEquals([show.timers, show.clock.isStopped, show.sound.paused], [0, true, true]);
  sync.look();
  sync.stop();
  assertEquals([show.sound.starts, show.sound.paused], [1, true]);
});

Deno.test("SyncController: a browser that does not let it play is asked again, and told of", async () => {
  const show = new Show();
  const troubles: unknown[] = [];
  let refusals = 3;
  const play = show.sound.play.bind(show.sound);
  show.sound.play = () => refusals-- > 0 ? Promise.reject(new Error("no")) : play();
  const onTrouble = (error: unknown) => void troubles.push(error);
  new SyncController({ audio: show.sound, clock: show.clock, fps: FPS, every: show.every, onTrouble });
  await show.run(1000, steady(0));
  assertEquals([troubles.length, show.sound.starts], [3, 1]);
});

/**
 * The sound isolate: reads the playback buffer as the device asks and feeds the player.
 *
 * In (messages): the one {@linkcode SoundSetup}, then "stop". Out (messages): {@linkcode SoundReport}s. The samples
 * come by shared memory. It never blocks: a turn of its loop every 4 ms feeds the player, and an interrupt wakes it.
 */
import { Fault, oneLine } from "../errors/mod.ts";
import { delay, Epoch, every, MonotonicClock } from "../time/mod.ts";
import { naudiodonOpener } from "./naudiodon_player.ts";
import { pipeOpener } from "./pipe_player.ts";
import { PlaybackBuffer, type PlaybackShape } from "./playback_buffer.ts";
import type { PlayerOptions } from "./player.ts";
import { Playout, type PlayoutState } from "./playout.ts";
import { openSoundGauges } from "./sound_gauges.ts";

export interface SoundSetup extends PlayerOptions {
  readonly shape: PlaybackShape;
  readonly buffer: SharedArrayBuffer;
  readonly epoch: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
  /** Which players to try, best first; none for the null device. */
  readonly players: readonly ("naudiodon" | "pipe")[];
}

export type SoundReport =
  | { readonly type: "state"; readonly state: PlayoutState }
  | { readonly type: "started" }
  | {
    readonly type: "flushed";
    readonly mediaSample: number;
    readonly noticedAtMs: number;
    readonly atMs: number;
  }
  | { readonly type: "fault"; readonly code: string; readonly message: string }
  | { readonly type: "stopped" };

const TICK_MS = 4;
const AUTO_START_MS_MAX = 2000;
const BUMP_WAIT_MS_MAX = 1000;

/** Calls `run` as soon as the epoch moves, until disposed. */
function atEveryBump(epoch: Epoch, run: () => void): Disposable {
  let isStopped = false;
  const follow = async () => {
    while (!isStopped) {
      const seen = epoch.current; // read before running: a bump meanwhile ends the wait at once
      run();
      await epoch.bumped(seen, BUMP_WAIT_MS_MAX);
    }
  };
  follow();
  return {
    [Symbol.dispose]() {
      isStopped = true;
    },
  };
}

async function run(
  setup: SoundSetup,
  stopped: Promise<void>,
  report: (report: SoundReport) => void,
): Promise<void> {
  const epoch = new Epoch(setup.epoch);
  const buffer = new PlaybackBuffer(setup.shape, epoch, openSoundGauges(setup.gauges), setup.buffer);
  const openers = setup.players.map((player) =>
    player === "pipe" ? pipeOpener(setup) : naudiodonOpener(setup)
  );
  await using playout = new Playout(
    buffer,
    new MonotonicClock(),
    openers,
    (state) => report({ type: "state", state }),
    (mediaSample, noticedAtMs, atMs) => report({ type: "flushed", mediaSample, noticedAtMs, atMs }),
  );
  using _ticks = every(TICK_MS, () => playout.tick());
  using _bumps = atEveryBump(epoch, () => playout.tick());
  // Told to stop while a device hangs in opening: that ends too.
  stopped.then(() => playout[Symbol.asyncDispose]());
  const starting = playout.start();
  // "auto" does not keep the picture waiting for a device that takes its time: until then the clock goes on alone.
  const fault = setup.device === "auto"
    ? await Promise.race([starting, delay(AUTO_START_MS_MAX).then(() => undefined)])
    : await starting;
  // A device asked for by name has to be there; "auto" goes on without.
  if (fault && setup.device !== "auto") throw fault;
  report({ type: "started" });
  await stopped;
}

if ("postMessage" in self && "onmessage" in self) {
  const report = (message: SoundReport) => self.postMessage(message);
  const stopped = Promise.withResolvers<void>();
  self.onmessage = (event: MessageEvent<SoundSetup | "stop">) => {
    if (event.data === "stop") return stopped.resolve();
    run(event.data, stopped.promise, report).then(
      () => report({ type: "stopped" }),
      (error) => {
        const code = error instanceof Fault ? error.code : "sound_failed";
        report({ type: "fault", code, message: oneLine(error) });
      },
    );
  };
}

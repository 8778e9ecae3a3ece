/**
 * The second choice of player: a program of the system (pacat, pw-cat, aplay) fed through a named pipe.
 *
 * In: blocks and flushes. Out: the pipe, kept filled to 40 ms and no more, so that its level falls at the device's own
 * pace: a block that went in is a block taken, and the level is looked at again after 3 ms (a write that waits would
 * hold the whole isolate). Linux only; runs in the sound worker. Limits: 40 ms in the pipe, the program's own behind it.
 */
import { closeSync, constants, openSync } from "node:fs";
import { DeviceFault, oneLine } from "../errors/mod.ts";
import { delay, MonotonicClock, withDeadline } from "../time/mod.ts";
import { BlockQueue } from "./block_queue.ts";
import { BLOCK_MS, BLOCK_SAMPLES, type BlockAbout } from "./child_protocol.ts";
import { killQuietly } from "./naudiodon_player.ts";
import {
  OPEN_MS_MAX,
  type Player,
  type PlayerEvents,
  type PlayerOpener,
  type PlayerOptions,
} from "./player.ts";

const CHANNELS = 2;
const BLOCK_BYTES = BLOCK_SAMPLES * CHANNELS * 2;
/** Counted here: a small pipe's own capacity would free in pages of 21 ms. */
const PIPE_BLOCKS = 4;
const PIPE_MS = PIPE_BLOCKS * BLOCK_MS;
/** What the program is asked to hold, the pipe's part left out. */
const programMs = (latencyMs: number) => Math.round(latencyMs / 2);
const FIONREAD = 0x541bn;
const ASK_AGAIN_MS = 3;
/** So many blocks do not fit anywhere on the way: once they are taken, something plays. */
const BLOCKS_UNTIL_OPEN = 40;

/** The programs that can be, best first, and how each is told. */
function programs(options: PlayerOptions): readonly (readonly [string, readonly string[]])[] {
  const target = options.pulseSink ?? (options.device === "auto" ? undefined : options.device);
  const to = (flag: string) => target === undefined ? [] : [flag, target];
  const holdMs = programMs(options.latencyMs);
  return [
    ["pacat", [
      "--playback",
      "--raw",
      "--format=s16le",
      "--rate=48000",
      `--channels=${CHANNELS}`,
      `--latency-msec=${holdMs}`,
      "--process-time-msec=10",
      "--client-name=Lipcam",
      ...to("--device"),
    ]],
    ["pw-cat", [
      "--playback",
      "--format=s16",
      "--rate=48000",
      `--channels=${CHANNELS}`,
      `--latency=${holdMs}ms`,
      ...to("--target"),
      "-",
    ]],
    ["aplay", [
      "--quiet",
      "--file-type=raw",
      "--format=S16_LE",
      "--rate=48000",
      `--channels=${CHANNELS}`,
      `--buffer-time=${holdMs * 1000}`,
      ...to("--device"),
    ]],
  ];
}

function openLibc() {
  return Deno.dlopen("libc.so.6", {
    mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
    ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  });
}

/** A pipe with a name, kept short, open both ways: opening never waits and a dead reader never errs. */
class ShortPipe implements Disposable {
  readonly path: string;
  readonly #folder: string;
  readonly #descriptor: number;
  readonly #libc = openLibc();
  readonly #unreadBytes = new Int32Array(1);

  constructor() {
    this.#folder = Deno.makeTempDirSync({ prefix: "lipcam-sound-" });
    this.path = `${this.#folder}/pcm`;
    if (this.#libc.symbols.mkfifo(new TextEncoder().encode(`${this.path}\0`), 0o600) !== 0) {
      this.#libc.close();
      Deno.removeSync(this.#folder);
      throw new DeviceFault("making a named pipe for the sound player failed", { code: "sound_unavailable" });
    }
    this.#descriptor = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
  }

  /** Whether a block more may lie in the pipe. */
  hasRoom(): boolean {
    this.#libc.symbols.ioctl(this.#descriptor, FIONREAD, this.#unreadBytes);
    return this.#unreadBytes[0]! <= (PIPE_BLOCKS - 1) * BLOCK_BYTES;
  }

  /** Writes all of a block where there is room: so little is never torn, and the pipe itself holds 64 kB. */
  write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#libc.symbols.write(this.#descriptor, bytes, BigInt(bytes.length));
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
    this.#libc.close();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

class PipePlayer implements Player {
  readonly kind = "pipe";
  readonly creditBlocks: number;
  readonly deviceLatencyMs: number;
  readonly #queue = new BlockQueue();
  readonly #clock = new MonotonicClock();
  readonly #pipe = new ShortPipe();
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  #isDisposed = false;
  #isEnded = false;
  #flushedAtMs = 0;

  constructor(
    readonly deviceName: string,
    args: readonly string[],
    latencyMs: number,
    events: PlayerEvents,
    readonly onOpen: () => void,
  ) {
    // Measured: of what it is allowed to hold, pacat holds half.
    this.deviceLatencyMs = PIPE_MS + programMs(latencyMs) / 2 - BLOCK_MS;
    this.creditBlocks = Math.max(2, Math.round((latencyMs - this.deviceLatencyMs) / BLOCK_MS));
    this.#child = new Deno.Command("sh", {
      args: ["-c", 'pipe="$1"; shift; exec "$@" <"$pipe"', "sh", this.#pipe.path, deviceName, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#done = Promise.all([this.#watch(events), this.#feed(events)]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  send(about: BlockAbout, samples: Float32Array): void {
    this.#queue.push(about, samples);
  }

  flush(epoch: number): void {
    this.#flushedAtMs = this.#clock.nowMs();
    this.#queue.flush(epoch);
  }

  async #watch(events: PlayerEvents): Promise<void> {
    const { code, signal } = await this.#child.status;
    this.#isEnded = true;
    if (!this.#isDisposed) events.onEnd(`${this.deviceName} ended with ${signal ?? `code ${code}`}`);
  }

  async #feed(events: PlayerEvents): Promise<void> {
    const samples = new Float32Array(BLOCK_SAMPLES);
    const pcm = new Int16Array(BLOCK_SAMPLES * CHANNELS);
    const bytes = new Uint8Array(pcm.buffer);
    let takenBlocks = 0;
    for (let blocks = 1; !this.#isEnded; blocks++) {
      // Only then is the block taken: until it goes into the pipe an interrupt reaches it.
      while (!this.#pipe.hasRoom()) {
        await delay(ASK_AGAIN_MS);
        if (this.#isEnded) return;
      }
      const { isQueued, mediaSample, starvations, fadedFromSample } = this.#queue.take(samples);
      for (let index = 0, at = 0; index < BLOCK_SAMPLES; index++) {
        const value = Math.max(-32768, Math.min(32767, Math.round(samples[index]! * 32767)));
        for (let channel = 0; channel < CHANNELS; channel++) pcm[at++] = value;
      }
      if (fadedFromSample >= 0) events.onFlushed(fadedFromSample, this.#flushedAtMs, this.#clock.nowMs());
      this.#pipe.write(bytes);
      if (isQueued) takenBlocks++;
      events.onTaken(takenBlocks, isQueued ? mediaSample : -1, this.#clock.nowMs(), starvations);
      if (blocks === BLOCKS_UNTIL_OPEN) this.onOpen();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    killQuietly(this.#child);
    await this.#done;
    this.#pipe[Symbol.dispose]();
  }
}

export function pipeOpener(options: PlayerOptions): PlayerOpener {
  return {
    kind: "pipe",
    async open(events, signal) {
      const reasons: string[] = [];
      for (const [program, args] of Deno.build.os === "linux" ? programs(options) : []) {
        const opened = Promise.withResolvers<void>();
        const player = new PipePlayer(program, args, options.latencyMs, {
          onTaken: events.onTaken,
          onFlushed: events.onFlushed,
          onEnd(reason) {
            opened.reject(new DeviceFault(reason, { code: "sound_unavailable", retryable: true }));
            events.onEnd(reason);
          },
        }, opened.resolve);
        try {
          await withDeadline(opened.promise, OPEN_MS_MAX, `opening ${program}`, signal);
          return player;
        } catch (error) {
          await player[Symbol.asyncDispose]();
          signal.throwIfAborted();
          reasons.push(oneLine(error));
        }
      }
      throw new DeviceFault(`no program plays sound here (${reasons.join("; ") || "Linux only"})`, {
        code: "sound_unavailable",
        retryable: true,
      });
    },
  };
}

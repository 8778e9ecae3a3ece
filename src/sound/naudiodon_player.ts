/**
 * The first choice of player: naudiodon in a process of its own.
 *
 * In: blocks and flushes, written to the child's stdin. Out: its frames as events. Runs in the sound worker; a
 * crash of the child is an event here and nothing more. Also asks a short-lived child which devices there are.
 */
import { DeviceFault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import {
  BLOCK_MS,
  BLOCK_SAMPLES,
  BlockFrame,
  decodeNumbers,
  encodeNumbers,
  FRAME,
  FrameReader,
} from "./child_protocol.ts";
import {
  OPEN_MS_MAX,
  type Player,
  type PlayerEvents,
  type PlayerOpener,
  type PlayerOptions,
} from "./player.ts";

export interface SoundDevice {
  readonly name: string;
  readonly channels: number;
  /** The host interface it belongs to: ALSA, WASAPI, CoreAudio ... */
  readonly system: string;
}

/** How the library is set for a latency: its own queue in blocks, and what it hands to the device at once. */
function librarySettings(latencyMs: number) {
  // Measured on two busy cores: 480 now and then runs dry behind a sound server, 720 seldom, 1920 hardly.
  const framesPerBuffer = latencyMs < 90 ? 480 : latencyMs < 200 ? 720 : 1920;
  const queueBlocks = Math.max(2, Math.ceil(framesPerBuffer / BLOCK_SAMPLES));
  return { framesPerBuffer, queueBlocks, latencyMs: queueBlocks * BLOCK_MS + 2 * framesPerBuffer / 48 };
}
const LIST_MS_MAX = 5000;

function spawn(args: readonly string[], environment: Record<string, string>): Deno.ChildProcess {
  const permissions = ["--allow-read", "--allow-env", "--allow-ffi", "--allow-sys"];
  const entry = new URL("./naudiodon_child.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", ...permissions, entry, ...args],
    env: environment,
    stdin: "piped",
    stdout: "piped",
    stderr: "null", // PortAudio and ALSA fill it on a machine without a card
  }).spawn();
}

/** Ends the process; that it has ended already is no matter. */
export function killQuietly(child: Deno.ChildProcess, signal: Deno.Signal = "SIGKILL"): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readFrames(child: Deno.ChildProcess, reader: FrameReader): Promise<void> {
  for await (const chunk of child.stdout) reader.push(chunk);
}

/** The sound devices naudiodon can play to; empty where there is none. Throws DeviceFault where it cannot be asked. */
export async function listSoundDevices(signal?: AbortSignal): Promise<SoundDevice[]> {
  const child = spawn(["list"], {});
  const devices: SoundDevice[] = [];
  let fault: string | undefined;
  const reader = new FrameReader((kind, payload) => {
    const text = new TextDecoder().decode(payload);
    if (kind === FRAME.devices) devices.push(JSON.parse(text) as SoundDevice);
    else if (kind === FRAME.fault) fault = text;
  });
  try {
    await withDeadline(readFrames(child, reader), LIST_MS_MAX, "asking for the sound devices", signal);
  } finally {
    killQuietly(child);
    await child.stdin.close().catch(() => {}); // the process is gone: nobody is left to tell
    await child.status;
  }
  if (fault !== undefined) throw new DeviceFault(fault, { code: "sound_unavailable", retryable: true });
  return devices;
}

class NaudiodonPlayer implements Player {
  readonly kind = "naudiodon";
  readonly creditBlocks: number;
  deviceName = "";
  deviceLatencyMs: number;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  readonly #frames: readonly BlockFrame[];
  #sentBlocks = 0;
  #fault: string | undefined;
  #isDisposed = false;

  constructor(options: PlayerOptions, events: PlayerEvents, readonly onFirstTaken: () => void) {
    const library = librarySettings(options.latencyMs);
    this.deviceLatencyMs = library.latencyMs;
    this.creditBlocks = Math.max(2, Math.round((options.latencyMs - library.latencyMs) / BLOCK_MS));
    // A block that was reported taken has been read: with one more than the credit no frame is in use twice.
    this.#frames = Array.from({ length: this.creditBlocks + 1 }, () => new BlockFrame());
    const environment = options.pulseSink === undefined ? {} : { PULSE_SINK: options.pulseSink };
    const args = ["play", options.device, String(library.queueBlocks), String(library.framesPerBuffer)];
    this.#child = spawn(args, environment);
    this.#writer = this.#child.stdin.getWriter();
    this.#writer.closed.catch(() => {}); // the child's end is told by its status
    this.#done = this.#run(events, library.queueBlocks);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async #run(events: PlayerEvents, libraryBlocks: number): Promise<void> {
    let reason = "";
    let takes = 0;
    const reader = new FrameReader((kind, payload) => {
      if (kind === FRAME.opened) this.deviceLatencyMs = decodeNumbers(payload)[0]!;
      else if (kind === FRAME.devices) this.deviceName = new TextDecoder().decode(payload);
      else if (kind === FRAME.fault) this.#fault = new TextDecoder().decode(payload);
      else if (kind === FRAME.flushed) {
        const [mediaSample, noticedAtMs, atMs] = decodeNumbers(payload);
        events.onFlushed(mediaSample!, noticedAtMs!, atMs!);
      } else if (kind === FRAME.taken) {
        const [takenBlocks, mediaSample, atMs, starvations] = decodeNumbers(payload);
        events.onTaken(takenBlocks!, mediaSample!, atMs!, starvations!);
        // The library takes its first blocks at once, working device or not; the later ones it plays.
        if (++takes === libraryBlocks + 5) this.onFirstTaken();
      }
    });
    try {
      await readFrames(this.#child, reader);
    } catch (error) {
      reason = oneLine(error);
    }
    const status = await this.#child.status;
    reason = this.#fault ??
      (reason || `the player process ended with ${status.signal ?? `code ${status.code}`}`);
    if (!this.#isDisposed) events.onEnd(reason);
  }

  send(about: Parameters<Player["send"]>[0], samples: Float32Array): void {
    const frame = this.#frames[this.#sentBlocks++ % this.#frames.length]!;
    this.#write(frame.encode(about, samples));
  }

  flush(epoch: number): void {
    this.#write(encodeNumbers(FRAME.flush, epoch));
  }

  /** Credits bound what waits here; a failed write is the child's end, which is told by its status. */
  #write(frame: Uint8Array): void {
    this.#writer.write(frame).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    killQuietly(this.#child);
    await this.#writer.abort().catch(() => {}); // as above
    await this.#done;
  }
}

export function naudiodonOpener(options: PlayerOptions): PlayerOpener {
  return {
    kind: "naudiodon",
    async open(events, signal) {
      const started = Promise.withResolvers<void>();
      const player = new NaudiodonPlayer(options, {
        onTaken: events.onTaken,
        onFlushed: events.onFlushed,
        onEnd(reason) {
          started.reject(new DeviceFault(reason, { code: faultCode(reason), retryable: true }));
          events.onEnd(reason);
        },
      }, started.resolve);
      try {
        await withDeadline(started.promise, OPEN_MS_MAX, "opening the sound device", signal);
        return player;
      } catch (error) {
        await player[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

function faultCode(reason: string): string {
  return /^no sound device is named/.test(reason) ? "no_such_device" : "sound_unavailable";
}

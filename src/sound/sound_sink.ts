/**
 * The sound station as the programme sees it: one call starts the sound isolate, one object stops it.
 *
 * In: the playback buffer, epoch and gauges on shared memory. Out: sound, gauges, and a state. Main thread. A
 * machine without sound is no error: the null device keeps the time and `state().reason` says what is missing.
 */
import { DeviceFault, Fault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import { listSoundDevices } from "./naudiodon_player.ts";
import type { PlaybackShape } from "./playback_buffer.ts";
import type { PlayoutState } from "./playout.ts";
import { openSoundGauges } from "./sound_gauges.ts";
import type { SoundReport, SoundSetup } from "./worker.ts";

export interface SoundOptions {
  /** "auto": the system's default; "none": the null device; else a device's or sink's name. */
  readonly device: string;
  readonly shape: PlaybackShape;
  /** PlaybackBuffer.buffer. */
  readonly buffer: SharedArrayBuffer;
  /** Epoch.buffer. */
  readonly epoch: SharedArrayBuffer;
  /** SoundGauges.buffer. */
  readonly gauges: SharedArrayBuffer;
  /** From handing a block to the player to hearing it, 60..500 ms; default 100; more is safer on a busy machine. */
  readonly latencyMs?: number;
  /** A PulseAudio or PipeWire sink to play into, e.g. the virtual microphone's. */
  readonly pulseSink?: string;
  /** Which players to try, best first; default both. */
  readonly players?: readonly ("naudiodon" | "pipe")[];
  /** Told of every change: device found, lost, back. */
  readonly onState?: (state: SoundState) => void;
  /** Told what each interrupt did in the player: where it faded, when it was noticed and when that went to the device. */
  readonly onFlushed?: (mediaSample: number, noticedAtMs: number, atMs: number) => void;
  readonly signal?: AbortSignal;
}

export type SoundState = PlayoutState;

export interface SoundSink extends AsyncDisposable {
  readonly kind: SoundState["kind"];
  readonly deviceName: string;
  state(): SoundState;
}

export const SOUND_LATENCY_MS = 100;
const START_MS_MAX = 40_000;
const STOP_MS_MAX = 3000;
const RESTARTS_MAX = 3;

/** What a person can do about it, in the words of the doctor's mends. */
export function withMend(reason: string): string {
  const mend = /libasound|libportaudio/.test(reason)
    ? "sudo apt install libasound2 libasound2-plugins"
    : /does not load/.test(reason)
    ? "deno task setup"
    : "plug in or start a sound device";
  return `no sound device is used: ${reason}; the avatar speaks on camera and in recordings; mend: ${mend}; ` +
    "`deno task doctor` says more";
}

async function devicesInWords(): Promise<string> {
  try {
    const names = [...new Set((await listSoundDevices()).map((device) => device.name))];
    return names.length > 0 ? names.map((name) => `"${name}"`).join(", ") : "none";
  } catch (error) {
    return `unknown (${oneLine(error)})`;
  }
}

/**
 * Starts the sound isolate. Resolves when a device plays, or when it is known that there is none (then `kind` is
 * "null"). Throws DeviceFault `no_such_device` where a device asked for by name cannot be opened.
 */
export async function startSound(options: SoundOptions): Promise<SoundSink> {
  options.signal?.throwIfAborted();
  const latencyMs = options.latencyMs ?? SOUND_LATENCY_MS;
  if (!(latencyMs >= 60 && latencyMs <= 500)) throw new RangeError(`latencyMs ${latencyMs}, wanted 60..500`);
  const isNone = options.device === "none";
  let state: SoundState = { kind: "null", deviceName: "", pid: 0, reason: isNone ? "switched off" : "" };
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const setup: SoundSetup = {
    device: isNone ? "auto" : options.device,
    latencyMs,
    shape: options.shape,
    buffer: options.buffer,
    epoch: options.epoch,
    gauges: options.gauges,
    players: isNone ? [] : options.players ?? ["naudiodon", "pipe"],
    ...(options.pulseSink === undefined ? {} : { pulseSink: options.pulseSink }),
  };
  let restarts = 0;
  let isStopping = false;
  const die = (reason: string) => {
    openSoundGauges(options.gauges).set("isDeviceClock", 0);
    worker.terminate();
    state = {
      kind: "null",
      deviceName: "",
      pid: 0,
      reason: withMend(`the sound isolate failed: ${oneLine(reason)}`),
    };
    options.onState?.(state);
    if (!isStopping && restarts++ < RESTARTS_MAX) {
      worker = spawn();
      return;
    }
    started.reject(new Fault(state.reason, { code: "sound_failed" }));
    stopped.resolve();
  };
  const spawn = (): Worker => {
    const made = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "lipcam-sound",
    });
    made.onmessage = ({ data }: MessageEvent<SoundReport>) => {
      if (data.type === "state") {
        const reason = data.state.reason === "" ? "" : withMend(data.state.reason);
        state = { ...data.state, reason };
        options.onState?.(state);
      } else if (data.type === "flushed") {
        options.onFlushed?.(data.mediaSample, data.noticedAtMs, data.atMs);
      } else if (data.type === "started") {
        started.resolve();
      } else if (data.type === "stopped") {
        stopped.resolve();
      } else {
        started.reject(new DeviceFault(data.message, { code: data.code }));
        stopped.resolve();
      }
    };
    made.onerror = (event) => {
      event.preventDefault();
      die(event.message);
    };
    made.postMessage(setup);
    return made;
  };
  let worker = spawn();
  const stop = async () => {
    isStopping = true;
    worker.postMessage("stop");
    try {
      await withDeadline(stopped.promise, STOP_MS_MAX, "stopping the sound");
    } finally {
      worker.terminate();
    }
  };
  try {
    await withDeadline(started.promise, START_MS_MAX, "starting the sound", options.signal);
  } catch (error) {
    await stop().catch(() => {}); // why it did not start is what counts
    if (!(error instanceof DeviceFault)) throw error;
    const message = `the sound device "${options.device}" cannot be used: ${error.message}; there are: ` +
      `${await devicesInWords()}, or "auto" and "none"`;
    throw new DeviceFault(message, { code: "no_such_device", cause: error });
  }
  return {
    get kind() {
      return state.kind;
    },
    get deviceName() {
      return state.deviceName;
    },
    state: () => state,
    [Symbol.asyncDispose]: stop,
  };
}

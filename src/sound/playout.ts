/**
 * Keeps the sound going: feeds the player in charge, replaces it when it ends or stands still.
 *
 * In: the playback buffer, the epoch, the players' events. Out: blocks to the player, gauges, state changes. Runs in
 * the sound worker, called every few milliseconds. While there is no player the null device consumes, so that the
 * buffer's depth stays. Limits: a player in hand holds at most its credit; after 3 crashes in 60 s the next kind is
 * taken; a lost device is looked for every 2 s.
 */
import { DeviceFault, type Fault, oneLine } from "../errors/mod.ts";
import { type Clock, delay } from "../time/mod.ts";
import { BLOCK_MS, BLOCK_SAMPLES } from "./child_protocol.ts";
import { NullDevice } from "./null_device.ts";
import type { PlaybackBuffer } from "./playback_buffer.ts";
import type { Player, PlayerEvents, PlayerOpener } from "./player.ts";

export interface PlayoutState {
  readonly kind: Player["kind"] | "null";
  readonly deviceName: string;
  /** Process id of the player, 0 for the null device. */
  readonly pid: number;
  /** Why there is no (better) player, in one line; empty where all is well. */
  readonly reason: string;
}

const FROZEN_MS = 500;
const LATE_TICK_MS = 250;
const RETRY_MS = 2000;
const RETRY_NEVER_THERE_MS = 10_000;
const CRASHES_MAX = 3;
const CRASH_WINDOW_MS = 60_000;
/** Share of a new measurement in the smoothed ones; a jump of more than JUMP_MS is taken as it is. */
const SMOOTHING = 0.05;
const JUMP_MS = 30;

export class Playout implements AsyncDisposable {
  readonly #buffer: PlaybackBuffer;
  readonly #clock: Clock;
  readonly #null: NullDevice;
  readonly #stop = new AbortController();
  readonly #block = new Float32Array(BLOCK_SAMPLES);
  readonly #silence = new Float32Array(BLOCK_SAMPLES);
  readonly #crashes = new Map<PlayerOpener, number[]>();
  #player: Player | undefined;
  #ended = Promise.withResolvers<void>();
  #supervision: Promise<void> | undefined;
  #isEverOpen = false;
  #epoch: number;
  #sentBlocks = 0;
  #takenBlocks = 0;
  #starvations = 0;
  #takenAtMs = 0;
  #tickedAtMs: number;
  #heardSample = -1;
  #heardAtMs = 0;

  constructor(
    buffer: PlaybackBuffer,
    clock: Clock,
    readonly openers: readonly PlayerOpener[],
    readonly onState: (state: PlayoutState) => void,
    readonly onFlushed: (mediaSample: number, noticedAtMs: number, atMs: number) => void = () => {},
    /** The pause between two attempts to get a device back; a simulation passes its own. */
    readonly pause: (ms: number, signal: AbortSignal) => Promise<void> = delay,
  ) {
    this.#buffer = buffer;
    this.#clock = clock;
    this.#null = new NullDevice(clock);
    this.#epoch = buffer.epoch.current;
    this.#tickedAtMs = clock.nowMs();
  }

  /** Opens the first player there is and goes on looking after it. Answers why there is none yet. */
  async start(): Promise<Fault | undefined> {
    const fault = this.openers.length > 0 ? await this.#openFirst() : undefined;
    this.#supervision = this.#supervise();
    return fault;
  }

  /** To be called every few milliseconds. */
  tick(): void {
    const nowMs = this.#clock.nowMs();
    // Held up ourselves: what the player said meanwhile has not been read yet.
    if (nowMs - this.#tickedAtMs > LATE_TICK_MS) this.#takenAtMs = nowMs;
    this.#tickedAtMs = nowMs;
    if (this.#player && nowMs - this.#takenAtMs > FROZEN_MS) {
      this.#lose("the sound device stood still for 500 ms");
    }
    this.#pump();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#ended.resolve();
    await this.#supervision;
    await this.#player?.[Symbol.asyncDispose]();
    this.#player = undefined;
  }

  #pump(): void {
    const epoch = this.#buffer.epoch.current;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      // What is on its way is faded there; the rest of it must not start again here.
      if (this.#player && this.#sentBlocks > 0) {
        this.#player.flush(epoch);
        this.#buffer.mute();
      }
    }
    if (this.#player) {
      while (this.#sentBlocks - this.#takenBlocks < this.#player.creditBlocks) {
        const about = this.#buffer.read(this.#block, epoch);
        this.#player.send(about, this.#block);
        this.#sentBlocks++;
        this.#buffer.gauges.add("sentSamples", BLOCK_SAMPLES);
      }
    } else {
      while (this.#null.take()) {
        const about = this.#buffer.read(this.#block, epoch);
        this.#buffer.gauges.add("sentSamples", BLOCK_SAMPLES);
        this.#hear(about.mediaSample, this.#null.dueAtMs - BLOCK_MS);
        this.#measureLatency(0, 0);
      }
    }
  }

  #hear(mediaSample: number, atMs: number): void {
    const predictedMs = this.#heardAtMs + (mediaSample - this.#heardSample) / 48;
    const errorMs = atMs - predictedMs;
    const isNear = this.#heardSample >= 0 && Math.abs(errorMs) < JUMP_MS;
    this.#heardAtMs = isNear ? predictedMs + errorMs * SMOOTHING : atMs;
    this.#heardSample = mediaSample;
    this.#buffer.gauges.set("heardSample", this.#heardSample);
    this.#buffer.gauges.set("heardAtMs", this.#heardAtMs);
  }

  #measureLatency(inFlightMs: number, deviceLatencyMs: number): void {
    const { gauges } = this.#buffer;
    gauges.set("inFlightMs", inFlightMs);
    gauges.set("deviceLatencyMs", deviceLatencyMs);
    const latencyMs = gauges.get("depthMs") + inFlightMs + deviceLatencyMs;
    const before = gauges.get("latencyMs");
    const isNear = before > 0 && Math.abs(latencyMs - before) < 2 * JUMP_MS;
    gauges.set("latencyMs", isNear ? before + (latencyMs - before) * SMOOTHING : latencyMs);
  }

  #adopt(player: Player): void {
    this.#player = player;
    this.#ended = Promise.withResolvers();
    this.#sentBlocks = 0;
    this.#takenBlocks = 0;
    this.#starvations = 0;
    this.#takenAtMs = this.#clock.nowMs();
    this.#epoch = this.#buffer.epoch.current;
    // The first credit is filled with silence: reading it from the buffer would empty that at once.
    const about = { mediaSample: -1, epoch: this.#epoch, isProtected: true };
    while (this.#sentBlocks < player.creditBlocks) {
      player.send(about, this.#silence);
      this.#sentBlocks++;
    }
    this.#isEverOpen = true;
    this.#buffer.gauges.set("isDeviceClock", 1);
    this.onState({ kind: player.kind, deviceName: player.deviceName, pid: player.pid, reason: "" });
  }

  /** The player is done for: the clock goes on from here, at once. */
  #lose(reason: string): void {
    const player = this.#player;
    if (!player) return;
    this.#player = undefined;
    this.#buffer.gauges.set("isDeviceClock", 0);
    this.#buffer.skipToTarget();
    this.#null.restart();
    this.#heardSample = -1;
    this.onState({ kind: "null", deviceName: "", pid: 0, reason });
    const { resolve } = this.#ended;
    player[Symbol.asyncDispose]().then(resolve, resolve); // gone either way
  }

  #events(opener: PlayerOpener): PlayerEvents {
    let player: Player | undefined;
    return {
      onTaken: (takenBlocks, mediaSample, atMs, starvations) => {
        player ??= this.#player;
        if (player === undefined || player !== this.#player) return;
        this.#takenAtMs = this.#clock.nowMs();
        this.#takenBlocks = takenBlocks;
        this.#buffer.gauges.add("underruns", starvations - this.#starvations);
        this.#starvations = starvations;
        if (mediaSample >= 0) this.#hear(mediaSample, atMs + player.deviceLatencyMs);
        this.#measureLatency((this.#sentBlocks - takenBlocks) * BLOCK_MS, player.deviceLatencyMs);
        this.#pump();
      },
      onFlushed: (mediaSample, noticedAtMs, atMs) => {
        if (mediaSample >= 0) this.#buffer.gauges.set("staleFromSample", mediaSample);
        this.#buffer.gauges.set("flushedAtMs", atMs);
        this.onFlushed(mediaSample, noticedAtMs, atMs);
      },
      onEnd: (reason) => {
        if (this.#player === undefined) return; // it never came to play; opening it tells why
        this.#crashes.set(opener, [...this.#recentCrashes(opener), this.#clock.nowMs()]);
        this.#lose(reason);
      },
    };
  }

  /** Times within the last minute at which this kind of player ended by itself. */
  #recentCrashes(opener: PlayerOpener): number[] {
    const nowMs = this.#clock.nowMs();
    return (this.#crashes.get(opener) ?? []).filter((atMs) => nowMs - atMs < CRASH_WINDOW_MS);
  }

  /** Tries each player once, best first. Answers the first one's fault where none can be had. */
  async #openFirst(): Promise<Fault | undefined> {
    let fault: Fault | undefined;
    for (const opener of this.openers) {
      if (this.#recentCrashes(opener).length >= CRASHES_MAX) continue;
      try {
        this.#adopt(await opener.open(this.#events(opener), this.#stop.signal));
        return undefined;
      } catch (error) {
        if (this.#stop.signal.aborted) return undefined;
        const unavailable = { code: "sound_unavailable", retryable: true, cause: error };
        fault ??= error instanceof DeviceFault ? error : new DeviceFault(oneLine(error), unavailable);
      }
    }
    fault ??= new DeviceFault("every sound player crashed too often", { code: "sound_unavailable" });
    this.onState({ kind: "null", deviceName: "", pid: 0, reason: fault.message });
    return fault;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.openers.length > 0) {
      if (this.#player) {
        await this.#ended.promise;
        if (signal.aborted) return;
        this.#buffer.gauges.add("deviceRestarts");
      } else {
        const retryMs = this.#isEverOpen ? RETRY_MS : RETRY_NEVER_THERE_MS;
        const isStopped = await this.pause(retryMs, signal).then(() => false, () => true);
        if (isStopped) return;
      }
      await this.#openFirst();
    }
  }
}

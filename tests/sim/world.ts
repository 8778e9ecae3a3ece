/**
 * A whole programme on a simulated clock: the shipped speaker, rings, engine station, stage, tick loop and playout;
 * only the clock, the sound device, the voice and the engine's latency are made up, all from one seed.
 */
import { setImmediate } from "node:timers";
import { EngineStation, LoudnessEngine } from "../../src/lipsync/mod.ts";
import { ProgrammeMemory } from "../../src/programme/programme_memory.ts";
import { Playout } from "../../src/sound/playout.ts";
import { Speaker, type SpeechEvent, type Spoken, type Tts } from "../../src/speech/mod.ts";
import { DeviceFollower, Stage, TickLoop, type UnitSink } from "../../src/stage/mod.ts";
import { type UnitSlot } from "../../src/unit/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { PLAIN_SIZE, PlainFace } from "../fakes/face.ts";
import { SimulatedDevice } from "./device.ts";
import { Random } from "./random.ts";

export const SYNC_THRESHOLD_MS = 100;
const ENGINE_PERIOD_MS = 8;
const PLAYOUT_PERIOD_MS = 5;

export interface WorldOptions {
  readonly seed: number;
  readonly drift?: number;
  /** How long the engine's next step is put off, in ms. */
  readonly engineDelayMs?: (random: Random) => number;
  /** How long the voice takes for a segment, in ms. */
  readonly voiceDelayMs?: (random: Random) => number;
  readonly onUnit?: (slot: UnitSlot, unit: number) => void;
  readonly onEvent?: (event: SpeechEvent) => void;
}

export class World implements AsyncDisposable {
  readonly clock = new SimulatedClock();
  readonly random: Random;
  readonly memory = new ProgrammeMemory({
    fps: 25,
    size: PLAIN_SIZE,
    hasAlpha: false,
    lowWaterMs: 40,
    highWaterMs: 160,
    soundLatencyMs: 100,
  });
  readonly device: SimulatedDevice;
  readonly speaker: Speaker;
  readonly #playout: Playout;
  readonly #loop: TickLoop;
  #engineFreeMs = 0;

  constructor(readonly options: WorldOptions) {
    this.random = new Random(options.seed);
    const { clock, memory } = this;
    const { rate, speech, mouths, epoch, units, playback, soundGauges, stageGauges: gauges } = memory;
    this.device = new SimulatedDevice(clock, options.drift ?? 0);
    const wait = (ms: number) => new Promise<void>((resolve) => clock.at(clock.nowMs() + ms, resolve));
    this.#playout = new Playout(playback, clock, [this.device], () => {}, () => {}, wait);
    this.speaker = new Speaker({
      rings: [speech, memory.engineSpeech],
      epoch,
      tts: new ToneVoice(this),
      samplesPerFrame: rate.samplesPerFrame,
      crossfadeMs: 160,
      capacity: 32,
      synthesisAhead: 2,
      onEvent: (event) => options.onEvent?.(event),
    });
    const engine = new LoudnessEngine();
    const stage = new Stage({
      rate,
      face: new PlainFace(),
      speech,
      mouths,
      epoch,
      gauges,
      crossfadeMs: 160,
      syncThresholdMs: SYNC_THRESHOLD_MS,
      preBufferMs: 80,
      rightContextMs: engine.rightContextMs,
    });
    const follower = new DeviceFollower();
    const watcher: UnitSink = { take: (slot, unit) => this.#onUnit(slot, unit) };
    const player: UnitSink = { take: (slot, unit) => void playback.write(slot, unit) };
    this.#loop = new TickLoop({
      clock,
      rate,
      stage,
      units,
      gauges,
      sinks: [player, watcher],
      slew: () =>
        follower.slew(
          soundGauges.get("depthMs"),
          soundGauges.get("targetDepthMs"),
          soundGauges.get("isDeviceClock") === 1,
        ),
    });
    const station = new EngineStation({
      engine: new LoudnessEngine(),
      speech: memory.engineSpeech,
      mouths,
      epoch,
    });
    this.#repeat(ENGINE_PERIOD_MS, () => {
      if (clock.nowMs() < this.#engineFreeMs) return;
      this.#engineFreeMs = clock.nowMs() + (options.engineDelayMs?.(this.random) ?? 0);
      station.step();
    });
  }

  #repeat(periodMs: number, run: () => void): void {
    this.clock.at(this.clock.nowMs() + periodMs, () => {
      run();
      this.#repeat(periodMs, run);
    });
  }

  #onUnit(slot: UnitSlot, unit: number): void {
    this.options.onUnit?.(slot, unit);
    if (slot.speechFrame >= 0) this.speaker.heard(slot.speechFrame);
  }

  async start(): Promise<void> {
    await this.#playout.start();
    this.#repeat(PLAYOUT_PERIOD_MS, () => this.#playout.tick());
  }

  /** One tick, then everything that was waiting for it. */
  async tick(): Promise<void> {
    this.#loop.tick();
    await settle();
  }

  async run(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs() + ms;
    while (this.clock.nowMs() < untilMs) await this.tick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.speaker.interrupt();
    const closing = [this.speaker[Symbol.asyncDispose](), this.#playout[Symbol.asyncDispose]()];
    // Simulated waits end only when the clock moves.
    for (let n = 0; n < 100; n++) await this.tick();
    await Promise.all(closing);
  }
}

/** Lets every promise that can go on go on, Atomics.waitAsync's too: two turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Speaks every text as a tone as long as the text, after a while. */
class ToneVoice implements Tts {
  readonly name = "tone";
  readonly #world: World;
  constructor(world: World) {
    this.#world = world;
  }
  voices() {
    return Promise.resolve([]);
  }
  synthesize(text: string, { signal }: { signal?: AbortSignal }): Promise<Spoken> {
    const { clock, random, options } = this.#world;
    const samples = new Float32Array(text.length * 2400);
    for (let at = 0; at < samples.length; at++) {
      samples[at] = 0.4 * Math.sin(at * 0.02) * Math.sin(at * 0.0007);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Spoken>();
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    clock.at(clock.nowMs() + (options.voiceDelayMs?.(random) ?? 20), () => resolve({ samples, words: [] }));
    return promise;
  }
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

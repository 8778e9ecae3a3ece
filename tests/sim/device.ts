/** A simulated sound device: takes blocks at its own, slightly wrong pace; can stand still, go away and come back. */
import { DeviceFault } from "../../src/errors/mod.ts";
import type { Player, PlayerEvents, PlayerOpener } from "../../src/sound/player.ts";
import type { SimulatedClock } from "../../src/time/mod.ts";

const BLOCK_MS = 10;

export class SimulatedDevice implements PlayerOpener {
  readonly kind = "naudiodon";
  readonly #clock: SimulatedClock;
  /** How much faster than the clock it plays, as a share: 0.0001 is 100 ppm. */
  readonly #drift: number;
  #player: SimulatedPlayer | undefined;
  isThere = true;
  isFrozen = false;

  constructor(clock: SimulatedClock, drift: number) {
    this.#clock = clock;
    this.#drift = drift;
  }

  open(events: PlayerEvents): Promise<Player> {
    if (!this.isThere) return Promise.reject(new DeviceFault("the device is gone", { code: "device_gone" }));
    this.#player = new SimulatedPlayer(
      this.#clock,
      events,
      BLOCK_MS / (1 + this.#drift),
      () => this.isFrozen,
    );
    return Promise.resolve(this.#player);
  }

  /** Unplugged. */
  leave(): void {
    this.isThere = false;
    this.#player?.end("unplugged");
  }
}

class SimulatedPlayer implements Player {
  readonly kind = "naudiodon";
  readonly deviceName = "simulated";
  readonly deviceLatencyMs = 60;
  readonly creditBlocks = 3;
  readonly pid = 1;
  readonly #queue: number[] = [];
  #takenBlocks = 0;
  #starvations = 0;
  #isEnded = false;

  constructor(
    readonly clock: SimulatedClock,
    readonly events: PlayerEvents,
    readonly periodMs: number,
    readonly isFrozen: () => boolean,
  ) {
    this.#schedule(clock.nowMs() + periodMs);
  }

  #schedule(atMs: number): void {
    this.clock.at(atMs, () => {
      if (this.#isEnded) return;
      if (!this.isFrozen()) this.#take(atMs);
      this.#schedule(atMs + this.periodMs);
    });
  }

  #take(atMs: number): void {
    const mediaSample = this.#queue.shift();
    if (mediaSample === undefined) {
      this.#starvations++;
      return;
    }
    this.#takenBlocks++;
    this.events.onTaken(this.#takenBlocks, mediaSample, atMs, this.#starvations);
  }

  send(about: { readonly mediaSample: number }): void {
    this.#queue.push(about.mediaSample);
  }
  flush(): void {}
  end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.events.onEnd(reason);
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    return Promise.resolve();
  }
}

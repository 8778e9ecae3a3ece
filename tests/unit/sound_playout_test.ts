/** The supervision of players, with players that misbehave on purpose and a clock that is told the time. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { DeviceFault } from "../../src/errors/mod.ts";
import { delay, Epoch, SimulatedClock } from "../../src/time/mod.ts";
import { PlaybackBuffer } from "../../src/sound/mod.ts";
import { Playout, type PlayoutState } from "../../src/sound/playout.ts";
import type { Player, PlayerEvents, PlayerOpener } from "../../src/sound/player.ts";

const SHAPE = { samplesPerFrame: 1920, lowWaterMs: 20, highWaterMs: 160 };

/** Takes blocks when told; crashes and stands still when told. */
class FakePlayer implements Player {
  readonly deviceName = "fake";
  readonly deviceLatencyMs = 20;
  readonly creditBlocks = 4;
  readonly pid = 1;
  sentBlocks = 0;
  takenBlocks = 0;
  readonly flushes: number[] = [];
  isDisposed = false;
  constructor(readonly kind: Player["kind"], readonly events: PlayerEvents, readonly clock: SimulatedClock) {}
  send(): void {
    this.sentBlocks++;
    assert(this.sentBlocks - this.takenBlocks <= this.creditBlocks, "more than its credit was sent");
  }
  flush(epoch: number): void {
    this.flushes.push(epoch);
  }
  take(): void {
    this.events.onTaken(++this.takenBlocks, this.takenBlocks * 480, this.clock.nowMs(), 0);
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

class Rig {
  readonly clock = new SimulatedClock();
  readonly epoch = new Epoch();
  readonly buffer = new PlaybackBuffer(SHAPE, this.epoch);
  readonly players: FakePlayer[] = [];
  readonly states: PlayoutState[] = [];
  isAvailable = true;
  /** Devices are looked for every millisecond. */
  isHasty = false;
  readonly playout: Playout;
  unit = 0;

  constructor(...kinds: Player["kind"][]) {
    const openers = kinds.map((kind): PlayerOpener => ({
      kind,
      open: (events) => {
        if (!this.isAvailable) {
          return Promise.reject(new DeviceFault("gone", { code: "sound_unavailable", retryable: true }));
        }
        this.players.push(new FakePlayer(kind, events, this.clock));
        return Promise.resolve(this.player);
      },
    }));
    this.playout = new Playout(
      this.buffer,
      this.clock,
      openers,
      (state) => this.states.push(state),
      () => {},
      (ms, signal) => delay(this.isHasty ? 1 : ms, signal),
    );
  }
  get player(): FakePlayer {
    return this.players.at(-1)!;
  }
  /** 10 ms pass; a unit comes every 40. */
  step(isTaken: boolean): void {
    this.clock.jump(10);
    if (this.clock.nowMs() % 40 === 0) {
      const samples = new Float32Array(1920);
      this.buffer.write({ mediaSample: this.unit * 1920, epoch: 0, flags: 0, samples }, this.unit++);
    }
    if (isTaken) this.player.take();
    this.playout.tick();
  }
  get depthMs(): number {
    return this.buffer.queuedSamples / 48;
  }
}
const settle = () => delay(1);

Deno.test("Playout fills the first credit with silence and keeps to it after", async () => {
  const rig = new Rig("naudiodon");
  await using playout = rig.playout;
  assertEquals(await playout.start(), undefined);
  for (let step = 0; step < 200; step++) rig.step(true);
  assertEquals(rig.player.sentBlocks - rig.player.takenBlocks, 4);
  assertEquals(rig.buffer.gauges.get("isDeviceClock"), 1);
  assertEquals(rig.buffer.gauges.get("underruns"), 0);
});

Deno.test("Playout flushes the player once when the epoch moves", async () => {
  const rig = new Rig("naudiodon");
  await using playout = rig.playout;
  await playout.start();
  rig.epoch.bump();
  rig.step(true);
  rig.step(true);
  assertEquals(rig.player.flushes, [1]);
});

Deno.test("Playout: a player that stands still for 500 ms gives way to the clock, which keeps the depth", async () => {
  const rig = new Rig("naudiodon");
  await using playout = rig.playout;
  await playout.start();
  for (let step = 0; step < 100; step++) rig.step(true);
  rig.isAvailable = false;
  for (let step = 0; step < 52; step++) rig.step(false);
  assertEquals(rig.buffer.gauges.get("isDeviceClock"), 0);
  assertEquals(rig.states.at(-1)?.kind, "null");
  assert(rig.player.isDisposed);
  for (let step = 0; step < 300; step++) {
    rig.step(false);
    assertLess(rig.depthMs, 110);
  }
  assertEquals(rig.buffer.gauges.get("droppedUnits"), 0);
});

Deno.test("Playout opens the player again after a crash, and the next kind after too many", async () => {
  const rig = new Rig("naudiodon", "pipe");
  await using playout = rig.playout;
  await playout.start();
  for (let crash = 0; crash < 3; crash++) {
    assertEquals(rig.player.kind, "naudiodon");
    rig.step(true);
    rig.player.events.onEnd("crashed");
    await settle();
  }
  assertEquals(rig.player.kind, "pipe");
  assertEquals(rig.buffer.gauges.get("deviceRestarts"), 3);
  assertEquals(rig.states.at(-1)?.kind, "pipe");
});

Deno.test("Playout takes a player again a minute after its crashes, where there is no other kind", async () => {
  const rig = new Rig("naudiodon");
  await using playout = rig.playout;
  rig.isHasty = true;
  await playout.start();
  for (let crash = 0; crash < 3; crash++) {
    rig.step(true);
    rig.player.events.onEnd("crashed");
    await settle();
  }
  assertEquals(rig.states.at(-1)?.kind, "null");
  await delay(20);
  assertEquals(rig.states.at(-1)?.kind, "null");
  for (let step = 0; step < 6500; step++) rig.step(false);
  await delay(20);
  assertEquals(rig.states.at(-1)?.kind, "naudiodon");
});

Deno.test("Playout without any player keeps time by the clock and says why", async () => {
  const rig = new Rig("naudiodon");
  rig.isAvailable = false;
  await using playout = rig.playout;
  assertEquals((await playout.start())?.message, "gone");
  for (let step = 0; step < 500; step++) rig.step(false);
  const { gauges } = rig.buffer;
  assertEquals(rig.states.at(-1)?.reason, "gone");
  assert(
    Math.abs(gauges.get("sentSamples") - 5000 * 48) <= 480,
    `${gauges.get("sentSamples")} samples in 5 s`,
  );
  assert(gauges.get("heardSample") > 4000 * 48);
});

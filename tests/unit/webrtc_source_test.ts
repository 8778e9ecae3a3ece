/**
 * One programme for its viewers, read from a ring that may run away: sound without a hole, pictures that are left out, a
 * change of rung with a key frame only, one viewer that fails and the other that does not notice. Scaled pictures.
 */
import { assert, assertEquals } from "@std/assert";
import { Log } from "node-av/lib";
import { AV_LOG_QUIET } from "node-av/constants";
import { Gauges } from "../../src/metrics/mod.ts";
import type { RtpPayload } from "../../src/preview/webrtc/rtp_stream.ts";
import { LiveVideo } from "../../src/preview/webrtc/live_video.ts";
import { PictureScaler } from "../../src/preview/webrtc/picture_scaler.ts";
import { Source } from "../../src/preview/webrtc/source.ts";
import { SOURCE_GAUGES } from "../../src/preview/webrtc/source_gauges.ts";
import type { Viewer } from "../../src/preview/webrtc/viewer.ts";
import { i420Bytes, MonotonicClock } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";

Log.setLevel(AV_LOG_QUIET);

const SAMPLES = 1920;
const OPUS_SAMPLES = 960;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class Watcher implements Viewer {
  readonly codec = "h264";
  rung = 0;
  wantedRung = 0;
  readonly sounds: number[] = [];
  readonly pictures: { ticks: number; isKey: boolean; rung: number; payloads: readonly RtpPayload[] }[] = [];
  readonly notes: number[] = [];
  ended: string | undefined;
  fails: "note" | "picture" | undefined;
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  sendPicture(payloads: readonly RtpPayload[], ticks: number, isKey: boolean): void {
    if (this.fails === "picture") throw new Error("it broke");
    this.pictures.push({ ticks, isKey, rung: this.rung, payloads });
  }
  sendSound(_packet: unknown, mediaSample: number): void {
    this.sounds.push(mediaSample);
  }
  note({ unit }: { readonly unit: number }): void {
    if (this.fails === "note") throw new Error("it broke");
    this.notes.push(unit);
  }
  report(): void {}
  end(reason: string): void {
    this.ended = reason;
    this.#source.leave(this);
  }
}

function opened() {
  const shape = { width: 640, height: 480, slots: 8, samplesPerFrame: SAMPLES };
  const ring = new UnitRing(shape);
  const clock = new MonotonicClock();
  const gauges = new Gauges(SOURCE_GAUGES);
  const troubles: unknown[] = [];
  const source = new Source({
    ...{ shape, units: ring.buffer, bits720: 1_000_000, clock, gauges: gauges.buffer },
    wallMs: () => clock.nowMs(),
    onTrouble: (error) => troubles.push(error),
  });
  const publish = (count = 1) => {
    for (let unit = 0; unit < count; unit++) {
      const slot = ring.begin();
      slot.frame.fill(40 + ring.published % 150);
      slot.mediaSample = ring.published * SAMPLES;
      slot.monotonicMs = clock.nowMs();
      slot.utterance = -1;
      ring.publish();
    }
  };
  const until = async (what: string, is: () => boolean) => {
    for (let turn = 0; turn < 400 && !is(); turn++) await pause(5);
    assert(is(), `${what}; ${troubles}`);
  };
  return { source, ring, publish, gauges, troubles, until };
}

function isGapless(sounds: readonly number[]): boolean {
  return sounds.every((at, index) => index === 0 || at - sounds[index - 1]! === OPUS_SAMPLES);
}

Deno.test("Source: sound has no hole where units were overwritten, pictures are left out, notes too", async () => {
  const { source, publish, gauges, until } = opened();
  await using _source = source;
  publish();
  const watcher = new Watcher(source);
  source.join(watcher);
  await until("the first picture", () => watcher.pictures.length > 0);
  publish(40); // at once: the ring holds 8
  await until("the sound of all", () => (watcher.sounds.at(-1) ?? 0) >= 39 * SAMPLES);
  for (let count = 0; count < 5; count++) {
    publish();
    await pause(10);
  }
  await until("the sound of the last", () => (watcher.sounds.at(-1) ?? 0) >= 44 * SAMPLES);
  assert(isGapless(watcher.sounds), watcher.sounds.join());
  const { lostUnits } = gauges.snapshot();
  assert(lostUnits >= 30, `${lostUnits} lost`);
  assert(watcher.pictures.length <= 8, `${watcher.pictures.length} pictures`);
  const ticks = watcher.pictures.map((picture) => picture.ticks);
  assert(
    ticks.every((at, index) => at % 3600 === 0 && (index === 0 || at > ticks[index - 1]!)),
    ticks.join(),
  );
  assertEquals(ticks.at(-1), 45 * 3600);
  assert(watcher.notes.every((unit, index) => index === 0 || unit > watcher.notes[index - 1]!));
});

Deno.test("Source: a viewer changes its rung with a key frame, its times go on, its sound does not notice", async () => {
  const { source, publish, until } = opened();
  await using _source = source;
  publish();
  const [moving, staying] = [new Watcher(source), new Watcher(source)];
  source.join(moving);
  source.join(staying);
  const next = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const before = staying.pictures.length;
      publish();
      await until("a picture", () => staying.pictures.length > before);
    }
  };
  await next(4);
  moving.wantedRung = 1;
  source.wantKeyFrame(moving);
  await next(12);
  const at = moving.pictures.findIndex(({ rung }) => rung === 1);
  assert(at > 0 && moving.pictures[at]!.isKey, `rung 1 from picture ${at}`);
  assertEquals(moving.pictures.filter(({ isKey }) => isKey).length, 2);
  const sizes = moving.pictures.map(({ ticks }) => ticks);
  assert(sizes.every((ticks, index) => index === 0 || ticks - sizes[index - 1]! === 3600), sizes.join());
  assert(isGapless(moving.sounds) && moving.sounds.length > 25, `${moving.sounds.length} packets`);
  assert(staying.pictures.every(({ rung }) => rung === 0));
});

for (const fails of ["note", "picture"] as const) {
  Deno.test(`Source: a viewer whose ${fails} fails is let go, the other sees no difference`, async () => {
    const { source, publish, troubles, until } = opened();
    await using _source = source;
    publish();
    const [bad, good] = [new Watcher(source), new Watcher(source)];
    source.join(bad);
    source.join(good);
    await until("pictures", () => good.pictures.length > 0);
    bad.fails = fails;
    for (let index = 0; index < 10; index++) {
      const before = good.pictures.length;
      publish();
      await until("the good one's picture", () => good.pictures.length > before);
    }
    assertEquals(bad.ended, "failed: it broke");
    assertEquals(troubles.length, 1);
    assertEquals(good.pictures.length, good.notes.length);
    assert(isGapless(good.sounds));
  });
}

for (const step of ["load", "encode"] as const) {
  Deno.test(`Source: an encoder that fails to ${step} ends who watches its pictures, the others go on`, async () => {
    const { source, publish, troubles, until } = opened();
    await using _source = source;
    publish();
    const [whole, half] = [new Watcher(source), new Watcher(source)];
    half.rung = half.wantedRung = 1;
    source.join(whole);
    source.join(half);
    await until("pictures", () => half.pictures.length > 0 && whole.pictures.length > 0);
    const works = LiveVideo.prototype[step];
    LiveVideo.prototype[step] = function (this: LiveVideo, ...args: never[]) {
      if (this.rung.size.width === 640) return (works as () => never).apply(this, args as never);
      throw new Error("it broke");
    } as never;
    try {
      publish();
      await until("its end", () => half.ended !== undefined);
    } finally {
      LiveVideo.prototype[step] = works as never;
    }
    assertEquals([half.ended, whole.ended, troubles.length], ["failed: it broke", undefined, 1]);
    const before = whole.pictures.length;
    const again = new Watcher(source);
    again.rung = again.wantedRung = 1;
    source.join(again);
    for (let nth = 1; nth <= 3; nth++) {
      publish();
      await until("the whole one's picture", () => whole.pictures.length === before + nth);
    }
    assert(again.pictures[0]!.isKey && isGapless(whole.sounds));
  });
}

Deno.test("PictureScaler: halves and quarters keep where things are and how bright they are", () => {
  const from = { width: 640, height: 480 };
  const picture = new Uint8Array(i420Bytes(from)).fill(128);
  for (let row = 0; row < 480; row++) picture.fill(row < 240 ? 50 : 200, row * 640, row * 640 + 320);
  for (const divisor of [2, 4]) {
    const to = { width: 640 / divisor, height: 480 / divisor };
    using scaler = new PictureScaler(from, to);
    const scaled = scaler.scale(picture);
    assertEquals(scaled.length, i420Bytes(to));
    const at = (x: number, y: number) =>
      scaled[Math.floor(y * to.height) * to.width + Math.floor(x * to.width)]!;
    for (
      const [x, y, value] of [[0.2, 0.2, 50], [0.2, 0.8, 200], [0.8, 0.2, 128], [0.8, 0.8, 128]] as const
    ) {
      assert(Math.abs(at(x, y) - value) <= 2, `${at(x, y)} at ${x}, ${y}, wanted ${value}`);
    }
    assertEquals(scaled[scaled.length - 1], 128);
  }
});

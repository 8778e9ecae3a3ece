/** The playback buffer, step by step: what is written comes out whole, and each edge is faded and counted. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { Epoch } from "../../src/time/mod.ts";
import { PlaybackBuffer } from "../../src/sound/mod.ts";
import { UNIT_FLAG } from "../../src/unit/mod.ts";

const UNIT = 1920;
const SHAPE = { samplesPerFrame: UNIT, lowWaterMs: 20, highWaterMs: 160 };

class Programme {
  readonly epoch = new Epoch();
  readonly buffer = new PlaybackBuffer(SHAPE, this.epoch);
  unit = 0;
  write(sample: (n: number) => number, flags = 0): boolean {
    const mediaSample = this.unit * UNIT;
    const samples = Float32Array.from({ length: UNIT }, (_, index) => sample(mediaSample + index));
    return this.buffer.write({ mediaSample, epoch: this.epoch.current, flags, samples }, this.unit++);
  }
  read(samples = 480): Float32Array {
    const out = new Float32Array(samples).fill(NaN);
    this.buffer.read(out);
    return out;
  }
}
const silence = () => 0;
const level = () => 0.5;

/** A programme that has started: its buffer holds the rest of a silent unit. */
function started(): Programme {
  const programme = new Programme();
  programme.write(silence);
  programme.read(960); // the pre-buffering
  programme.read(480);
  return programme;
}

Deno.test("PlaybackBuffer.read fills the block with silence before anything was written", () => {
  const programme = new Programme();
  assertEquals(programme.read(), new Float32Array(480));
  assertEquals(programme.buffer.gauges.get("underruns"), 0);
});

Deno.test("PlaybackBuffer.read waits for the low water mark before it starts", () => {
  const programme = new Programme();
  programme.write(level, UNIT_FLAG.speech);
  assertEquals(programme.read(960), new Float32Array(960));
  const out = programme.read(480);
  assert(out[0]! > 0 && out[0]! < 0.01, "a start is faded in");
  assertEquals(out[300], 0.5);
});

Deno.test("PlaybackBuffer.write refuses and counts a unit when the buffer is full", () => {
  const programme = new Programme();
  let written = 0;
  while (programme.write(silence)) written++;
  assertEquals(written, PlaybackBuffer.ringShape(SHAPE).slots);
  assertEquals(programme.buffer.gauges.get("droppedUnits"), 1);
});

Deno.test("PlaybackBuffer.write goes on counting where another writer left off", () => {
  const first = started();
  const { gauges, buffer } = first.buffer;
  const next = new PlaybackBuffer(SHAPE, first.epoch, gauges, buffer); // the stage of another avatar
  for (const [writer, unit] of [[first.buffer, 1], [next, 2]] as const) {
    writer.write({ mediaSample: unit * UNIT, epoch: 0, flags: 0, samples: new Float32Array(UNIT) }, unit);
  }
  assertEquals(gauges.get("depthMs"), (2 * UNIT - 480) / 48);
});

Deno.test("PlaybackBuffer.read fades stale speech in 5 ms and keeps its time", () => {
  const programme = started();
  programme.write(level, UNIT_FLAG.speech);
  programme.read(UNIT - 480);
  programme.read(480);
  programme.epoch.bump();
  const out = programme.read(UNIT - 480);
  assert(out[0]! > 0.49 && out[120]! > 0.2 && out[120]! < 0.3);
  assertEquals(out.subarray(240), new Float32Array(UNIT - 480 - 240));
  assertEquals(programme.buffer.queuedSamples, 0);
  assertEquals(programme.buffer.gauges.get("staleFromSample"), UNIT + 480);
});

Deno.test("PlaybackBuffer.read plays protected speech to its end", () => {
  const programme = started();
  programme.write(level, UNIT_FLAG.speech | UNIT_FLAG.protected);
  programme.read(UNIT - 480);
  programme.epoch.bump();
  assertEquals(programme.read(UNIT), new Float32Array(UNIT).fill(0.5));
});

Deno.test("PlaybackBuffer.mute leaves the fade of stale speech to the device", () => {
  const programme = started();
  programme.write(level, UNIT_FLAG.speech);
  programme.read(UNIT - 480);
  programme.read(480);
  programme.epoch.bump();
  programme.buffer.mute();
  assertEquals(programme.read(480), new Float32Array(480));
});

Deno.test("PlaybackBuffer.read counts one underrun an episode, raises the margin and fades", () => {
  const programme = started();
  programme.write(level, UNIT_FLAG.speech);
  programme.read(UNIT - 480);
  programme.read(UNIT);
  const dry = programme.read(480);
  assert(dry[0]! > 0.49 && dry[0]! < 0.5);
  assertEquals(dry[240], 0);
  programme.read(480);
  assertEquals(programme.buffer.gauges.get("underruns"), 1);
  assertEquals(programme.buffer.gauges.get("targetDepthMs"), 40);
  programme.write(level, UNIT_FLAG.speech);
  assertEquals(programme.read(UNIT), new Float32Array(UNIT), "the raised margin is waited for");
  assertEquals(programme.read(480)[479], 0.5);
});

Deno.test("PlaybackBuffer lowers the margin after long calm, in silence only", () => {
  const programme = started();
  programme.read(UNIT); // runs dry: the margin becomes 40 ms
  for (let unit = 0; unit < 25 * 95; unit++) {
    programme.write(silence);
    programme.read(UNIT);
  }
  const gauges = programme.buffer.gauges;
  assertEquals(gauges.get("underruns"), 1);
  assertEquals(gauges.get("targetDepthMs"), 25);
});

Deno.test("PlaybackBuffer leaves out silence, never speech, when too much is queued", () => {
  const programme = started();
  for (let unit = 0; unit < 5; unit++) programme.write(level, UNIT_FLAG.speech);
  const step = (kind: (n: number) => number, flags: number) => {
    programme.write(kind, flags);
    for (let block = 0; block < 4; block++) programme.read();
  };
  for (let unit = 0; unit < 50; unit++) step(level, UNIT_FLAG.speech);
  assertEquals(programme.buffer.gauges.get("skippedSamples"), 0);
  for (let unit = 0; unit < 50; unit++) step(silence, 0);
  const skippedMs = programme.buffer.gauges.get("skippedSamples") / 48;
  assert(skippedMs > 190 && skippedMs < 225, `${skippedMs} ms left out`);
  assertLess(programme.buffer.queuedSamples, 2 * UNIT);
  assertEquals(programme.buffer.gauges.get("underruns"), 0);
});

Deno.test("PlaybackBuffer.skipToTarget leaves only the margin and a unit", () => {
  const programme = started();
  for (let unit = 0; unit < 12; unit++) programme.write(level, UNIT_FLAG.speech);
  programme.buffer.skipToTarget();
  assertEquals(programme.buffer.queuedSamples, UNIT + 960);
});

Deno.test("PlaybackBuffer is the same seen from another isolate's buffer", () => {
  const programme = new Programme();
  const reader = new PlaybackBuffer(SHAPE, programme.epoch, programme.buffer.gauges, programme.buffer.buffer);
  programme.write(level);
  const out = new Float32Array(960 + 480);
  reader.read(out);
  assertEquals(out[1439], 0.5);
  assertEquals(reader.gauges.get("consumedSamples"), 480);
});

/**
 * The recording isolate: units in from the broadcast ring, one file out. It may block; a slow disk or encoder costs
 * units here and nowhere else. Nothing is dropped silently: a unit that was overwritten before it was read is counted,
 * and its place is taken by the last frame and silence, so that what follows keeps its time.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import { Gauges } from "../metrics/mod.ts";
import { i420Bytes, MonotonicClock, SAMPLE_RATE_HZ, stepBack } from "../time/mod.ts";
import { pictureBytes, UnitRing, type UnitRingShape } from "../unit/mod.ts";
import {
  type FaultRecord,
  RECORD_GAUGES,
  type RecordReport,
  type StartRecord,
  type StopRecord,
} from "./messages.ts";
import { Recorder } from "./recorder.ts";

/** How often a stop is looked for while the programme publishes nothing. */
const LOOK_MS = 100;

let endUnit = Infinity;

stepBack();

self.onmessage = (event: MessageEvent<StartRecord | StopRecord>) => {
  const message = event.data;
  if (message.kind === "stop") endUnit = message.endUnit;
  else void record(message);
};

function report(message: RecordReport): void {
  self.postMessage(message);
}

async function record(start: StartRecord): Promise<void> {
  const units = new UnitRing(start.shape, start.units);
  const { width, height, samplesPerFrame } = start.shape;
  const fps = SAMPLE_RATE_HZ / samplesPerFrame;
  let recorder: Recorder;
  try {
    const hasAlpha = start.shape.hasAlpha === true;
    recorder = await Recorder.open(start.path, { size: { width, height }, fps, samplesPerFrame, hasAlpha });
  } catch (error) {
    return report({ kind: "refused", fault: plain(error) });
  }
  const firstUnit = start.firstUnit ?? Math.max(0, units.published - 1);
  report({ kind: "started", firstUnit });
  let fault: FaultRecord | undefined;
  try {
    await follow(units, recorder, firstUnit, new Gauges(RECORD_GAUGES, start.gauges));
  } catch (error) {
    fault = plain(error);
  }
  let result = { path: start.path, frames: 0, bytes: 0, durationMs: 0 };
  try {
    result = await recorder.close();
  } catch (error) {
    fault ??= plain(error);
    result = await recorder.close().catch(() => result); // it failed at the end and has kept what there is
  }
  report(fault === undefined ? { kind: "ended", result } : { kind: "ended", result, fault });
}

async function follow(
  units: UnitRing,
  recorder: Recorder,
  firstUnit: number,
  gauges: Gauges<typeof RECORD_GAUGES[number]>,
): Promise<void> {
  const clock = new MonotonicClock();
  const { samplesPerFrame } = units.shape;
  const samples = new Float32Array(samplesPerFrame);
  const silence = new Float32Array(samplesPerFrame);
  let shown = blackFrame(units.shape); // the last frame that came whole
  let next: Uint8Array = new Uint8Array(shown.length);
  for (let unit = firstUnit; unit < endUnit;) {
    await units.available(unit, LOOK_MS);
    if (units.published <= unit) continue;
    const startedMs = clock.nowMs();
    const slot = units.at(unit);
    if (slot !== undefined) {
      next.set(slot.picture);
      samples.set(slot.samples);
    }
    const isWhole = slot !== undefined && units.isIntact(unit);
    if (isWhole) [shown, next] = [next, shown];
    else gauges.add("lostUnits");
    await recorder.add(shown, isWhole ? samples : silence);
    unit++;
    gauges.add("encodedFrames");
    gauges.set("encodeMs", clock.nowMs() - startedMs);
    gauges.set("queueUnits", Math.max(0, units.published - unit));
  }
}

function blackFrame(shape: UnitRingShape): Uint8Array {
  const frame = new Uint8Array(pictureBytes(shape));
  frame.fill(128, 0, i420Bytes(shape));
  return frame.fill(16, 0, shape.width * shape.height);
}

function plain(error: unknown): FaultRecord {
  return {
    isInput: error instanceof InputFault,
    code: error instanceof Fault ? error.code : "record_failed",
    message: oneLine(error),
  };
}

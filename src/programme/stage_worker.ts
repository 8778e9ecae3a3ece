/**
 * The stage's isolate: loads the face, then ticks until the stop flag is raised, parked between deadlines.
 *
 * In: one StageOrder message; after that only shared memory, since a parked thread receives no messages. Out: units
 * in the broadcast ring, samples in the playback buffer, frames on the camera; StageNews before and after.
 */
import { type FaceOptions, loadFace } from "../avatar/mod.ts";
import { CameraLink, type CameraLinkShape, CameraOutput } from "../camera/mod.ts";
import { InputFault, oneLine } from "../errors/mod.ts";
import { DeviceFollower, Stage, TickLoop, type UnitSink } from "../stage/mod.ts";
import { MonotonicClock } from "../time/mod.ts";
import { CameraSink, PlaybackSink } from "./device_sinks.ts";
import { ProgrammeMemory, type ProgrammeMessage } from "./programme_memory.ts";

export interface StageOrder {
  readonly programme: ProgrammeMessage;
  /** A folder or the name of a generated avatar, and how it is shown. */
  readonly avatar: string;
  readonly look: FaceOptions;
  /** Index into EXPRESSIONS of the one it begins with. */
  readonly expression: number;
  readonly crossfadeMs: number;
  readonly syncThresholdMs: number;
  readonly avOffsetMs: number;
  readonly preBufferMs: number;
  /** Of the lip-sync engine. */
  readonly rightContextMs: number;
  /** Absent where there is no camera device. */
  readonly camera?: { readonly shape: CameraLinkShape; readonly buffer: SharedArrayBuffer };
}

export type StageNews =
  | { readonly kind: "ready" }
  | { readonly kind: "stopped" }
  /** `inputCode` where what was given cannot be used: the code of an InputFault. */
  | { readonly kind: "failed"; readonly message: string; readonly inputCode?: string };

/** What this file sees of its own isolate. */
interface WorkerSide {
  onmessage: ((event: MessageEvent<StageOrder>) => void) | null;
  postMessage(news: StageNews): void;
}
const side = self as unknown as WorkerSide;

side.onmessage = async (event) => {
  try {
    await run(event.data);
    side.postMessage({ kind: "stopped" });
  } catch (error) {
    const input = error instanceof InputFault ? { inputCode: error.code } : {};
    side.postMessage({ kind: "failed", message: oneLine(error), ...input });
  }
};

async function run(order: StageOrder): Promise<void> {
  const memory = ProgrammeMemory.from(order.programme);
  const { rate, speech, mouths, cues, epoch, units, playback, soundGauges, stop } = memory;
  const gauges = memory.stageGauges;
  using face = await loadFace(order.avatar, memory.shape.size, order.look);
  const { crossfadeMs, syncThresholdMs, preBufferMs, rightContextMs, expression } = order;
  const stage = new Stage({
    rate,
    face,
    speech,
    mouths,
    epoch,
    gauges,
    crossfadeMs,
    syncThresholdMs,
    preBufferMs,
    rightContextMs,
    cues,
    expression,
    mouthsLostBefore: () => memory.engineGauges.get("lostBefore"),
  });
  const follower = new DeviceFollower();
  const sinks: UnitSink[] = [];
  using opened = new DisposableStack();
  if (order.camera) {
    const output = opened.use(new CameraOutput(new CameraLink(order.camera.shape, order.camera.buffer)));
    sinks.push(new CameraSink(output, memory, order.avOffsetMs));
  }
  sinks.push(new PlaybackSink(playback)); // after the camera: a frame's time is felt first
  const loop = new TickLoop({
    clock: new MonotonicClock(),
    rate,
    stage,
    units,
    sinks,
    gauges,
    slew: () =>
      follower.slew(
        soundGauges.get("depthMs"),
        soundGauges.get("targetDepthMs"),
        soundGauges.get("isDeviceClock") === 1,
      ),
  });
  side.postMessage({ kind: "ready" });
  while (!stop.isRaised) loop.tick();
}

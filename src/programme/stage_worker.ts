/**
 * The stage's isolate: loads the face, then ticks until the stop flag is raised, parked between deadlines.
 *
 * In: one StageOrder message; after that only shared memory, since a parked thread receives no messages. Out: units
 * in the broadcast ring, samples in the playback buffer, frames on the camera; StageNews before and after.
 */
import { type Face, type FaceOptions, loadFace } from "../avatar/mod.ts";
import { CameraLink, type CameraLinkShape, CameraOutput } from "../camera/mod.ts";
import { InputFault, oneLine } from "../errors/mod.ts";
import { MOUTH_LENGTH } from "../lipsync/mod.ts";
import { DeviceFollower, Freezer, Stage, StageBaton, TickLoop, type UnitSink } from "../stage/mod.ts";
import { i420Bytes, MonotonicClock, stepBack } from "../time/mod.ts";
import { CameraSink, PlaybackSink } from "./device_sinks.ts";
import { ProgrammeMemory, type ProgrammeMessage } from "./programme_memory.ts";

const WARM_FRAMES = 20;
/** So many steps back the stage of a second programme goes, loading included. */
const SECOND_STEPS = 2;
/** The stage that runs gives the baton within a unit; one that died never does. */
const TAKE_MS_MAX = 10_000;

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
  /** Counts the avatars of the programme. */
  readonly avatarNumber: number;
  /** Another programme's stage comes first where the processor is short. */
  readonly isSecond: boolean;
  /** What this stage gives when another one takes over. */
  readonly baton: SharedArrayBuffer;
  /** What it takes over with, where another one runs. */
  readonly from?: SharedArrayBuffer;
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
  const { patches, board, neuralGauges } = memory;
  const gauges = memory.stageGauges;
  if (order.isSecond) stepBack(SECOND_STEPS);
  using face = await loadFace(order.avatar, memory.shape.size, order.look);
  const { crossfadeMs, syncThresholdMs, preBufferMs, rightContextMs, expression } = order;
  const baton = new StageBaton(order.baton);
  const clock = new MonotonicClock();
  const from = order.from ? new StageBaton(order.from) : undefined;
  if (from) {
    warmUp(face, memory);
    side.postMessage({ kind: "ready" });
    if (!from.take(TAKE_MS_MAX)) return;
  }
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
    expression: from?.get("expression") ?? expression,
    mouthsLostBefore: () => memory.engineGauges.get("lostBefore"),
    neural: {
      patches,
      board,
      avatar: order.avatarNumber,
      isActive: () => neuralGauges.get("isActive") === 1,
    },
  });
  const follower = new DeviceFollower();
  const sinks: UnitSink[] = [];
  using opened = new DisposableStack();
  if (order.camera) {
    const output = opened.use(new CameraOutput(new CameraLink(order.camera.shape, order.camera.buffer)));
    sinks.push(new CameraSink(output, memory, order.avOffsetMs));
  }
  sinks.push(new PlaybackSink(playback)); // after the camera: a frame's time is felt first
  const { freeze } = memory;
  const composer = new Freezer({
    ...{ stage, units, epoch, gauges, periodMs: rate.periodMs },
    isFrozen: () => freeze.isOn,
  });
  const loop = new TickLoop({
    clock,
    ...(from
      ? {
        firstMs: from.get("deadlineMs"),
        before: { laggedFrames: from.get("laggedFrames"), reanchors: from.get("reanchors") },
      }
      : {}),
    rate,
    stage: composer,
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
  const last = units.at(units.published - 1);
  if (from && last) stage.resume(from, last.picture);
  if (!from) side.postMessage({ kind: "ready" });
  while (!stop.isRaised) {
    loop.tick();
    if (!baton.isWanted) continue;
    stage.save(baton);
    baton.set("deadlineMs", loop.deadlineMs);
    baton.set("laggedFrames", gauges.get("laggedFrames"));
    baton.set("reanchors", gauges.get("reanchors"));
    opened.move(); // the camera's descriptor is the next stage's now
    baton.give();
    return;
  }
}

/** Paints some pictures that nobody sees: the first ones of a thread are slow, and these are due at once. */
function warmUp(face: Face, memory: ProgrammeMemory): void {
  const { size, hasAlpha } = memory.shape;
  const into = {
    ...size,
    bytes: new Uint8Array(i420Bytes(size)),
    ...(hasAlpha ? { alpha: new Uint8Array(size.width * size.height) } : {}),
  };
  const mouth = new Float32Array(MOUTH_LENGTH);
  for (let frame = 0; frame < WARM_FRAMES; frame++) {
    mouth.fill(frame % 2 * 0.5);
    face.paintIdle(into, frame);
    face.paintMouth(into, frame, mouth);
  }
}

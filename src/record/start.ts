/**
 * Starts a live recording in an isolate of its own and answers a handle on it. The stage knows nothing of it: the
 * recording is one more reader of the broadcast ring.
 */
import { Fault, InputFault } from "../errors/mod.ts";
import { Gauges } from "../metrics/mod.ts";
import { withDeadline } from "../time/mod.ts";
import { UnitRing, type UnitRingShape } from "../unit/mod.ts";
import {
  type FaultRecord,
  RECORD_GAUGES,
  type RecordGauge,
  type RecordReport,
  type StartRecord,
  type StopRecord,
} from "./messages.ts";
import type { RecordingResult } from "./recorder.ts";

const START_MS_MAX = 20_000;
const STOP_MS_MAX = 30_000;

export interface StartRecordingOptions {
  readonly path: string;
  readonly units: { readonly shape: UnitRingShape; readonly buffer: SharedArrayBuffer };
  /** Where the numbers go; by default the recording makes its own. */
  readonly gauges?: Gauges<RecordGauge>;
  /** First unit to record. Default: the newest one when the encoders are open. */
  readonly firstUnit?: number;
  /** Aborting before it has started gives up; afterwards use stop(). */
  readonly signal?: AbortSignal;
}

/** How a recording ended: the file, and what cut it short if anything did (`disk_full`, `media_error`...). */
export interface RecordingEnd {
  readonly result: RecordingResult;
  readonly fault?: Fault;
}

export interface RecordingState extends Readonly<Record<RecordGauge, number>> {
  readonly path: string;
  readonly isRunning: boolean;
  readonly fault?: string;
}

export interface Recording extends AsyncDisposable {
  /** Settles when the recording is over, by stop() or on its own; rejects only if the isolate itself died. */
  readonly ended: Promise<RecordingEnd>;
  /** Records what is published so far, closes the file and answers what it holds, also when it was cut short. */
  stop(): Promise<RecordingResult>;
  state(): RecordingState;
}

/** Rejects with InputFault when the path cannot be used; nothing has been started then. */
export async function startRecording(options: StartRecordingOptions): Promise<Recording> {
  const { path, units, signal, gauges = new Gauges(RECORD_GAUGES) } = options;
  signal?.throwIfAborted();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "record" });
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<RecordingEnd>();
  ended.promise.catch(() => {}); // read by whoever cares; stop() reports it too
  let end: RecordingEnd | undefined;
  worker.onmessage = (event: MessageEvent<RecordReport>) => {
    const report = event.data;
    if (report.kind === "started") started.resolve();
    else if (report.kind === "refused") started.reject(faultOf(report.fault));
    else {
      const { result, fault } = report;
      end = fault === undefined ? { result } : { result, fault: faultOf(fault) };
      worker.terminate();
      ended.resolve(end);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const fault = new Fault(`recording to ${path}: its worker failed: ${event.message}`, {
      code: "worker_failed",
    });
    started.reject(fault);
    ended.reject(fault);
  };
  const start: StartRecord = {
    kind: "start",
    path,
    shape: units.shape,
    units: units.buffer,
    gauges: gauges.buffer,
    firstUnit: options.firstUnit,
  };
  worker.postMessage(start);
  try {
    await withDeadline(started.promise, START_MS_MAX, `opening the recording ${path}`, signal);
  } catch (error) {
    worker.terminate();
    throw error;
  }

  const ring = new UnitRing(units.shape, units.buffer);
  const stop = async (): Promise<RecordingResult> => {
    if (end === undefined) {
      const message: StopRecord = { kind: "stop", endUnit: ring.published };
      worker.postMessage(message);
      ring.wake();
    }
    try {
      return (await withDeadline(ended.promise, STOP_MS_MAX, `closing the recording ${path}`)).result;
    } finally {
      worker.terminate();
    }
  };
  return {
    ended: ended.promise,
    stop,
    state: () => ({
      path,
      isRunning: end === undefined,
      ...(end?.fault === undefined ? {} : { fault: end.fault.message }),
      ...gauges.snapshot(),
    }),
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

function faultOf({ isInput, code, message }: FaultRecord): Fault {
  return new (isInput ? InputFault : Fault)(message, { code });
}

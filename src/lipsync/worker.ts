/**
 * The engine isolate: for each programme an EngineStation, stepped whenever speech is queued, until told to stop.
 *
 * In: which engine, then for each programme a seat with its shared rings. Out: "ready" after a warm-up, "fault" lines,
 * "failed", "stopped" of a seat, "ended"; mouths by the rings. Seats take turns at every answer of the network. It may
 * block inside an engine; a seat parks no longer than PARK_MS, so a stop is seen soon.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { SpeechRing } from "../speech/mod.ts";
import { Epoch, MonotonicClock } from "../time/mod.ts";
import type { LipsyncEngine } from "./engine.ts";
import { engineGauges } from "./engine_gauges.ts";
import { type EngineChoice, type EngineSource, openEngines } from "./choose.ts";
import { MouthRing } from "./mouth_ring.ts";
import { EngineStation } from "./station.ts";

const PARK_MS = 200;
/** Longest time a finished mouth can lie in the station while the ring of mouths is full. */
const FULL_PARK_MS = 20;
const WARM_FRAMES = 25;
const WARM_SAMPLES = 640;

/** One programme's place in the isolate. */
export interface SeatOrder {
  /** Never used twice. */
  readonly seat: number;
  readonly samplesPerFrame: number;
  readonly speechSlots: number;
  readonly speech: SharedArrayBuffer;
  readonly mouthSlots: number;
  readonly mouths: SharedArrayBuffer;
  readonly epoch: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
  /** One int32: not 0 means stop. */
  readonly stop: SharedArrayBuffer;
}

/** The engine comes first; "end" when every seat has stopped. */
export type EngineMessage = { readonly engine: EngineChoice } | SeatOrder | "end";

export type EngineNews =
  | { readonly type: "ready"; readonly name: string; readonly rightContextMs: number }
  | { readonly type: "fault"; readonly seat: number; readonly message: string }
  /** `code` is that of an InputFault: what was given is wrong, and trying again is no use. */
  | { readonly type: "failed"; readonly message: string; readonly code?: string }
  | { readonly type: "stopped"; readonly seat: number }
  | { readonly type: "ended" };

function tell(news: EngineNews): void {
  self.postMessage(news);
}

function fail(error: unknown): void {
  const message = oneLine(error);
  tell(
    error instanceof InputFault ? { type: "failed", message, code: error.code } : { type: "failed", message },
  );
}

/** One second of a made-up voice: compiles the code and fills the engine's caches before anybody waits. */
async function warmUp(engine: LipsyncEngine): Promise<void> {
  const pcm = new Float32Array(WARM_SAMPLES);
  engine.start();
  for (let frame = 0; frame < WARM_FRAMES; frame++) {
    for (let index = 0; index < WARM_SAMPLES; index++) {
      const n = frame * WARM_SAMPLES + index;
      pcm[index] = 0.2 * ((n % 133) / 66 - 1) * (1 + Math.sin(n / 1600));
    }
    await engine.push(pcm, () => {});
  }
  await engine.finish(() => {});
}

async function open(choice: EngineChoice): Promise<EngineSource> {
  const source = await openEngines(choice);
  using engine = source.create();
  await warmUp(engine);
  tell({ type: "ready", name: engine.name, rightContextMs: engine.rightContextMs });
  return source;
}

async function work(source: EngineSource, order: SeatOrder): Promise<void> {
  const { seat } = order;
  using engine = source.create();
  const speech = new SpeechRing(order.samplesPerFrame, order.speechSlots, order.speech);
  const mouths = new MouthRing(order.mouthSlots, order.mouths);
  const stop = new Int32Array(order.stop);
  const station = new EngineStation({
    engine,
    speech,
    mouths,
    epoch: new Epoch(order.epoch),
    gauges: engineGauges(order.gauges),
    clock: new MonotonicClock(),
    onFault: (message) => tell({ type: "fault", seat, message }),
  });
  while (Atomics.load(stop, 0) === 0) {
    await station.step();
    if (station.waitingMouths > 0) await mouths.ring.writable(FULL_PARK_MS);
    else await speech.ring.readable(PARK_MS);
  }
  tell({ type: "stopped", seat });
}

let source: Promise<EngineSource> | undefined;

self.onmessage = async ({ data }: MessageEvent<EngineMessage>) => {
  try {
    if (data === "end") {
      (await source)?.[Symbol.dispose]();
      tell({ type: "ended" });
    } else if ("engine" in data) {
      source = open(data.engine);
      await source;
    } else {
      const opened = await source?.catch(() => undefined); // why not has been told
      if (opened) await work(opened, data);
    }
  } catch (error) {
    fail(error);
  }
};

/**
 * The engine isolate: steps an EngineStation whenever speech is queued, until told to stop.
 *
 * In: one message with the shared rings. Out: "ready" after a warm-up, "fault" lines, "failed", "stopped"; mouths
 * by the ring. It may block inside an engine; it parks no longer than PARK_MS, so a stop is seen soon.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { SpeechRing } from "../speech/mod.ts";
import { Epoch, MonotonicClock } from "../time/mod.ts";
import type { LipsyncEngine } from "./engine.ts";
import { engineGauges } from "./engine_gauges.ts";
import { createEngine, type EngineChoice } from "./choose.ts";
import { MouthRing } from "./mouth_ring.ts";
import { EngineStation } from "./station.ts";

const PARK_MS = 200;
/** Longest time a finished mouth can lie in the station while the ring of mouths is full. */
const FULL_PARK_MS = 20;

export interface EngineOrder {
  readonly engine: EngineChoice;
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

export type EngineNews =
  | { readonly type: "ready"; readonly name: string; readonly rightContextMs: number }
  | { readonly type: "fault"; readonly message: string }
  /** `code` is that of an InputFault: what was given is wrong, and trying again is no use. */
  | { readonly type: "failed"; readonly message: string; readonly code?: string }
  | { readonly type: "stopped" };

function tell(news: EngineNews): void {
  self.postMessage(news);
}

/** One second of a made-up voice: compiles the code and fills the engine's caches before anybody waits. */
async function warmUp(engine: LipsyncEngine, samplesPerFrame: number): Promise<void> {
  const length = Math.floor(samplesPerFrame / 3);
  const pcm = new Float32Array(length);
  engine.start();
  for (let frame = 0; frame < 25; frame++) {
    for (let index = 0; index < length; index++) {
      const n = frame * length + index;
      pcm[index] = 0.2 * ((n % 133) / 66 - 1) * (1 + Math.sin(n / 1600));
    }
    await engine.push(pcm, () => {});
  }
  await engine.finish(() => {});
}

async function work(order: EngineOrder): Promise<void> {
  using engine = await createEngine(order.engine);
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
    onFault: (message) => tell({ type: "fault", message }),
  });
  await warmUp(engine, order.samplesPerFrame);
  tell({ type: "ready", name: engine.name, rightContextMs: engine.rightContextMs });
  while (Atomics.load(stop, 0) === 0) {
    await station.step();
    if (station.waitingMouths > 0) await mouths.ring.writable(FULL_PARK_MS);
    else await speech.ring.readable(PARK_MS);
  }
  tell({ type: "stopped" });
}

self.onmessage = async (event: MessageEvent<EngineOrder>) => {
  try {
    await work(event.data);
  } catch (error) {
    const message = oneLine(error);
    tell(
      error instanceof InputFault
        ? { type: "failed", message, code: error.code }
        : { type: "failed", message },
    );
  }
};

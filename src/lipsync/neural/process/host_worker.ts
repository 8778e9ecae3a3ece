/**
 * The isolate of the engine's host: turns an EngineHost until told to stop.
 *
 * In: one message with the shared memory, then "stop" or another avatar. Out: news, "stopped". It blocks nowhere.
 */
import { oneLine } from "../../../errors/mod.ts";
import { clipOfCue, SpeechRing } from "../../../speech/mod.ts";
import { Epoch, MonotonicClock } from "../../../time/mod.ts";
import { PatchRing } from "../../patch_ring.ts";
import { WalkBoard } from "../../walk_board.ts";
import type { Family } from "../networks/mouth_network.ts";
import { EngineHost } from "./engine_host.ts";
import type { AvatarOrder, EngineProcessOrder, ReadyNews, StatusNews } from "./messages.ts";
import { neuralGauges } from "./neural_gauges.ts";

/** Longest time an interrupt or a stage's step stays unseen. */
const TICK_MS = 5;
const IDLE_TICK_MS = 40;

export interface HostOrder {
  readonly process: EngineProcessOrder;
  readonly samplesPerFrame: number;
  readonly speechSlots: number;
  readonly speech: SharedArrayBuffer;
  readonly patches: SharedArrayBuffer;
  readonly patchSlots: number;
  readonly epoch: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
}

export type HostMessage = { readonly order: HostOrder } | {
  readonly avatar: AvatarOrder;
  readonly families: readonly Family[];
} | "stop";

export type HostNews =
  | { readonly type: "ready"; readonly news: ReadyNews }
  | { readonly type: "status"; readonly news: StatusNews }
  | { readonly type: "trouble"; readonly line: string }
  | { readonly type: "stopped" };

function tell(news: HostNews): void {
  self.postMessage(news);
}

let host: EngineHost | undefined;
let isStopped = false;

async function run(order: HostOrder): Promise<void> {
  const speech = new SpeechRing(order.samplesPerFrame, order.speechSlots, order.speech);
  host = new EngineHost({
    order: order.process,
    speech,
    patches: new PatchRing(order.patchSlots, order.patches),
    epoch: new Epoch(order.epoch),
    board: new WalkBoard(order.board),
    gauges: neuralGauges(order.gauges),
    clock: new MonotonicClock(),
    actionOf: clipOfCue,
    onTrouble: (line) => tell({ type: "trouble", line }),
    onReady: (news) => tell({ type: "ready", news }),
    onStatus: (news) => tell({ type: "status", news }),
  });
  while (!isStopped) {
    host.tick();
    await speech.ring.readable(host.isBusy ? TICK_MS : IDLE_TICK_MS);
  }
  await host[Symbol.asyncDispose]();
}

self.onmessage = async (event: MessageEvent<HostMessage>) => {
  const { data } = event;
  if (data === "stop") {
    isStopped = true;
  } else if ("avatar" in data) {
    host?.show(data.avatar, data.families);
  } else {
    try {
      await run(data.order);
    } catch (error) {
      tell({ type: "trouble", line: `the engine's host failed: ${oneLine(error)}` });
    }
    tell({ type: "stopped" });
  }
};

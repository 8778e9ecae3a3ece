/**
 * The isolate of the engine's host: turns an EngineHost until told to stop.
 *
 * In: for each programme a seat with its shared memory, another avatar or its leaving, then "stop". Out: news, "left" of a
 * seat, "stopped". It blocks nowhere.
 */
import { oneLine } from "../../../errors/mod.ts";
import { clipOfCue, SpeechRing } from "../../../speech/mod.ts";
import { delay, Epoch, MonotonicClock } from "../../../time/mod.ts";
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
  readonly isSecond: boolean;
  readonly samplesPerFrame: number;
  readonly speechSlots: number;
  readonly speech: SharedArrayBuffer;
  readonly patches: SharedArrayBuffer;
  readonly patchSlots: number;
  readonly epoch: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
}

export type HostMessage =
  | { readonly kind: "join"; readonly seat: number; readonly order: HostOrder }
  | {
    readonly kind: "show";
    readonly seat: number;
    readonly avatar: AvatarOrder;
    readonly families: readonly Family[];
  }
  | { readonly kind: "rest" | "leave"; readonly seat: number }
  | { readonly kind: "stop" };

export type HostNews =
  | { readonly type: "ready"; readonly seat: number; readonly news: ReadyNews }
  | { readonly type: "status"; readonly seat: number; readonly news: StatusNews }
  | { readonly type: "trouble"; readonly seat: number; readonly line: string }
  /** Nothing of the seat's memory is touched any more. */
  | { readonly type: "left"; readonly seat: number }
  | { readonly type: "failed"; readonly line: string }
  | { readonly type: "stopped" };

function tell(news: HostNews): void {
  self.postMessage(news);
}

const host = new EngineHost({ clock: new MonotonicClock() });
let isStopped = false;
let somethingElse = Promise.withResolvers<void>();

function join(seat: number, order: HostOrder): void {
  host.join({
    number: seat,
    order: order.process,
    isSecond: order.isSecond,
    speech: new SpeechRing(order.samplesPerFrame, order.speechSlots, order.speech),
    patches: new PatchRing(order.patchSlots, order.patches),
    epoch: new Epoch(order.epoch),
    board: new WalkBoard(order.board),
    gauges: neuralGauges(order.gauges),
    actionOf: clipOfCue,
    onTrouble: (line) => tell({ type: "trouble", seat, line }),
    onReady: (news) => tell({ type: "ready", seat, news }),
    onStatus: (news) => tell({ type: "status", seat, news }),
  });
}

/** Until somebody's speech comes, a message does, or it is time to look. */
async function anything(): Promise<void> {
  const ms = host.isBusy ? TICK_MS : IDLE_TICK_MS;
  const { seats } = host;
  const waits = seats.map(({ speech }) => speech.ring.readable(ms));
  await Promise.race([somethingElse.promise, ...(waits.length > 0 ? waits : [delay(ms)])]);
}

async function run(): Promise<void> {
  while (!isStopped) {
    host.tick();
    await anything();
  }
  await host[Symbol.asyncDispose]();
}

function obey(message: HostMessage): void {
  if (message.kind === "stop") isStopped = true;
  else if (message.kind === "join") join(message.seat, message.order);
  else if (message.kind === "show") host.show(message.seat, message.avatar, message.families);
  else if (message.kind === "rest") host.rest(message.seat);
  else {
    host.leave(message.seat);
    tell({ type: "left", seat: message.seat });
  }
  somethingElse.resolve();
  somethingElse = Promise.withResolvers();
}

self.onmessage = ({ data }: MessageEvent<HostMessage>) => {
  try {
    obey(data);
  } catch (error) {
    tell({ type: "failed", line: oneLine(error) });
  }
};

run().catch((error) => tell({ type: "failed", line: oneLine(error) })).finally(() =>
  tell({ type: "stopped" })
);

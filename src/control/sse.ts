/**
 * Programme events as server-sent events: `event: KIND`, `id: N` counted from 1, `data: JSON`. With `stateMs` the
 * programme's state comes along as `event: state` that often; without it a comment keeps the line from looking dead.
 * Pulled by the reader: one that stops reading holds one event and nobody up.
 */
import { delay } from "../time/mod.ts";
import type { ProgrammeControl, ProgrammeEvent } from "./programme_control.ts";

const KEEP_ALIVE_MS = 15_000;

export interface SseOptions {
  /** How often the state is sent along, in ms; undefined for never. */
  readonly stateMs?: number;
}

export function eventStream(
  programme: ProgrammeControl,
  signal: AbortSignal,
  { stateMs }: SseOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const leaving = new AbortController();
  const until = AbortSignal.any([signal, leaving.signal]);
  const events = programme.events(until).getReader();
  let id = 0;
  let isFirst = true;
  // both outlive a pull: an event that comes while the state is sent is not lost, and many events do not starve the state
  let coming: Promise<ReadableStreamReadResult<ProgrammeEvent>> | undefined;
  let rest: Promise<"beat" | "left"> | undefined;
  const frame = (kind: string, data: unknown) =>
    encoder.encode(`event: ${kind.replace(/[\r\n]/g, "")}\nid: ${++id}\ndata: ${JSON.stringify(data)}\n\n`);
  const beat = () => stateMs === undefined ? encoder.encode(": here\n\n") : frame("state", programme.state());
  return new ReadableStream({
    async pull(controller) {
      if (isFirst) {
        isFirst = false;
        controller.enqueue(encoder.encode("retry: 1000\n\n"));
        return controller.enqueue(beat());
      }
      coming ??= events.read();
      rest ??= delay(stateMs ?? KEEP_ALIVE_MS, until).then(() => "beat", () => "left");
      const next = await Promise.race([coming, rest]);
      if (next === "beat") {
        rest = undefined;
        return controller.enqueue(beat());
      }
      coming = undefined;
      if (next === "left" || next.done) {
        leaving.abort();
        return controller.close();
      }
      controller.enqueue(frame(next.value.kind, next.value));
    },
    async cancel() {
      leaving.abort();
      await events.cancel();
    },
  }, { highWaterMark: 0 });
}

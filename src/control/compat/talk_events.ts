/**
 * Speech events as LiveTalking's clients read them: `data: {"status":"start"|"end","text",...}` with the caller's own fields,
 * when it is heard. In: a programme's events. Out: server-sent events, a comment every KEEP_ALIVE_MS. Pulled by the reader.
 */
import { delay } from "../../time/mod.ts";
import type { ProgrammeControl, ProgrammeEvent } from "../programme_control.ts";
import { streamed } from "../route.ts";

const KEEP_ALIVE_MS = 15_000;
const STATUS: Readonly<Record<string, string>> = { utterance_start: "start", utterance_end: "end" };

interface TalkEvent extends ProgrammeEvent {
  readonly metadata?: unknown;
}

/** `saidWith`: the text that these fields were said with; undefined for what others say. */
export function talkEvents(
  programme: ProgrammeControl,
  saidWith: (metadata: unknown) => string | undefined,
  signal: AbortSignal,
): Response {
  const encoder = new TextEncoder();
  const leaving = new AbortController();
  const until = AbortSignal.any([signal, leaving.signal]);
  const events = programme.events(until).getReader();
  // both outlive a pull, as neither may be lost
  let coming: Promise<ReadableStreamReadResult<ProgrammeEvent>> | undefined;
  let rest: Promise<"beat" | "left"> | undefined;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(encoder.encode(": here\n\n")),
    async pull(controller) {
      for (;;) {
        coming ??= events.read();
        rest ??= delay(KEEP_ALIVE_MS, until).then(() => "beat", () => "left");
        const next = await Promise.race([coming, rest]);
        if (next === "beat") {
          rest = undefined;
          return controller.enqueue(encoder.encode(": here\n\n"));
        }
        coming = undefined;
        if (next === "left" || next.done) {
          leaving.abort();
          return controller.close();
        }
        const { kind, metadata } = next.value as TalkEvent;
        const status = STATUS[kind];
        if (status === undefined) continue;
        const text = saidWith(metadata);
        const said = text === undefined ? { status, text: "" } : { ...metadata as object, status, text };
        return controller.enqueue(encoder.encode(`data: ${JSON.stringify(said)}\n\n`));
      }
    },
    async cancel() {
      leaving.abort();
      await events.cancel();
    },
  }, { highWaterMark: 0 });
  return streamed(body, "text/event-stream");
}

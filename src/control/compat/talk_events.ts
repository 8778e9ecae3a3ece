/** Speech events as LiveTalking's clients read them: `data: {"status":"start"|"end","text",...}` with the caller's own fields. */
import type { ProgrammeControl, ProgrammeEvent } from "../programme_control.ts";
import { streamed } from "../route.ts";

interface TalkEvent extends ProgrammeEvent {
  readonly metadata?: { readonly text?: string; readonly own?: object } | null;
}

const STATUS: Readonly<Record<string, string>> = { utterance_start: "start", utterance_end: "end" };

export function talkEvents(programme: ProgrammeControl, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const leaving = new AbortController();
  const events = programme.events(AbortSignal.any([signal, leaving.signal])).getReader();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(encoder.encode(": here\n\n")),
    async pull(controller) {
      for (;;) {
        const { value, done } = await events.read();
        if (done) return controller.close();
        const { kind, metadata } = value as TalkEvent;
        const status = STATUS[kind];
        if (status === undefined) continue;
        const said = { ...metadata?.own, status, text: metadata?.text ?? "" };
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

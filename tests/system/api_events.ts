/** Events of a running programme, collected as they come by either way there is, and waited for. */
import { until } from "./live_process.ts";

export interface ApiEvent {
  readonly kind: string;
  readonly utterance?: number;
  readonly state?: unknown;
  readonly text?: string;
  readonly playedMs?: number;
  readonly error?: string;
}

export class Events {
  readonly all: ApiEvent[] = [];

  /** Until the stream ends; rejects where one cannot be read. */
  async fromStream(response: Response): Promise<void> {
    let rest = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) this.all.push(JSON.parse(data));
      }
    }
  }

  /** Resolves when it is open. */
  async fromSocket(socket: WebSocket): Promise<void> {
    socket.addEventListener("message", ({ data }) => this.all.push(JSON.parse(data)));
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error("the WebSocket was not opened")));
    });
  }

  of(utterance: number): ApiEvent[] {
    return this.all.filter((event) => event.utterance === utterance);
  }

  async ended(utterance: number, msMax = 20_000): Promise<ApiEvent> {
    return await until(
      `the end of utterance ${utterance}`,
      msMax,
      () => this.of(utterance).find(({ kind }) => kind === "utterance_end"),
    );
  }
}

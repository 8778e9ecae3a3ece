/** How often the server answered what, for a monitor. Main thread. */
import type { Metric } from "../metrics/mod.ts";

export class HttpCounts {
  readonly #byStatus = new Map<number, number>();

  add(status: number): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
  }

  /** `streams`: how many answers go on right now. */
  metrics(streams: number): readonly Metric[] {
    const samples = [...this.#byStatus].sort(([one], [other]) => one - other).map(([status, value]) => ({
      value,
      labels: { status: String(status) },
    }));
    return [
      { name: "lipcam_http_answers_total", type: "counter", help: "Answers, by status.", samples },
      {
        name: "lipcam_http_streams",
        type: "gauge",
        help: "Answers that go on: events, pictures, WebSockets.",
        samples: [{ value: streams }],
      },
    ];
  }
}

/**
 * How long packets queue on their way: from when each was sent, and when the viewer says that it came (transport-wide
 * feedback, draft-holmer-rmcat-transport-wide-cc-extensions-01).
 *
 * In: numbers with the time of sending; feedback. Out: milliseconds, once a second. The two clocks are apart by an unknown
 * amount, so what counts is how much longer the quickest packet of a second took than the quickest of BASE_SECONDS.
 */
import type { TransportWideCC } from "werift";

/** Some ten seconds of packets; a power of two, so that numbers wrap round without a step. */
const PACKETS = 4096;
const BASE_SECONDS = 20;
/** Unit of the feedback's reference time. */
const REFERENCE_MS = 64;
/** A clock that jumped, or one whose 24 bits went round. */
const JUMP_MS = 60_000;

export class ArrivalDelay {
  readonly #numbers = new Int32Array(PACKETS).fill(-1);
  readonly #sentMs = new Float64Array(PACKETS);
  /** Of each of the last seconds; Infinity where nothing came. */
  readonly #least = new Float64Array(BASE_SECONDS).fill(Infinity);
  #leastNow = Infinity;
  #second = 0;

  /** `number`: 16 bits, as the packet carries it. */
  sent(number: number, nowMs: number): void {
    this.#numbers[number % PACKETS] = number;
    this.#sentMs[number % PACKETS] = nowMs;
  }

  hear({ referenceTime, packetResults, recvDeltas }: TransportWideCC): void {
    let cameMs = referenceTime * REFERENCE_MS;
    let next = 0;
    for (const { received, sequenceNumber } of packetResults) {
      if (!received) continue;
      cameMs += (recvDeltas[next++]?.delta ?? 0) / 1000;
      const number = sequenceNumber & 0xffff;
      if (this.#numbers[number % PACKETS] !== number) continue;
      this.#leastNow = Math.min(this.#leastNow, cameMs - this.#sentMs[number % PACKETS]!);
    }
  }

  /** Since the last call, of the quickest packet; 0 where nothing was said. */
  take(): number {
    const now = this.#leastNow;
    this.#leastNow = Infinity;
    if (now === Infinity) return 0;
    const before = Math.min(...this.#least);
    if (before !== Infinity && Math.abs(now - before) > JUMP_MS) this.#least.fill(Infinity);
    this.#least[this.#second++ % BASE_SECONDS] = now;
    return now - Math.min(...this.#least);
  }
}

/**
 * How often one client may ask: a bucket of tokens for each address (of IPv6: each network) and kind of request, filled
 * again at a steady rate. At most CLIENTS_MAX are remembered; the one not seen for longest is forgotten, which gives it a full bucket.
 */
import type { Clock } from "../time/mod.ts";
import { HttpProblem } from "./problem.ts";
import type { RateKind } from "./route.ts";

const CLIENTS_MAX = 1024;

/** Tokens at once, and each second. A page asks a few times a second; a test or a script may ask fast for a while. */
export const RATES: Readonly<Record<RateKind, { readonly burst: number; readonly perSecond: number }>> = {
  offer: { burst: 60, perSecond: 4 },
  upload: { burst: 30, perSecond: 2 },
  other: { burst: 2000, perSecond: 200 },
};

interface Bucket {
  tokens: number;
  filledMs: number;
}

export class RateLimit {
  readonly #clock: Clock;
  /** By address and kind, the one seen last at the end. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws HttpProblem 429 with Retry-After. */
  take(address: string, kind: RateKind): void {
    const { burst, perSecond } = RATES[kind];
    const key = `${kind} ${clientOf(address)}`;
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, filledMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.filledMs) / 1000 * perSecond);
    bucket.filledMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > CLIENTS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.tokens < 1) {
      throw new HttpProblem(
        429,
        "too_often",
        `asked too often, wanted at most ${burst} at once and ${perSecond} a second`,
        { "Retry-After": String(Math.ceil((1 - bucket.tokens) / perSecond)) },
      );
    }
    bucket.tokens--;
  }
}

/** Who has one IPv6 address has 2^64 of them: the first half of it is the client. An IPv4 address inside of one is itself. */
function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  const last = address.slice(address.lastIndexOf(":") + 1);
  if (last.includes(".")) return last;
  const [head = "", tail] = address.split("::");
  const [front, back] = [head, tail ?? ""].map((part) => part === "" ? [] : part.split(":"));
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front!.length - back!.length);
  return [...front!, ...Array(zeros).fill("0"), ...back!].slice(0, 4).join(":");
}

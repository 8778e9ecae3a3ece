/**
 * Links that let a browser in once: a person who can reach the programme's terminal opens one, gets a cookie for it, and the
 * link is worth nothing any more. At most LINKS_MAX wait, LINK_MS long; at most VISITORS_MAX browsers are let in.
 */
import type { Clock } from "../time/mod.ts";
import { randomKey } from "./token.ts";

const LINK_MS = 10 * 60_000;
const LINKS_MAX = 16;
const VISITORS_MAX = 64;

export class PageLinks {
  readonly #clock: Clock;
  /** Key -> until when it is good. */
  readonly #links = new Map<string, number>();
  readonly #visitors = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The key of a new link. */
  make(): string {
    const key = randomKey();
    this.#links.set(key, this.#clock.nowMs() + LINK_MS);
    if (this.#links.size > LINKS_MAX) this.#links.delete(this.#links.keys().next().value!);
    return key;
  }

  /** The cookie's value for whoever brings a good key, once. */
  redeem(key: string): string | undefined {
    const untilMs = this.#links.get(key);
    this.#links.delete(key);
    if (untilMs === undefined || untilMs < this.#clock.nowMs()) return undefined;
    const visitor = randomKey();
    this.#visitors.add(visitor);
    if (this.#visitors.size > VISITORS_MAX) this.#visitors.delete(this.#visitors.values().next().value!);
    return visitor;
  }

  has(visitor: string): boolean {
    return this.#visitors.has(visitor);
  }
}

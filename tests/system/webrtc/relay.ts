/**
 * A bad network in one object: a UDP relay between viewers and the server on this machine that delays, drops, reorders and
 * duplicates by a seed, and stops for a while on command. One port in front, one socket behind it a viewer.
 *
 * The n-th packet of a direction meets the same fate with the same seed. In front of it stands a small HTTP server that viewers
 * make their offers to: it takes the viewer's own candidates out (or the server would go round the relay) and puts the relay's
 * port in the answer.
 */
import { createSocket, type Socket } from "node:dgram";
import type { Buffer } from "node:buffer";

export interface Weather {
  readonly seed: number;
  /** Each way. */
  readonly delayMs: number;
  /** Added to it, from 0 to this, as a queue does it: nothing overtakes. */
  readonly jitterMs?: number;
  /** Shares of packets, 0..1. */
  readonly dropShare?: number;
  readonly duplicateShare?: number;
  /** Of packets that are held 30 ms longer, so that others pass them. */
  readonly reorderShare?: number;
}

export interface RelayCounts {
  passed: number;
  dropped: number;
  duplicated: number;
  reordered: number;
  lostInOutage: number;
}

const REORDER_MS = 30;

interface Direction {
  readonly random: () => number;
  lastAtMs: number;
  /** What keeps its place, oldest first. */
  readonly queue: (() => void)[];
}

/** Uniform in 0..1, by its own seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When copies of a packet arrive, in ms from now; none where it is lost. */
export function fateOf(weather: Weather, random: () => number, counts: RelayCounts): number[] {
  const { delayMs, jitterMs = 0, dropShare = 0, duplicateShare = 0, reorderShare = 0 } = weather;
  // Always as many draws, so that one setting does not change the fate that another gives.
  const [lost, late, twice, wobble, again] = [random(), random(), random(), random(), random()];
  if (lost < dropShare) {
    counts.dropped++;
    return [];
  }
  const isReordered = late < reorderShare;
  if (isReordered) counts.reordered++;
  const atMs = delayMs + wobble * jitterMs + (isReordered ? REORDER_MS : 0);
  counts.passed++;
  if (twice >= duplicateShare) return [atMs];
  counts.duplicated++;
  return [atMs, atMs + again * 10];
}

export class Relay implements AsyncDisposable {
  readonly counts: RelayCounts = { passed: 0, dropped: 0, duplicated: 0, reordered: 0, lostInOutage: 0 };
  readonly #front: Socket;
  readonly #behind = new Map<string, Socket>();
  readonly #up: Direction;
  readonly #down: Direction;
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  #weather: Weather;
  #serverPort = 0;
  #outUntilMs = 0;
  #isClosed = false;

  /** `base`: of the server's API. */
  static async open(base: string, token: string, weather: Weather): Promise<Relay> {
    const front = createSocket("udp4");
    await new Promise<void>((resolve) => front.bind(0, "127.0.0.1", resolve));
    return new Relay(base, token, weather, front);
  }

  private constructor(base: string, token: string, weather: Weather, front: Socket) {
    this.#weather = weather;
    this.#front = front;
    this.#up = { random: randomOf(weather.seed), lastAtMs: 0, queue: [] };
    this.#down = { random: randomOf(weather.seed + 1), lastAtMs: 0, queue: [] };
    front.on("message", (data, from) => this.#fromViewer(data, from.address, from.port));
    this.#http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/whep" || request.method !== "POST") return new Response(null, { status: 404 });
      const offer = (await request.text()).replace(/a=candidate:.*\r\n/g, "");
      const response = await fetch(`${base}/whep`, {
        method: "POST",
        headers: { "Content-Type": "application/sdp", "Authorization": `Bearer ${token}` },
        body: offer,
      });
      const answer = await response.text();
      this.#serverPort = Number(
        /candidate:\S+ \d \S+ \d+ 127\.0\.0\.1 (\d+) typ host/.exec(answer)?.[1] ?? 0,
      );
      const headers = { Location: response.headers.get("location") ?? "", "Content-Type": "application/sdp" };
      return new Response(
        answer.replaceAll(`127.0.0.1 ${this.#serverPort} typ`, `127.0.0.1 ${this.port} typ`),
        {
          status: response.status,
          headers,
        },
      );
    });
  }

  /** Where viewers make their offers. */
  get base(): string {
    return `http://127.0.0.1:${this.#http.addr.port}`;
  }

  get port(): number {
    return this.#front.address().port;
  }

  set weather(weather: Weather) {
    this.#weather = weather;
  }

  /** Nothing passes for so long, either way. */
  outage(ms: number): void {
    this.#outUntilMs = performance.now() + ms;
  }

  #fromViewer(data: Buffer, address: string, port: number): void {
    const key = `${address}:${port}`;
    let behind = this.#behind.get(key);
    if (behind === undefined) {
      behind = createSocket("udp4");
      behind.bind(0, "127.0.0.1");
      behind.on("message", (answer) => {
        this.#pass(this.#down, () => this.#front.send(answer, port, address));
      });
      this.#behind.set(key, behind);
    }
    this.#pass(this.#up, () => behind.send(data, this.#serverPort, "127.0.0.1"));
  }

  #pass(direction: Direction, send: () => void): void {
    const held = this.counts.reordered;
    const fate = fateOf(this.#weather, direction.random, this.counts);
    const nowMs = performance.now();
    if (nowMs < this.#outUntilMs) {
      this.counts.lostInOutage++;
      return;
    }
    const isHeld = this.counts.reordered > held; // what is held back is overtaken, everything else keeps its place
    for (const afterMs of fate) {
      if (isHeld) this.#at(nowMs + afterMs, send);
      else {
        const atMs = Math.max(nowMs + afterMs, direction.lastAtMs);
        direction.lastAtMs = atMs;
        direction.queue.push(send);
        // Timers for nearly the same instant fire in any order, so each lets the oldest go, not the one it was set for.
        this.#at(atMs, () => direction.queue.shift()?.());
      }
    }
  }

  #at(atMs: number, send: () => void): void {
    setTimeout(() => {
      if (!this.#isClosed) send();
    }, Math.max(0, atMs - performance.now()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#http.shutdown();
    this.#front.close();
    for (const socket of this.#behind.values()) socket.close();
  }
}

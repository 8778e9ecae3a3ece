/**
 * A request on its way, and the places for answers that go on: at most STREAMS_MAX streams and WebSockets are open at
 * once, more are refused.
 */
import { CapacityFault } from "../errors/mod.ts";
import { HttpProblem } from "./problem.ts";
import type { ProgrammeControl } from "./programme_control.ts";
import type { ProgrammeHouse } from "./programme_house.ts";
import type { Visit } from "./route.ts";

const STREAMS_MAX = 32;

export class StreamPlaces {
  #taken = 0;

  /** Right now. */
  get taken(): number {
    return this.#taken;
  }

  /** Answers how to give the place back, which may be called more than once. Throws CapacityFault `too_many_streams`. */
  take(): () => void {
    if (this.#taken >= STREAMS_MAX) {
      throw new CapacityFault(`${STREAMS_MAX} streams are open, wanted fewer`, { code: "too_many_streams" });
    }
    this.#taken++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#taken--;
      isTaken = false;
    };
  }
}

export interface VisitOptions {
  readonly request: Request;
  readonly url: URL;
  readonly names: Readonly<Record<string, string>>;
  readonly house: ProgrammeHouse;
  readonly streams: StreamPlaces;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

export class OpenVisit implements Visit {
  readonly request: Request;
  readonly url: URL;
  readonly names: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly isUpgrade: boolean;
  readonly #options: VisitOptions;
  readonly #leaving = new AbortController();
  #isUpgraded = false;

  constructor(options: VisitOptions) {
    const { request, url, names, closing } = options;
    this.request = request;
    this.url = url;
    this.names = names;
    this.#options = options;
    this.signal = AbortSignal.any([closing, this.#leaving.signal]);
    this.isUpgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  }

  get isUpgraded(): boolean {
    return this.#isUpgraded;
  }

  get programme(): ProgrammeControl {
    return this.#options.house.of(this.url.searchParams.get("session") ?? undefined);
  }

  upgrade(): { readonly socket: WebSocket; readonly response: Response } {
    if (!this.isUpgrade) {
      throw new HttpProblem(426, "no_upgrade", "this address is for a WebSocket, wanted Upgrade: websocket", {
        Upgrade: "websocket",
      });
    }
    const leavePlace = this.#options.streams.take();
    const leave = () => {
      leavePlace();
      this.leave();
    };
    try {
      const { socket, response } = Deno.upgradeWebSocket(this.request);
      this.#isUpgraded = true;
      socket.addEventListener("close", leave);
      socket.addEventListener("error", leave);
      return { socket, response };
    } catch (error) {
      leave();
      throw new HttpProblem(
        400,
        "bad_upgrade",
        `the WebSocket cannot be opened: ${String(error).slice(0, 100)}`,
      );
    }
  }

  /** The client has gone. */
  leave(): void {
    this.#leaving.abort();
  }
}

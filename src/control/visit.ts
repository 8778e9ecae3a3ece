/**
 * A request on its way, and the places for what goes on: at most STREAMS_MAX streams and WebSockets are open at once, and
 * UPLOADS_MAX files are on their way in; more are refused.
 */
import { CapacityFault } from "../errors/mod.ts";
import { HttpProblem } from "./problem.ts";
import type { ProgrammeControl } from "./programme_control.ts";
import type { ProgrammeHouse } from "./programme_house.ts";
import type { RateKind, Visit } from "./route.ts";
import { endInTime } from "./socket_end.ts";

const STREAMS_MAX = 32;
/** Each may be as large as uploads may be, and take as long as its pieces keep coming. */
const UPLOADS_MAX = 8;
/** As many servers log it; nobody gets it. */
const CLIENT_CLOSED = 499;

export class Places {
  readonly #what: string;
  readonly #max: number;
  #taken = 0;

  constructor(what: string, max: number) {
    this.#what = what;
    this.#max = max;
  }

  static forStreams(): Places {
    return new Places("streams", STREAMS_MAX);
  }

  static forUploads(): Places {
    return new Places("uploads", UPLOADS_MAX);
  }

  /** Right now. */
  get taken(): number {
    return this.#taken;
  }

  /** Answers how to give the place back, which may be called more than once. Throws CapacityFault `too_many_...`. */
  take(): () => void {
    if (this.#taken >= this.#max) {
      throw new CapacityFault(`${this.#max} ${this.#what} are open, wanted fewer`, {
        code: `too_many_${this.#what}`,
      });
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
  readonly streams: Places;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
  /** From the client's allowance. Throws HttpProblem 429. */
  readonly take: (kind: RateKind) => void;
  /** Ends the client's connection at once; false where that cannot be. */
  readonly drop: () => boolean;
}

export class OpenVisit implements Visit {
  readonly request: Request;
  readonly url: URL;
  readonly names: Readonly<Record<string, string>>;
  readonly isUpgrade: boolean;
  readonly #options: VisitOptions;
  readonly #leaving = new AbortController();
  readonly #signal: AbortSignal;
  #isUpgraded = false;
  #isWatched = false;

  constructor(options: VisitOptions) {
    const { request, url, names, closing } = options;
    this.request = request;
    this.url = url;
    this.names = names;
    this.#options = options;
    this.#signal = AbortSignal.any([closing, this.#leaving.signal]);
    this.isUpgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  }

  get isUpgraded(): boolean {
    return this.#isUpgraded;
  }

  /**
   * The request's own signal is the only one that tells of a client that leaves before it is answered. It is touched only
   * where a route asks, as Deno warns of who does; of a WebSocket it tells nothing: to it the request has ended.
   */
  get signal(): AbortSignal {
    if (!this.#isWatched && !this.isUpgrade) {
      const { signal } = this.request;
      if (signal.aborted) this.leave();
      else signal.addEventListener("abort", () => this.leave(), { once: true });
    }
    this.#isWatched = true;
    return this.#signal;
  }

  get programme(): ProgrammeControl {
    return this.#options.house.of(this.url.searchParams.get("session") ?? undefined);
  }

  take(kind: RateKind): void {
    this.#options.take(kind);
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
      endInTime(socket, this.#options.drop).then(leave);
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
    this.#leaving.abort(new HttpProblem(CLIENT_CLOSED, "client_left", "the client left before the answer"));
  }
}

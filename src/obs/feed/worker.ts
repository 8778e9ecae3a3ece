/**
 * The feed's isolate: takes connections and gives each its units. In: StartFeed, then "stop"; the broadcast ring. Out:
 * FeedNews. It may be late: a reader then misses pictures, the programme nothing.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { Gauges } from "../../metrics/mod.ts";
import { MonotonicClock } from "../../time/mod.ts";
import { UnitRing } from "../../unit/mod.ts";
import { takeConnections } from "./accept.ts";
import { Audience } from "./audience.ts";
import { listenAt, type OpenListener } from "./listen.ts";
import { FEED_GAUGES, type FeedNews, type FeedRequest, type ReaderKind, type StartFeed } from "./messages.ts";

let opening: Promise<Feed | undefined> | undefined;

self.onmessage = async ({ data: request }: MessageEvent<FeedRequest>) => {
  if (request.kind === "start") {
    opening = Feed.open(request).catch(refuse);
    return;
  }
  const feed = await opening; // told to stop while it opens: what has opened is closed
  await feed?.close(request.reason);
  tell({ kind: "stopped" });
};

function refuse(error: unknown): undefined {
  const isInput = error instanceof InputFault;
  const code = error instanceof Fault ? error.code : "obs_feed_failed";
  tell({ kind: "refused", code, message: oneLine(error), isInput });
}

function tell(news: FeedNews): void {
  self.postMessage(news);
}

interface OpenPlace {
  readonly kind: ReaderKind;
  readonly open: OpenListener;
}

class Feed {
  readonly #places: readonly OpenPlace[];
  readonly #audience: Audience;
  readonly #ending = new AbortController();
  readonly #accepting: readonly Promise<void>[];

  static async open(start: StartFeed): Promise<Feed> {
    const places: OpenPlace[] = [];
    try {
      for (const place of start.places) places.push({ kind: place.kind, open: await listenAt(place) });
    } catch (error) {
      for (const { open } of places) open[Symbol.dispose]();
      throw error;
    }
    const feed = new Feed(start, places);
    const notes = places.flatMap(({ open: { instead, path } }) =>
      instead === undefined ? [] : [
        `another programme has the OBS socket ${instead}; this one is at ${path}, to be given to its source in OBS`,
      ]
    );
    tell({
      kind: "opened",
      places: places.map(({ kind, open: { url, path } }) => ({ kind, url, ...(path ? { path } : {}) })),
      notes,
    });
    return feed;
  }

  private constructor({ shape, units, gauges, about }: StartFeed, places: readonly OpenPlace[]) {
    this.#places = places;
    this.#audience = new Audience({
      units: new UnitRing(shape, units),
      gauges: new Gauges(FEED_GAUGES, gauges),
      clock: new MonotonicClock(),
      ...{ about, tell },
    });
    const warn = (text: string) => tell({ kind: "warning", code: "obs_feed_failed", text });
    this.#accepting = places.map(({ kind, open }) =>
      takeConnections(
        open.listener,
        (connection) => this.#audience.admit(kind, connection),
        warn,
        this.#ending.signal,
      )
    );
  }

  async close(reason: string): Promise<void> {
    this.#ending.abort();
    for (const { open } of this.#places) open[Symbol.dispose]();
    await this.#audience.end(reason);
    await Promise.all(this.#accepting);
  }
}

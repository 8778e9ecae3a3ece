/**
 * The feed's isolate: takes connections and gives each its units. In: StartFeed, then "stop"; the broadcast ring. Out:
 * FeedNews. It may be late: a reader then misses pictures, the programme nothing.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { Gauges } from "../../metrics/mod.ts";
import { every, MonotonicClock } from "../../time/mod.ts";
import { UnitRing } from "../../unit/mod.ts";
import { inboundMessages } from "./inbound.ts";
import { listenAt, type OpenListener } from "./listen.ts";
import { MatroskaFormat } from "./matroska_format.ts";
import { FEED_GAUGES, type FeedNews, type FeedRequest, type ReaderKind, type StartFeed } from "./messages.ts";
import { PluginFormat } from "./plugin_format.ts";
import { Reader } from "./reader.ts";

/** Per place: so many sources in so many scenes are a mistake. */
const READERS_MAX = 8;
const STALL_LOOK_MS = 500;

const clock = new MonotonicClock();
let feed: Feed | undefined;

self.onmessage = async (event: MessageEvent<FeedRequest>) => {
  const request = event.data;
  if (request.kind === "start") {
    try {
      feed = await Feed.open(request);
    } catch (error) {
      const isInput = error instanceof InputFault;
      const code = error instanceof Fault ? error.code : "obs_feed_failed";
      tell({ kind: "refused", code, message: oneLine(error), isInput });
    }
    return;
  }
  await feed?.close(request.reason);
  tell({ kind: "stopped" });
};

function tell(news: FeedNews): void {
  self.postMessage(news);
}

class Feed {
  readonly #start: StartFeed;
  readonly #units: UnitRing;
  readonly #gauges: Gauges<typeof FEED_GAUGES[number]>;
  readonly #listeners: OpenListener[] = [];
  readonly #readers = new Set<Reader>();
  readonly #running = new Set<Promise<void>>();
  readonly #watch: Disposable;
  #count = 0;
  #isClosed = false;

  static async open(start: StartFeed): Promise<Feed> {
    const feed = new Feed(start);
    const opened: { kind: ReaderKind; listener: OpenListener }[] = [];
    try {
      for (const place of start.places) {
        const listener = await listenAt(place);
        feed.#listeners.push(listener);
        opened.push({ kind: place.kind, listener });
      }
    } catch (error) {
      await feed.close("");
      throw error;
    }
    for (const { kind, listener } of opened) feed.#accept(kind, listener);
    const notes = opened.flatMap(({ listener: { instead, path } }) =>
      instead === undefined ? [] : [
        `another programme has the OBS socket ${instead}; this one is at ${path}, to be given to its source in OBS`,
      ]
    );
    tell({
      kind: "opened",
      places: opened.map(({ kind, listener: { url, path } }) => ({ kind, url, ...(path ? { path } : {}) })),
      notes,
    });
    return feed;
  }

  private constructor(start: StartFeed) {
    this.#start = start;
    this.#units = new UnitRing(start.shape, start.units);
    this.#gauges = new Gauges(FEED_GAUGES, start.gauges);
    this.#watch = every(STALL_LOOK_MS, () => {
      for (const reader of this.#readers) {
        if (reader.endIfStalled()) this.#gauges.add("stalledReaders");
      }
    });
  }

  #accept(kind: ReaderKind, { listener }: OpenListener): void {
    const accepting = (async () => {
      for await (const connection of listener) this.#serve(kind, connection);
    })().catch((error) => {
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) {
        tell({
          kind: "warning",
          code: "obs_feed_failed",
          text: `taking connections of OBS: ${oneLine(error)}`,
        });
      }
    });
    this.#running.add(accepting);
  }

  #serve(kind: ReaderKind, connection: Deno.Conn): void {
    const ofKind = [...this.#readers].filter((reader) => reader.news.kind === kind).length;
    if (ofKind >= READERS_MAX) {
      this.#gauges.add("refusedReaders");
      connection.close();
      return;
    }
    if ("setNoDelay" in connection) (connection as Deno.TcpConn).setNoDelay(); // a unit's end must not wait for the next one
    const { shape, about } = this.#start;
    const format = kind === "plugin" ? new PluginFormat(shape, about) : new MatroskaFormat(shape);
    const options = { connection, format, units: this.#units, gauges: this.#gauges, clock };
    const reader = new Reader({ id: ++this.#count, kind }, options);
    this.#readers.add(reader);
    this.#tellCount();
    tell({ kind: "reader", reader: reader.news });
    const serving = Promise.all([reader.run(), this.#listen(reader, connection)]).then(() => {
      this.#readers.delete(reader);
      this.#running.delete(serving);
      this.#tellCount();
      tell({ kind: "gone", id: reader.news.id });
    });
    this.#running.add(serving);
  }

  /** Takes what the reader says until it or we end the connection. Never rejects. */
  async #listen(reader: Reader, connection: Deno.Conn): Promise<void> {
    try {
      for await (const said of inboundMessages(connection)) {
        if (said.kind === "hotkey") {
          tell({ kind: "hotkey", hotkey: said.hotkey, source: reader.news.source ?? "" });
          continue;
        }
        const { kind: _kind, ...news } = said;
        reader.news = { ...reader.news, ...news };
        if (said.kind === "visibility") reader.wantsMedia = said.wantsMedia;
        tell({ kind: "reader", reader: reader.news });
      }
    } catch (error) {
      if (error instanceof Fault) {
        this.#gauges.add("refusedReaders");
        tell({ kind: "warning", code: error.code, text: error.message });
      }
      // Anything else is a connection that broke.
    } finally {
      reader.close();
    }
  }

  #tellCount(): void {
    this.#gauges.set("readers", this.#readers.size);
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    this.#watch[Symbol.dispose]();
    for (const { listener, path } of this.#listeners) {
      listener.close();
      if (path !== undefined) removeSocket(path);
    }
    await Promise.all([...this.#readers].map((reader) => reader.end(reason)));
    await Promise.all(this.#running);
  }
}

function removeSocket(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // the runtime may have removed it itself
  }
}

/**
 * All who read. In: connections; what plugins say. Out: units to each, at its own pace (Reader); FeedNews of who came,
 * what it said, who went. At most READERS_MAX a kind: who stalls, says nothing or says too much makes room. Feed worker.
 */
import { Fault } from "../../errors/mod.ts";
import type { Gauges } from "../../metrics/mod.ts";
import { type Clock, every } from "../../time/mod.ts";
import type { UnitRing } from "../../unit/mod.ts";
import { discard, inboundMessages } from "./inbound.ts";
import { MatroskaFormat } from "./matroska_format.ts";
import type { FeedGauge, FeedNews, ReaderKind, ReaderNews, StartFeed } from "./messages.ts";
import { PluginFormat } from "./plugin_format.ts";
import { Presses } from "./presses.ts";
import { Reader } from "./reader.ts";
import { notOurs } from "./wire.ts";

/** Per kind: so many sources in so many scenes are a mistake. */
const READERS_MAX = 8;
const LOOK_MS = 500;
/** A plugin says its hello right after it has connected. */
const HELLO_MS_MAX = 3000;
const NAMES: Readonly<Record<ReaderKind, string>> = { plugin: "sources Lipcam", media: "media sources" };

export interface AudienceOptions {
  readonly units: UnitRing;
  readonly gauges: Gauges<FeedGauge>;
  readonly clock: Clock;
  readonly about: StartFeed["about"];
  readonly tell: (news: FeedNews) => void;
}

export class Audience {
  readonly #options: AudienceOptions;
  readonly #readers = new Set<Reader>();
  /** Plugins that have said no hello yet, with when they came. */
  readonly #silent = new Map<Reader, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #presses = new Presses();
  /** Of which kinds it was said that there are too many; until all of the kind have gone. */
  readonly #toldFull = new Set<ReaderKind>();
  readonly #watch: Disposable;
  #count = 0;

  constructor(options: AudienceOptions) {
    this.#options = options;
    this.#watch = every(LOOK_MS, () => this.#look());
  }

  /** Serves a connection until it ends, or closes it where there are too many. */
  admit(kind: ReaderKind, connection: Deno.Conn): void {
    const { units, gauges, clock, about, tell } = this.#options;
    if (this.#countOf(kind) >= READERS_MAX) {
      this.#tellFull(kind); // before it can see that it was turned away
      return connection.close();
    }
    if ("setNoDelay" in connection) (connection as Deno.TcpConn).setNoDelay(); // a unit's end must not wait for the next one
    const format = kind === "plugin" ? new PluginFormat(units.shape, about) : new MatroskaFormat(units.shape);
    const reader = new Reader({ id: ++this.#count, kind }, { connection, format, units, gauges, clock });
    this.#readers.add(reader);
    if (kind === "plugin") this.#silent.set(reader, clock.nowMs());
    this.#tellCount();
    tell({ kind: "reader", reader: reader.news });
    const listening = kind === "plugin" ? this.#listen(reader, connection) : this.#ignore(reader, connection);
    const serving = Promise.all([reader.run(), listening]).then(() => {
      this.#readers.delete(reader);
      this.#silent.delete(reader);
      this.#running.delete(serving);
      if (this.#countOf(kind) === 0) this.#toldFull.delete(kind);
      this.#tellCount();
      tell({ kind: "gone", id: reader.news.id });
    });
    this.#running.add(serving);
  }

  /** Takes what a plugin says until it or we end the connection. Never rejects. */
  async #listen(reader: Reader, connection: Deno.Conn): Promise<void> {
    const { clock, tell } = this.#options;
    try {
      for await (const said of inboundMessages(connection, clock)) {
        if (said.kind === "hotkey") {
          const { id, source = "" } = reader.news;
          if (this.#presses.isNew(said.hotkey, id, clock.nowMs())) {
            tell({ kind: "hotkey", hotkey: said.hotkey, source });
          }
          continue;
        }
        if (said.kind === "hello") this.#silent.delete(reader);
        const { kind: _kind, ...news } = said;
        if (said.kind === "visibility") reader.wantsMedia = said.wantsMedia;
        this.#tellChange(reader, { ...reader.news, ...news });
      }
    } catch (error) {
      if (error instanceof Fault) this.#refuse(error);
      // Anything else is a connection that broke.
    } finally {
      reader.close();
    }
  }

  /** A media source has nothing to say, and anybody of this machine may reach its port. Never rejects. */
  async #ignore(reader: Reader, connection: Deno.Conn): Promise<void> {
    try {
      await discard(connection);
    } catch {
      // A connection that broke, or that we closed.
    } finally {
      reader.close();
    }
  }

  #tellChange(reader: Reader, news: ReaderNews): void {
    const names = Object.keys(news) as (keyof ReaderNews)[];
    if (names.every((name) => news[name] === reader.news[name])) return;
    reader.news = news;
    this.#options.tell({ kind: "reader", reader: news });
  }

  #look(): void {
    const { gauges, clock } = this.#options;
    for (const reader of this.#readers) {
      if (reader.endIfStalled()) gauges.add("stalledReaders");
    }
    for (const [reader, sinceMs] of this.#silent) {
      if (clock.nowMs() - sinceMs < HELLO_MS_MAX) continue;
      this.#silent.delete(reader);
      reader.close();
      this.#refuse(notOurs(`said no hello within ${HELLO_MS_MAX / 1000} s`));
    }
  }

  #refuse({ code, message: text }: Fault): void {
    this.#options.gauges.add("refusedReaders");
    this.#options.tell({ kind: "warning", code, text });
  }

  #tellFull(kind: ReaderKind): void {
    this.#options.gauges.add("refusedReaders");
    if (this.#toldFull.has(kind)) return;
    this.#toldFull.add(kind);
    const text = `${READERS_MAX} of OBS's ${
      NAMES[kind]
    } read the programme and one more wants to, wanted at most ${READERS_MAX}: it is turned away`;
    this.#options.tell({ kind: "warning", code: "obs_readers_full", text });
  }

  #countOf(kind: ReaderKind): number {
    let count = 0;
    for (const { news } of this.#readers) if (news.kind === kind) count++;
    return count;
  }

  #tellCount(): void {
    this.#options.gauges.set("readers", this.#readers.size);
  }

  /** Says goodbye to all, and waits until they are gone. */
  async end(reason: string): Promise<void> {
    this.#watch[Symbol.dispose]();
    await Promise.all([...this.#readers].map((reader) => reader.end(reason)));
    await Promise.all(this.#running);
  }
}

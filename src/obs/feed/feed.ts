/**
 * The programme for OBS, offered in an isolate of its own. In: the broadcast ring. Out: connections, who reads, hotkeys.
 * The stage knows nothing of it: the feed is one more reader of the ring. An isolate that dies is followed by another at
 * the same places. Main thread.
 */
import { Fault, InputFault } from "../../errors/mod.ts";
import { Gauges } from "../../metrics/mod.ts";
import { delay, withDeadline } from "../../time/mod.ts";
import type { UnitRingShape } from "../../unit/mod.ts";
import {
  FEED_GAUGES,
  type FeedGauge,
  type FeedNews,
  type FeedPlace,
  type FeedRequest,
  type OpenedPlace,
  type ReaderNews,
} from "./messages.ts";
import type { Hotkey } from "./wire.ts";

const START_MS_MAX = 10_000;
const STOP_MS_MAX = 2000;
/** From a dead isolate to the next one. */
const AGAIN_MS = 1000;

export interface FeedOptions {
  readonly units: { readonly shape: UnitRingShape; readonly buffer: SharedArrayBuffer };
  readonly places: readonly FeedPlace[];
  readonly about: { readonly programme: string; readonly lipcam: string };
  readonly onHotkey: (hotkey: Hotkey, source: string) => void;
  /** One line; the same line is not told twice in a row. */
  readonly onTrouble: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface FeedState extends Readonly<Record<FeedGauge, number>> {
  readonly places: readonly OpenedPlace[];
  readonly connected: readonly ReaderNews[];
}

/** Another one is a test's, which dies when it is told to. */
function feedWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "obs feed" });
}

export class ObsFeed implements AsyncDisposable {
  readonly #options: FeedOptions;
  readonly #makeWorker: () => Worker;
  readonly #gauges = new Gauges(FEED_GAUGES);
  readonly #connected = new Map<number, ReaderNews>();
  readonly #opened = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  /** Undefined between one that died and the next. */
  #worker: Worker | undefined;
  #places: readonly OpenedPlace[] = [];
  /** Where an isolate that follows another opens; undefined until the first has opened. */
  #samePlaces: readonly FeedPlace[] | undefined;
  #lastTrouble = "";

  /** Rejects with InputFault where a place cannot be opened; nothing runs then. */
  static async start(options: FeedOptions, makeWorker: () => Worker = feedWorker): Promise<ObsFeed> {
    const feed = new ObsFeed(options, makeWorker);
    try {
      await withDeadline(feed.#opened.promise, START_MS_MAX, "opening the OBS socket", options.signal);
    } catch (error) {
      feed.#ending.abort();
      feed.#worker?.terminate();
      throw error;
    }
    return feed;
  }

  private constructor(options: FeedOptions, makeWorker: () => Worker) {
    this.#options = options;
    this.#makeWorker = makeWorker;
    this.#begin(options.places);
  }

  #begin(places: readonly FeedPlace[]): void {
    const worker = this.#worker = this.#makeWorker();
    // What one that was given up said last is of no interest.
    worker.onmessage = (event: MessageEvent<FeedNews>) => {
      if (worker === this.#worker) this.#hear(event.data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) {
        this.#giveUp(new Fault(`the OBS feed failed: ${event.message}`, { code: "worker_failed" }));
      }
    };
    const { units: { shape, buffer: units }, about } = this.#options;
    this.#post({ kind: "start", shape, units, gauges: this.#gauges.buffer, places, about });
  }

  /** The isolate has died or could not open: the first one's end is the caller's, a later one's is mended. */
  #giveUp(fault: Fault): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#places = [];
    this.#connected.clear();
    this.#gauges.set("readers", 0);
    const places = this.#samePlaces;
    if (places === undefined) return this.#opened.reject(fault);
    if (this.#ending.signal.aborted) return this.#stopped.resolve();
    this.#trouble(`${fault.message}; it is started again`);
    delay(AGAIN_MS, this.#ending.signal).then(() => this.#begin(places), () => {});
  }

  /** Where OBS's media source and our plugin connect; none while the feed is started again. */
  get places(): readonly OpenedPlace[] {
    return this.#places;
  }

  state(): FeedState {
    return { places: this.#places, connected: [...this.#connected.values()], ...this.#gauges.snapshot() };
  }

  #hear(news: FeedNews): void {
    switch (news.kind) {
      case "opened":
        this.#places = news.places;
        this.#samePlaces ??= news.places.map(samePlace);
        for (const note of news.notes) this.#trouble(note);
        return this.#opened.resolve();
      case "refused": {
        const { code, message, isInput } = news;
        return this.#giveUp(new (isInput ? InputFault : Fault)(message, { code }));
      }
      case "reader":
        return void this.#connected.set(news.reader.id, news.reader);
      case "gone":
        return void this.#connected.delete(news.id);
      case "hotkey":
        return this.#options.onHotkey(news.hotkey, news.source);
      case "warning":
        return this.#trouble(news.text);
      case "stopped":
        return this.#stopped.resolve();
    }
  }

  #trouble(line: string): void {
    if (line === this.#lastTrouble) return; // a wrong client tries again every few seconds
    this.#lastTrouble = line;
    this.#options.onTrouble(line);
  }

  #post(request: FeedRequest): void {
    this.#worker?.postMessage(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    if (this.#worker === undefined) return;
    this.#post({ kind: "stop", reason: "the programme has ended" });
    try {
      await withDeadline(this.#stopped.promise, STOP_MS_MAX, "closing the OBS socket");
    } catch (error) {
      this.#trouble(error instanceof Error ? error.message : String(error));
    } finally {
      this.#worker?.terminate();
    }
  }
}

/** The one that was opened and no other: OBS was given it. */
function samePlace({ kind, url, path }: OpenedPlace): FeedPlace {
  return path === undefined ? { kind, port: Number(new URL(url).port) } : { kind, path, isFixed: true };
}

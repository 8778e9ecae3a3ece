/**
 * The programme for OBS, offered in an isolate of its own. In: the broadcast ring. Out: connections, who reads, hotkeys.
 * The stage knows nothing of it: the feed is one more reader of the ring. Main thread.
 */
import { Fault, InputFault } from "../../errors/mod.ts";
import { Gauges } from "../../metrics/mod.ts";
import { withDeadline } from "../../time/mod.ts";
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

export class ObsFeed implements AsyncDisposable {
  readonly #options: FeedOptions;
  readonly #worker: Worker;
  readonly #gauges = new Gauges(FEED_GAUGES);
  readonly #connected = new Map<number, ReaderNews>();
  readonly #opened = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  #places: readonly OpenedPlace[] = [];
  #lastTrouble = "";

  /** Rejects with InputFault where a place cannot be opened; nothing runs then. */
  static async start(options: FeedOptions): Promise<ObsFeed> {
    const feed = new ObsFeed(options);
    try {
      await withDeadline(feed.#opened.promise, START_MS_MAX, "opening the OBS socket", options.signal);
    } catch (error) {
      feed.#worker.terminate();
      throw error;
    }
    return feed;
  }

  private constructor(options: FeedOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "obs feed" });
    this.#worker.onmessage = (event: MessageEvent<FeedNews>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const fault = new Fault(`the OBS feed failed: ${event.message}`, { code: "worker_failed" });
      this.#opened.reject(fault);
      this.#stopped.resolve();
      this.#connected.clear();
      this.#trouble(fault.message);
    };
    const { units, places, about } = options;
    const { shape, buffer } = units;
    this.#post({ kind: "start", shape, units: buffer, gauges: this.#gauges.buffer, places, about });
  }

  /** Where OBS's media source and our plugin connect. */
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
        for (const note of news.notes) this.#trouble(note);
        return this.#opened.resolve();
      case "refused": {
        const { code, message, isInput } = news;
        return this.#opened.reject(new (isInput ? InputFault : Fault)(message, { code }));
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
    this.#worker.postMessage(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#post({ kind: "stop", reason: "the programme has ended" });
    try {
      await withDeadline(this.#stopped.promise, STOP_MS_MAX, "closing the OBS socket");
    } catch (error) {
      this.#trouble(error instanceof Error ? error.message : String(error));
    } finally {
      this.#worker.terminate();
    }
  }
}

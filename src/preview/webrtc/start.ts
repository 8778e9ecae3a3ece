/**
 * Main side of the WebRTC isolate: programmes that can be watched, offers, viewers that come and go.
 *
 * In: rings of units, offers of anybody who was let in. Out: answers, numbers. Main thread. Limits: `peersMax` viewers,
 * half-open ones counted; an answer takes ANSWER_MS_MAX at most. An isolate that dies, or says nothing for SILENT_MS_MAX,
 * is started again: its viewers are told as closed and come back by themselves.
 */
import { CapacityFault, Fault, InputFault } from "../../errors/mod.ts";
import { Gauges } from "../../metrics/mod.ts";
import { delay, every, withDeadline } from "../../time/mod.ts";
import type { UnitRingShape } from "../../unit/mod.ts";
import type {
  FaultRecord,
  IceCandidateInit,
  NetworkOrder,
  Take,
  ViewerReport,
  WebRtcNews,
  WebRtcOrder,
} from "./messages.ts";
import { plainOffer } from "./offer.ts";
import { SOURCE_GAUGES, type SourceGauge } from "./source_gauges.ts";

const ANSWER_MS_MAX = 8000;
const SILENT_MS_MAX = 10_000;
const LOOK_MS = 1000;
/** Before it is started again; doubled each time until it has lived for STEADY_LOOKS. */
const RESPAWN_MS_MIN = 250;
const RESPAWN_MS_MAX = 30_000;
const STEADY_LOOKS = 30;

export interface WebRtcPreviewOptions {
  readonly network: NetworkOrder;
  /** Bits a second of the best picture at 1280x720 and 25 frames a second. */
  readonly bits720: number;
  readonly peersMax: number;
  readonly onClosed: (session: string, reason: string) => void;
  readonly onTrouble: (line: string) => void;
}

export interface WatchOffer {
  /** Number of what is to be watched. */
  readonly source: number;
  readonly sdp: string;
  /** Gets our candidates as they are found, null after the last; without it the answer holds them all. */
  readonly onCandidate?: (candidate: IceCandidateInit | null) => void;
}

interface Session {
  readonly source: number;
  readonly frame: Int32Array<SharedArrayBuffer>;
  readonly answered: PromiseWithResolvers<string>;
  readonly onCandidate: ((candidate: IceCandidateInit | null) => void) | undefined;
}

interface Watchable {
  readonly shape: UnitRingShape;
  readonly buffer: SharedArrayBuffer;
  readonly gauges: Gauges<SourceGauge>;
}

export class WebRtcPreview implements Disposable {
  readonly #options: WebRtcPreviewOptions;
  readonly #sources = new Map<number, Watchable>();
  readonly #sessions = new Map<string, Session>();
  readonly #watch: Disposable;
  /** Undefined while it is not there. */
  #worker: Worker | undefined;
  readonly #ending = new AbortController();
  #respawnMs = RESPAWN_MS_MIN;
  #looks = 0;
  #reports: readonly ViewerReport[] = [];
  #quietLooks = 0;
  #nextSource = 1;
  restarts = 0;

  constructor(options: WebRtcPreviewOptions) {
    this.#options = options;
    this.#worker = this.#spawn();
    this.#watch = every(LOOK_MS, () => this.#look());
  }

  /** What can be watched from now on, and its number. */
  add(units: { readonly shape: UnitRingShape; readonly buffer: SharedArrayBuffer }): number {
    const source = this.#nextSource++;
    const { shape, buffer } = units;
    const watchable = { shape, buffer, gauges: new Gauges(SOURCE_GAUGES) };
    this.#sources.set(source, watchable);
    this.#order(sourceOrder(source, watchable));
    return source;
  }

  /** Its viewers are told as closed. */
  end(source: number): void {
    if (this.#sources.delete(source)) this.#order({ kind: "end", source });
  }

  /** Goes over the sync channel with the next unit. */
  tell(source: number, event: unknown): void {
    if (this.#sessions.size > 0) this.#order({ kind: "event", source, event });
  }

  /** Throws CapacityFault `too_many_peers`, InputFault `bad_offer` or `no_codec` for an offer that would be refused. */
  examine(sdp: string): void {
    const { peersMax } = this.#options;
    if (this.#sessions.size >= peersMax) {
      throw new CapacityFault(`answering an offer: ${peersMax} viewers are watching, wanted fewer`, {
        code: "too_many_peers",
      });
    }
    plainOffer(sdp);
  }

  /**
   * Rejects with InputFault `bad_offer` or `no_codec`, CapacityFault `too_many_peers`, Fault `deadline`, `webrtc_died` or the signal's
   * reason; nothing is left behind then.
   */
  async offer(offer: WatchOffer, signal: AbortSignal): Promise<{ session: string; sdp: string }> {
    this.examine(offer.sdp);
    if (this.#worker === undefined) {
      throw new Fault("answering an offer: the preview is being started again", {
        code: "webrtc_died",
        retryable: true,
      });
    }
    const { source, sdp, onCandidate } = offer;
    const session = crypto.randomUUID();
    const cell = new SharedArrayBuffer(4);
    const frame = new Int32Array(cell);
    Atomics.store(frame, 0, -1);
    const answered = Promise.withResolvers<string>();
    this.#sessions.set(session, { source, frame, answered, onCandidate });
    const trickles = onCandidate !== undefined;
    this.#order({ kind: "offer", session, source, sdp, trickles, frame: cell });
    try {
      const answer = await withDeadline(answered.promise, ANSWER_MS_MAX, "answering an offer", signal);
      return { session, sdp: answer };
    } catch (error) {
      this.#sessions.delete(session);
      this.#order({ kind: "close", session });
      throw error;
    }
  }

  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** Null: there are no more. A candidate of no use is passed over in silence. */
  addCandidate(session: string, candidate: IceCandidateInit | null): void {
    if (this.#sessions.has(session)) this.#order({ kind: "candidate", session, candidate });
  }

  close(session: string): void {
    if (this.#sessions.has(session)) this.#order({ kind: "close", session });
  }

  /** From now on frames of the session are those of one utterance, counted from 0. */
  beginTake(session: string, take: Take): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    Atomics.store(known.frame, 0, -1);
    this.#order({ kind: "take", session, take });
  }

  /** The newest frame of the session or its take, -1 before the first. */
  frame(session: string): number {
    const frame = this.#sessions.get(session)?.frame;
    return frame === undefined ? -1 : Atomics.load(frame, 0);
  }

  /** Of the last second. */
  get reports(): readonly ViewerReport[] {
    return this.#reports;
  }

  get viewers(): number {
    return this.#sessions.size;
  }

  gauges(source: number): Record<SourceGauge, number> | undefined {
    return this.#sources.get(source)?.gauges.snapshot();
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
    this.#watch[Symbol.dispose]();
    this.#worker?.terminate();
    this.#closeAll("the programme ends");
  }

  #order(order: WebRtcOrder): void {
    this.#worker?.postMessage(order);
  }

  #spawn(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "webrtc" });
    worker.onmessage = (event: MessageEvent<WebRtcNews>) => this.#hear(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#died(event.message);
    };
    const { network, bits720 } = this.#options;
    const open: WebRtcOrder = { kind: "open", network, bits720 };
    worker.postMessage(open);
    for (const [source, watchable] of this.#sources) worker.postMessage(sourceOrder(source, watchable));
    return worker;
  }

  #hear(news: WebRtcNews): void {
    this.#quietLooks = 0;
    if (news.kind === "report") {
      this.#reports = news.viewers;
      return;
    }
    if (news.kind === "trouble") return this.#options.onTrouble(`the preview: ${news.message}`);
    const session = this.#sessions.get(news.session);
    if (session === undefined) return;
    if (news.kind === "answer") session.answered.resolve(news.sdp);
    else if (news.kind === "refused") session.answered.reject(faultOf(news.fault));
    else if (news.kind === "candidate") session.onCandidate?.(news.candidate);
    else if (news.kind === "closed") this.#forget(news.session, news.reason);
  }

  #forget(session: string, reason: string): void {
    const known = this.#sessions.get(session);
    this.#sessions.delete(session);
    this.#reports = this.#reports.filter((report) => report.session !== session);
    if (known === undefined) return;
    known.answered.promise.catch(() => {}); // told to whoever waits; nobody has to
    known.answered.reject(new Fault(`answering an offer: ${reason}`, { code: "closed", retryable: true }));
    this.#options.onClosed(session, reason);
  }

  #look(): void {
    if (this.#worker === undefined) return;
    if (++this.#looks > STEADY_LOOKS) this.#respawnMs = RESPAWN_MS_MIN;
    if (++this.#quietLooks * LOOK_MS < SILENT_MS_MAX) return;
    this.#died(`it said nothing for ${SILENT_MS_MAX / 1000} s`);
  }

  #died(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#quietLooks = this.#looks = 0;
    this.restarts++;
    const waitMs = this.#respawnMs;
    this.#respawnMs = Math.min(RESPAWN_MS_MAX, waitMs * 2);
    const why = reason.replace(/\s+/g, " ").trim();
    this.#options.onTrouble(`the preview's network thread died (${why}), starting it again in ${waitMs} ms`);
    this.#closeAll("the preview was started again");
    delay(waitMs, this.#ending.signal).then(() => this.#worker = this.#spawn(), () => {}); // ended meanwhile
  }

  #closeAll(reason: string): void {
    for (const session of [...this.#sessions.keys()]) this.#forget(session, reason);
  }
}

function sourceOrder(source: number, { shape, buffer, gauges }: Watchable): WebRtcOrder {
  return { kind: "source", source, shape, units: buffer, gauges: gauges.buffer };
}

function faultOf({ isInput, retryable, code, message }: FaultRecord): Fault {
  return new (isInput ? InputFault : Fault)(message, { code, retryable });
}

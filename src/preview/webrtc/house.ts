/**
 * Everybody who watches, and what there is to watch. In: orders. Out: news. Preview isolate. Offers are answered one after
 * another, as two that look for a free port at once may find the same one.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { type Clock, delay, every, wallClockMs, withDeadline } from "../../time/mod.ts";
import type {
  FaultRecord,
  IceCandidateInit,
  NetworkOrder,
  ViewerReport,
  WebRtcNews,
  WebRtcOrder,
} from "./messages.ts";
import { Peer } from "./peer.ts";
import { SinglePort } from "./single_port.ts";
import { Source } from "./source.ts";

const LOOK_MS = 1000;
/** For one offer: the others wait for it. */
const ANSWER_MS_MAX = 5000;
/** Lines of trouble in a burst, and looks until one more may be said: viewers can make as many as they like. */
const TROUBLES_MAX = 5;
const TROUBLE_LOOKS = 10;

export class House {
  readonly #clock: Clock;
  readonly #tell: (news: WebRtcNews) => void;
  readonly #sources = new Map<number, Source>();
  readonly #peers = new Map<string, Peer>();
  readonly #closed = new AbortController();
  /** The answer under way. */
  #answering: Promise<void> = Promise.resolve();
  /** Offers that wait for it; one that was given up is not answered any more. */
  readonly #waiting = new Set<string>();
  #network: NetworkOrder | undefined;
  /** Where the network has one port: opened with the first offer. */
  #port: SinglePort | undefined;
  #bits720 = 0;
  #looks = 0;
  #troublesLeft = TROUBLES_MAX;
  #untold = 0;
  /** So that wall-clock stamps advance as the programme's clock does. */
  readonly #wallOffsetMs: number;

  constructor(clock: Clock, tell: (news: WebRtcNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#wallOffsetMs = wallClockMs() - clock.nowMs();
    every(LOOK_MS, () => this.#look(), (error) => this.trouble(error));
  }

  take(order: WebRtcOrder): void {
    if (order.kind === "open") {
      this.#network = order.network;
      this.#bits720 = order.bits720;
    } else if (order.kind === "source") this.#open(order);
    else if (order.kind === "end") this.#end(order.source);
    else if (order.kind === "event") this.#sources.get(order.source)?.tell(order.event);
    else if (order.kind === "offer") this.#queue(order);
    else if (order.kind === "candidate") this.#add(order.session, order.candidate);
    else if (order.kind === "take") this.#peers.get(order.session)?.beginTake(order.take);
    else if (!this.#waiting.delete(order.session)) this.#peers.get(order.session)?.end("closed by request");
  }

  #queue(offer: WebRtcOrder & { kind: "offer" }): void {
    this.#waiting.add(offer.session);
    this.#answering = this.#answering.then(() => this.#answer(offer));
  }

  #open({ source, shape, units, gauges }: WebRtcOrder & { kind: "source" }): void {
    this.#sources.set(
      source,
      new Source({
        ...{ shape, units, gauges, clock: this.#clock, bits720: this.#bits720 },
        wallMs: () => this.#wallMs(),
        onTrouble: (error) => this.trouble(error),
      }),
    );
  }

  #end(number: number): void {
    const source = this.#sources.get(number);
    this.#sources.delete(number);
    source?.[Symbol.asyncDispose]().catch((error) => this.trouble(error));
  }

  async #answer(
    { session, source: number, sdp, trickles, frame }: WebRtcOrder & { kind: "offer" },
  ): Promise<void> {
    const source = this.#sources.get(number);
    let peer: Peer | undefined;
    try {
      if (source === undefined) throw new Fault("the programme has ended", { code: "no_such_programme" });
      const port = await this.#sharedPort();
      if (!this.#waiting.delete(session)) return;
      peer = new Peer(sdp, {
        ...{ session, source, frame, network: this.#network!, ...(port ? { port } : {}) },
        nowMs: () => this.#clock.nowMs(),
        wallMs: () => this.#wallMs(),
        after: (ms, run) => void delay(ms, this.#closed.signal).then(run, () => {}),
        onClosed: (reason) => {
          if (this.#peers.delete(session)) this.#tell({ kind: "closed", session, reason });
        },
      });
      this.#peers.set(session, peer);
      const onCandidate = (candidate: IceCandidateInit | null) =>
        this.#tell({ kind: "candidate", session, candidate });
      const answer = peer.answer(trickles ? onCandidate : undefined);
      this.#tell({
        kind: "answer",
        session,
        sdp: await withDeadline(answer, ANSWER_MS_MAX, "making an answer"),
      });
    } catch (error) {
      this.#waiting.delete(session);
      this.#peers.delete(session);
      peer?.end("refused");
      this.#tell({ kind: "refused", session, fault: plain(error) });
    }
  }

  async #sharedPort(): Promise<SinglePort | undefined> {
    const { addresses, ports: [first, last] = [0, 1] } = this.#network!;
    if (first !== last) return undefined;
    return this.#port ??= await SinglePort.open(first, addresses);
  }

  #add(session: string, candidate: Parameters<Peer["add"]>[0]): void {
    this.#peers.get(session)?.add(candidate).catch(() => {}); // of no use: others may be of some
  }

  #look(): void {
    if (++this.#looks % TROUBLE_LOOKS === 0) {
      this.#troublesLeft = Math.min(TROUBLES_MAX, this.#troublesLeft + 1);
    }
    const viewers: ViewerReport[] = [];
    for (const peer of this.#peers.values()) {
      try {
        const report = peer.look();
        if (report.state !== "closed") viewers.push(report); // it was ended by what was seen
      } catch (error) { // the others are looked at all the same
        this.trouble(error);
        peer.end(`failed: ${oneLine(error)}`);
      }
    }
    this.#tell({ kind: "report", viewers });
  }

  #wallMs(): number {
    return this.#clock.nowMs() + this.#wallOffsetMs;
  }

  /** Said to a person, if not too much was said lately. */
  trouble(error: unknown): void {
    if (this.#troublesLeft === 0) return void this.#untold++;
    this.#troublesLeft--;
    const more = this.#untold === 0 ? "" : ` (and ${this.#untold} more before)`;
    this.#untold = 0;
    this.#tell({ kind: "trouble", message: `${oneLine(error)}${more}` });
  }
}

/** What the library throws at an offer is the offer's fault: nothing else reaches it. */
function plain(error: unknown): FaultRecord {
  const isOurs = error instanceof Fault;
  return {
    isInput: isOurs ? error instanceof InputFault : true,
    retryable: isOurs && error.retryable,
    code: isOurs ? error.code : "bad_offer",
    message: isOurs ? error.message : `the offer cannot be answered: ${oneLine(error)}`,
  };
}

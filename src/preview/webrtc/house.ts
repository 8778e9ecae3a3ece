/**
 * Everybody who watches, and what there is to watch. In: orders. Out: news. Preview isolate. Offers are answered one after
 * another, as two that look for a free port at once may find the same one.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { type Clock, delay, every, wallClockMs } from "../../time/mod.ts";
import type { FaultRecord, IceCandidateInit, NetworkOrder, WebRtcNews, WebRtcOrder } from "./messages.ts";
import { Peer } from "./peer.ts";
import { Source } from "./source.ts";

const LOOK_MS = 1000;

export class House {
  readonly #clock: Clock;
  readonly #tell: (news: WebRtcNews) => void;
  readonly #sources = new Map<number, Source>();
  readonly #peers = new Map<string, Peer>();
  readonly #closed = new AbortController();
  /** The answer under way. */
  #answering: Promise<void> = Promise.resolve();
  #network: NetworkOrder | undefined;
  #bits720 = 0;
  /** So that wall-clock stamps advance as the programme's clock does. */
  readonly #wallOffsetMs: number;

  constructor(clock: Clock, tell: (news: WebRtcNews) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#wallOffsetMs = wallClockMs() - clock.nowMs();
    every(LOOK_MS, () => this.#look(), (error) => this.#trouble(error));
  }

  take(order: WebRtcOrder): void {
    if (order.kind === "open") {
      this.#network = order.network;
      this.#bits720 = order.bits720;
    } else if (order.kind === "source") this.#open(order);
    else if (order.kind === "end") this.#end(order.source);
    else if (order.kind === "event") this.#sources.get(order.source)?.tell(order.event);
    else if (order.kind === "offer") this.#answering = this.#answering.then(() => this.#answer(order));
    else if (order.kind === "candidate") this.#add(order.session, order.candidate);
    else if (order.kind === "take") this.#peers.get(order.session)?.beginTake(order.take);
    else this.#peers.get(order.session)?.end("closed by request");
  }

  #open({ source, shape, units, gauges }: WebRtcOrder & { kind: "source" }): void {
    this.#sources.set(
      source,
      new Source({
        ...{ shape, units, gauges, clock: this.#clock, bits720: this.#bits720 },
        wallMs: () => this.#wallMs(),
        onTrouble: (error) => this.#trouble(error),
      }),
    );
  }

  #end(number: number): void {
    const source = this.#sources.get(number);
    this.#sources.delete(number);
    source?.[Symbol.asyncDispose]().catch((error) => this.#trouble(error));
  }

  async #answer(
    { session, source: number, sdp, trickles, frame }: WebRtcOrder & { kind: "offer" },
  ): Promise<void> {
    const source = this.#sources.get(number);
    let peer: Peer | undefined;
    try {
      if (source === undefined) throw new Fault("the programme has ended", { code: "no_such_programme" });
      peer = new Peer(sdp, {
        ...{ session, source, frame, network: this.#network! },
        nowMs: () => this.#clock.nowMs(),
        wallMs: () => this.#wallMs(),
        after: (ms, run) => void delay(ms, this.#closed.signal).then(run, () => {}),
        onConnected: () => this.#tell({ kind: "connected", session }),
        onClosed: (reason) => {
          if (this.#peers.delete(session)) this.#tell({ kind: "closed", session, reason });
        },
      });
      this.#peers.set(session, peer);
      const onCandidate = (candidate: IceCandidateInit | null) =>
        this.#tell({ kind: "candidate", session, candidate });
      this.#tell({ kind: "answer", session, sdp: await peer.answer(trickles ? onCandidate : undefined) });
    } catch (error) {
      this.#peers.delete(session);
      peer?.end("refused");
      this.#tell({ kind: "refused", session, fault: plain(error) });
    }
  }

  #add(session: string, candidate: Parameters<Peer["add"]>[0]): void {
    this.#peers.get(session)?.add(candidate).catch((error) =>
      this.#tell({ kind: "bad_candidate", session, fault: plain(error) })
    );
  }

  #look(): void {
    const viewers = [...this.#peers.values()].map((peer) => peer.look());
    this.#tell({ kind: "report", viewers });
  }

  #wallMs(): number {
    return this.#clock.nowMs() + this.#wallOffsetMs;
  }

  #trouble(error: unknown): void {
    this.#tell({ kind: "trouble", message: oneLine(error) });
  }
}

/** What the library throws at an offer is the offer's fault: nothing else reaches it. */
function plain(error: unknown): FaultRecord {
  const isOurs = error instanceof Fault;
  return {
    isInput: isOurs ? error instanceof InputFault : true,
    code: isOurs ? error.code : "bad_offer",
    message: isOurs ? error.message : `the offer cannot be answered: ${oneLine(error)}`,
  };
}

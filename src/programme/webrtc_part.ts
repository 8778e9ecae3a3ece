/**
 * The WebRTC preview of this process: the shared programme, and programmes of their own for viewers that ask for an
 * avatar, each ending with its viewer.
 *
 * In: offers from the API. Out: answers, speech events on the sync channel as they are handed over. Main thread.
 */
import { type Config, hasPreview, type Log } from "../app/mod.ts";
import type { IceCandidate, WebRtcAnswer, WebRtcControl, WebRtcOffer, WebRtcStatus } from "../control/mod.ts";
import { Fault, NotFoundFault, oneLine } from "../errors/mod.ts";
import { WebRtcPreview } from "../preview/mod.ts";
import type { Aired } from "./air_track.ts";
import type { Programme } from "./programme.ts";
import { bits720, iceServers, networkOrder } from "./webrtc_settings.ts";

/** A programme that a viewer has for itself. */
export interface OwnProgramme extends AsyncDisposable {
  readonly programme: Programme;
  /** Rejects when it cannot go on. */
  readonly died: Promise<never>;
}

export interface WebRtcPartOptions {
  readonly config: Config;
  readonly log: Log;
  /** Whether the page is served to this machine only. */
  readonly isLocalOnly: boolean;
  /** Opens a programme for one viewer. Rejects with InputFault, CapacityFault. */
  readonly open: (avatar: string, signal: AbortSignal) => Promise<OwnProgramme>;
}

interface Watched {
  readonly source: number;
  readonly following: Disposable;
}

export class WebRtcPart implements WebRtcControl, AsyncDisposable {
  readonly isOn: boolean;
  readonly iceServers;
  readonly #options: WebRtcPartOptions;
  readonly #preview: WebRtcPreview | undefined;
  readonly #own = new Map<string, { own: OwnProgramme; watched: Watched }>();
  /** Viewers' programmes that are being closed. */
  readonly #ending = new Set<Promise<void>>();
  #shared: Watched | undefined;

  /** Throws InputFault `bad_interface`. */
  constructor(options: WebRtcPartOptions) {
    const { config, log, isLocalOnly } = options;
    this.#options = options;
    this.isOn = hasPreview(config);
    this.iceServers = iceServers(config.webrtc.iceServers);
    if (!this.isOn) return;
    this.#preview = new WebRtcPreview({
      network: networkOrder(config, isLocalOnly),
      bits720: bits720(config),
      peersMax: config.webrtc.peersMax,
      onClosed: (session, reason) => this.#closed(session, reason),
      onTrouble: (line) => log.warn(line),
    });
  }

  /** What viewers see that ask for nothing else. */
  share(programme: Programme): void {
    if (this.#preview !== undefined) this.#shared = this.#watch(programme);
  }

  /** The programme of a session, where it has one of its own; undefined for a viewer of the shared one. */
  programmeOf(session: string): Programme | undefined {
    if (!this.#preview?.has(session)) throw noSuchSession();
    return this.#own.get(session)?.own.programme;
  }

  async offer(offer: WebRtcOffer, signal: AbortSignal): Promise<WebRtcAnswer> {
    const preview = this.#on;
    const { sdp, avatar, onCandidate } = offer;
    const trickle = onCandidate === undefined ? {} : { onCandidate };
    if (avatar === undefined) {
      if (this.#shared === undefined) {
        throw new Fault("the programme is still starting", { code: "starting", retryable: true });
      }
      return await preview.offer({ source: this.#shared.source, sdp, ...trickle }, signal);
    }
    preview.examine(sdp); // a programme costs too much to be opened for nothing
    const own = await this.#options.open(avatar, signal);
    const watched = this.#watch(own.programme);
    try {
      const answer = await preview.offer({ source: watched.source, sdp, ...trickle }, signal);
      this.#own.set(answer.session, { own, watched });
      own.died.catch(() => preview.close(answer.session)); // its programme's log says why
      return answer;
    } catch (error) {
      await this.#end({ own, watched });
      throw error;
    }
  }

  // deno-lint-ignore require-await -- the thread is asked and does not answer; callers must not depend on that
  async addCandidate(session: string, candidate: IceCandidate | null): Promise<void> {
    this.#known(session).addCandidate(session, candidate);
  }

  // deno-lint-ignore require-await -- likewise
  async close(session: string): Promise<void> {
    this.#known(session).close(session);
  }

  beginTake(session: string, take: { readonly utterance: number; readonly isSilent: boolean }): void {
    this.#known(session).beginTake(session, take);
  }

  status(session: string): WebRtcStatus {
    return { last_frame_idx: this.#known(session).frame(session), fps: this.#options.config.fps };
  }

  sessions(): readonly Record<string, unknown>[] {
    return (this.#preview?.reports ?? []).map((report) => ({
      ...report,
      avatar: this.#own.get(report.session)?.own.programme.state().avatar ?? null,
    }));
  }

  /** Numbers of the shared programme's encoders, where there are any. */
  gauges(): Record<string, number> {
    const { viewers = 0, restarts = 0 } = this.#preview ?? {};
    const source = this.#shared === undefined ? undefined : this.#preview?.gauges(this.#shared.source);
    return { viewers, restarts, ...source };
  }

  get #on(): WebRtcPreview {
    if (this.#preview) return this.#preview;
    throw new Fault("this programme runs without a WebRTC preview, wanted deno task live --preview", {
      code: "webrtc_off",
    });
  }

  #known(session: string): WebRtcPreview {
    if (this.#on.has(session)) return this.#on;
    throw noSuchSession();
  }

  #watch(programme: Programme): Watched {
    const { units } = programme.memory;
    const source = this.#on.add({ shape: units.shape, buffer: units.buffer });
    const following = programme.air.listen((aired) => this.#preview?.tell(source, eventOf(aired)));
    return { source, following };
  }

  #closed(session: string, reason: string): void {
    this.#options.log.debug("viewer", { session: session.slice(0, 8), reason });
    const mine = this.#own.get(session);
    this.#own.delete(session);
    if (mine !== undefined) this.#endSoon(mine);
  }

  #endSoon(mine: { own: OwnProgramme; watched: Watched }): void {
    const ending = this.#end(mine)
      .catch((error) => this.#options.log.warn(`closing a viewer's programme: ${oneLine(error)}`))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #end({ own, watched }: { own: OwnProgramme; watched: Watched }): Promise<void> {
    watched.following[Symbol.dispose]();
    this.#preview?.end(watched.source);
    await own[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shared?.following[Symbol.dispose]();
    this.#preview?.[Symbol.dispose](); // tells every session as closed, which ends its programme
    await Promise.all(this.#ending);
  }
}

function noSuchSession(): NotFoundFault {
  return new NotFoundFault("there is no such session, wanted one that an offer was answered with", {
    code: "no_such_session",
  });
}

/** As the speech events of `GET /v1/events` are, at the time they are sent instead of heard. */
function eventOf(aired: Aired): object {
  return aired.kind === "mark" ? { ...aired.mark } : { kind: aired.kind };
}

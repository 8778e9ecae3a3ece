/**
 * The programmes of this process with sessions named by numbers: pages of LiveTalking read the session's name by parseInt,
 * and some programs keep it in 32 bits. In: another house. Out: the same, in which either name is understood. A number
 * is no secret: what takes it without a token lets everybody watch anyway. Of sessions that go on all are known, of those that have
 * ended the newest, up to NAMES_MAX in all.
 */
import type { ProgrammeControl, ProgrammeSnapshot } from "../programme_control.ts";
import type { ProgrammeHouse } from "../programme_house.ts";
import type {
  IceCandidate,
  IceServer,
  WebRtcAnswer,
  WebRtcControl,
  WebRtcOffer,
  WebRtcStatus,
} from "../webrtc_control.ts";
import { forgetEnded, isLive } from "./living.ts";

const NAMES_MAX = 256;
/** Nine digits. */
const LOWEST = 100_000_000;
const HIGHEST = 999_999_999;

class Names {
  /** Number -> the session's own name. */
  readonly #known = new Map<string, string>();
  readonly #isLive: (session: string) => boolean;

  /** `isLive`: asked by the session's own name. */
  constructor(isLive: (session: string) => boolean) {
    this.#isLive = isLive;
  }

  /** A new one. */
  give(session: string): string {
    let name: string;
    do {
      const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
      name = String(LOWEST + random % (HIGHEST - LOWEST + 1));
    } while (this.#known.has(name));
    this.#known.set(name, session);
    forgetEnded(this.#known, NAMES_MAX, (known, own) => known === name || this.#isLive(own));
    return name;
  }

  session(name: string): string {
    return this.#known.get(name) ?? name;
  }

  name(session: string): string {
    return [...this.#known].find(([, own]) => own === session)?.[0] ?? session;
  }
}

export class NumberedHouse implements ProgrammeHouse {
  readonly webrtc: WebRtcControl;
  readonly #house: ProgrammeHouse;
  readonly #names: Names;

  constructor(house: ProgrammeHouse) {
    this.#house = house;
    this.#names = new Names((session) => isLive(house.webrtc, session));
    this.webrtc = new NumberedSessions(house.webrtc, this.#names);
  }

  get isReady(): boolean {
    return this.#house.isReady;
  }

  of(session?: string): ProgrammeControl {
    return this.#house.of(session === undefined ? undefined : this.#names.session(session));
  }
}

class NumberedSessions implements WebRtcControl {
  readonly #webrtc: WebRtcControl;
  readonly #names: Names;

  constructor(webrtc: WebRtcControl, names: Names) {
    this.#webrtc = webrtc;
    this.#names = names;
  }

  get isOn(): boolean {
    return this.#webrtc.isOn;
  }

  get iceServers(): readonly IceServer[] {
    return this.#webrtc.iceServers;
  }

  async offer(offer: WebRtcOffer, signal: AbortSignal): Promise<WebRtcAnswer> {
    const { session, sdp } = await this.#webrtc.offer(offer, signal);
    return { session: this.#names.give(session), sdp };
  }

  async addCandidate(session: string, candidate: IceCandidate | null): Promise<void> {
    await this.#webrtc.addCandidate(this.#names.session(session), candidate);
  }

  async close(session: string): Promise<void> {
    await this.#webrtc.close(this.#names.session(session));
  }

  beginTake(session: string, take: { readonly utterance: number; readonly isSilent: boolean }): void {
    this.#webrtc.beginTake(this.#names.session(session), take);
  }

  status(session: string): WebRtcStatus {
    return this.#webrtc.status(this.#names.session(session));
  }

  sessions(): readonly ProgrammeSnapshot[] {
    return this.#webrtc.sessions().map((report) => ({
      ...report,
      session: this.#names.name(String(report["session"])),
    }));
  }
}

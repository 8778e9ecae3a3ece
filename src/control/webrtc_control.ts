/** What the control API asks of the WebRTC preview. The app implements it; this folder knows no more of peers. */
import type { ProgrammeSnapshot } from "./programme_control.ts";

/** As RTCConfiguration has it. */
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

/** As RTCIceCandidateInit has it. */
export interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
}

export interface WebRtcOffer {
  readonly sdp: string;
  /** Opens a programme of its own with this avatar; without it the peer sees the shared programme. */
  readonly avatar?: string;
  /**
   * Gets the server's own candidates as they are found, null after the last; without it the answer waits for them and
   * holds them all.
   */
  readonly onCandidate?: (candidate: IceCandidate | null) => void;
}

export interface WebRtcAnswer {
  /** Names the peer from now on; not to be guessed. */
  readonly session: string;
  readonly sdp: string;
}

/** How far the pictures of a session are: field names as existing clients read them. */
export interface WebRtcStatus {
  /** Of the pictures sent since the session began or its last take did, counted from 0; -1 before the first. */
  readonly last_frame_idx: number;
  readonly fps: number;
}

export interface WebRtcControl {
  /** Whether there is a preview to connect to. */
  readonly isOn: boolean;
  /** What a browser needs to be told before it makes an offer. */
  readonly iceServers: readonly IceServer[];
  /**
   * Rejects with InputFault for an offer that cannot be answered, CapacityFault `too_many_peers`, Fault `webrtc_off`,
   * `deadline` or the signal's reason; nothing is left behind then.
   */
  offer(offer: WebRtcOffer, signal: AbortSignal): Promise<WebRtcAnswer>;
  /** Null: there are no more. One of no use is passed over. Rejects with NotFoundFault `no_such_session`. */
  addCandidate(session: string, candidate: IceCandidate | null): Promise<void>;
  /** Rejects with NotFoundFault `no_such_session`. */
  close(session: string): Promise<void>;
  /**
   * Frames are counted from 0 again, from the next picture of `utterance` on; `isSilent`: its sound is not sent, as the page plays
   * the file itself. Throws NotFoundFault `no_such_session`.
   */
  beginTake(session: string, take: { readonly utterance: number; readonly isSilent: boolean }): void;
  /** Throws NotFoundFault `no_such_session`. */
  status(session: string): WebRtcStatus;
  /** One plain object a peer: state, rung, losses, times. */
  sessions(): readonly ProgrammeSnapshot[];
}

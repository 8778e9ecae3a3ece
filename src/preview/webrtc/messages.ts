/** What the WebRTC isolate and its owner say to each other. Plain data: it crosses a thread. */
import type { UnitRingShape } from "../../unit/mod.ts";

/** Where and how viewers are reached. */
export interface NetworkOrder {
  /** Addresses of this machine that are offered; a single one is bound, several mean all interfaces. */
  readonly addresses: readonly string[];
  /** UDP ports, both ends included; undefined takes any. */
  readonly ports: readonly [number, number] | undefined;
  /** Shown to viewers in place of our own addresses: behind a NAT or in a container. */
  readonly publicAddress: string | undefined;
  readonly iceServers: readonly IceServerOrder[];
}

export interface IceServerOrder {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

export interface IceCandidateInit {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
}

/** A page follows one utterance by its frames. */
export interface Take {
  /** Frames are counted from 0 with its first picture; -1 before. */
  readonly utterance: number;
  /** Its sound is not sent: the page plays the file itself. */
  readonly isSilent: boolean;
}

export type WebRtcOrder =
  | { readonly kind: "open"; readonly network: NetworkOrder; readonly bits720: number }
  | {
    readonly kind: "source";
    readonly source: number;
    readonly shape: UnitRingShape;
    readonly units: SharedArrayBuffer;
    readonly gauges: SharedArrayBuffer;
  }
  | { readonly kind: "end"; readonly source: number }
  | {
    readonly kind: "offer";
    readonly session: string;
    readonly source: number;
    readonly sdp: string;
    /** Candidates follow as they are found; else the answer waits for them. */
    readonly trickles: boolean;
    /** One int32: the frame that was told last, counted as the viewer counts; -1 before the first. */
    readonly frame: SharedArrayBuffer;
  }
  | { readonly kind: "candidate"; readonly session: string; readonly candidate: IceCandidateInit | null }
  | { readonly kind: "close"; readonly session: string }
  | { readonly kind: "take"; readonly session: string; readonly take: Take }
  | { readonly kind: "event"; readonly source: number; readonly event: unknown };

/** A Fault as plain data. */
export interface FaultRecord {
  readonly isInput: boolean;
  readonly retryable: boolean;
  readonly code: string;
  readonly message: string;
}

/** One viewer in numbers. */
export interface ViewerReport {
  readonly session: string;
  readonly state: string;
  readonly codec: string;
  readonly rung: number;
  /** Of the frames since the session or its take began; -1 before the first. */
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly bitsPerSecond: number;
  readonly lossShare: number;
  readonly roundTripMs: number;
  readonly resentPackets: number;
  readonly forgottenPackets: number;
  readonly pictureLosses: number;
  readonly droppedNotes: number;
}

export type WebRtcNews =
  | { readonly kind: "answer"; readonly session: string; readonly sdp: string }
  | { readonly kind: "refused"; readonly session: string; readonly fault: FaultRecord }
  /** Null: there are no more. */
  | { readonly kind: "candidate"; readonly session: string; readonly candidate: IceCandidateInit | null }
  | { readonly kind: "closed"; readonly session: string; readonly reason: string }
  | { readonly kind: "report"; readonly viewers: readonly ViewerReport[] }
  | { readonly kind: "trouble"; readonly message: string };

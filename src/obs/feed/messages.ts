/** What the feed's worker and its owner say to each other. Plain data: it crosses a thread. */
import type { UnitRingShape } from "../../unit/mod.ts";
import type { Hotkey } from "./wire.ts";

/** Names of the numbers a feed shows; see Gauges. All since the start. */
export const FEED_GAUGES = [
  /** Connected now. */
  "readers",
  /** Units sent with their picture, over all readers. */
  "sentFrames",
  /** Pictures that a slow reader did not get; their sound was sent. */
  "skippedFrames",
  /** Units that were overwritten before a slow reader could have even their sound. */
  "lostUnits",
  /** Readers that took nothing for too long and were let go. */
  "stalledReaders",
  /** Connections that were none of ours, said no hello, or were one too many. */
  "refusedReaders",
  /** Copying a unit into its message, of the newest one with a picture, in ms. */
  "packMs",
  /**
   * What the newest unit with a picture cost this isolate, in ms: packing it and the call that gives the kernel what
   * there is room for (all of a small picture, 0.2 MB of a large one). Waiting for the reader is not in it; only of
   * readers that had taken everything before.
   */
  "writeMs",
  "writeMsMax",
  /** From looking at a unit to the kernel having all of it, of the newest one, in ms: the reader's pace is in it. */
  "sendMs",
  "sendMsMax",
  /** From the unit's deadline to the kernel having all of it, of the newest one, in ms. */
  "handOverMs",
] as const;
export type FeedGauge = typeof FEED_GAUGES[number];

export type ReaderKind = "plugin" | "media";

/** Where readers may connect. */
export type FeedPlace =
  | {
    readonly kind: ReaderKind;
    readonly path: string; /** Said by a setting: no other one will do. */
    readonly isFixed: boolean;
  }
  | { readonly kind: ReaderKind; readonly port: number };

/** An opened place: what OBS is to be given. */
export interface OpenedPlace {
  readonly kind: ReaderKind;
  /** "unix:/run/user/1000/lipcam/obs.sock", "tcp://127.0.0.1:8012". */
  readonly url: string;
  /** Of a socket. */
  readonly path?: string;
}

export interface StartFeed {
  readonly kind: "start";
  readonly shape: UnitRingShape;
  readonly units: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
  readonly places: readonly FeedPlace[];
  /** Said to plugins. */
  readonly about: { readonly programme: string; readonly lipcam: string };
}

export type FeedRequest = StartFeed | { readonly kind: "stop"; readonly reason: string };

/** One who reads, as far as it said. */
export interface ReaderNews {
  readonly id: number;
  readonly kind: ReaderKind;
  /** Of our plugin. */
  readonly source?: string;
  readonly plugin?: string;
  readonly obs?: string;
  readonly isShowing?: boolean;
  readonly isActive?: boolean;
  readonly wantsMedia?: boolean;
}

export type FeedNews =
  | { readonly kind: "opened"; readonly places: readonly OpenedPlace[]; readonly notes: readonly string[] }
  | { readonly kind: "refused"; readonly code: string; readonly message: string; readonly isInput: boolean }
  | { readonly kind: "reader"; readonly reader: ReaderNews }
  | { readonly kind: "gone"; readonly id: number }
  | { readonly kind: "hotkey"; readonly hotkey: Hotkey; readonly source: string }
  /** Worth a warning: who connected and was refused. */
  | { readonly kind: "warning"; readonly code: string; readonly text: string }
  | { readonly kind: "stopped" };

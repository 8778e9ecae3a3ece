/**
 * A player: something outside this isolate that turns blocks into sound at its own device's pace.
 *
 * In: blocks of 10 ms, never more than `creditBlocks` that have not been reported taken. Out: events. It feeds its
 * device silence by itself when nothing comes, and is gone for good once `onEnd` was called or it was disposed.
 */
import type { BlockAbout } from "./child_protocol.ts";

export interface PlayerEvents {
  /** The device took a block: how many so far, the media sample it began with (-1: silence made up), when. */
  onTaken(takenBlocks: number, mediaSample: number, atMs: number, starvations: number): void;
  /** A flush began its fade at this media sample; noticed and handed to the device at these times. */
  onFlushed(mediaSample: number, noticedAtMs: number, atMs: number): void;
  /** It ended by itself; called once at most. */
  onEnd(reason: string): void;
}

export interface Player extends AsyncDisposable {
  readonly kind: "naudiodon" | "pipe";
  readonly deviceName: string;
  /** From a block being taken to its first sample being heard, by formula. */
  readonly deviceLatencyMs: number;
  /** Blocks it wants to hold besides what the device took. */
  readonly creditBlocks: number;
  /** Process id of the player, for whoever watches it. */
  readonly pid: number;
  send(about: BlockAbout, samples: Float32Array): void;
  /** What was read under another epoch and is not protected fades out now. */
  flush(epoch: number): void;
}

/** Opens a player, or throws DeviceFault. Resolves when the device has taken its first blocks. */
export interface PlayerOpener {
  readonly kind: Player["kind"];
  open(events: PlayerEvents, signal: AbortSignal): Promise<Player>;
}

export interface PlayerOptions {
  /** "auto" or a device's name. */
  readonly device: string;
  /** From handing a block over to hearing it, 40..500. */
  readonly latencyMs: number;
  /** A PulseAudio or PipeWire sink to play into instead of the default one. */
  readonly pulseSink?: string;
}

/** Device takes this long at most to take its first blocks. */
export const OPEN_MS_MAX = 4000;

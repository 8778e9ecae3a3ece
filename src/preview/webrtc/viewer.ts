/** What a source needs to know of whoever watches it: which rung, and where the packets go. */
import type { Buffer } from "node:buffer";
import type { VideoCodec } from "./offer.ts";
import type { RtpPayload } from "./rtp_stream.ts";
import type { UnitNote } from "./unit_note.ts";

export interface Viewer {
  /** Undefined for one that wants sound only. */
  readonly codec: VideoCodec | undefined;
  /** The rung being sent, 0 the best. */
  rung: number;
  /** The rung to change to with its next key frame. */
  readonly wantedRung: number;
  /** `ticks`: media time at 90 kHz. */
  sendPicture(payloads: readonly RtpPayload[], ticks: number, isKey: boolean): void;
  sendSound(packet: Buffer, mediaSample: number): void;
  /** Of each unit, whether its picture was sent or not. */
  note(note: UnitNote): void;
  /** Media time `mediaSample` is `wallMs`: called about once a second. */
  report(mediaSample: number, wallMs: number): void;
  /** It watches nothing any more: its programme has ended. */
  end(reason: string): void;
}

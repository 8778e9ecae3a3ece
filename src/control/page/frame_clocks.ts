/**
 * Three ways to know how many frames of a file there were: frames that the browser presented, messages of the sync
 * channel, or asking the server. The first is what a viewer sees, the last works with any page.
 */
/// <reference lib="dom" />
import type { FrameClock } from "./sync_controller.ts";
import type { SyncNote } from "./webrtc.ts";

const POLL_MS = 200;

/** Frames presented since the first one whose note says that it belongs to the file. */
export class PresentedFrames implements FrameClock {
  frames = 0;
  readonly #video: HTMLVideoElement;
  readonly #first: () => number | undefined;
  #handle: number;
  #from: number | undefined;

  /** `first`: RTP timestamp of the file's first frame, once it is known. */
  constructor(video: HTMLVideoElement, first: () => number | undefined, fps: number) {
    this.#video = video;
    this.#first = first;
    const ticks = 90_000 / fps;
    const look = (_now: number, { rtpTimestamp }: VideoFrameCallbackMetadata) => {
      this.#from ??= this.#first();
      if (this.#from !== undefined && rtpTimestamp !== undefined) {
        const passed = (rtpTimestamp - this.#from) | 0; // wraps round as RTP does
        if (passed >= 0) this.frames = Math.round(passed / ticks) + 1;
      }
      this.#handle = this.#video.requestVideoFrameCallback(look);
    };
    this.#handle = video.requestVideoFrameCallback(look);
  }

  stop(): void {
    this.#video.cancelVideoFrameCallback(this.#handle);
  }
}

/** Frames that the sync channel told: of the session's take, or of one utterance. */
export class ToldFrames implements FrameClock {
  frames = 0;
  readonly #utterance: number | undefined;

  constructor(utterance?: number) {
    this.#utterance = utterance;
  }

  hear({ frame_idx, utterance, utterance_frame }: SyncNote): void {
    const frame = this.#utterance === undefined
      ? frame_idx
      : utterance === this.#utterance
      ? utterance_frame
      : -1;
    this.frames = Math.max(this.frames, frame + 1);
  }

  stop(): void {}
}

/** Frames that the server says it has sent. */
export class PolledFrames implements FrameClock {
  frames = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  /** `first`: index of the file's first frame in the session, undefined before it is known. Default: the session's first. */
  constructor(session: string, first: () => number | undefined = () => 0) {
    this.#timer = setInterval(async () => {
      const response = await fetch(`/api/webrtc/status/${encodeURIComponent(session)}`).catch(() =>
        undefined
      );
      const from = first();
      if (!response?.ok || from === undefined) return;
      this.frames = Math.max(this.frames, (await response.json()).last_frame_idx + 1 - from);
    }, POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

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

  /** `firstRtp`: RTP timestamp of the file's first frame, once it is known. */
  constructor(video: HTMLVideoElement, firstRtp: () => number | undefined, fps: number) {
    this.#video = video;
    this.#first = firstRtp;
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

/** Frames that the sync channel told. */
export class ToldFrames implements FrameClock {
  frames = 0;

  hear({ frame_idx }: SyncNote): void {
    this.frames = Math.max(this.frames, frame_idx + 1);
  }

  stop(): void {}
}

/** Frames that the server says it has sent. */
export class PolledFrames implements FrameClock {
  frames = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(session: string) {
    this.#timer = setInterval(async () => {
      const response = await fetch(`/api/webrtc/status/${encodeURIComponent(session)}`).catch(() =>
        undefined
      );
      if (response?.ok) this.frames = (await response.json()).last_frame_idx + 1;
    }, POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

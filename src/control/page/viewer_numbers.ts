/** What a viewer's connection is like, from the browser's own statistics: numbers of the time since the last look. */
/// <reference lib="dom" />

export interface ViewerNumbers {
  readonly kilobits: number;
  readonly lostShare: number;
  readonly roundTripMs: number;
  readonly width: number;
  readonly height: number;
}

interface Counted {
  readonly atMs: number;
  readonly bytes: number;
  readonly lost: number;
  readonly received: number;
}

export class ViewerStatistics {
  #before: Counted | undefined;

  /** Undefined while no picture comes. */
  async look(connection: RTCPeerConnection): Promise<ViewerNumbers | undefined> {
    const all = [...(await connection.getStats()).values()];
    const video = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
    const pair = all.find(({ type, nominated }) => type === "candidate-pair" && nominated);
    if (video === undefined) return undefined;
    const now: Counted = {
      atMs: video.timestamp,
      bytes: pair?.bytesReceived ?? 0,
      lost: video.packetsLost ?? 0,
      received: video.packetsReceived ?? 0,
    };
    const before = this.#before ?? now;
    this.#before = now;
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
    const packets = now.lost - before.lost + now.received - before.received;
    return {
      kilobits: (now.bytes - before.bytes) * 8 / 1000 / seconds,
      lostShare: packets > 0 ? Math.max(0, now.lost - before.lost) / packets : 0,
      roundTripMs: (pair?.currentRoundTripTime ?? 0) * 1000,
      width: video.frameWidth ?? 0,
      height: video.frameHeight ?? 0,
    };
  }
}

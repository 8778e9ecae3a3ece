/** A rung that renders at once what can be read back: the patch's first bytes are the frame of speech and of the film. */
import type { FeatureStream } from "../../src/features/mod.ts";
import type { MouthNetwork } from "../../src/lipsync/neural/networks/mouth_network.ts";
import { type FaceSource, Rung, type WalkedFilm } from "../../src/lipsync/neural/engine/rung.ts";

export const IDLE_FILM: WalkedFilm = { role: "idle", frames: 100, order: "pingpong", hasSound: false };
export const WAVE_FILM: WalkedFilm = { role: "action", frames: 10, order: "once", hasSound: false };
export const SONG_FILM: WalkedFilm = { role: "action", frames: 20, order: "once", hasSound: true };

const SIDE = 4;

/** Frame f's value is f; known once the speech up to 120 ms after its beginning is there. */
export class CountingFeatures implements FeatureStream {
  readonly rightContextMs = 120;
  readonly leftContextMs = 80;
  readonly valuesPerFrame = 1;
  readonly keptFrames = 400;
  knownFrames = 0;
  heardSamples = 0;
  pushes = 0;
  start(): void {
    this.knownFrames = this.heardSamples = 0;
  }
  push(pcm: Float32Array): void {
    this.pushes++;
    this.heardSamples += pcm.length;
    this.knownFrames = Math.max(0, Math.floor((this.heardSamples - 1920) / 640) + 1);
  }
  finish(): void {
    this.knownFrames = Math.ceil(this.heardSamples / 640);
  }
  copyFrame(frame: number, into: Float32Array, at: number): void {
    if (frame < 0 || frame >= this.knownFrames) throw new RangeError(`frame ${frame} of ${this.knownFrames}`);
    into[at] = frame;
  }
  [Symbol.dispose](): void {}
}

export class CountingNetwork implements MouthNetwork {
  readonly family = "musetalk";
  readonly model = "counting";
  readonly provider = "none";
  readonly patchSize = SIDE;
  readonly featureValues = 1;
  readonly faceValues = 2;
  readonly batches: number[] = [];
  constructor(readonly batchMax = 4, readonly onRun: (count: number) => Promise<void> | void = () => {}) {}
  async run(count: number, features: Float32Array, faces: Float32Array, into: Uint8Array): Promise<void> {
    this.batches.push(count);
    await this.onRun(count);
    for (let at = 0; at < count; at++) {
      const patch = into.subarray(at * SIDE * SIDE * 3);
      patch[0] = features[at]!;
      patch[1] = faces[at * 2]!;
      patch[2] = faces[at * 2 + 1]!;
    }
  }
  [Symbol.dispose](): void {}
}

class CountingFaces implements FaceSource {
  readonly faceValues = 2;
  readonly patchSide = SIDE;
  fill(clip: number, frame: number, into: Float32Array, at: number): void {
    into[at] = clip;
    into[at + 1] = frame;
  }
  finish(_clip: number, _frame: number, patch: Uint8Array, into: Uint8Array): void {
    into.set(patch);
  }
  [Symbol.dispose](): void {}
}

export function countingRung(
  network = new CountingNetwork(),
  clips: readonly WalkedFilm[] = [IDLE_FILM],
): Rung {
  return new Rung(new CountingFeatures(), network, { faces: new CountingFaces(), clips });
}

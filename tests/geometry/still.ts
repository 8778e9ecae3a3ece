/**
 * An avatar that holds still: its upright figure over its background with any mouth, whatever its kind. In: what
 * findAvatar answers. Out: I420 frames, the same one each time.
 */
import type { I420Frame } from "../../src/avatar/mod.ts";
import { loadPuppet } from "../../src/avatar/load.ts";
import { Warp } from "../../src/avatar/posed/warp.ts";
import type { FrameSize } from "../../src/time/mod.ts";

export interface Still extends Disposable {
  readonly paint: (mouth: Float32Array, smile?: number) => I420Frame;
}

export async function stillOf(source: string, size: FrameSize): Promise<Still> {
  const puppet = await loadPuppet(source, size, { background: { kind: "own" }, framing: "bust" });
  const warp = new Warp(puppet.figure, puppet.background, false);
  return {
    paint: (mouth, smile = 0) => {
      warp.figure.bytes.set(puppet.figure.bytes); // a mouth is painted over the still figure, never over another mouth
      if (puppet.figure.alpha) warp.figure.alpha!.set(puppet.figure.alpha);
      puppet.paintMouth(warp.figure, mouth, smile);
      warp.bend({ x: 0, y: 0, ...size });
      return warp.output;
    },
    [Symbol.dispose]: () => puppet[Symbol.dispose](),
  };
}

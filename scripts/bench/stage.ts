/** What the stage itself costs at 1280x720: idle, speaking with a pasted patch, in a crossfade. */
import type { Face } from "../../src/avatar/mod.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { composeCosts, SIZE } from "./compose.ts";
import { type Figure, figure } from "./figure.ts";

const PATCH_SIZE = 256;

/** A still picture with a place for a patch: what a photoreal avatar costs the stage. */
class StillFace implements Face {
  readonly id = "still";
  readonly size = SIZE;
  readonly speechBox = { x: 512, y: 200, width: 320, height: 320 };
  readonly #picture = new Uint8Array(i420Bytes(SIZE)).map((_, at) => at * 31);
  readonly patch = {
    boxAt: () => this.speechBox,
    mask: new Uint8Array(320 * 320).map((_, at) =>
      Math.min(255, Math.min(at % 320, Math.floor(at / 320)) * 8)
    ),
  };
  paintIdle(into: { bytes: Uint8Array }): void {
    into.bytes.set(this.#picture);
  }
  paintMouth(): void {}
  [Symbol.dispose](): void {}
}

export function benchStage(): Figure[] {
  const still = new StillFace();
  const never = () => false;
  const always = () => true;
  const inFades = (unit: number) => unit % 8 < 4; // four units up, four down: always between
  return [
    figure("stage, idle", "ms", composeCosts(still, PATCH_SIZE, never), {
      target: "p50 <= 0.5, p99 <= 5",
      peer: "OpenCV path 0.54",
      reaches: ({ p50, p99 }) => p50 <= 0.5 && p99 <= 5,
    }),
    figure("stage, speaking, 256 patch pasted", "ms", composeCosts(still, PATCH_SIZE, always), {
      target: "p50 <= 1.5, p99 <= 5",
      peer: "OpenCV path 4.6",
      reaches: ({ p50, p99 }) => p50 <= 1.5 && p99 <= 5,
    }),
    figure("stage, in a crossfade", "ms", composeCosts(still, PATCH_SIZE, inFades), {
      target: "p50 <= 2, p99 <= 5",
      peer: "OpenCV path 6.0",
      reaches: ({ p50, p99 }) => p50 <= 2 && p99 <= 5,
    }),
  ];
}

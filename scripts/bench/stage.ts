/** What the stage itself costs at 1280x720: idle, speaking with a pasted patch, in a crossfade; and the mouths alone. */
import type { Face, FilmFace } from "../../src/avatar/mod.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { composeCosts, SIZE } from "./compose.ts";
import { type Figure, figure } from "./figure.ts";
import { benchPatch, placementOf } from "./patch.ts";

/** A still picture with a place for a patch: what a photoreal avatar costs the stage. */
class StillFace implements Face {
  readonly id = "still";
  readonly size = SIZE;
  readonly speechBox = { x: 512, y: 200, width: 320, height: 320 };
  readonly #picture = new Uint8Array(i420Bytes(SIZE)).map((_, at) => at * 31);
  /** The lower half, as a face has it, with a soft rim. */
  readonly #placement = placementOf(301, 321, 0.5);
  readonly film: FilmFace = {
    clips: [{ name: "idle", role: "idle", frames: 1500, order: "pingpong", hasSound: false }],
    show: () => true,
    expect() {},
    placement: () => this.#placement,
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
    figure("stage, idle", "ms", composeCosts(still, never), {
      target: "p50 <= 0.5, p99 <= 5",
      peer: "OpenCV path 0.54",
      reaches: ({ p50, p99 }) => p50 <= 0.5 && p99 <= 5,
    }),
    figure("stage, speaking, 256 patch pasted", "ms", composeCosts(still, always), {
      target: "p50 <= 1.5, p99 <= 5",
      peer: "OpenCV path 4.6",
      reaches: ({ p50, p99 }) => p50 <= 1.5 && p99 <= 5,
    }),
    figure("stage, in a crossfade", "ms", composeCosts(still, inFades), {
      target: "p50 <= 2, p99 <= 5",
      peer: "OpenCV path 6.0",
      reaches: ({ p50, p99 }) => p50 <= 2 && p99 <= 5,
    }),
    ...benchPatch(),
  ];
}

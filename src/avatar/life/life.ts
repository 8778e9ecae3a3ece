/**
 * How a face lives: breath, blinks, glances, sway of the head and small moves of the brows, under the expression,
 * action and stress of a manner.
 *
 * In: a frame's number and a manner. Out: a pose, every value in its range. A pure function of both and of the seed:
 * no state, no visible loop. Any thread; allocates nothing.
 */
import type { Manner } from "../manner.ts";
import { act } from "./actions.ts";
import { blinkAt } from "./blinks.ts";
import { express } from "./expressions.ts";
import { type Gaze, gazeAt } from "./gaze.ts";
import { Noise } from "./noise.ts";
import type { Pose } from "./pose.ts";

const BREATH_MS = 4_300;
/** How far one breath may come early or late, in breaths. */
const BREATH_DRIFT = 0.4;

const SIGNED: readonly (keyof Pose)[] = [
  ...["yaw", "pitch", "roll", "shiftX", "shiftY", "gazeX", "gazeY"] as const,
  ...["browLeft", "browRight", "browTilt", "smile"] as const,
];

export class Life {
  readonly #noise: Noise;
  readonly #msPerFrame: number;
  readonly #gaze: Gaze = { x: 0, y: 0, headX: 0, headY: 0 };

  constructor(seed: number, fps: number) {
    this.#noise = new Noise(seed);
    this.#msPerFrame = 1000 / fps;
  }

  /** Writes the pose of `frame` into `into`. */
  pose(frame: number, manner: Manner, into: Pose): void {
    const noise = this.#noise;
    const ms = frame * this.#msPerFrame;
    const gaze = this.#gaze;
    gazeAt(noise, ms, gaze);
    const { stress } = manner;

    into.yaw = 0.24 * noise.curve(ms, 2_300, 21) + 0.3 * noise.curve(ms, 7_100, 22) + 0.2 * gaze.headX +
      0.22 * stress * noise.curve(ms, 1_300, 23);
    into.pitch = 0.16 * noise.curve(ms, 1_900, 24) + 0.28 * noise.curve(ms, 5_900, 25) + 0.16 * gaze.headY +
      0.5 * stress;
    into.roll = 0.2 * noise.curve(ms, 3_100, 26) + 0.26 * noise.curve(ms, 9_700, 27) +
      0.18 * stress * noise.curve(ms, 1_700, 28);
    into.shiftX = 0.18 * noise.curve(ms, 4_100, 29) + 0.3 * noise.curve(ms, 11_300, 30);
    into.shiftY = 0.16 * noise.curve(ms, 5_300, 31) + 0.1 * stress;
    into.breath = this.#breath(ms);

    into.gazeX = gaze.x;
    into.gazeY = gaze.y;
    into.lidLeft = 0.05 * noise.curve(ms, 5_900, 32) - 0.06 * stress;
    into.lidRight = into.lidLeft;
    const raise = Math.max(0, noise.curve(ms, 3_100, 33) - 0.35) * 0.4 + 0.05 * noise.curve(ms, 4_700, 34) +
      0.5 * stress;
    into.browLeft = raise + 0.05 * noise.curve(ms, 6_700, 35);
    into.browRight = raise - 0.05 * noise.curve(ms, 6_700, 35);
    into.browTilt = 0.08 * noise.curve(ms, 7_300, 36);
    into.smile = 0;
    into.squint = 0;

    express(manner.expressions, into);
    // The upper lid follows the eye up and down.
    const followed = (into.gazeY > 0 ? 0.3 : 0.14) * into.gazeY;
    into.lidLeft += followed;
    into.lidRight += followed;
    const shut = blinkAt(noise, ms);
    into.lidLeft += (1 - into.lidLeft) * shut;
    into.lidRight += (1 - into.lidRight) * shut;
    act(manner.action, manner.actionMs, into);
    bound(into);
  }

  /** In for two fifths of a breath, out for the rest, never quite even. */
  #breath(ms: number): number {
    const place = ms / BREATH_MS + BREATH_DRIFT * this.#noise.curve(ms, 2.7 * BREATH_MS, 37);
    const part = place - Math.floor(place);
    const rise = part < 0.4 ? part / 0.4 : 1 - (part - 0.4) / 0.6;
    const depth = 0.8 + 0.2 * this.#noise.curve(ms, 3.3 * BREATH_MS, 38);
    return depth * (0.5 - 0.5 * Math.cos(Math.PI * rise));
  }
}

function bound(pose: Pose): void {
  for (let index = 0; index < SIGNED.length; index++) {
    const field = SIGNED[index]!;
    pose[field] = Math.max(-1, Math.min(1, pose[field]));
  }
  pose.breath = Math.max(0, Math.min(1, pose.breath));
  pose.squint = Math.max(0, Math.min(1, pose.squint));
  pose.lidLeft = Math.max(-0.5, Math.min(1, pose.lidLeft));
  pose.lidRight = Math.max(-0.5, Math.min(1, pose.lidRight));
}

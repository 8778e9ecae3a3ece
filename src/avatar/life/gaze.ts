/**
 * Where the eyes look: at the viewer most of the time, with small shifts, and away for a moment. They jump
 * (saccades) with a short travel; the head follows late and little. Any thread; allocates nothing.
 */
import { ease, type Noise } from "./noise.ts";

const SLOT_MS = 1_700;
const GLANCE_PART = 0.36;
/** A saccade takes so long, and so much more for the whole way: "main sequence", rounded. */
const TRAVEL_MS = 25;
const TRAVEL_MS_FULL = 45;
const HEAD_DELAY_MS = 90;
const HEAD_MS = 620;

const START = 11;
const GLANCE = 12;
const SIDE = 13;
const HEIGHT = 14;
const SMALL_X = 15;
const SMALL_Y = 16;

export interface Gaze {
  x: number;
  y: number;
  /** How far the head has followed, in parts of the gaze's own -1..1. */
  headX: number;
  headY: number;
}

/** Writes the gaze at `ms` into `into`. */
export function gazeAt(noise: Noise, ms: number, into: Gaze): void {
  let slot = Math.floor(ms / SLOT_MS);
  if (ms < startOf(noise, slot)) slot--;
  const afterMs = ms - startOf(noise, slot);
  const fromX = targetX(noise, slot - 1), fromY = targetY(noise, slot - 1);
  const toX = targetX(noise, slot), toY = targetY(noise, slot);
  const way = Math.min(1, Math.hypot(toX - fromX, toY - fromY));
  const part = ease(afterMs / (TRAVEL_MS + TRAVEL_MS_FULL * way));
  into.x = fromX + (toX - fromX) * part;
  into.y = fromY + (toY - fromY) * part;
  const headPart = ease((afterMs - HEAD_DELAY_MS) / HEAD_MS);
  into.headX = fromX + (toX - fromX) * headPart;
  into.headY = fromY + (toY - fromY) * headPart;
}

/** Between two starts lies more than HEAD_DELAY_MS + HEAD_MS: a movement ends before the next begins. */
function startOf(noise: Noise, slot: number): number {
  return (slot + noise.draw(slot, START) * 0.55) * SLOT_MS;
}

function isGlance(noise: Noise, slot: number): boolean {
  // Never two in a row: the eyes come back to whom they talk to.
  return noise.draw(slot, GLANCE) < GLANCE_PART && noise.draw(slot - 1, GLANCE) >= GLANCE_PART;
}

function targetX(noise: Noise, slot: number): number {
  if (!isGlance(noise, slot)) return (noise.draw(slot, SMALL_X) - 0.5) * 0.16;
  const drawn = noise.draw(slot, SIDE) * 2 - 1;
  return Math.sign(drawn) * (0.25 + 0.55 * Math.abs(drawn));
}

function targetY(noise: Noise, slot: number): number {
  if (!isGlance(noise, slot)) return (noise.draw(slot, SMALL_Y) - 0.5) * 0.1;
  return (noise.draw(slot, HEIGHT) - 0.45) * 0.8;
}

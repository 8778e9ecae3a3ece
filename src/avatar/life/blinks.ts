/**
 * When and how lids close. One blink in each slot of four seconds, in its first half: two blinks are two to six
 * seconds apart; one in seven is double. Any thread; allocates nothing.
 */
import { ease, type Noise } from "./noise.ts";

const SLOT_MS = 4_000;
const DOUBLE_PART = 0.14;
const DOUBLE_AFTER_MS = 330;
/** Times of Bentivoglio et al. (1997) and Kwon et al. (2013), rounded to what 25 frames a second can show. */
const CLOSING_MS = 100;
const CLOSED_MS = 50;
const OPENING_MS = 190;

const START = 1;
const DOUBLE = 2;
const DEPTH = 3;

/** How shut the lids are, 0..1. */
export function blinkAt(noise: Noise, ms: number): number {
  const slot = Math.floor(ms / SLOT_MS);
  return Math.max(ofSlot(noise, ms, slot), ofSlot(noise, ms, slot - 1));
}

function ofSlot(noise: Noise, ms: number, slot: number): number {
  const afterMs = ms - (slot + noise.draw(slot, START) / 2) * SLOT_MS;
  const isDouble = noise.draw(slot, DOUBLE) < DOUBLE_PART;
  const shut = shutAt(afterMs);
  // Not every blink closes all the way.
  const depth = 0.88 + 0.12 * noise.draw(slot, DEPTH);
  return depth * (isDouble ? Math.max(shut, shutAt(afterMs - DOUBLE_AFTER_MS)) : shut);
}

/** How shut a lid is so long after a blink began: down fast, up slower. */
function shutAt(ms: number): number {
  if (ms <= 0) return 0;
  if (ms < CLOSING_MS) return ease(ms / CLOSING_MS);
  return 1 - ease((ms - CLOSING_MS - CLOSED_MS) / OPENING_MS);
}

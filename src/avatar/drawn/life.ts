/**
 * Blinks, glances and brows of an idle face, as a function of the frame's number: no state, no visible loop.
 *
 * Time is cut into slots, each with one blink (some double), one gaze and one brow height at places drawn from a
 * hash of seed and slot. Any thread; allocates nothing. The same frame always has the same life.
 */

export const BLINK_LEVELS = 6;
export const BROW_LEVELS = 8;

/** Gazes in parts of the greatest glance; the first is straight ahead. */
export const GAZES = [
  { x: 0, y: 0 },
  { x: -0.9, y: 0.1 },
  { x: 0.9, y: 0.05 },
  { x: -0.5, y: -0.6 },
  { x: 0.55, y: 0.6 },
  { x: -0.35, y: 0.25 },
  { x: 0.35, y: -0.2 },
] as const;

const BLINK_SLOT_MS = 3_900;
const GAZE_SLOT_MS = 1_900;
const BROW_SLOT_MS = 3_100;
const DOUBLE_BLINK_PART = 0.16;
const DOUBLE_AFTER_MS = 340;
const CLOSING_MS = 90;
const CLOSED_MS = 45;
const OPENING_MS = 160;
const GLANCE_PART = 0.4;
const BROW_STILL_PART = 0.55;

export class Life {
  constructor(readonly seed: number, readonly fps: number) {}

  /** 0 = open .. BLINK_LEVELS - 1 = shut. */
  blink(frame: number): number {
    const ms = frame * 1000 / this.fps;
    const slot = Math.floor(ms / BLINK_SLOT_MS);
    const into = ms - slot * BLINK_SLOT_MS;
    const startMs = 250 + this.#draw(slot, 1) * (BLINK_SLOT_MS - 1200);
    let shut = shutAt(into - startMs);
    if (this.#draw(slot, 2) < DOUBLE_BLINK_PART) {
      shut = Math.max(shut, shutAt(into - startMs - DOUBLE_AFTER_MS));
    }
    return Math.round(shut * (BLINK_LEVELS - 1));
  }

  /** Index into GAZES. Eyes jump, so nothing lies between two gazes. */
  gaze(frame: number): number {
    const ms = frame * 1000 / this.fps;
    const slot = Math.floor(ms / GAZE_SLOT_MS);
    const into = ms - slot * GAZE_SLOT_MS;
    const fromMs = this.#draw(slot, 3) * GAZE_SLOT_MS * 0.6;
    const lengthMs = 350 + this.#draw(slot, 4) * 700;
    if (this.#draw(slot, 5) >= GLANCE_PART || into < fromMs || into >= fromMs + lengthMs) return 0;
    return 1 + Math.floor(this.#draw(slot, 6) * (GAZES.length - 1));
  }

  /** 0 = at rest .. BROW_LEVELS - 1 = raised; moves by small steps. */
  brow(frame: number): number {
    const place = frame * 1000 / this.fps / BROW_SLOT_MS;
    const slot = Math.floor(place);
    const part = place - slot;
    const eased = part * part * (3 - 2 * part);
    const height = this.#browHeight(slot) * (1 - eased) + this.#browHeight(slot + 1) * eased;
    return Math.round(height * (BROW_LEVELS - 1));
  }

  #browHeight(slot: number): number {
    const drawn = this.#draw(slot, 7);
    return drawn < BROW_STILL_PART ? 0 : (drawn - BROW_STILL_PART) / (1 - BROW_STILL_PART);
  }

  /** 0..1 from seed, slot and purpose. */
  #draw(slot: number, purpose: number): number {
    let hash = Math.imul(this.seed ^ Math.imul(slot, 0x9e3779b1), 0x85ebca6b) +
      Math.imul(purpose, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }
}

/** How shut a lid is so long after a blink began. */
function shutAt(ms: number): number {
  if (ms < 0) return 0;
  if (ms < CLOSING_MS) return ms / CLOSING_MS;
  const openingMs = ms - CLOSING_MS - CLOSED_MS;
  if (openingMs < 0) return 1;
  const rest = Math.max(0, 1 - openingMs / OPENING_MS);
  return rest * rest * (3 - 2 * rest);
}

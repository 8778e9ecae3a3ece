/**
 * Random numbers that a time and a purpose always give again: by slot, and as a smooth curve through slots. Any
 * thread; allocates nothing. A curve never repeats: each slot's value is drawn from a hash of its number.
 */

export class Noise {
  readonly #seed: number;

  /** Any whole number; others are cut to 32 bit. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** 0..1 from seed, slot and purpose. */
  draw(slot: number, purpose: number): number {
    let hash = Math.imul(this.#seed ^ Math.imul(slot, 0x9e3779b1), 0x85ebca6b) +
      Math.imul(purpose, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }

  /** -1..1, through a drawn value every `slotMs`; its first two derivatives have no jump (quintic blend). */
  curve(ms: number, slotMs: number, purpose: number): number {
    const place = ms / slotMs;
    const slot = Math.floor(place);
    const part = place - slot;
    const eased = part * part * part * (part * (part * 6 - 15) + 10);
    const from = this.draw(slot, purpose);
    return (from + (this.draw(slot + 1, purpose) - from) * eased) * 2 - 1;
  }
}

/** Smoothstep of 0..1, flat outside. */
export function ease(value: number): number {
  const x = value < 0 ? 0 : value > 1 ? 1 : value;
  return x * x * (3 - 2 * x);
}

/** 0 at 0 and 1, 1 in the middle, flat at all three; 0 outside. */
export function bump(value: number): number {
  if (value <= 0 || value >= 1) return 0;
  const wave = Math.sin(Math.PI * value);
  return wave * wave;
}

/** 0 .. 1 .. 0 with a stay at 1: `edge` is the share of the rise, and of the fall. */
export function plateau(value: number, edge: number): number {
  return value < 0.5 ? ease(value / edge) : ease((1 - value) / edge);
}

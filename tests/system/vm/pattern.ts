/**
 * Numbered frames that can be told apart and checked byte by byte. In: a frame's number. Out: its I420 bytes: one of
 * eight kinds of noise, with the number in the first four. Used inside the machine and again by the test outside.
 */
export const SIZE = { width: 640, height: 480 } as const;
const BYTES = SIZE.width * SIZE.height * 3 / 2;

export class Pattern {
  readonly #noise = Array.from({ length: 8 }, (_, kind) => {
    const bytes = new Uint8Array(BYTES);
    let state = 12345 + kind * 7919;
    for (let at = 0; at < BYTES; at++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      bytes[at] = state >>> 24;
    }
    return bytes;
  });

  fill(frame: Uint8Array, number: number): void {
    frame.set(this.#noise[number % 8]!);
    for (let byte = 0; byte < 4; byte++) frame[byte] = number >>> (byte * 8);
  }
}

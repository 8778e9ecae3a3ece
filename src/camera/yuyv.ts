/**
 * I420 to YUYV (packed 4:2:2). In: one I420 frame, also in shared memory. Out: the same frame with every chroma line
 * used twice, in a buffer made before. Any thread; allocates nothing.
 */
import type { FrameSize } from "../time/mod.ts";

/** `packed` holds one word a pair of pixels: Y0 | U << 8 | Y1 << 16 | V << 24, on the little-endian machines we run on. */
export function i420ToYuyv(frame: Uint8Array, size: FrameSize, packed: Uint32Array): void {
  const { width, height } = size;
  const pairs = width >> 1;
  const uAt = width * height;
  const vAt = uAt + (uAt >> 2);
  // Two lines at a time: they share their chroma, which is read once.
  for (let line = 0; line < height; line += 2) {
    const upper = line * pairs;
    const lower = upper + pairs;
    const u = uAt + (line >> 1) * pairs;
    const v = vAt + (line >> 1) * pairs;
    for (let pair = 0; pair < pairs; pair++) {
      const chroma = frame[u + pair]! << 8 | frame[v + pair]! << 24;
      const above = (upper + pair) * 2;
      const below = (lower + pair) * 2;
      packed[upper + pair] = frame[above]! | frame[above + 1]! << 16 | chroma;
      packed[lower + pair] = frame[below]! | frame[below + 1]! << 16 | chroma;
    }
  }
}

/** A face that writes what it is asked to show into the first bytes of the frame, so that a test can read it back. */
import type { Face, I420Frame } from "../../src/avatar/mod.ts";
import type { FrameSize } from "../../src/time/mod.ts";

export const PLAIN_SIZE: FrameSize = { width: 64, height: 64 };

export class PlainFace implements Face {
  readonly id = "plain";
  readonly speechBox = { x: 0, y: 0, width: 64, height: 32 };
  constructor(readonly size: FrameSize = PLAIN_SIZE) {}

  /** Byte 0..3: the frame's number; byte 4: 0. */
  paintIdle(into: I420Frame, frame: number): void {
    into.bytes[0] = frame & 255;
    into.bytes[1] = (frame >> 8) & 255;
    into.bytes[2] = (frame >> 16) & 255;
    into.bytes[4] = 0;
  }
  /** Byte 4: the jaw in 1/200. */
  paintMouth(into: I420Frame, _frame: number, mouth: Float32Array): void {
    into.bytes[4] = Math.round(mouth[0]! * 200);
  }
  [Symbol.dispose](): void {}
}

export function jawOf(frame: Uint8Array): number {
  return frame[4]! / 200;
}

/**
 * A stage reduced to its camera, in an isolate of its own as the real one: parks until each deadline, shows the next
 * numbered frame. In: the link and the control cells by one message. Out: frames on the node.
 */
import { CameraLink, type CameraLinkShape, CameraOutput } from "../../../src/camera/mod.ts";
import { MonotonicClock } from "../../../src/time/mod.ts";
import { Pattern, SIZE } from "./pattern.ts";

export interface StageOrder {
  readonly shape: CameraLinkShape;
  readonly link: SharedArrayBuffer;
  /** Int32: [0] 1 means end; [1] frames shown so far. */
  readonly control: SharedArrayBuffer;
  readonly fps: number;
}

const clock = new MonotonicClock();
const pattern = new Pattern();
let number = 0;

self.onmessage = ({ data }: MessageEvent<StageOrder>) => {
  const control = new Int32Array(data.control);
  const frame = new Uint8Array(new SharedArrayBuffer(SIZE.width * SIZE.height * 3 / 2));
  {
    using output = new CameraOutput(new CameraLink(data.shape, data.link));
    let deadlineMs = clock.nowMs();
    while (Atomics.load(control, 0) === 0) {
      pattern.fill(frame, number);
      deadlineMs = Math.max(deadlineMs + 1000 / data.fps, clock.nowMs());
      clock.waitUntil(deadlineMs);
      if (output.show(frame)) number++;
      Atomics.add(control, 1, 1);
    }
  }
  self.postMessage("ended");
};

/**
 * The preview isolate: for every credit it waits for a unit newer than the last one it showed, takes the newest,
 * and answers a JPEG. Without credits it does nothing; units in between are skipped, never queued. It may block.
 */
import { UnitRing } from "../unit/mod.ts";
import { i420Bytes, MonotonicClock, stepBack } from "../time/mod.ts";
import { JpegEncoder } from "./jpeg_encoder.ts";
import type { PreviewPicture, PreviewRequest } from "./messages.ts";

const LOOK_MS = 500;

const clock = new MonotonicClock();
let units: UnitRing | undefined;
let encoder: JpegEncoder | undefined;
let picture = new Uint8Array(0);
let lastUnit = -1;

stepBack();

self.onmessage = async (event: MessageEvent<PreviewRequest>) => {
  const request = event.data;
  if (request.kind === "units") {
    units = new UnitRing(request.shape, request.units);
    encoder = new JpegEncoder(request.shape);
    picture = new Uint8Array(i420Bytes(request.shape));
    return;
  }
  if (units === undefined || encoder === undefined) throw new Error("a credit before the units");
  while (!copyNewest(units)) await units.available(lastUnit + 1, LOOK_MS);
  const startedMs = clock.nowMs();
  const jpeg = encoder.encode(picture);
  const answer: PreviewPicture = { unit: lastUnit, encodeMs: clock.nowMs() - startedMs, jpeg };
  self.postMessage(answer, [jpeg.buffer]);
};

/** False when there is nothing new, or when it was overwritten while it was copied. */
function copyNewest(ring: UnitRing): boolean {
  const newest = ring.published - 1;
  if (newest <= lastUnit) return false;
  const slot = ring.at(newest);
  if (slot === undefined) return false;
  picture.set(slot.frame);
  if (!ring.isIntact(newest)) return false;
  lastUnit = newest;
  return true;
}

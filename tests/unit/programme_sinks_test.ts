/** The camera's place in the stage's thread: held back to what is heard, but for a programme that is held still. */
import { assertEquals } from "@std/assert";
import type { CameraOutput } from "../../src/camera/mod.ts";
import { CameraSink } from "../../src/programme/device_sinks.ts";
import { ProgrammeMemory } from "../../src/programme/mod.ts";
import { UNIT_FLAG } from "../../src/unit/mod.ts";

Deno.test("CameraSink shows what is heard now, and a held picture at once", () => {
  const memory = new ProgrammeMemory({
    ...{ fps: 25, size: { width: 64, height: 64 }, hasAlpha: false },
    ...{ lowWaterMs: 20, highWaterMs: 160, soundLatencyMs: 100 },
  });
  memory.soundGauges.set("latencyMs", 120);
  const shown: number[] = [];
  const camera = { show: (frame: Uint8Array) => shown.push(frame[0]!) } as unknown as CameraOutput;
  const sink = new CameraSink(camera, memory, 0);
  const hand = (picture: number, flags = 0) => {
    const unit = memory.units.published;
    const slot = memory.units.begin();
    slot.flags = flags;
    slot.mediaSample = unit * 1920;
    slot.picture.fill(picture);
    memory.units.publish();
    sink.take(slot, unit, false);
  };
  for (let unit = 0; unit < 8; unit++) hand(unit);
  assertEquals(shown.slice(-2), [3, 4], "three frames back");
  hand(7, UNIT_FLAG.held);
  hand(7, UNIT_FLAG.held);
  assertEquals(shown.slice(-2), [7, 7]);
});

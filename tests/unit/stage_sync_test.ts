import { assert, assertEquals, assertLess } from "@std/assert";
import { DeviceFollower, Hold } from "../../src/stage/mod.ts";
import { UNIT_FLAG, UnitRing } from "../../src/unit/mod.ts";
import { Epoch } from "../../src/time/mod.ts";
import { PLAIN_SIZE } from "../fakes/face.ts";

function openHold() {
  const units = new UnitRing({ ...PLAIN_SIZE, slots: 16, samplesPerFrame: 1920 });
  const epoch = new Epoch();
  const hold = new Hold(units, epoch);
  return {
    hold,
    epoch,
    /** Publishes a unit and answers the number of the one that is shown. */
    show(flags: number, wantedFrames: number, staleFromSample = -1): number {
      const unit = units.published;
      const slot = units.begin();
      slot.mediaSample = unit * 1920;
      slot.flags = flags;
      slot.epoch = epoch.current;
      units.publish();
      return hold.pick(slot, unit, wantedFrames, staleFromSample).mediaSample / 1920;
    },
  };
}

Deno.test("Hold shows each unit once, held back by the sound's latency", () => {
  const { show } = openHold();
  assertEquals(Array.from({ length: 7 }, () => show(0, 3)), [0, 0, 0, 0, 1, 2, 3]);
});

Deno.test("Hold changes its depth only in silence, by one frame a second at most", () => {
  const { show, hold } = openHold();
  for (let n = 0; n < 100; n++) show(UNIT_FLAG.speech, n === 0 ? 1 : 4);
  assertEquals(hold.frames, 1);
  const depths = Array.from({ length: 60 }, () => (show(0, 4), hold.frames));
  assertEquals([depths[0], depths[24], depths[25], depths[50]], [2, 2, 3, 4]);
});

Deno.test("Hold shows the closed mouth as soon as the sound is cut, not the held-back frames", () => {
  const { show, epoch } = openHold();
  for (let n = 0; n < 10; n++) show(UNIT_FLAG.speech, 3);
  epoch.bump();
  // The sound was cut in the middle of unit 8: unit 7 was heard, most of 8, nothing of 9.
  const staleFrom = 8 * 1920 + 1200;
  assertEquals(show(UNIT_FLAG.interrupted, 3, staleFrom), 7);
  assertEquals([show(0, 3, staleFrom), show(0, 3, staleFrom), show(0, 3, staleFrom)], [8, 10, 10]);
  assertEquals(show(0, 3, staleFrom), 11);
});

Deno.test("Hold does not take an earlier interrupt's cut for this one's while that is not known yet", () => {
  const { show, epoch } = openHold();
  const earlier = 2 * 1920;
  for (let n = 0; n < 10; n++) show(UNIT_FLAG.speech, 3, earlier);
  epoch.bump();
  assertEquals(show(UNIT_FLAG.interrupted, 3, earlier), 7);
  assertEquals([show(0, 3, 9 * 1920), show(0, 3, 9 * 1920)], [8, 10]);
});

Deno.test("DeviceFollower brings the depth back to target for a device that is 2000 ppm off", () => {
  const follower = new DeviceFollower();
  let depthMs = 60;
  for (let n = 0; n < 3000; n++) {
    const slew = follower.slew(depthMs, 60, true);
    assert(Math.abs(slew) <= 0.005);
    depthMs += 40 - 40 * (1 + slew) * 1.002; // a unit comes, the device takes what its clock says
  }
  assertLess(Math.abs(depthMs - 60), 12);
  assertEquals(follower.slew(500, 60, false), 0);
});

Deno.test("Hold shows what comes after the cut also when the interrupt falls into an utterance's tail", () => {
  const { show, epoch } = openHold();
  for (let n = 0; n < 10; n++) show(UNIT_FLAG.speech, 3);
  show(0, 3); // the stage is idle, units 8 and 9 are still to be heard
  epoch.bump();
  const staleFrom = 8 * 1920;
  assertEquals([show(0, 3, staleFrom), show(0, 3, staleFrom)], [11, 11]);
});

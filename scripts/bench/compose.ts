/** How long the stage takes to compose units at 1280x720 and 25 fps with a face, in ms. */
import type { Face } from "../../src/avatar/mod.ts";
import { MouthRing, PATCH_SIDE_MAX, PatchRing } from "../../src/lipsync/mod.ts";
import { Gauges } from "../../src/metrics/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { Stage, STAGE_GAUGES } from "../../src/stage/mod.ts";
import { Epoch, frameRate, MonotonicClock } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";

export const SIZE = { width: 1280, height: 720 };
const RATE = frameRate(25);
const WARM_UNITS = 200;

/**
 * One cost a unit; `speaking` says in which units there is speech, with a mouth that is another one each time. A face of
 * film gets a patch of 256 pixels a side with each.
 */
export function composeCosts(
  face: Face,
  speaking: (unit: number) => boolean,
  unitCount = 1000,
): number[] {
  const speech = new SpeechRing(RATE.samplesPerFrame, 4);
  const mouths = new MouthRing(4);
  const patches = new PatchRing(4);
  const epoch = new Epoch();
  const units = new UnitRing({ ...SIZE, slots: 16, samplesPerFrame: RATE.samplesPerFrame });
  const gauges = new Gauges(STAGE_GAUGES);
  const stage = new Stage({
    rate: RATE,
    face,
    speech,
    mouths,
    epoch,
    gauges,
    crossfadeMs: 160,
    syncThresholdMs: 100,
    neural: { patches, isActive: () => true },
  });
  const clock = new MonotonicClock();
  const samples = new Float32Array(RATE.samplesPerFrame);
  const side = PATCH_SIDE_MAX;
  const rgb = new Uint8Array(side * side * 3).map((_, at) => at * 7);
  const mouth = new Float32Array(6);
  const costs: number[] = [];
  for (let unit = 0; unit < WARM_UNITS + unitCount; unit++) {
    if (speaking(unit)) {
      const flags = speaking(unit + 1) ? 0 : SPEECH_FLAG.last;
      speech.write({ epoch: 0, flags, utterance: 1, speechFrame: unit, samples });
      mouth.fill(0.5 + 0.5 * Math.sin(unit));
      mouths.write(0, false, unit, mouth);
      const about = {
        epoch: 0,
        isProtected: false,
        family: "musetalk",
        clip: 0,
        step: unit,
        avatar: 0,
      } as const;
      if (face.film) patches.write({ ...about, speechFrame: unit, patch: { side, rgb } });
    }
    const slot = units.begin();
    const fromMs = clock.nowMs();
    stage.compose(slot, unit);
    const costMs = clock.nowMs() - fromMs;
    units.publish();
    if (unit >= WARM_UNITS) costs.push(costMs);
  }
  return costs;
}

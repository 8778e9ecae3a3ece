/** What the stage costs at 1280x720: idle, speaking with a pasted patch, in a crossfade, with the drawn avatar. */
import { type Face, findAvatar, loadFace } from "../../src/avatar/mod.ts";
import { MouthRing } from "../../src/lipsync/mod.ts";
import { Gauges } from "../../src/metrics/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { Stage, STAGE_GAUGES } from "../../src/stage/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { Epoch, frameRate, i420Bytes, MonotonicClock } from "../../src/time/mod.ts";
import { type Figure, figure } from "./figure.ts";

const SIZE = { width: 1280, height: 720 };
const RATE = frameRate(25);
const PATCH_SIZE = 256;
const WARM_UNITS = 200;
const UNITS = 1000;

/** A still picture with a place for a patch: what a photoreal avatar costs the stage. */
class StillFace implements Face {
  readonly id = "still";
  readonly size = SIZE;
  readonly speechBox = { x: 512, y: 200, width: 320, height: 320 };
  readonly #picture = new Uint8Array(i420Bytes(SIZE)).map((_, at) => at * 31);
  readonly patch = {
    boxAt: () => this.speechBox,
    mask: new Uint8Array(320 * 320).map((_, at) =>
      Math.min(255, Math.min(at % 320, Math.floor(at / 320)) * 8)
    ),
  };
  paintIdle(into: { bytes: Uint8Array }): void {
    into.bytes.set(this.#picture);
  }
  paintMouth(): void {}
  [Symbol.dispose](): void {}
}

function measure(face: Face, patchSize: number, speaking: (unit: number) => boolean): number[] {
  const speech = new SpeechRing(RATE.samplesPerFrame, 4);
  const mouths = new MouthRing(4, patchSize);
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
  });
  const clock = new MonotonicClock();
  const samples = new Float32Array(RATE.samplesPerFrame);
  const rgb = new Uint8Array(patchSize * patchSize * 3).map((_, at) => at * 7);
  const mouth = new Float32Array(6);
  const costs: number[] = [];
  for (let unit = 0; unit < WARM_UNITS + UNITS; unit++) {
    if (speaking(unit)) {
      const flags = speaking(unit + 1) ? 0 : SPEECH_FLAG.last;
      speech.write({ epoch: 0, flags, utterance: 1, speechFrame: unit, samples });
      mouth.fill(0.5 + 0.5 * Math.sin(unit));
      mouths.write(0, false, unit, patchSize > 0 ? { kind: "patch", rgb } : { kind: "mouth", mouth });
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

export async function benchStage(): Promise<Figure[]> {
  const still = new StillFace();
  const never = () => false;
  const always = () => true;
  const inFades = (unit: number) => unit % 8 < 4; // four units up, four down: always between
  using drawn = await loadFace(findAvatar("mai", ["avatars"]), SIZE);
  return [
    figure("stage, idle", "ms", measure(still, PATCH_SIZE, never), {
      target: "p50 <= 0.5, p99 <= 5",
      peer: "OpenCV path 0.54",
      reaches: ({ p50, p99 }) => p50 <= 0.5 && p99 <= 5,
    }),
    figure("stage, speaking, 256 patch pasted", "ms", measure(still, PATCH_SIZE, always), {
      target: "p50 <= 1.5, p99 <= 5",
      peer: "OpenCV path 4.6",
      reaches: ({ p50, p99 }) => p50 <= 1.5 && p99 <= 5,
    }),
    figure("stage, in a crossfade", "ms", measure(still, PATCH_SIZE, inFades), {
      target: "p50 <= 2, p99 <= 5",
      peer: "OpenCV path 6.0",
      reaches: ({ p50, p99 }) => p50 <= 2 && p99 <= 5,
    }),
    figure("stage, drawn avatar, idle", "ms", measure(drawn, 0, never), {
      target: "p50 <= 8",
      reaches: ({ p50 }) => p50 <= 8,
    }),
    figure("stage, drawn avatar, speaking", "ms", measure(drawn, 0, always), {
      target: "p50 <= 8",
      reaches: ({ p50 }) => p50 <= 8,
    }),
  ];
}

/** The stage with a face of film: patches reach the picture as far as speech has faded in, and a baton hands all over. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { FilmFace, I420Frame } from "../../src/avatar/mod.ts";
import { MOUTH_LENGTH, MouthRing, PatchRing } from "../../src/lipsync/mod.ts";
import { Gauges } from "../../src/metrics/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { type BatonField, StageBaton } from "../../src/stage/baton.ts";
import { Stage, STAGE_GAUGES } from "../../src/stage/mod.ts";
import { UnitRing, type UnitSlot } from "../../src/unit/mod.ts";
import { Epoch, frameRate } from "../../src/time/mod.ts";
import { PLAIN_SIZE, PlainFace } from "../fakes/face.ts";

const RATE = frameRate(25);
const BLACK = 16;
const WHITE = 235;
/** A place under the patch's box, and one beside it. */
const [UNDER, BESIDE] = [40 * 64 + 20, 40 * 64 + 60];

class FilmedFace extends PlainFace {
  readonly film: FilmFace = {
    clips: [{ name: "idle", role: "idle", frames: 100, order: "pingpong", hasSound: false }],
    show: () => true,
    expect() {},
    placement: () => ({ box: { x: 8, y: 32, width: 24, height: 24 }, mask: new Uint8Array(576).fill(255) }),
  };
  override paintIdle(into: I420Frame, frame: number): void {
    into.bytes.fill(BLACK);
    super.paintIdle(into, frame);
  }
}

function openStage(crossfadeMs: number) {
  const speech = new SpeechRing(RATE.samplesPerFrame, 64);
  const mouths = new MouthRing(64);
  const patches = new PatchRing(32);
  const epoch = new Epoch();
  const units = new UnitRing({ ...PLAIN_SIZE, slots: 4, samplesPerFrame: RATE.samplesPerFrame });
  const stage = new Stage({
    ...{ rate: RATE, face: new FilmedFace(), speech, mouths, epoch, crossfadeMs, syncThresholdMs: 100 },
    gauges: new Gauges(STAGE_GAUGES),
    neural: { patches, isActive: () => true },
  });
  for (let at = 0; at < 12; at++) {
    const flags = at === 0 ? SPEECH_FLAG.first : at === 11 ? SPEECH_FLAG.last : 0;
    const samples = new Float32Array(RATE.samplesPerFrame).fill(0.5);
    assert(speech.write({ epoch: 0, flags, utterance: 7, speechFrame: at, samples }));
    assert(mouths.write(0, false, at, Float32Array.of(1, 0, 0, 0, 0, 0)));
    const patch = { side: 8, rgb: new Uint8Array(192).fill(255) };
    const about = { epoch: 0, isProtected: false, family: "musetalk", clip: 0, avatar: 0 } as const;
    assert(patches.write({ ...about, speechFrame: at, step: at + 1, patch }));
  }
  const tick = (): UnitSlot => {
    const slot = units.begin();
    stage.compose(slot, units.published);
    units.publish();
    return slot;
  };
  return { stage, tick, epoch };
}

const smoothstep = (part: number) => part * part * (3 - 2 * part);

Deno.test("Stage pastes the patch of the frame that is spoken, and nothing beside it", () => {
  const { tick } = openStage(0);
  const seen = Array.from({ length: 4 }, () => tick().frame).map((frame) => [frame[UNDER], frame[BESIDE]]);
  // The patch comes in over three units.
  assertEquals(seen.map(([, beside]) => beside), [BLACK, BLACK, BLACK, BLACK]);
  for (const [nth, part] of [1 / 3, 2 / 3, 1, 1].entries()) {
    assertAlmostEquals(seen[nth]![0]!, BLACK + part * (WHITE - BLACK), 1, `unit ${nth}`);
  }
});

Deno.test("Stage pastes no farther than speech has faded in", () => {
  const { tick } = openStage(320);
  for (let unit = 1; unit <= 8; unit++) {
    const opacity = smoothstep(unit / 8) * Math.min(1, unit / 3);
    assertAlmostEquals(tick().frame[UNDER]!, BLACK + opacity * (WHITE - BLACK), 1.5, `unit ${unit}`);
  }
});

Deno.test("Stage takes the patch away at once when it is interrupted", () => {
  const { tick, epoch } = openStage(0);
  for (let unit = 0; unit < 5; unit++) tick();
  epoch.bump();
  assertEquals(tick().frame[UNDER], BLACK);
});

/** Of what a stage knows; the tick loop adds its own. */
const OF_STAGE: Readonly<Partial<Record<BatonField, number>>> = {
  phase: 2,
  isProtected: 1,
  utterance: 41,
  epoch: 5,
  lastSample: 0.25,
  preBufferMs: 320,
  newestSpeechFrame: 1234,
  stress: 0.75,
  crossfade: 0.625,
  expression: 3,
};
const OF_LOOP: Readonly<Partial<Record<BatonField, number>>> = {
  deadlineMs: 123456.5,
  laggedFrames: 17,
  reanchors: 4,
};

Deno.test("StageBaton: every field is its own, and is read from another side of the memory", () => {
  const baton = new StageBaton();
  const all = Object.entries({ ...OF_STAGE, ...OF_LOOP }) as [BatonField, number][];
  for (const [field, value] of all) baton.set(field, value);
  baton.mouth.set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
  const other = new StageBaton(baton.buffer);
  for (const [field, value] of all) assertEquals(other.get(field), value, field);
  assertEquals([...other.mouth], [...Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]);
  other.set("isProtected", false);
  assertEquals(baton.get("isProtected"), 0);
});

Deno.test("StageBaton: it is taken only when it was wanted and given, and wanted only once", () => {
  const baton = new StageBaton();
  assertEquals([baton.isWanted, baton.take(0)], [false, false]);
  baton.want();
  assertEquals([baton.isWanted, baton.take(1)], [true, false]);
  baton.give();
  assertEquals([baton.isWanted, baton.take(0)], [false, true]);
  baton.want(); // too late: it is given
  assertEquals([baton.isWanted, baton.take(0)], [false, true]);
});

Deno.test("Stage.save and resume: what one stage knew the next one knows, field by field", () => {
  const given = new StageBaton();
  for (const [field, value] of Object.entries(OF_STAGE) as [BatonField, number][]) given.set(field, value);
  const mouth = Float32Array.from({ length: MOUTH_LENGTH }, (_, at) => (at + 1) / 8);
  given.mouth.set(mouth);
  const next = new Stage({
    ...{ rate: RATE, face: new FilmedFace(), epoch: new Epoch(), crossfadeMs: 160, syncThresholdMs: 100 },
    speech: new SpeechRing(RATE.samplesPerFrame, 4),
    mouths: new MouthRing(4),
    gauges: new Gauges(STAGE_GAUGES),
    expression: given.get("expression"),
  });
  next.resume(given, new Uint8Array(64 * 96));
  const saved = new StageBaton();
  next.save(saved);
  for (const [field, value] of Object.entries(OF_STAGE) as [BatonField, number][]) {
    assertAlmostEquals(saved.get(field), value, 1e-6, field);
  }
  assertEquals([...saved.mouth], [...mouth]);
});

/** A whole simulated programme, from text to unit: a cue changes the face in the very unit that its sample is in. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { EXPRESSIONS } from "../../src/avatar/mod.ts";
import { UNIT_FLAG, type UnitSlot } from "../../src/unit/mod.ts";
import { Random } from "../sim/random.ts";
import { World } from "../sim/world.ts";

const SAMPLES = 1920;
const WORDS = ["one", "two,", "three.", "four", "five!", "six", "seven,", "eight"];

/** Words with an expression in front of some of them, and of nothing at the end. */
function text(random: Random): string {
  const words = Array.from(
    { length: 3 + random.whole(0, 11) },
    () => WORDS[random.whole(0, WORDS.length - 1)]!,
  );
  const cue = () => random.chance(0.3) ? `[${EXPRESSIONS[random.whole(0, EXPRESSIONS.length - 1)]}] ` : "";
  return words.map((word) => cue() + word).join(" ") + cue().trimEnd();
}

interface Shown {
  readonly utterance: number;
  /** Of the utterance, from 0. */
  readonly frame: number;
  readonly expression: string;
  /** The unit before was cut off: what it had begun stays. */
  readonly isAfterCut: boolean;
}

Deno.test("a cue is done in the unit of the sample it stands before, whatever the voice and the engine do", async () => {
  for (const seed of [1, 2]) {
    const random = new Random(seed);
    const shown: Shown[] = [];
    const cues: { utterance: number; name: string; startSample: number }[] = [];
    const firstFrames = new Map<number, number>();
    let isAfterCut = false;
    const look = (slot: UnitSlot) => {
      if ((slot.flags & UNIT_FLAG.interrupted) !== 0) isAfterCut = true;
      if (slot.speechFrame < 0) return;
      const { utterance, speechFrame } = slot;
      if (!firstFrames.has(utterance)) firstFrames.set(utterance, speechFrame);
      const frame = speechFrame - firstFrames.get(utterance)!;
      const expression = EXPRESSIONS[world.memory.stageGauges.get("expression")]!;
      shown.push({ utterance, frame, expression, isAfterCut });
      isAfterCut = false;
    };
    await using world = new World({
      seed,
      drift: 3e-4,
      engineDelayMs: (random) => random.chance(0.05) ? 150 : 5,
      voiceDelayMs: (random) => random.chance(0.25) ? 900 : 20,
      onUnit: look,
      onEvent: (event) => {
        if (event.kind === "cue") cues.push({ ...event });
      },
    });
    await world.start();
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 4; n++) world.speaker.say(text(random));
      await world.run(random.whole(2000, 10_000));
      if (round % 3 === 2) world.speaker.interrupt();
    }
    while (world.speaker.state().queuedMs > 0) await world.run(1000);

    let expression = "neutral";
    let next = 0;
    let inTime = 0;
    for (const unit of shown) {
      if (unit.isAfterCut) expression = unit.expression;
      for (let cue = cues[next]; cue?.utterance === unit.utterance; cue = cues[next]) {
        if (cue.startSample >= (unit.frame + 1) * SAMPLES) break;
        if (!unit.isAfterCut) {
          assert(cue.startSample >= unit.frame * SAMPLES, `seed ${seed}: ${cue.name} is late`);
        }
        expression = cue.name;
        next++;
        inTime++;
      }
      assertEquals(unit.expression, expression, `seed ${seed}: frame ${unit.frame} of ${unit.utterance}`);
    }
    assertEquals(next, cues.length);
    assertGreater(inTime, 30);
  }
});

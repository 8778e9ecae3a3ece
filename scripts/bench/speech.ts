/** From say() to the first speaking frame, and what an interrupt costs at each sink. */
import { UNIT_FLAG } from "../../src/unit/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { type Figure, figure } from "./figure.ts";
import { clock, LONG_TEXT, startProgramme } from "./programme.ts";

const ROUNDS = 25;
const SENTENCES = [
  "The weather is fine today, so we go for walks.",
  "Please open the window before the guests arrive this evening.",
  "My sister has bought a small house near the river.",
  "He never told us why the last train was late.",
  "Every morning she drinks two cups of very strong coffee.",
];

export async function benchSpeech(): Promise<Figure[]> {
  await using programme = await startProgramme({ camera: "none" });
  const { units, stageGauges } = programme.memory;
  await delay(2000);

  const firstFrames: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = units.published;
    const saidMs = clock.nowMs();
    const { outcome } = programme.say(SENTENCES[round % SENTENCES.length]!);
    let unit = from;
    for (;; unit++) {
      await units.available(unit, 2000);
      const slot = units.at(unit);
      if (slot && (slot.flags & UNIT_FLAG.speech) !== 0) break;
    }
    firstFrames.push(clock.nowMs() - saidMs);
    programme.interrupt();
    await outcome;
    await delay(300 + (round % 7) * 11);
  }

  const closing: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    programme.say(LONG_TEXT);
    await delay(1200 + (round % 9) * 7);
    const interrupts = stageGauges.get("interrupts");
    const from = units.published;
    programme.interrupt();
    while (stageGauges.get("interrupts") === interrupts) await units.available(units.published, 200);
    let unit = from;
    while (((units.at(unit)?.flags ?? 0) & UNIT_FLAG.interrupted) === 0) {
      if (units.published > unit) unit++;
      else await units.available(unit, 200);
    }
    closing.push(unit - from + 1);
    await delay(300);
  }
  return [
    figure("say() to first speaking frame, ten words", "ms", firstFrames, {
      target: "p50 <= 150",
      peer: "LiveTalking: seconds",
      reaches: ({ p50 }) => p50 <= 150,
    }),
    figure("interrupt to closed mouth, timestamped sinks", "frames", closing, {
      target: "1",
      peer: "LiveTalking: 2-3 s",
      reaches: ({ p50, p99 }) => p50 <= 1 && p99 <= 2,
    }),
  ];
}

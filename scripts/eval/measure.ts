/** Runs every engine over every utterance of a set. In: parts and guessers. Out: scores, added to `results`. */
import type { Guesser } from "./guesser.ts";
import type { Results } from "./results.ts";
import { Score } from "./score.ts";
import { readFrames, readSound, type TestPart } from "./testset.ts";

/** One utterance after the other; `onPart` is told when a part begins. */
export async function measure(
  parts: readonly TestPart[],
  guessers: readonly Guesser[],
  results: Results,
  onPart: (part: TestPart) => void,
): Promise<void> {
  for (const part of parts) {
    onPart(part);
    results.begin(part);
    for (const utterance of part.utterances) {
      const truth = readFrames(utterance, "frames");
      const pcm = readSound(utterance);
      for (const guesser of guessers) {
        for (const [engine, frames] of Object.entries(await guesser.guess(pcm, truth.length, utterance))) {
          const score = new Score();
          score.add(truth, frames);
          results.add(part, engine, score);
        }
      }
    }
  }
}

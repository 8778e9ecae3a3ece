/** A peer: what pocketsphinx's phone recogniser heard, as scripts/training/testsets/allphone.py wrote it down. */
import { InputFault } from "../../src/errors/mod.ts";
import { Frames } from "./frames.ts";
import type { Guesser } from "./guesser.ts";
import { readFrames, type TestUtterance } from "./testset.ts";

/** Whether the recogniser has heard this utterance: it takes longer than all the rest, so a set may be without. */
export function isRecognised({ path }: TestUtterance): boolean {
  try {
    return Deno.statSync(`${path}.allphone.tsv`).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export class RecognisedMouth implements Guesser {
  readonly about = "pocketsphinx's phone recogniser, English, offline: it hears the whole utterance";

  guess(_pcm: Float32Array, _count: number, utterance: TestUtterance): Readonly<Record<string, Frames>> {
    try {
      return { pocketsphinx: readFrames(utterance, "allphone") };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new InputFault(
        `what pocketsphinx hears in ${utterance.path} is not there, wanted the sets built with the recogniser`,
        { code: "no_test_set", cause: error },
      );
    }
  }
}

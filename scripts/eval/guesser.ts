/** What is compared: anything that answers a viseme and a mouth for every 20 ms of an utterance. */
import type { Frames } from "./frames.ts";
import type { TestUtterance } from "./testset.ts";

export interface Guesser {
  /** What it is, for a reader of the table. */
  readonly about: string;
  /** 16 kHz mono in, `count` frames out, under the names of the columns they are published in. */
  guess(
    pcm: Float32Array,
    count: number,
    utterance: TestUtterance,
  ): Readonly<Record<string, Frames>> | Promise<Readonly<Record<string, Frames>>>;
}

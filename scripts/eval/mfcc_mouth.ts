/**
 * A peer: the mouth of the nearest MFCC. For each viseme a few typical MFCC vectors are learnt from labelled speech;
 * a frame gets the viseme and the mean mouth of the vector nearest to its own.
 *
 * In: labelled utterances to learn from, then 16 kHz speech. Vectors are c0..c12 of the frame's log-mel, each divided
 * by its spread; c0 is measured against the loudest frame, so an utterance is heard whole. Seeded, no randomness.
 */
import { LogMel, MEL_COUNT } from "../../src/features/mod.ts";
import { MOUTH_LENGTH, VISEME_COUNT } from "../../src/lipsync/mod.ts";
import { Frames } from "./frames.ts";
import type { Guesser } from "./guesser.ts";

const COEFFICIENTS = 13;
const VECTORS_A_VISEME = 12;
const ROUNDS = 12;

interface Typical {
  readonly viseme: number;
  readonly vector: Float32Array;
  readonly mouth: Float32Array;
}

/** cos of the DCT-II, [COEFFICIENTS, MEL_COUNT]. */
const DCT = Float32Array.from({ length: COEFFICIENTS * MEL_COUNT }, (_, index) => {
  const order = Math.floor(index / MEL_COUNT);
  return Math.cos(Math.PI * order * (index % MEL_COUNT + 0.5) / MEL_COUNT) * Math.sqrt(2 / MEL_COUNT);
});

export class MfccMouth implements Guesser {
  readonly about =
    `the nearest of ${VECTORS_A_VISEME} MFCC vectors a viseme, learnt from 10 min of training speech`;
  readonly #vectors: Float32Array[][] = Array.from({ length: VISEME_COUNT }, () => []);
  readonly #mouths: Float32Array[][] = Array.from({ length: VISEME_COUNT }, () => []);
  readonly #spread = new Float32Array(COEFFICIENTS).fill(1);
  #typical: Typical[] = [];

  /** Learns from one utterance; call `settle` after the last. */
  learn(pcm: Float32Array, labels: Frames): void {
    mfccs(pcm, labels.length).forEach((vector, frame) => {
      this.#vectors[labels.visemes[frame]!]!.push(vector);
      this.#mouths[labels.visemes[frame]!]!.push(labels.mouth(frame));
    });
  }

  settle(): void {
    const all = this.#vectors.flat();
    for (let order = 0; order < COEFFICIENTS; order++) {
      const mean = all.reduce((sum, vector) => sum + vector[order]!, 0) / all.length;
      const variance = all.reduce((sum, vector) => sum + (vector[order]! - mean) ** 2, 0) / all.length;
      this.#spread[order] = Math.sqrt(variance) + 1e-6;
    }
    for (const vector of all) this.#scale(vector);
    this.#typical = this.#vectors.flatMap((vectors, viseme) =>
      cluster(viseme, vectors, this.#mouths[viseme]!)
    );
  }

  guess(pcm: Float32Array, count: number): Readonly<Record<string, Frames>> {
    const frames = new Frames(count);
    const vectors = this.#typical.map((one) => one.vector);
    mfccs(pcm, count).forEach((vector, frame) => {
      this.#scale(vector);
      const { viseme, mouth } = this.#typical[nearest(vector, vectors)]!;
      frames.visemes[frame] = viseme;
      frames.mouth(frame).set(mouth);
    });
    return { mfcc: frames };
  }

  #scale(vector: Float32Array): void {
    for (let order = 0; order < COEFFICIENTS; order++) vector[order]! /= this.#spread[order]!;
  }
}

/** `count` vectors, one a 20 ms frame, from the mean of its two mel columns. */
function mfccs(pcm: Float32Array, count: number): Float32Array[] {
  const columns: Float32Array[] = [];
  const mel = new LogMel();
  mel.push(pcm, (column) => columns.push(column.slice()));
  mel.finish((column) => columns.push(column.slice()));
  const silence = new Float32Array(MEL_COUNT).fill(-10);
  const vectors = Array.from({ length: count }, (_, frame) => {
    const first = columns[2 * frame] ?? silence;
    const second = columns[2 * frame + 1] ?? first;
    const vector = new Float32Array(COEFFICIENTS);
    for (let order = 0; order < COEFFICIENTS; order++) {
      for (let band = 0; band < MEL_COUNT; band++) {
        vector[order]! += DCT[order * MEL_COUNT + band]! * Math.max(-8, (first[band]! + second[band]!) / 2);
      }
    }
    return vector;
  });
  const loudest = vectors.reduce((most, vector) => Math.max(most, vector[0]!), -Infinity);
  for (const vector of vectors) vector[0]! -= loudest;
  return vectors;
}

/** Typical vectors of one viseme by k-means that begins with evenly spaced examples. */
function cluster(
  viseme: number,
  vectors: readonly Float32Array[],
  mouths: readonly Float32Array[],
): Typical[] {
  const count = Math.min(VECTORS_A_VISEME, vectors.length);
  let centres = Array.from(
    { length: count },
    (_, one) => vectors[Math.floor((one + 0.5) * vectors.length / count)]!,
  );
  let members: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    members = vectors.map((vector) => nearest(vector, centres));
    centres = centres.map((centre, one) => mean(vectors.filter((_, at) => members[at] === one)) ?? centre);
  }
  return centres.map((vector, one) => ({
    viseme,
    vector,
    mouth: mean(mouths.filter((_, at) => members[at] === one)) ?? new Float32Array(MOUTH_LENGTH),
  }));
}

function nearest(vector: Float32Array, centres: readonly Float32Array[]): number {
  let best = 0;
  let least = Infinity;
  centres.forEach((centre, one) => {
    let apart = 0;
    for (let order = 0; order < vector.length; order++) apart += (vector[order]! - centre[order]!) ** 2;
    if (apart < least) [least, best] = [apart, one];
  });
  return best;
}

function mean(vectors: readonly Float32Array[]): Float32Array | undefined {
  const [first] = vectors;
  if (first === undefined) return undefined;
  const sum = new Float32Array(first.length);
  for (const vector of vectors) vector.forEach((value, index) => sum[index]! += value);
  return sum.map((value) => value / vectors.length);
}

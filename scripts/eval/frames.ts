/**
 * One utterance as 20 ms frames: for each the index of its viseme and the mouth parameters. What labels are, and what
 * every engine in the comparison answers.
 */
import { MOUTH_LENGTH, MOUTH_PARAMETERS, VISEMES } from "../../src/lipsync/mod.ts";

export class Frames {
  readonly visemes: Uint8Array;
  /** MOUTH_LENGTH values a frame. */
  readonly mouths: Float32Array;

  constructor(readonly length: number) {
    this.visemes = new Uint8Array(length);
    this.mouths = new Float32Array(length * MOUTH_LENGTH);
  }

  mouth(frame: number): Float32Array {
    return this.mouths.subarray(frame * MOUTH_LENGTH, (frame + 1) * MOUTH_LENGTH);
  }

  /** Reads the table that scripts/training/testsets writes; throws RangeError where it is not such a table. */
  static fromTable(text: string): Frames {
    const [head, ...rows] = text.trimEnd().split("\n");
    const wanted = ["viseme", ...MOUTH_PARAMETERS].join("\t");
    if (head !== wanted) throw new RangeError(`a table of frames begins "${head}", wanted "${wanted}"`);
    const frames = new Frames(rows.length);
    rows.forEach((row, frame) => {
      const [name, ...values] = row.split("\t");
      const viseme = (VISEMES as readonly string[]).indexOf(name!);
      if (viseme < 0 || values.length !== MOUTH_LENGTH) {
        throw new RangeError(
          `frame ${frame} of a table is "${row}", wanted a viseme and ${MOUTH_LENGTH} numbers`,
        );
      }
      frames.visemes[frame] = viseme;
      frames.mouth(frame).set(values.map(Number));
    });
    return frames;
  }
}

/** Index of the largest value. */
export function largest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}

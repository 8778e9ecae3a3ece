/**
 * A peer: the mouth of a simple puppet. The jaw follows the loudness; a few rules on bands guess a viseme.
 *
 * In: 16 kHz speech. Out: one viseme and mouth per 20 ms. Loudness is measured against the loudest of the utterance,
 * so it hears the whole of it; hiss is SS, a dip between loud frames is PP, else the jaw decides between aa, E and I.
 */
import { HOP_SAMPLES, SpeechBands } from "../../src/features/mod.ts";
import { JAW, PRESS, SPREAD, VISEMES } from "../../src/lipsync/mod.ts";
import { Frames } from "./frames.ts";
import type { Guesser } from "./guesser.ts";

/** Below the loudest frame, in dB: where the jaw is shut, and where it is wide open. */
const SHUT_DB = -35;
const WIDE_DB = -3;
const SILENT_DB = -40;
/** Hiss outweighs the rest by this. */
const HISS_DB = 3;
/** A frame this far below both its neighbours (60 ms to either side) is taken for closed lips. */
const DIP_DB = 12;
const DIP_REACH = 3;

const indexOf = (name: typeof VISEMES[number]) => VISEMES.indexOf(name);

export class EnergyMouth implements Guesser {
  readonly about = "jaw from loudness, viseme by rules; hears the whole utterance first";

  guess(pcm: Float32Array, count: number): Readonly<Record<string, Frames>> {
    const { totalDb, hissDb, frontDb, lowDb } = this.#bands(pcm, count);
    const loudest = totalDb.reduce((most, db) => Math.max(most, db), -100);
    const frames = new Frames(count);
    for (let frame = 0; frame < count; frame++) {
      const level = totalDb[frame]! - loudest;
      const jaw = Math.min(1, Math.max(0, (level - SHUT_DB) / (WIDE_DB - SHUT_DB)));
      const before = totalDb[Math.max(0, frame - DIP_REACH)]! - loudest;
      const after = totalDb[Math.min(count - 1, frame + DIP_REACH)]! - loudest;
      const isDip = Math.min(before, after) - level > DIP_DB;
      const isFront = frontDb[frame]! > lowDb[frame]! - 6;
      const mouth = frames.mouth(frame);
      mouth[JAW] = isDip ? 0 : jaw;
      mouth[PRESS] = isDip ? 1 : 0;
      mouth[SPREAD] = isFront ? jaw : 0;
      frames.visemes[frame] = isDip
        ? indexOf("PP")
        : level < SILENT_DB
        ? indexOf("sil")
        : hissDb[frame]! > HISS_DB
        ? indexOf("SS")
        : jaw > 0.7
        ? indexOf(isFront ? "E" : "aa")
        : jaw > 0.4
        ? indexOf(isFront ? "I" : "O")
        : indexOf("nn");
    }
    return { energy: frames };
  }

  #bands(pcm: Float32Array, count: number) {
    const rows = {
      totalDb: [] as number[],
      hissDb: [] as number[],
      frontDb: [] as number[],
      lowDb: [] as number[],
    };
    let hop = 0;
    const padded = new Float32Array(count * 2 * HOP_SAMPLES + 2 * HOP_SAMPLES);
    padded.set(pcm.subarray(0, padded.length));
    new SpeechBands().push(padded, (features) => {
      hop++; // the window that ends with hop 2 k + 3 has its middle in frame k
      if (hop % 2 === 0 || hop < 3) return;
      rows.totalDb.push(features.totalDb);
      rows.hissDb.push(features.noiseDb - Math.max(features.lowDb, features.voiceDb, features.frontDb));
      rows.frontDb.push(features.frontDb);
      rows.lowDb.push(features.lowDb);
    });
    return rows;
  }
}

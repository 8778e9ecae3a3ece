/** The video engines' features under pieces of any length: what is asked for at the end is the same. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type FeatureStream,
  HUBERT_VALUES,
  HubertFeatures,
  Wav2LipFeatures,
  WenetFeatures,
  WhisperFeatures,
} from "../../src/features/mod.ts";
import { madeVoice } from "../fakes/made_voice.ts";

const SAMPLES_MAX = 9000;
const sound = madeVoice(SAMPLES_MAX);
const whisperAnswer = new Float32Array(1500 * 5 * 384);
const dispose = { [Symbol.dispose]() {} };

const whisper = {
  encode(mel: Float32Array) {
    for (let feature = 0; feature < 1500; feature++) {
      for (let layer = 0; layer < 5; layer++) {
        whisperAnswer[(feature * 5 + layer) * 384 + 2] = mel[(9 + layer) * 3000 + 2 * feature]! + feature +
          (mel[(9 + layer) * 3000 + 2 * feature + 2] ?? 0);
      }
    }
    return Promise.resolve(whisperAnswer);
  },
  ...dispose,
};
const wenet = {
  encode: (fbank: Float32Array) =>
    Promise.resolve(new Float32Array(16 * 512).fill(fbank[15 * 80 + 3]! + fbank[5]!)),
  ...dispose,
};
/** What is said by a feature does not depend on mean and variance, which are those of what is heard so far. */
const hubert = {
  encode(values: Float32Array) {
    const count = Math.floor((values.length - 80) / 320);
    const answer = new Float32Array(count * HUBERT_VALUES);
    for (let feature = 0; feature < count; feature++) {
      const part = values.subarray(feature * 320, feature * 320 + 400);
      answer[feature * HUBERT_VALUES] = part.indexOf(part.reduce((a, b) => Math.max(a, b))) + 1;
    }
    return Promise.resolve(answer);
  },
  ...dispose,
};

const STREAMS: Readonly<Record<string, () => FeatureStream>> = {
  "Whisper 1.5": () => new WhisperFeatures(whisper, "1.5"),
  "Whisper 1.0": () => new WhisperFeatures(whisper, "1.0"),
  "Wav2Lip": () => new Wav2LipFeatures(),
  "HuBERT": () => new HubertFeatures(hubert),
  "WeNet": () => new WenetFeatures(wenet),
};

async function valuesOf(
  stream: FeatureStream,
  samples: number,
  pieces: readonly number[],
): Promise<Float32Array> {
  stream.start();
  let at = 0;
  for (const piece of [...pieces, samples]) {
    const to = Math.min(samples, at + piece);
    await stream.push(sound.subarray(at, to));
    at = to;
  }
  await stream.finish();
  assertEquals(stream.knownFrames, Math.ceil(samples / 640));
  const values = new Float32Array(stream.knownFrames * stream.valuesPerFrame);
  for (let frame = 0; frame < stream.knownFrames; frame++) {
    stream.copyFrame(frame, values, frame * stream.valuesPerFrame);
  }
  return values;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
}

for (const [name, open] of Object.entries(STREAMS)) {
  Deno.test(`${name} features are the same whatever the pieces, also in a stream that was used before`, async () => {
    using stream = open();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: SAMPLES_MAX }),
        fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 12 }),
        async (samples, pieces) => {
          using fresh = open();
          const whole = await valuesOf(fresh, samples, []);
          assertEquals(isSame(await valuesOf(stream, samples, pieces), whole), true);
        },
      ),
      { numRuns: 15, seed: 4 },
    );
  });
}

/** Whisper's windows and features: the known numbers, pieces of any length, and how often the encoder runs. */
import { assert, assertAlmostEquals, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import {
  addPositionalEncoding,
  clampedWindowOf,
  decodedPatch,
  encoderImage,
  FEATURE_SIZE,
  featureCount,
  firstFeature,
  frameCount,
  HIDDEN_STATES,
  type HiddenStateEncoder,
  LATENT_IMAGE_VALUES,
  LogMel,
  MEL_COUNT,
  PIECE_COLUMNS,
  roundHalfEven,
  scaleForWhisper,
  WhisperFeatures,
  type WhisperVersion,
  WINDOW_FEATURES,
  WINDOW_ROWS,
  windowOf,
} from "../../src/features/mod.ts";
import { madeVoice } from "../fakes/made_voice.ts";

const ROW = HIDDEN_STATES * FEATURE_SIZE;
const FEATURES = PIECE_COLUMNS / 2;
const RATE = 16_000;

/** Feature t of layer l tells: the mel of columns 2 t - 1 to 2 t + 2, and its own place; at the first values of the row. */
class TellingEncoder implements HiddenStateEncoder {
  readonly heard: Float32Array[] = [];
  isKeeping = false;
  readonly #answer = new Float32Array(FEATURES * ROW);

  encode(mel: Float32Array): Promise<Float32Array> {
    if (this.isKeeping) this.heard.push(mel.slice());
    const at = (row: number, column: number) => column < 0 ? 0 : mel[row * PIECE_COLUMNS + column] ?? 0;
    for (let feature = 0; feature < FEATURES; feature++) {
      for (let layer = 0; layer < HIDDEN_STATES; layer++) {
        const place = feature * ROW + layer * FEATURE_SIZE;
        const row = 7 + 13 * layer;
        this.#answer[place] = [-1, 0, 1, 2].reduce(
          (sum, nth) => sum + (nth + 2) * at(row, 2 * feature + nth),
          0,
        );
        this.#answer[place + 1] = feature + 1;
        this.#answer[place + 2] = layer;
      }
    }
    return Promise.resolve(this.#answer);
  }

  [Symbol.dispose](): void {
    // Typed arrays only.
  }
}

/** All frames' first values of each row, from a stream that hears `pcm` in pieces. */
async function framesOf(
  pcm: Float32Array,
  pieces: readonly number[],
  version: WhisperVersion,
  isEager = false,
) {
  using stream = new WhisperFeatures(new TellingEncoder(), version);
  stream.start();
  const values = new Float32Array(stream.valuesPerFrame);
  const frames: number[][] = [];
  const take = () => {
    while (frames.length < stream.knownFrames) {
      stream.copyFrame(frames.length, values, 0);
      frames.push(
        Array.from(
          { length: WINDOW_ROWS * 3 },
          (_, at) => values[Math.floor(at / 3) * FEATURE_SIZE + at % 3]!,
        ),
      );
    }
  };
  let at = 0;
  for (const piece of [...pieces, pcm.length]) {
    await stream.push(pcm.subarray(at, at + piece));
    at = Math.min(pcm.length, at + piece);
    if (isEager) take();
  }
  await stream.finish();
  take();
  return frames;
}

/** The definition for sound of up to 30 s: its columns at once, windows of the encoder's answer. */
async function definition(pcm: Float32Array, version: WhisperVersion): Promise<number[][]> {
  const mel = new LogMel();
  const columns: number[] = [];
  const keep = (column: Float32Array) => void columns.push(...column);
  if (version === "1.5") {
    const padded = new Float32Array(30 * RATE);
    padded.set(pcm);
    mel.push(padded, keep);
  } else mel.push(pcm, keep);
  mel.finish(keep);
  const scaled = Float32Array.from(columns);
  scaleForWhisper(scaled);
  const input = new Float32Array(MEL_COUNT * PIECE_COLUMNS);
  scaled.forEach((value, at) => input[at % MEL_COUNT * PIECE_COLUMNS + Math.floor(at / MEL_COUNT)] = value);
  const states = await new TellingEncoder().encode(input);
  const features = featureCount(pcm.length);
  const windows = version === "1.5" ? windowOf : clampedWindowOf;
  return Array.from(
    { length: Math.ceil(pcm.length * 25 / RATE) },
    (_, frame) =>
      windows(frame, 25, features).flatMap((feature) =>
        Array.from(
          { length: HIDDEN_STATES * 3 },
          (_, at) => feature < 0 ? 0 : states[feature * ROW + Math.floor(at / 3) * FEATURE_SIZE + at % 3]!,
        )
      ),
  );
}

Deno.test("windowOf: MuseTalk 1.5's windows, zeros beyond the ends, at every rate", () => {
  assertEquals(windowOf(0, 25, 100), [-1, -1, -1, -1, 0, 1, 2, 3, 4, 5]);
  assertEquals(windowOf(49, 25, 100), [94, 95, 96, 97, 98, 99, -1, -1, -1, -1]);
  assertEquals(windowOf(1, 30, 100), [-1, -1, -1, 0, 1, 2, 3, 4, 5, 6]);
  assertEquals(windowOf(7, 50, 100).slice(0, 2), [5, 6]);
  assertEquals(windowOf(61, 60, 100).slice(0, 2), [48, 49]);
  // 145 * (50 / 29) is a little less than 250.
  assertEquals([firstFeature(145, 29), firstFeature(145, 29.97)], [245, 245]);
  assertEquals([frameCount(32_077, 25), featureCount(32_077), frameCount(32_077, 29.97)], [50, 100, 58]);
});

Deno.test("clampedWindowOf: MuseTalk 1.0 repeats the ends and begins four features early at every rate", () => {
  assertEquals(clampedWindowOf(0, 25, 100), [0, 0, 0, 0, 0, 1, 2, 3, 4, 5]);
  assertEquals(clampedWindowOf(49, 25, 100), [94, 95, 96, 97, 98, 99, 99, 99, 99, 99]);
  assertEquals(clampedWindowOf(10, 50, 100), [6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
});

Deno.test("addPositionalEncoding: sines and cosines by their definition, window after window", () => {
  const values = new Float32Array(2 * WINDOW_ROWS * FEATURE_SIZE);
  addPositionalEncoding(values);
  const wanted = [[1, 0, 0.841471], [1, 1, 0.5403023], [1, 2, 0.8152506], [1, 3, 0.5791083], [
    49,
    382,
    0.0051408,
  ]];
  for (const [row, column, value] of wanted) {
    for (const window of [0, 1]) {
      assertAlmostEquals(values[(window * WINDOW_ROWS + row!) * FEATURE_SIZE + column!]!, value!, 1e-6);
    }
  }
});

Deno.test("encoderImage: the lower half is emptied before it is scaled", () => {
  const rgb = new Uint8Array(256 * 256 * 3).fill(255);
  rgb[3 * 256 * 10 + 2] = 0;
  const [masked, whole] = [new Float32Array(LATENT_IMAGE_VALUES), new Float32Array(LATENT_IMAGE_VALUES + 1)];
  encoderImage(rgb, true, masked);
  encoderImage(rgb, false, whole, 1);
  const plane = 256 * 256;
  assertEquals([masked[0], masked[127 * 256 + 255], masked[128 * 256], masked[3 * plane - 1]], [
    1,
    1,
    -1,
    -1,
  ]);
  assertEquals([whole[1 + 2 * plane + 2560], whole[1 + 2560], whole[3 * plane]], [-1, 1, 1]);
});

Deno.test("decodedPatch: half to even, planes to RGB", () => {
  assertEquals([0.5, 1.5, 2.5, 2.500001, 254.5].map(roundHalfEven), [0, 2, 2, 3, 254]);
  const patch = new Uint8Array(13);
  decodedPatch(Float32Array.of(-1, 1, -9, 9, 0, 0, 0, 0, -0.5, 0.5, 1, -1), 0, 2, patch, 1);
  assertEquals([...patch], [0, 0, 128, 64, 255, 128, 191, 0, 128, 255, 255, 128, 0]);
});

for (const version of ["1.5", "1.0"] as const) {
  Deno.test(`WhisperFeatures ${version}: what is asked for at the end is the definition's, whatever the pieces`, async () => {
    for (
      const [samples, pieces] of [
        [32_077, [1, 700, 5000, 0, 9000, 333]],
        [16_000, Array.from({ length: 49 }, () => 320)],
        [700, []],
        [4321, [160, 160, 160]],
      ] as const
    ) {
      const pcm = madeVoice(samples);
      assertEquals(await framesOf(pcm, pieces, version), await definition(pcm, version), `${samples}`);
    }
  });
}

Deno.test("WhisperFeatures: silence is -1.5 everywhere, a tone has the known largest and smallest value", async () => {
  for (const version of ["1.5", "1.0"] as const) {
    const encoder = new TellingEncoder();
    encoder.isKeeping = true;
    using stream = new WhisperFeatures(encoder, version);
    stream.start();
    await stream.push(new Float32Array(RATE));
    await stream.finish();
    const silence = new Set(encoder.heard.at(-1)!);
    assertEquals(silence, version === "1.5" ? new Set([-1.5]) : new Set([-1.5, 0]));
    stream.start();
    await stream.push(Float32Array.from({ length: RATE }, (_, n) => 0.5 * Math.sin(2 * Math.PI * n / 16)));
    await stream.finish();
    const tone = encoder.heard.at(-1)!;
    if (version === "1.5") {
      assertAlmostEquals(tone.reduce((a, b) => Math.max(a, b)), 1.4396516648, 1e-6);
      assertAlmostEquals(tone.reduce((a, b) => Math.min(a, b)), -0.5603483352, 1e-6);
    } else assertEquals(tone[100], 0); // column 100 is after the end
    const column = Array.from({ length: MEL_COUNT }, (_, mel) => tone[mel * PIECE_COLUMNS + 50]!);
    assertEquals(column.indexOf(Math.max(...column)), 26);
  }
});

Deno.test("WhisperFeatures: a frame is known 122.5 ms after its beginning plus at most a step of 160 ms", async () => {
  const pcm = madeVoice(3 * RATE);
  using stream = new WhisperFeatures(new TellingEncoder(), "1.5");
  stream.start();
  let isFirst = true;
  for (let at = 0; at < pcm.length; at += 40) {
    await stream.push(pcm.subarray(at, at + 40));
    const heardMs = (at + 40) / 16;
    const neededMs = (stream.knownFrames - 1) * 40 + stream.rightContextMs;
    assert(stream.knownFrames === 0 || heardMs >= neededMs, "too early");
    assert(stream.knownFrames * 40 + stream.rightContextMs + 160 > heardMs - 2.5, "late");
    if (isFirst && stream.knownFrames > 0) {
      assertEquals(heardMs, stream.rightContextMs);
      isFirst = false;
    }
  }
});

Deno.test("WhisperFeatures: 6.25 runs a second of speech at most, one a push when it comes fast", async () => {
  const pcm = madeVoice(31 * RATE);
  using stream = new WhisperFeatures(new TellingEncoder(), "1.5");
  stream.start();
  for (let at = 0; at < pcm.length; at += 320) await stream.push(pcm.subarray(at, at + 320));
  await stream.finish();
  assertLessOrEqual(stream.encodes, 6.25 * 31 + 4);
  const slow = stream.encodes;
  stream.start();
  await stream.push(pcm.subarray(0, 5 * RATE));
  await stream.push(pcm.subarray(5 * RATE, 10 * RATE));
  await stream.finish();
  assertEquals(stream.encodes - slow, 3);
  stream.start();
  await stream.push(pcm);
  await stream.finish();
  // A whole piece, the second that follows as far as it is heard, and its end.
  assertEquals(stream.encodes - slow, 6);
});

Deno.test("WhisperFeatures: frames go on over the ends of pieces, of which each is encoded by itself", async () => {
  const samples = 30 * RATE + 12_345;
  const frames = await framesOf(
    madeVoice(samples),
    Array.from({ length: 40 }, () => RATE * 0.8),
    "1.5",
    true,
  );
  assertEquals(frames.length, Math.ceil(samples * 25 / RATE));
  // Frame 751 reads features 1498 and 1499 of the first piece and 0 to 7 of the second.
  const numbers = Array.from(
    { length: WINDOW_FEATURES },
    (_, at) => frames[751]![at * HIDDEN_STATES * 3 + 1]!,
  );
  assertEquals(numbers, [1499, 1500, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("WhisperFeatures 1.0: the loudest value of the whole utterance counts, over the ends of pieces too", async () => {
  const pcm = new Float32Array(31 * RATE).fill(0);
  pcm.set(madeVoice(RATE), 2 * RATE);
  const encoder = new TellingEncoder();
  encoder.isKeeping = true;
  using stream = new WhisperFeatures(encoder, "1.0");
  stream.start();
  await stream.push(pcm);
  await stream.finish();
  const [first, last] = [encoder.heard[0]!, encoder.heard.at(-1)!];
  assertEquals(first[2900], last[50]); // silence, lifted to the same floor
  assert(first[2900]! > -1.5);
  assertEquals(last[100], 0);
});

Deno.test("WhisperFeatures.copyFrame: a frame that is not known, or no longer kept, is refused", async () => {
  using stream = new WhisperFeatures(new TellingEncoder(), "1.5");
  const into = new Float32Array(stream.valuesPerFrame);
  stream.start();
  assertThrows(() => stream.copyFrame(0, into, 0), RangeError);
  await stream.push(madeVoice(20 * RATE));
  assertThrows(() => stream.copyFrame(stream.knownFrames, into, 0), RangeError);
  assertThrows(
    () => stream.copyFrame(stream.knownFrames - stream.keptFrames - 1, into, 0),
    RangeError,
    "newest 400",
  );
  stream.copyFrame(stream.knownFrames - stream.keptFrames, into, 0);
});

Deno.test("WhisperFeatures: a whole piece is mirrored at its end, and the next one at its beginning", async () => {
  const pcm = madeVoice(31 * RATE);
  const encoder = new TellingEncoder();
  encoder.isKeeping = true;
  using stream = new WhisperFeatures(encoder, "1.5");
  stream.start();
  await stream.push(pcm);
  await stream.finish();
  const second = new Float32Array(30 * RATE);
  second.set(pcm.subarray(30 * RATE));
  for (
    const [heard, sound] of [[encoder.heard[0]!, pcm.subarray(0, 30 * RATE)], [
      encoder.heard.at(-1)!,
      second,
    ]] as const
  ) {
    const columns: number[] = [];
    const mel = new LogMel();
    mel.push(sound, (column) => columns.push(...column));
    mel.finish((column) => columns.push(...column));
    const wanted = Float32Array.from(columns);
    scaleForWhisper(wanted);
    for (const column of [0, 1, 99, 100, 101, 2997, 2998, 2999]) {
      for (const row of [0, 33, 79]) {
        assertEquals(heard[row * PIECE_COLUMNS + column], wanted[column * MEL_COUNT + row], `${column}`);
      }
    }
  }
});

/** What Ultralight hears through HuBERT and WeNet, against the definitions, and how often the encoders run. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import {
  FBANK_BINS,
  HUBERT_VALUES,
  HubertFeatures,
  KaldiFbank,
  type SequenceEncoder,
  WENET_COLUMNS,
  WenetFeatures,
} from "../../src/features/mod.ts";
import { madeVoice } from "../fakes/made_voice.ts";

const RATE = 16_000;
const HOP = 320;
const BITS = 12;

/** Sound whose feature t can be told from its samples 320 t on: mean 0, variance 0.04 in every hop. */
function numberedSound(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, n) => {
    const bit = Math.floor(n % HOP / 2);
    const isSet = bit < BITS && (Math.floor(n / HOP) >> bit & 1) === 1;
    return (n % 2 === 0) === isSet ? 0.2 : -0.2;
  });
}

/** HuBERT's shape. Value 0 of a feature: its number in the utterance, 1: which it was in its run; 2: of how many. */
class NumberingEncoder implements SequenceEncoder {
  readonly heardSamples: number[] = [];
  largest = 0;

  encode(values: Float32Array): Promise<Float32Array> {
    this.heardSamples.push(values.length);
    const count = Math.floor((values.length - 80) / HOP);
    const answer = new Float32Array(count * HUBERT_VALUES);
    for (let feature = 0; feature < count; feature++) {
      let number = 0;
      for (let bit = 0; bit < BITS; bit++) if (values[feature * HOP + 2 * bit]! > 0) number += 2 ** bit;
      answer.set([number + 1, feature, count], feature * HUBERT_VALUES);
    }
    for (const value of values) this.largest = Math.max(this.largest, Math.abs(value));
    return Promise.resolve(answer);
  }

  [Symbol.dispose](): void {
    // Typed arrays only.
  }
}

function windowOf(stream: HubertFeatures | WenetFeatures, frame: number, step: number, value = 0): number[] {
  const values = new Float32Array(stream.valuesPerFrame);
  stream.copyFrame(frame, values, 0);
  return Array.from({ length: values.length / step }, (_, at) => values[at * step + value]!);
}

/** Features 2 i - 8 to 2 i + 7, counted from 1; 0 beyond the ends. */
function hubertWindow(frame: number, features: number): number[] {
  return Array.from({ length: 16 }, (_, at) => {
    const feature = 2 * frame - 8 + at;
    return feature >= 0 && feature < features ? feature + 1 : 0;
  });
}

Deno.test("HubertFeatures: frames i - 4 to i + 3 of two features each, zeros beyond the ends", async () => {
  const samples = 2 * RATE + 4000; // 112 features
  using stream = new HubertFeatures(new NumberingEncoder());
  stream.start();
  await stream.push(numberedSound(samples));
  await stream.finish();
  assertEquals(stream.knownFrames, Math.ceil(samples * 25 / RATE));
  for (let frame = 0; frame < stream.knownFrames; frame++) {
    assertEquals(windowOf(stream, frame, HUBERT_VALUES), hubertWindow(frame, 112), `frame ${frame}`);
  }
  assertThrows(
    () => stream.copyFrame(stream.knownFrames, new Float32Array(stream.valuesPerFrame), 0),
    RangeError,
  );
});

Deno.test("HubertFeatures: in pieces too, with a second of sound before what is new, 6.25 runs a second", async () => {
  const pcm = numberedSound(25 * RATE);
  const encoder = new NumberingEncoder();
  using stream = new HubertFeatures(encoder);
  stream.start();
  let frame = 0;
  for (let at = 0; at < pcm.length; at += 320) {
    await stream.push(pcm.subarray(at, at + 320));
    for (; frame < stream.knownFrames; frame++) {
      assert((at + 320) / 16 >= frame * 40 + stream.rightContextMs);
      assertEquals(windowOf(stream, frame, HUBERT_VALUES), hubertWindow(frame, 1249), `frame ${frame}`);
    }
    assert(frame * 40 + stream.rightContextMs + 160 + 20 > at / 16, "late");
    if (frame < 40) continue;
    // Features before it in its run, and after it: those of a run's end come anew with the next one.
    const before = windowOf(stream, frame - 10, HUBERT_VALUES, 1);
    const after = windowOf(stream, frame - 10, HUBERT_VALUES, 2).map((count, nth) =>
      count - 1 - before[nth]!
    );
    assertGreaterOrEqual(Math.min(...before), 50 - 16, `frame ${frame - 10}`);
    assertGreaterOrEqual(Math.min(...after), 8, `frame ${frame - 10}`);
  }
  await stream.finish();
  assertLessOrEqual(encoder.heardSamples.length, 6.25 * 25 + 5);
  assertLessOrEqual(Math.max(...encoder.heardSamples), RATE + 10 * HOP);
  assertEquals(stream.encodes, encoder.heardSamples.length);
  assertEquals(windowOf(stream, 624, HUBERT_VALUES), hubertWindow(624, 1248)); // the last one has no second
});

Deno.test("HubertFeatures: sound pushed at once is encoded in the reference's clips of 20 s", async () => {
  const encoder = new NumberingEncoder();
  using stream = new HubertFeatures(encoder);
  stream.start();
  await stream.push(numberedSound(45 * RATE));
  await stream.finish();
  assertEquals(encoder.heardSamples, [320_080, 320_080, 80_000]);
  assertEquals(windowOf(stream, 1000, HUBERT_VALUES), hubertWindow(1000, 2249));
});

Deno.test("HubertFeatures: mean 0 and variance 1 over the whole sound", async () => {
  let heard = new Float32Array(0);
  const inner = new NumberingEncoder();
  const encoder = { encode: (values: Float32Array) => (heard = values.slice(), inner.encode(values)) };
  using stream = new HubertFeatures({ ...encoder, [Symbol.dispose]() {} });
  const pcm = madeVoice(RATE).map((value) => value * 0.1 + 0.3);
  stream.start();
  await stream.push(pcm);
  const mean = pcm.reduce((a, b) => a + b, 0) / RATE;
  const variance = pcm.reduce((a, b) => a + (b - mean) ** 2, 0) / RATE;
  for (let at = 0; at < RATE; at += 97) {
    assertAlmostEquals(heard[at]!, (pcm[at]! - mean) / Math.sqrt(variance + 1e-7), 2e-5);
  }
});

Deno.test("HubertFeatures: sound too short for one feature gives zeros and no run", async () => {
  const encoder = new NumberingEncoder();
  using stream = new HubertFeatures(encoder);
  stream.start();
  await stream.push(new Float32Array(399));
  await stream.finish();
  assertEquals([encoder.heardSamples.length, stream.knownFrames], [0, 1]);
  assertEquals(windowOf(stream, 0, HUBERT_VALUES), new Array(16).fill(0));
});

Deno.test("KaldiFbank: a column is Kaldi's definition, silence is the logarithm of the least number", () => {
  const pcm = madeVoice(2000);
  const columns: Float32Array[] = [];
  const fbank = new KaldiFbank();
  fbank.push(pcm.subarray(0, 777), (column) => columns.push(column.slice()));
  fbank.push(pcm.subarray(777), (column) => columns.push(column.slice()));
  assertEquals(columns.length, 11); // 1 + (2000 - 400) / 160, only whole windows
  const nth = 7;
  const frame = Array.from(pcm.subarray(160 * nth, 160 * nth + 400), (value) => Math.trunc(value * 32767));
  const mean = frame.reduce((a, b) => a + b) / 400;
  const even = frame.map((value) => value - mean);
  const shaped = even.map((value, at) =>
    (value - 0.97 * even[Math.max(0, at - 1)]!) * (0.5 - 0.5 * Math.cos(2 * Math.PI * at / 399)) ** 0.85
  );
  const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);
  const step = (mel(8000) - mel(20)) / 81;
  for (const bin of [0, 5, 40, 79]) {
    let energy = 0;
    for (let k = 0; k < 256; k++) {
      const place = (mel(k * 31.25) - mel(20)) / step - bin;
      const weight = Math.max(0, Math.min(place, 2 - place));
      if (weight === 0) continue;
      let [real, imaginary] = [0, 0];
      shaped.forEach((value, n) => {
        real += value * Math.cos(2 * Math.PI * k * n / 512);
        imaginary -= value * Math.sin(2 * Math.PI * k * n / 512);
      });
      energy += weight * (real * real + imaginary * imaginary);
    }
    assertAlmostEquals(columns[nth]![bin]!, Math.log(Math.max(energy, 2 ** -23)), 1e-4);
  }
  fbank.reset();
  fbank.push(new Float32Array(400), (column) => assertAlmostEquals(column[9]!, -15.942385, 1e-5));
});

/** WeNet's shape. An answer tells the sum of some of its columns. */
const summing: SequenceEncoder = {
  encode(values) {
    const answer = new Float32Array(16 * 512);
    answer[0] = 1000;
    for (const column of [0, 31, 66]) answer[0] += values[column * FBANK_BINS + 11]! * (column + 1);
    return Promise.resolve(answer);
  },
  [Symbol.dispose]() {},
};

/** What the reference answers for a whole sound. */
async function wenetAnswers(pcm: Float32Array): Promise<number[]> {
  const sound = new Float32Array(32 * 160 + pcm.length + 35 * 160);
  sound.set(pcm, 32 * 160);
  const columns: number[] = [];
  new KaldiFbank().push(sound, (column) => columns.push(...column));
  const answers: number[] = [];
  for (let start = 0, end = 0; end < columns.length / FBANK_BINS; start += 5) {
    end = start + WENET_COLUMNS;
    const chunk = new Float32Array(WENET_COLUMNS * FBANK_BINS);
    chunk.set(columns.slice(start * FBANK_BINS, end * FBANK_BINS));
    answers.push((await summing.encode(chunk))[0]!);
  }
  return answers;
}

Deno.test("WenetFeatures: the reference's answers i - 4 to i + 3, the nearest in time for each frame", async () => {
  for (const samples of [16_000, 16_800, 17_123, 3000, 160]) {
    const pcm = madeVoice(samples);
    const answers = await wenetAnswers(pcm);
    using stream = new WenetFeatures(summing);
    stream.start();
    for (let at = 0; at < samples; at += 1234) await stream.push(pcm.subarray(at, at + 1234));
    await stream.finish();
    assertEquals(stream.knownFrames, Math.ceil(samples / 640));
    for (let frame = 0; frame < stream.knownFrames; frame++) {
      const nearest = Math.floor((frame + 0.5) * 0.8);
      const wanted = Array.from({ length: 8 }, (_, at) => answers[nearest - 4 + at] ?? 0);
      assertEquals(windowOf(stream, frame, 16 * 512), wanted, `${samples} samples, frame ${frame}`);
    }
  }
});

Deno.test("WenetFeatures: 20 runs a second, frames as soon as their last answer is there", async () => {
  let runs = 0;
  const counting = {
    encode: (values: Float32Array) => (runs++, summing.encode(values)),
    [Symbol.dispose]() {},
  };
  using stream = new WenetFeatures(counting);
  const pcm = madeVoice(2 * RATE);
  stream.start();
  for (let at = 0; at < pcm.length; at += 160) {
    await stream.push(pcm.subarray(at, at + 160));
    const heardMs = (at + 160) / 16;
    assert(stream.knownFrames * 40 + stream.rightContextMs > heardMs, "late");
    assert(
      stream.knownFrames === 0 || (stream.knownFrames - 1) * 40 + stream.rightContextMs <= heardMs + 50,
      "early",
    );
  }
  await stream.finish();
  assertLessOrEqual(runs, 2 * 20 + 2);
});

/**
 * What MuseTalk's own functions hear, held against the shipped code: log-mels, windows, positional encoding.
 *
 * In: a folder of known answers. Out: for each kind the largest error of all its cases.
 */
import {
  addPositionalEncoding,
  FEATURE_SIZE,
  featureCount,
  frameCount,
  HIDDEN_STATES,
  LogMel,
  MEL_COUNT,
  PIECE_COLUMNS,
  scaleForWhisper,
  WhisperFeatures,
  WINDOW_FEATURES,
  WINDOW_ROWS,
  windowOf,
} from "../../src/features/mod.ts";
import { type Check, worse } from "./check.ts";
import { bad, type GoldenJson, type KnownAnswers } from "./known_answers.ts";

const PIECE_FEATURES = PIECE_COLUMNS / 2;
const PIECE_SAMPLES = PIECE_COLUMNS * 160;
/** Speech given to the stream at once: less than it keeps. */
const PUSH_SAMPLES = 4 * 16_000;

/** Arrays of [80, columns], each of the sound (one dimension, "pcm" in its name) whose name is most like its own. */
export async function checkMel(golden: KnownAnswers): Promise<Check> {
  const names = Object.keys(golden.json.arrays);
  const sounds = names.filter((name) => name.includes("pcm") && golden.shape(name).length === 1);
  const answers = names.filter((name) => name.includes("mel") && golden.shape(name).length === 2);
  let error = 0;
  for (const name of answers) {
    const sound = sounds.toSorted((a, b) => likeness(b, name) - likeness(a, name))[0];
    if (sound === undefined) throw bad(`array ${name} of ${golden.folder}, wanted its sound ("pcm") too`);
    const { values, shape } = await golden.array(name);
    const columns = shape[1]!;
    if (shape[0] !== MEL_COUNT || columns > PIECE_COLUMNS) {
      throw bad(`array ${name} has the shape ${shape}, wanted [${MEL_COUNT}, up to ${PIECE_COLUMNS}]`);
    }
    const mine = whisperMel((await golden.array(sound)).values);
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      for (let column = 0; column < columns; column++) {
        error = worse(error, mine[column * MEL_COUNT + mel], values[mel * columns + column]);
      }
    }
  }
  return { kind: "mel", cases: answers.length, error, limit: 2e-6 };
}

/** Letters that two names have in common at their beginnings and ends. */
function likeness(a: string, b: string): number {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  let end = 1;
  while (end <= a.length && a.at(-end) === b.at(-end)) end++;
  return same + end;
}

/** Column after column, of at most 30 s filled up with silence. */
function whisperMel(pcm: Float32Array): Float32Array {
  const padded = new Float32Array(PIECE_SAMPLES);
  padded.set(pcm.subarray(0, padded.length));
  const mel = new LogMel();
  const values = new Float32Array(PIECE_COLUMNS * MEL_COUNT);
  let at = 0;
  const keep = (column: Float32Array) => {
    values.set(column, at);
    at += MEL_COUNT;
  };
  mel.push(padded, keep);
  mel.finish(keep);
  scaleForWhisper(values);
  return values;
}

type Windows = GoldenJson["windows"][string];

/** By frame rate: how many frames a sound has, and which features each of them reads. An error is a wrong number. */
export async function checkWindows(golden: KnownAnswers): Promise<Check> {
  let error = 0;
  let cases = 0;
  for (const [rate, entry] of Object.entries(golden.json.windows)) {
    const fps = Number(rate);
    if (fps < 1) throw bad(`windows at ${rate} fps in ${golden.folder}, wanted 1 or more`);
    const { samples, frames, rows } = entry;
    if (frames !== undefined && frameCount(samples, fps) !== frames) error++;
    for (const [frame, wanted] of Object.entries(rows)) {
      const mine = windowOf(Number(frame), fps, featureCount(samples));
      if (mine.length !== wanted.length || mine.some((feature, at) => feature !== wanted[at])) error++;
      cases++;
    }
    if (fps === 25) error += await wrongInStream(entry);
  }
  return { kind: "windows", cases, error, limit: 0 };
}

/** The same through the class that a programme hears with, whose encoder numbers features (of a piece) and layers. */
async function wrongInStream({ samples, rows, layersOfFirstFive }: Windows): Promise<number> {
  const layers = layersOfFirstFive ?? [0, 1, 2, 3, 4];
  const numbers = new Float32Array(PIECE_FEATURES * HIDDEN_STATES * FEATURE_SIZE);
  numbers.forEach((_, at) => numbers[at] = Math.floor(at / FEATURE_SIZE) + 1);
  using stream = new WhisperFeatures(
    { encode: () => Promise.resolve(numbers), [Symbol.dispose]() {} },
    "1.5",
  );
  const values = new Float32Array(stream.valuesPerFrame);
  const asked = Object.keys(rows).map(Number).sort((a, b) => a - b);
  let wrong = 0;
  let done = 0;
  const check = () => {
    for (; done < asked.length && asked[done]! < stream.knownFrames; done++) {
      stream.copyFrame(asked[done]!, values, 0);
      for (let row = 0; row < WINDOW_FEATURES * HIDDEN_STATES; row++) {
        const feature = rows[asked[done]!]![Math.floor(row / HIDDEN_STATES)] ?? NaN;
        const number = feature % PIECE_FEATURES * HIDDEN_STATES + layers[row % HIDDEN_STATES]! + 1;
        if (values[row * FEATURE_SIZE] !== (feature < 0 ? 0 : number)) wrong++;
      }
    }
  };
  stream.start();
  for (let at = 0; at < samples; at += PUSH_SAMPLES) {
    await stream.push(new Float32Array(Math.min(PUSH_SAMPLES, samples - at)));
    check();
  }
  await stream.finish();
  check();
  return wrong + asked.length - done;
}

/** Arrays named like pe_in and pe_out, in pairs, of any number of windows. */
export async function checkPositions(golden: KnownAnswers): Promise<Check> {
  let error = 0;
  const names = Object.keys(golden.json.arrays).filter((name) => name.includes("pe_in"));
  for (const name of names) {
    const { values, shape } = await golden.array(name);
    const wanted = await golden.array(name.replace("pe_in", "pe_out"));
    const rows = shape.at(-2) ?? 1;
    if (shape.at(-1) !== FEATURE_SIZE || rows > WINDOW_ROWS || wanted.values.length !== values.length) {
      throw bad(
        `array ${name} has the shape ${shape}, wanted [windows, up to ${WINDOW_ROWS}, ${FEATURE_SIZE}] twice`,
      );
    }
    const step = rows * FEATURE_SIZE;
    for (let from = 0; from < values.length; from += step) {
      const window = values.subarray(from, from + step);
      addPositionalEncoding(window);
      window.forEach((value, at) => error = worse(error, value, wanted.values[from + at]));
    }
  }
  return { kind: "positional encoding", cases: names.length, error, limit: 1e-6 };
}

/**
 * What the known answers of MuseTalk's own functions are held against: the shipped code, kind by kind.
 *
 * In: a folder of known answers. Out: for each kind the largest error of all its cases, and the limit. A kind that the
 * folder does not hold is not checked and says so.
 */
import {
  addPositionalEncoding,
  decodedByte,
  encoderImage,
  FEATURE_SIZE,
  frameCount,
  HIDDEN_STATES,
  LATENT_IMAGE_SIDE,
  LATENT_IMAGE_VALUES,
  LogMel,
  MEL_COUNT,
  PIECE_COLUMNS,
  scaleForWhisper,
  WhisperFeatures,
  WINDOW_FEATURES,
  windowOf,
} from "../../src/features/mod.ts";
import { pastePlane } from "../../src/stage/mod.ts";
import { bad, type KnownAnswers } from "./known_answers.ts";

export interface Check {
  readonly kind: string;
  readonly cases: number;
  /** Largest of all cases. */
  readonly error: number;
  readonly limit: number;
}

export async function checkAll(golden: KnownAnswers): Promise<Check[]> {
  return [
    await checkMel(golden),
    await checkWindows(golden),
    await checkPositions(golden),
    ...await checkEncoderImages(golden),
    checkDecoded(golden),
    await checkBlend(golden),
  ];
}

/** Arrays NAME_pcm16k and NAME_firstN: the first columns of the log-mel of the sound, filled up to 30 s. */
async function checkMel(golden: KnownAnswers): Promise<Check> {
  let error = 0;
  let cases = 0;
  for (const name of golden.arrayNames(/pcm16k/)) {
    const stem = name.slice(0, name.indexOf("pcm16k"));
    const rest = name.slice(stem.length + "pcm16k".length);
    const answer = golden.arrayNames(/./).find((one) =>
      one !== name && one.startsWith(stem) && one.endsWith(rest) && /first\d+/.test(one)
    );
    if (answer === undefined) continue;
    const pcm = (await golden.array(name))!.values;
    const { values, shape } = (await golden.array(answer))!;
    const columns = shape.at(-1)!;
    if (shape.at(-2) !== MEL_COUNT || columns > PIECE_COLUMNS) {
      throw bad(`array ${answer} has the shape ${shape}, wanted [${MEL_COUNT}, up to ${PIECE_COLUMNS}]`);
    }
    const mine = whisperMel(pcm);
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      for (let column = 0; column < columns; column++) {
        error = worse(error, mine[column * MEL_COUNT + mel]!, values[mel * columns + column]!);
      }
    }
    cases++;
  }
  return { kind: "mel", cases, error, limit: 2e-6 };
}

/** Column after column, of at most 30 s filled up with silence. */
function whisperMel(pcm: Float32Array): Float32Array {
  const padded = new Float32Array(PIECE_COLUMNS * 160);
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

interface Windows {
  readonly samples: number;
  readonly frames: number;
  readonly rows: Readonly<Record<string, readonly number[]>>;
  readonly layersOfFirstFive?: readonly number[];
}

/** By frame rate: how many frames a sound has, and which features each of them reads. An error is a wrong number. */
async function checkWindows(golden: KnownAnswers): Promise<Check> {
  let error = 0;
  let cases = 0;
  for (const [rate, entry] of Object.entries((golden.json["windows"] ?? {}) as Record<string, Windows>)) {
    const fps = Number(rate);
    const { samples, frames, rows, layersOfFirstFive } = entry;
    if (frameCount(samples, fps) !== frames) error++;
    const features = Math.floor(samples / 16_000 * 50);
    for (const [frame, wanted] of Object.entries(rows)) {
      const mine = windowOf(Number(frame), fps, features);
      if (mine.length !== wanted.length || mine.some((feature, at) => feature !== wanted[at])) error++;
      cases++;
    }
    if (fps === 25) error += await wrongInStream(entry, layersOfFirstFive ?? [0, 1, 2, 3, 4]);
  }
  return { kind: "windows", cases, error, limit: 0 };
}

/** The same through the class that a programme hears with, whose encoder numbers its features and layers. */
async function wrongInStream({ samples, rows }: Windows, layers: readonly number[]): Promise<number> {
  const numbers = {
    encode: () =>
      Promise.resolve(
        Float32Array.from(
          { length: PIECE_COLUMNS / 2 * HIDDEN_STATES * FEATURE_SIZE },
          (_, at) => Math.floor(at / FEATURE_SIZE) + 1,
        ),
      ),
    [Symbol.dispose]() {},
  };
  using stream = new WhisperFeatures(numbers, "1.5");
  stream.start();
  await stream.push(new Float32Array(samples).fill(0.1));
  await stream.finish();
  const values = new Float32Array(stream.valuesPerFrame);
  let wrong = 0;
  for (const [frame, wanted] of Object.entries(rows)) {
    stream.copyFrame(Number(frame), values, 0);
    for (let row = 0; row < WINDOW_FEATURES * HIDDEN_STATES; row++) {
      const feature = wanted[Math.floor(row / HIDDEN_STATES)]!;
      const layer = layers[row % HIDDEN_STATES]!;
      if (values[row * FEATURE_SIZE] !== (feature < 0 ? 0 : feature * HIDDEN_STATES + layer + 1)) wrong++;
    }
  }
  return wrong;
}

/** Arrays pe_in and pe_out, or any such pair. */
async function checkPositions(golden: KnownAnswers): Promise<Check> {
  let error = 0;
  let cases = 0;
  for (const name of golden.arrayNames(/pe_in/)) {
    const given = (await golden.array(name))!.values;
    const wanted = await golden.array(name.replace("pe_in", "pe_out"));
    if (wanted === undefined) continue;
    addPositionalEncoding(given);
    given.forEach((value, at) => error = worse(error, value, wanted.values[at]!));
    cases++;
  }
  return { kind: "positional encoding", cases, error, limit: 1e-6 };
}

interface Spot {
  /** Channel, row, column. */
  readonly at: readonly [number, number, number];
  readonly value: number;
}

/** The crop as the encoder sees it, whole and with its lower half hidden. */
async function checkEncoderImages(golden: KnownAnswers): Promise<Check[]> {
  const spots = golden.json["vae_pre"] as { masked?: Spot[]; reference?: Spot[]; file?: string } | undefined;
  if (spots === undefined) return [{ kind: "encoder images", cases: 0, error: 0, limit: 0 }];
  const face = await golden.picture(spots.file ?? "vae_face.png");
  if (face.width !== LATENT_IMAGE_SIDE || face.height !== LATENT_IMAGE_SIDE || face.channels < 3) {
    throw bad(`vae_face.png is ${face.width}x${face.height}, wanted ${LATENT_IMAGE_SIDE} RGB pixels a side`);
  }
  const rgb = new Uint8Array(LATENT_IMAGE_SIDE ** 2 * 3);
  for (let at = 0; at < rgb.length; at++) {
    rgb[at] = face.bytes[Math.floor(at / 3) * face.channels + at % 3]!;
  }
  const image = new Float32Array(LATENT_IMAGE_VALUES);
  return (["masked", "reference"] as const).map((kind) => {
    encoderImage(rgb, kind === "masked", image);
    let error = 0;
    for (const { at: [channel, row, column], value } of spots[kind] ?? []) {
      error = worse(error, image[(channel * LATENT_IMAGE_SIDE + row) * LATENT_IMAGE_SIDE + column]!, value);
    }
    return { kind: `encoder image, ${kind}`, cases: spots[kind]?.length ?? 0, error, limit: 0 };
  });
}

function checkDecoded(golden: KnownAnswers): Check {
  const all = (golden.json["decode"] ?? []) as { decoder: number; u8: number }[];
  let error = 0;
  for (const { decoder, u8 } of all) error = worse(error, decodedByte(decoder), u8);
  return { kind: "decoder to bytes", cases: all.length, error, limit: 0 };
}

interface BlendCase {
  /** x1, y1, x2, y2. */
  readonly box: readonly [number, number, number, number];
  readonly crop: readonly [number, number, number, number];
  readonly patch: string;
  readonly mask: string;
  readonly out: string;
  readonly frame?: string;
}

/** The patch over the frame, channel by channel, by the arithmetic that pastes Y, U and V. */
async function checkBlend(golden: KnownAnswers): Promise<Check> {
  const cases = (golden.json["blend"] ?? []) as BlendCase[];
  let error = 0;
  for (const one of cases) {
    const frame = await golden.picture(one.frame ?? "frame.png");
    const patch = await golden.picture(one.patch);
    const mask = await golden.picture(one.mask);
    const out = await golden.picture(one.out);
    const [box, crop] = [boxOf(one.box), boxOf(one.crop)];
    if (patch.width !== box.x2 - box.x1 || patch.height !== box.y2 - box.y1) {
      throw bad(`${one.patch} is ${patch.width}x${patch.height}, wanted the size of its box`);
    }
    if (mask.width !== crop.x2 - crop.x1 || mask.height !== crop.y2 - crop.y1) {
      throw bad(`${one.mask} is ${mask.width}x${mask.height}, wanted the size of its crop`);
    }
    const opacity = plane(mask, 0);
    for (let channel = 0; channel < 3; channel++) {
      const mine = plane(frame, channel);
      pastePlane(mine, frame.width, frame.height, plane(patch, channel), box, opacity, crop);
      const wanted = plane(out, channel);
      for (let at = 0; at < mine.length; at++) error = worse(error, mine[at]!, wanted[at]!);
    }
  }
  return { kind: "blend", cases: cases.length, error, limit: 1 };
}

function boxOf([x1, y1, x2, y2]: readonly [number, number, number, number]) {
  return { x1, y1, x2, y2 };
}

function plane(
  { bytes, channels, width, height }: { bytes: Uint8Array; channels: number; width: number; height: number },
  channel: number,
): Uint8Array {
  const from = Math.min(channel, channels - 1);
  return Uint8Array.from({ length: width * height }, (_, at) => bytes[at * channels + from]!);
}

/** The larger error; what is no number is infinitely wrong. */
function worse(error: number, mine: number, wanted: number): number {
  const apart = Math.abs(mine - wanted);
  return Number.isNaN(apart) ? Infinity : Math.max(error, apart);
}

/**
 * What model.json leaves open about a MuseTalk graph, found out by running it on made-up values.
 *
 * - Positional encoding: attention without positions does not see the order of the 50 context rows. The graph runs on the
 *   encoding's own rows, reversed in sign and twice as strong, on the same rows in another order, on their mean fifty times,
 *   and on noise. Inside, order makes a difference like that between rows and their mean; outside nothing but rounding. A
 *   graph that hears neither is taken for outside, as in the published checkpoints; exporters write it down.
 * - Range of a picture: noise makes a picture around the middle, which is 0 or 0.5 or 127; what is a little above 0 and has
 *   many values well below is a bright picture of -1..1.
 * - Scale of a decoder: on flat latents the SD autoencoder's space is nearly linear in colour. ComfyUI publishes its slopes
 *   (latent_formats.py: SD15, TAESD shares the space): half of (1, 1, 0, -1) more in *scaled* latents makes the picture
 *   brighter by 0.53 of -1..1. A decoder that wants them divided by 0.18215 answers about a fifth of that. The border lies
 *   at the geometric mean of the two; what is far from both (an untrained network) is taken for outside, as diffusers'.
 */
import { addPositionalEncoding, WINDOW_ROWS } from "../../../features/mod.ts";
import type { Range } from "./patch_writer.ts";

/** Latents are the autoencoder's times this. */
export const LATENT_SCALE = 0.18215;

/** Runs one frame; answers what came out, to be read before the next run. */
export type Trial = (values: Float32Array) => Promise<Float32Array | Uint8Array>;

/** What is below is rounding, of float16 weights too. */
const CONTENT_SHARE = 0.5;
const NOISE_SHARE = 0.003;
/** The encoding inside is outweighed, not brought to nothing, so that odd and even hearing both show the order. */
const AGAINST = -2;
const BELOW_ZERO = -0.1;
const BELOW_SHARE = 0.02;
const MIDDLE_LOW = 0.27;
const MIDDLE_HIGH = 0.45;
/** Row sums of the slopes by channel, a third each, for (1, 1, 0, -1): (0.9038 + 1.0564 + 1.1913) / 3. */
const SLOPE = 1.0505;
const STEP = 0.5;
/** So many times more or less than expected is another network. */
const STRANGE = 3;
/** About as loud as quiet speech. */
const CONTEXT_DEVIATION = 0.4;

/** Whether a graph adds the positional encoding itself. `run` hears a context of 50 rows. */
export async function isPositionInside(run: Trial, contextValues: number): Promise<boolean> {
  const rowValues = contextValues / WINDOW_ROWS;
  const context = new Float32Array(contextValues);
  addPositionalEncoding(context);
  for (let at = 0; at < contextValues; at++) context[at]! *= AGAINST;
  const turned = new Float32Array(contextValues);
  const mean = new Float32Array(contextValues);
  for (let at = 0; at < contextValues; at++) {
    const column = at % rowValues;
    turned[at] = context[otherRow((at - column) / rowValues) * rowValues + column]!;
    mean[column]! += context[at]! / WINDOW_ROWS;
  }
  for (let row = 1; row < WINDOW_ROWS; row++) mean.copyWithin(row * rowValues, 0, rowValues);
  const first = (await run(context)).slice();
  const byOrder = distance(first, await run(turned));
  const byContent = distance(first, await run(mean));
  const byNoise = distance(first, await run(quietContext(contextValues, 2)));
  return byOrder > CONTENT_SHARE * byContent && byOrder > NOISE_SHARE * byNoise;
}

/** Every row once, in an order that is not its own inverse: what swapped rows do to an odd network adds up to nothing. */
function otherRow(row: number): number {
  return (7 * row + 24) % WINDOW_ROWS;
}

/** The range of a picture that was made of noise. */
export function rangeOf(picture: Float32Array): Range {
  let sum = 0;
  let below = 0;
  for (const value of picture) {
    sum += value;
    if (value < BELOW_ZERO) below++;
  }
  const mean = sum / picture.length;
  if (mean > 2) return "0..255";
  const isSigned = mean < MIDDLE_LOW || mean < MIDDLE_HIGH && below > BELOW_SHARE * picture.length;
  return isSigned ? "-1..1" : "0..1";
}

/** Whether a decoder wants scaled latents [4, 32, 32]. */
export async function isScaleInside(run: Trial, latentValues: number, range: Range): Promise<boolean> {
  const bright = mean(await run(flat(latentValues, STEP / 2)));
  const dark = mean(await run(flat(latentValues, -STEP / 2)));
  const unit = range === "-1..1" ? 1 : range === "0..1" ? 2 : 2 / 255;
  const inside = SLOPE * STEP;
  const is = (bright - dark) * unit;
  return is > inside * Math.sqrt(LATENT_SCALE) && is < inside * STRANGE;
}

/** What the context of a trial is. */
export function quietContext(values: number, seed: number): Float32Array {
  return noise(values, seed).map((value) => value * CONTEXT_DEVIATION);
}

/** Values around 0 of deviation 1, the same every time. */
export function noise(values: number, seed: number): Float32Array {
  let state = seed * 0x9e3779b9 >>> 0;
  return Float32Array.from({ length: values }, () => {
    let sum = 0;
    for (let times = 0; times < 4; times++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      sum += state / 2 ** 32 - 0.5;
    }
    return sum * Math.sqrt(3);
  });
}

function flat(values: number, amount: number): Float32Array {
  const plane = values / 4;
  const signs = [1, 1, 0, -1];
  return Float32Array.from({ length: values }, (_, at) => signs[Math.floor(at / plane)]! * amount);
}

function mean(values: Float32Array | Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function distance(a: Float32Array | Uint8Array, b: Float32Array | Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs(a[at]! - b[at]!);
  return sum;
}

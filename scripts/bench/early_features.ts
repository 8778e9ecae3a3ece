/**
 * `deno run -A scripts/bench/early_features.ts MODEL-FOLDER`: how far features that are asked for as soon as they are known
 * are from those of the whole utterance, which are the reference's; and how often the encoder runs for a second of speech.
 *
 * In: an installed MuseTalk or Ultralight model. Out: a table: speech in pieces of so many ms, frames taken at once or so
 * many frames later; the error as a share of the root mean square, over all frames, of the worst frame, and by hidden state.
 */
import { basename, dirname, resolve } from "node:path";
import type { FeatureStream } from "../../src/features/mod.ts";
import { openNeuralModel } from "../../src/model/mod.ts";
import { openStream } from "../../tests/fakes/neural_answers.ts";
import { readWav16k } from "../../tests/fakes/wav.ts";

const SPEECH = new URL("../../tests/golden/lipsync/mama_papa.wav", import.meta.url);
const STATES = 5;
const STATE_VALUES = 384;
/** Piece in ms, frames that are waited for. */
const WAYS = [[20, 0], [20, 2], [20, 5], [320, 0], [1280, 0]] as const;

/** All frames of `pcm`, each taken when `late` more are known. */
async function taken(stream: FeatureStream, pcm: Float32Array, piece: number, late: number) {
  const frames: Float32Array[] = [];
  const take = (end: number) => {
    while (frames.length < end) {
      const values = new Float32Array(stream.valuesPerFrame);
      stream.copyFrame(frames.length, values, 0);
      frames.push(values);
    }
  };
  stream.start();
  for (let at = 0; at < pcm.length; at += piece) {
    await stream.push(pcm.subarray(at, at + piece));
    take(stream.knownFrames - late);
  }
  await stream.finish();
  take(stream.knownFrames);
  return frames;
}

/** Root of the mean squared difference over that of the values, of those whose place `of` is asked for. */
function apart(frames: readonly Float32Array[], wanted: readonly Float32Array[], of = (_at: number) => true) {
  let [difference, all] = [0, 0];
  frames.forEach((values, frame) =>
    values.forEach((value, at) => {
      if (!of(at)) return;
      difference += (value - wanted[frame]![at]!) ** 2;
      all += wanted[frame]![at]! ** 2;
    })
  );
  return Math.sqrt(difference / Math.max(all, 1e-30));
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`.padStart(9);

async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined || folder.startsWith("-")) {
    console.error("early_features: wanted a model's folder");
    return 2;
  }
  const path = resolve(folder);
  const model = await openNeuralModel(basename(path), [dirname(path)]);
  using stream = await openStream(model, { provider: "cpu", threads: 2 });
  const runs = () => "encodes" in stream ? Number(stream.encodes) : NaN;
  const pcm = readWav16k(SPEECH);
  const wanted = await taken(stream, pcm, pcm.length, Infinity);
  const isWhisper = model.manifest.contract.startsWith("musetalk");
  console.log(
    `${model.manifest.name}, ${model.manifest.contract}, ${(pcm.length / 16_000).toFixed(2)} s of speech`,
  );
  for (const [pieceMs, late] of WAYS) {
    const before = runs();
    const frames = await taken(stream, pcm, pieceMs * 16, late);
    const worst = Math.max(...frames.map((values, frame) => apart([values], [wanted[frame]!])));
    const states = !isWhisper ? [] : Array.from(
      { length: STATES },
      (_, state) => apart(frames, wanted, (at) => Math.floor(at / STATE_VALUES) % STATES === state),
    );
    console.log(
      `pieces of ${String(pieceMs).padStart(4)} ms, ${late} frames later: ${
        percent(apart(frames, wanted))
      } all, ` +
        `${percent(worst)} worst frame, ${
          ((runs() - before) * 16_000 / pcm.length).toFixed(1)
        } runs a second` +
        (isWhisper ? `; by state ${states.map(percent).join("")}` : ""),
    );
  }
  return 0;
}

Deno.exit(await main(Deno.args));

/**
 * espeak-ng (WebAssembly) in a worker of its own: it is synchronous and blocks its thread while it speaks.
 *
 * In: one request at a time. Out: one answer each, the samples transferred. Loads when the first request comes,
 * about 100 ms. The pool in espeak.ts owns this thread and may end it at any moment.
 */
import createEspeak from "espeak-ng";
import { oneLine } from "../../errors/mod.ts";
import { SAMPLE_RATE_HZ, stepBack } from "../../time/mod.ts";
import { Resampler } from "../resample.ts";
import type { SpokenWord, Voice } from "./tts.ts";
import { type WordMark, wordsFromMarks } from "./words.ts";

export type EspeakRequest =
  | { readonly kind: "voices" }
  | { readonly kind: "speak"; readonly text: string; readonly voice: string; readonly rate: number };

export type EspeakAnswer =
  | { readonly kind: "voices"; readonly voices: readonly Voice[] }
  | {
    readonly kind: "spoken";
    readonly samples: Float32Array<ArrayBuffer>;
    readonly words: readonly SpokenWord[];
  }
  | { readonly kind: "failed"; readonly error: string };

/** The part of the engine's interface that is used here. */
interface Engine {
  readonly samplerate: number;
  set_rate(wordsPerMinute: number): void;
  set_voice(name: string): number;
  list_voices(): { name: string; identifier: string; languages: { name: string }[] }[];
  synthesize(text: string, take: (pcm: Int16Array, events: EngineEvent[]) => boolean): void;
}
interface EngineEvent {
  readonly type: string;
  /** Code points, the first is 1. */
  readonly text_position: number;
  readonly word_length: number;
  /** Milliseconds. */
  readonly audio_position: number;
}

const PRIORITY_STEPS = 4;
const WORDS_PER_MINUTE = 175;
/** Longest text in bytes that fits the string buffer set up in load(). */
const TEXT_BYTES_MAX = 2 ** 17;
const EDGE_SAMPLES = SAMPLE_RATE_HZ / 500;
const PEAK = 0.98;

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<EspeakRequest>) => void;
  postMessage(answer: EspeakAnswer, transfer: Transferable[]): void;
};

interface EngineModule {
  readonly HEAPU8: Uint8Array;
  readonly eSpeakNGWorker: new () => Engine;
}

let loading: Promise<{ engine: Engine; reset(): void }> | undefined;
let resampler: Resampler | undefined;

/**
 * The engine remembers what it said, so that the same text sounds a little different the second time. Putting its
 * memory back to how it was at the start (1 ms) makes every answer depend on its request alone.
 */
async function load(): Promise<{ engine: Engine; reset(): void }> {
  const create = createEspeak as (options: unknown) => Promise<EngineModule>;
  const silent = () => {};
  const module = await create({ print: silent, printErr: silent });
  const engine = new module.eSpeakNGWorker();
  // The glue keeps a string buffer outside that memory's care: it has to have its last size and place before.
  // The first call measures what is wanted, the second one gets it.
  const longest = "x".repeat(TEXT_BYTES_MAX);
  for (let times = 0; times < 2; times++) engine.set_voice(longest);
  const atStart = module.HEAPU8.slice();
  return { engine, reset: () => module.HEAPU8.set(atStart) };
}

stepBack(PRIORITY_STEPS); // a listener waits for it

scope.onmessage = async ({ data: request }) => {
  try {
    const { engine, reset } = await (loading ??= load());
    reset();
    const answer = request.kind === "voices" ? listVoices(engine) : speak(engine, request);
    scope.postMessage(answer, answer.kind === "spoken" ? [answer.samples.buffer] : []);
  } catch (error) {
    scope.postMessage({ kind: "failed", error: oneLine(error) }, []);
  }
};

function listVoices(engine: Engine): EspeakAnswer {
  const voices = engine.list_voices().map(({ name, identifier, languages }) => ({
    id: identifier.slice(identifier.indexOf("/") + 1),
    name,
    languages: languages.map((language) => language.name),
  }));
  return { kind: "voices", voices };
}

function speak(engine: Engine, request: Extract<EspeakRequest, { kind: "speak" }>): EspeakAnswer {
  // Three bytes a UTF-16 unit at most, and room for the voice's name.
  if (request.text.length * 3 + 1024 > TEXT_BYTES_MAX) {
    return { kind: "failed", error: `text of ${request.text.length} characters, wanted a sentence` };
  }
  if (engine.set_voice(request.voice) !== 0) {
    return { kind: "failed", error: `espeak-ng has no voice ${request.voice}` };
  }
  engine.set_rate(Math.round(WORDS_PER_MINUTE * request.rate));
  const pieces: Int16Array[] = [];
  const events: EngineEvent[] = [];
  engine.synthesize(request.text, (pcm, some) => {
    pieces.push(pcm);
    for (const event of some) if (event.type === "word") events.push(event);
    return false;
  });
  const samples = convert(pieces, engine.samplerate);
  const marks = toMarks(request.text, events);
  return { kind: "spoken", samples, words: wordsFromMarks(request.text, marks, samples.length) };
}

function convert(pieces: readonly Int16Array[], rateHz: number): Float32Array<ArrayBuffer> {
  const converter = resampler ??= new Resampler(rateHz, SAMPLE_RATE_HZ);
  converter.reset();
  const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const input = new Float32Array(count);
  let at = 0;
  for (const piece of pieces) for (const value of piece) input[at++] = value / 32768;
  const output = new Float32Array(converter.outputLengthMax(count));
  let written = converter.process(input, output);
  written += converter.flush(output.subarray(written));
  const samples = output.slice(0, written);
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const gain = peak > PEAK ? PEAK / peak : 1; // a steep filter overshoots what was at full scale
  for (let k = 0; k < samples.length; k++) {
    const edge = Math.min(1, k / EDGE_SAMPLES, (samples.length - 1 - k) / EDGE_SAMPLES);
    samples[k] = samples[k]! * gain * edge; // some voices begin or end away from zero
  }
  return samples;
}

function toMarks(text: string, events: readonly EngineEvent[]): WordMark[] {
  const offsets = [0]; // UTF-16 offset of each code point
  for (const character of text) offsets.push(offsets.at(-1)! + character.length);
  const offset = (point: number) => offsets[Math.max(0, Math.min(point, offsets.length - 1))]!;
  return events.map((event) => ({
    startChar: offset(event.text_position - 1),
    endChar: offset(event.text_position - 1 + event.word_length),
    startSample: Math.round(event.audio_position * SAMPLE_RATE_HZ / 1000),
  }));
}

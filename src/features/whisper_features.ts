/**
 * What MuseTalk hears: for every video frame a window of Whisper's hidden states.
 *
 * In: 16 kHz speech as it comes. Out: 50 rows of 384 values a frame, without positional encoding. Engine's process, which
 * a push blocks for at most one run of the encoder. The encoder sees pieces of 30 s, filled up with silence; a piece
 * that is not whole is encoded again with each push, so the caller decides how often by how much it pushes at once. What
 * is encoded when a piece is whole, or the utterance over, is what the reference computes; a feature near the end of an
 * unfinished piece sees silence where there will be speech, and is taken anew with each run until its frame was asked for.
 *
 * Version 1.5 (HF's extractor) fills up the sound and takes the last state after the final LayerNorm, 1.0 (OpenAI's)
 * fills up the spectrum with 0.0; which LayerNorm is the encoder's business.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import type { FeatureStream } from "./feature_stream.ts";
import { LogMel } from "./log_mel.ts";
import { MEL_COUNT } from "./mel_bank.ts";
import { scaleForWhisper } from "./mel_scale.ts";
import { FEATURE_SIZE } from "./positional_encoding.ts";
import { firstFeature, WHISPER_RATE_HZ, WINDOW_FEATURES } from "./whisper_window.ts";

export const HIDDEN_STATES = 5;
/** Columns of a piece of 30 s. */
export const PIECE_COLUMNS = 3000;
const PIECE_SAMPLES = 30 * FEATURE_RATE_HZ;
const PIECE_FEATURES = PIECE_COLUMNS / 2;
const FEATURE_VALUES = HIDDEN_STATES * FEATURE_SIZE;
const FEATURE_SAMPLES = FEATURE_RATE_HZ / WHISPER_RATE_HZ;
const FPS = 25;
/** Features kept for frames: windows of KEPT_FRAMES frames. */
const KEPT_FRAMES = 400;
const KEPT_FEATURES = 2 * KEPT_FRAMES + 2 * WINDOW_FEATURES;
const QUIET_COLUMN = -10;

/** Whisper's encoder as a network of ours: all hidden states of one piece. */
export interface HiddenStateEncoder extends Disposable {
  /** `mel`: MEL_COUNT rows of PIECE_COLUMNS. Answers PIECE_COLUMNS / 2 features of HIDDEN_STATES rows of 384 values. */
  encode(mel: Float32Array): Promise<Float32Array>;
}

export type WhisperVersion = "1.0" | "1.5";

export class WhisperFeatures implements FeatureStream {
  readonly rightContextMs = 120;
  readonly leftContextMs = 80;
  readonly valuesPerFrame = WINDOW_FEATURES * FEATURE_VALUES;
  readonly keptFrames = KEPT_FRAMES;
  /** Runs of the encoder so far. */
  encodes = 0;
  readonly #encoder: HiddenStateEncoder;
  readonly #version: WhisperVersion;
  readonly #mel = new LogMel();
  /** Columns of the piece under way, log10, MEL_COUNT values each. */
  readonly #columns = new Float32Array(PIECE_COLUMNS * MEL_COUNT);
  readonly #input = new Float32Array(PIECE_COLUMNS * MEL_COUNT);
  /** Features by number % KEPT_FEATURES. */
  readonly #features = new Float32Array(KEPT_FEATURES * FEATURE_VALUES);
  #pieceColumns = 0;
  #pieceSamples = 0;
  /** Features of the pieces before this one. */
  #featuresBefore = 0;
  /** Features known now, through all pieces. */
  #knownFeatures = 0;
  #heardSamples = 0;
  #isOver = false;
  /** The first frame that nobody asked for yet. */
  #nextFrame = 0;

  constructor(encoder: HiddenStateEncoder, version: WhisperVersion) {
    this.#encoder = encoder;
    this.#version = version;
  }

  get knownFrames(): number {
    if (this.#isOver) return Math.ceil(this.#heardSamples * FPS / FEATURE_RATE_HZ);
    // The last of a frame's ten features is known.
    const frames = Math.floor((this.#knownFeatures - WINDOW_FEATURES - firstFeature(0, FPS)) / 2) + 1;
    return Math.max(0, frames);
  }

  start(): void {
    this.#mel.reset();
    this.#pieceColumns =
      this.#pieceSamples =
      this.#featuresBefore =
      this.#knownFeatures =
        0;
    this.#heardSamples = this.#nextFrame = 0;
    this.#isOver = false;
  }

  async push(pcm: Float32Array): Promise<void> {
    this.#heardSamples += pcm.length;
    let at = 0;
    while (at < pcm.length) {
      const count = Math.min(pcm.length - at, PIECE_SAMPLES - this.#pieceSamples);
      this.#mel.push(pcm.subarray(at, at + count), this.#keep);
      this.#pieceSamples += count;
      at += count;
      if (this.#pieceSamples === PIECE_SAMPLES) await this.#endPiece();
    }
    await this.#encodeSoFar();
  }

  async finish(): Promise<void> {
    if (this.#pieceSamples > 0) await this.#endPiece();
    this.#isOver = true;
  }

  copyFrame(frame: number, into: Float32Array, at: number): void {
    const known = this.#knownFeatures;
    const first = firstFeature(frame, FPS);
    const isKept = first + WINDOW_FEATURES > known - KEPT_FEATURES + 2 * WINDOW_FEATURES ||
      frame >= this.knownFrames - KEPT_FRAMES;
    if (frame < 0 || frame >= this.knownFrames || !isKept) {
      throw new RangeError(`frame ${frame}, wanted one of the newest ${KEPT_FRAMES} of ${this.knownFrames}`);
    }
    this.#nextFrame = Math.max(this.#nextFrame, frame + 1);
    for (let nth = 0; nth < WINDOW_FEATURES; nth++) {
      const place = at + nth * FEATURE_VALUES;
      let feature = first + nth;
      if (this.#version === "1.0") feature = Math.min(known - 1, Math.max(0, feature));
      if (feature < 0 || feature >= known) into.fill(0, place, place + FEATURE_VALUES);
      else {
        const from = feature % KEPT_FEATURES * FEATURE_VALUES;
        for (let value = 0; value < FEATURE_VALUES; value++) {
          into[place + value] = this.#features[from + value]!;
        }
      }
    }
  }

  readonly #keep = (column: Float32Array) => {
    if (this.#pieceColumns < PIECE_COLUMNS) this.#columns.set(column, this.#pieceColumns++ * MEL_COUNT);
  };

  /** The piece is whole, or the utterance is over: its last columns and all its features. */
  async #endPiece(): Promise<void> {
    const samples = this.#pieceSamples;
    if (this.#version === "1.5") {
      // The sound itself is filled up with silence, whose first columns still hear the speech.
      this.#mel.push(new Float32Array(PIECE_SAMPLES - samples), this.#keep);
    }
    this.#mel.finish(this.#keep);
    await this.#encode(Math.floor(samples / FEATURE_SAMPLES), this.#pieceColumns);
    this.#featuresBefore = this.#knownFeatures;
    this.#mel.reset();
    this.#pieceColumns = this.#pieceSamples = 0;
  }

  /** Encodes the columns that are there, the rest of the piece being silence. */
  async #encodeSoFar(): Promise<void> {
    const features = Math.floor(this.#pieceColumns / 2);
    if (features > this.#knownFeatures - this.#featuresBefore) {
      await this.#encode(features, this.#pieceColumns);
    }
  }

  async #encode(features: number, columns: number): Promise<void> {
    const input = this.#input;
    const is15 = this.#version === "1.5";
    const log = this.#columns.subarray(0, columns * MEL_COUNT);
    let loudest = is15 && columns < PIECE_COLUMNS ? QUIET_COLUMN : -Infinity;
    for (let at = 0; at < log.length; at++) loudest = Math.max(loudest, log[at]!);
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      const row = mel * PIECE_COLUMNS;
      for (let column = 0; column < columns; column++) {
        input[row + column] = log[column * MEL_COUNT + mel]!;
      }
      input.fill(is15 ? QUIET_COLUMN : loudest, row + columns, row + PIECE_COLUMNS);
    }
    scaleForWhisper(input);
    if (!is15) {
      for (let mel = 0; mel < MEL_COUNT; mel++) {
        input.fill(0, mel * PIECE_COLUMNS + columns, (mel + 1) * PIECE_COLUMNS);
      }
    }
    this.encodes++;
    const states = await this.#encoder.encode(input);
    // What no frame was asked for yet is taken anew: near its end the piece was followed by silence until now.
    const first = Math.max(firstFeature(this.#nextFrame, FPS), this.#knownFeatures - KEPT_FEATURES) -
      this.#featuresBefore;
    for (let feature = Math.max(0, first); feature < Math.min(features, PIECE_FEATURES); feature++) {
      const place = (this.#featuresBefore + feature) % KEPT_FEATURES * FEATURE_VALUES;
      this.#features.set(
        states.subarray(feature * FEATURE_VALUES, (feature + 1) * FEATURE_VALUES),
        place,
      );
    }
    this.#knownFeatures = this.#featuresBefore + Math.min(features, PIECE_FEATURES);
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
  }
}

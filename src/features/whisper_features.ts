/**
 * What MuseTalk hears: for every video frame a window of Whisper's hidden states.
 *
 * In: 16 kHz speech as it comes. Out: 50 rows of 384 values a frame, without positional encoding. Engine's process, which
 * a push blocks for one run of the encoder (one more for every whole piece in it). The encoder sees pieces of 30 s, filled
 * up with silence; a piece that is not whole is encoded again when enough is new: once frame 0 can be known, then after 2,
 * 4 and 8 features, which is 6.25 runs a second of speech at most and one at each end of a piece. Speech that comes faster
 * than that costs one run a push.
 *
 * Every run replaces all features that are kept, so what is asked for after the piece is whole, or the utterance over, is
 * what the reference computes. A frame asked for earlier heard silence where there will be speech: with random weights of
 * Whisper's own size it differs by 0.4 % of the root mean square, 0.8 % at worst; scripts/bench/early_features.ts prints
 * that for any model.
 *
 * Version 1.5 (HF's extractor) takes each piece by itself, fills up the sound, and takes the last state after the final
 * LayerNorm; 1.0 (OpenAI's) takes the spectrum and its loudest value of the whole utterance (here: as far as it is heard)
 * and fills up the scaled spectrum with 0. Which LayerNorm is the encoder's business.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import { HOP_SAMPLES } from "./bands.ts";
import type { FeatureStream } from "./feature_stream.ts";
import { LogMel } from "./log_mel.ts";
import { MEL_COUNT } from "./mel_bank.ts";
import { scaleFromFloor, WHISPER_RANGE } from "./mel_scale.ts";
import { FEATURE_SIZE } from "./positional_encoding.ts";
import { featureCount, firstFeature, WINDOW_FEATURES } from "./whisper_window.ts";

export const HIDDEN_STATES = 5;
/** Columns of a piece of 30 s. */
export const PIECE_COLUMNS = 3000;
const PIECE_SAMPLES = PIECE_COLUMNS * HOP_SAMPLES;
const PIECE_FEATURES = PIECE_COLUMNS / 2;
const FEATURE_VALUES = HIDDEN_STATES * FEATURE_SIZE;
const FPS = 25;
/** Features kept for frames: windows of KEPT_FRAMES frames. */
const KEPT_FRAMES = 400;
const KEPT_FEATURES = 2 * KEPT_FRAMES + 2 * WINDOW_FEATURES;
/** log10 of the least energy: a column of silence. */
const QUIET = -10;
/** After so much silence a column hears nothing but silence. */
const TAIL_SAMPLES = 400;
/** Features that frame 0 reads, before the first run; new ones before the next runs. */
const FIRST_FEATURES = WINDOW_FEATURES + firstFeature(0, FPS);
const STEP_MIN = 2;
const STEP_MAX = 8;

/** Whisper's encoder as a network of ours: all hidden states of one piece. */
export interface HiddenStateEncoder extends Disposable {
  /** `mel`: MEL_COUNT rows of PIECE_COLUMNS. Answers PIECE_COLUMNS / 2 features of HIDDEN_STATES rows of 384 values. */
  encode(mel: Float32Array): Promise<Float32Array>;
}

export type WhisperVersion = "1.0" | "1.5";

export class WhisperFeatures implements FeatureStream {
  /** The frame's last feature is of two columns, the second 110 ms after its beginning, which hears 12.5 ms more. */
  readonly rightContextMs = 122.5;
  /** Its first feature hears five columns, the first 100 ms before, which hears 12.5 ms more. */
  readonly leftContextMs = 112.5;
  readonly valuesPerFrame = WINDOW_FEATURES * FEATURE_VALUES;
  readonly keptFrames = KEPT_FRAMES;
  /** Runs of the encoder so far. */
  encodes = 0;
  readonly #encoder: HiddenStateEncoder;
  readonly #isPiecewise: boolean;
  readonly #mel = new LogMel();
  /** Columns of the piece under way, log10, MEL_COUNT values each. */
  readonly #columns = new Float32Array(PIECE_COLUMNS * MEL_COUNT);
  readonly #input = new Float32Array(PIECE_COLUMNS * MEL_COUNT);
  /** Features by number % KEPT_FEATURES. */
  readonly #features = new Float32Array(KEPT_FEATURES * FEATURE_VALUES);
  #pieceColumns = 0;
  /** Whole pieces before this one. */
  #pieces = 0;
  /** Of the piece (1.5) or the utterance (1.0). */
  #loudest = QUIET;
  /** Features known now, through all pieces. */
  #knownFeatures = 0;
  /** New features that are worth a run. */
  #wantedFeatures = FIRST_FEATURES;
  #step = STEP_MIN;
  #heardSamples = 0;
  #isOver = false;

  constructor(encoder: HiddenStateEncoder, version: WhisperVersion) {
    this.#encoder = encoder;
    this.#isPiecewise = version === "1.5";
  }

  get knownFrames(): number {
    if (this.#isOver) return Math.ceil(this.#heardSamples * FPS / FEATURE_RATE_HZ);
    // The last of a frame's ten features is known.
    return Math.max(0, Math.floor((this.#knownFeatures - FIRST_FEATURES) / 2) + 1);
  }

  start(): void {
    this.#mel.reset();
    this.#pieceColumns =
      this.#pieces =
      this.#knownFeatures =
      this.#heardSamples =
        0;
    this.#loudest = QUIET;
    this.#wantedFeatures = FIRST_FEATURES;
    this.#step = STEP_MIN;
    this.#isOver = false;
  }

  async push(pcm: Float32Array): Promise<void> {
    let at = 0;
    while (at < pcm.length) {
      const count = Math.min(pcm.length - at, this.#pieceEnd - this.#heardSamples);
      this.#mel.push(pcm.subarray(at, at + count), this.#keep);
      this.#heardSamples += count;
      at += count;
      if (this.#heardSamples === this.#pieceEnd) await this.#endPiece();
    }
    const features = Math.floor(this.#pieceColumns / 2);
    if (this.#pieces * PIECE_FEATURES + features - this.#knownFeatures < this.#wantedFeatures) return;
    await this.#encode(features);
    this.#wantedFeatures = this.#step;
    this.#step = Math.min(STEP_MAX, 2 * this.#step);
  }

  async finish(): Promise<void> {
    if (this.#heardSamples > this.#pieces * PIECE_SAMPLES) await this.#endUtterance();
    this.#isOver = true;
  }

  copyFrame(frame: number, into: Float32Array, at: number): void {
    const { knownFrames } = this;
    if (frame < 0 || frame >= knownFrames || frame < knownFrames - KEPT_FRAMES) {
      throw new RangeError(`frame ${frame}, wanted one of the newest ${KEPT_FRAMES} of ${knownFrames}`);
    }
    const known = this.#knownFeatures;
    const first = firstFeature(frame, FPS);
    for (let nth = 0; nth < WINDOW_FEATURES; nth++) {
      const place = at + nth * FEATURE_VALUES;
      const feature = this.#isPiecewise ? first + nth : Math.min(known - 1, Math.max(0, first + nth));
      if (feature < 0 || feature >= known) {
        into.fill(0, place, place + FEATURE_VALUES);
        continue;
      }
      const from = feature % KEPT_FEATURES * FEATURE_VALUES;
      into.set(this.#features.subarray(from, from + FEATURE_VALUES), place);
    }
  }

  /** Samples of the utterance that the piece under way wants: 1.0 hears on for its last column. */
  get #pieceEnd(): number {
    const end = (this.#pieces + 1) * PIECE_SAMPLES;
    return this.#isPiecewise ? end : end - HOP_SAMPLES + LogMel.lookAheadSamples;
  }

  readonly #keep = (column: Float32Array) => {
    if (this.#pieceColumns === PIECE_COLUMNS) return;
    this.#columns.set(column, this.#pieceColumns++ * MEL_COUNT);
    for (let mel = 0; mel < MEL_COUNT; mel++) this.#loudest = Math.max(this.#loudest, column[mel]!);
  };

  async #endPiece(): Promise<void> {
    if (this.#isPiecewise) this.#mel.finish(this.#keep);
    await this.#encode(PIECE_FEATURES);
    this.#pieces++;
    this.#pieceColumns = 0;
    if (!this.#isPiecewise) return;
    this.#mel.reset();
    this.#loudest = QUIET;
  }

  async #endUtterance(): Promise<void> {
    if (!this.#isPiecewise) {
      this.#mel.finish(this.#keep);
      await this.#encode(Math.floor(this.#pieceColumns / 2));
      return;
    }
    // The sound itself is filled up with silence, whose first columns still hear the speech.
    const missing = this.#pieceEnd - this.#heardSamples;
    this.#mel.push(new Float32Array(Math.min(missing, TAIL_SAMPLES)), this.#keep);
    if (missing <= TAIL_SAMPLES) this.#mel.finish(this.#keep);
    await this.#encode(featureCount(this.#heardSamples - this.#pieces * PIECE_SAMPLES));
  }

  /** Encodes the columns that are there, the rest of the piece being silence, and keeps its first `features`. */
  async #encode(features: number): Promise<void> {
    if (features === 0) return;
    const input = this.#input;
    const columns = this.#pieceColumns;
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      const row = mel * PIECE_COLUMNS;
      for (let column = 0; column < columns; column++) {
        input[row + column] = this.#columns[column * MEL_COUNT + mel]!;
      }
      input.fill(QUIET, row + columns, row + PIECE_COLUMNS);
    }
    scaleFromFloor(input, this.#loudest - WHISPER_RANGE);
    if (!this.#isPiecewise) {
      for (let mel = 0; mel < MEL_COUNT; mel++) {
        input.fill(0, mel * PIECE_COLUMNS + columns, (mel + 1) * PIECE_COLUMNS);
      }
    }
    this.encodes++;
    const states = await this.#encoder.encode(input);
    const before = this.#pieces * PIECE_FEATURES;
    for (let feature = Math.max(0, features - KEPT_FEATURES); feature < features; feature++) {
      this.#features.set(
        states.subarray(feature * FEATURE_VALUES, (feature + 1) * FEATURE_VALUES),
        (before + feature) % KEPT_FEATURES * FEATURE_VALUES,
      );
    }
    this.#knownFeatures = before + features;
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
  }
}

/**
 * The whole way from say() to the rings, and back from what was heard to events.
 *
 * In: texts, files, PCM, each an utterance; interrupts; the playhead's heard(). Out: frames in every ring, in the
 * order of acceptance; events and outcomes when their samples are heard. Queue: `capacity` utterances accepted and
 * not ended, more are refused. What the frames hold depends on the order of the calls alone, not on timing. Main thread.
 */
import { CapacityFault, Fault, InputFault, oneLine } from "../errors/mod.ts";
import { type Epoch, msToSamples, samplesToMs } from "../time/mod.ts";
import { type CueNames, STAGE_CUE_NAMES } from "./cue.ts";
import { decodeAudioFile } from "./decode.ts";
import { Feed } from "./feed.ts";
import { Framer } from "./framer.ts";
import { segmentText } from "./segment.ts";
import { PcmSource, type Source, TextSource, TextStreamSource } from "./source.ts";
import { CUES_PER_FRAME, type SpeechRing } from "./speech_ring.ts";
import { Synthesis } from "./synthesis.ts";
import type { Tts } from "./tts/mod.ts";
import {
  type AiredMark,
  type SpeechEvent,
  SpokenUtterance,
  type Utterance,
  type UtteranceOptions,
} from "./utterance.ts";

export interface SpeakerOptions {
  /** Every ring gets every frame: the stage's, the engine's. */
  readonly rings: readonly SpeechRing[];
  /** Rings that get what they have room for: of somebody who may not be there. Default none. */
  readonly taps?: readonly SpeechRing[];
  readonly epoch: Epoch;
  readonly tts: Tts;
  readonly samplesPerFrame: number;
  /** Silence before the first sound of an utterance, for the picture to change over in. Default 160. */
  readonly crossfadeMs?: number;
  /** Utterances accepted and not ended. Default 32. */
  readonly capacity?: number;
  /** Segments synthesised at once. Default 2. */
  readonly synthesisAhead?: number;
  /** Most that is fed and not heard. Default 10 000; the rings' own size may be less. */
  readonly aheadMsMax?: number;
  /** What in brackets is done instead of spoken. Default: expressions and actions. */
  readonly cues?: CueNames;
  readonly onEvent?: (event: SpeechEvent) => void;
  /** Whether somebody takes what aired() answers. Default false. */
  readonly isAired?: boolean;
}

export interface SayOptions extends UtteranceOptions {
  readonly voice?: string;
}

export interface SpeakerState {
  /** Accepted and not begun to be heard. */
  readonly queued: number;
  /** Sound accepted and not heard; guessed by length for text that is not spoken yet. */
  readonly queuedMs: number;
  readonly speaking?: {
    readonly id: number;
    readonly metadata: unknown;
    /** Its segments whose sound has begun. */
    readonly text: string;
    readonly playedMs: number;
  };
  readonly capacity: number;
  readonly accepted: number;
  readonly rejected: number;
}

interface Item {
  readonly utterance: SpokenUtterance;
  readonly source: Source;
}

export class Speaker implements AsyncDisposable {
  readonly #options: Required<SpeakerOptions>;
  readonly #synthesis: Synthesis;
  readonly #feed: Feed;
  /** Accepted and not ended, in order. */
  #open: Item[] = [];
  /** Of those, the ones not wholly in the rings. */
  #unfed: Item[] = [];
  #accepted = 0;
  #rejected = 0;
  #idle = Promise.withResolvers<void>();
  #more = Promise.withResolvers<void>();
  #isClosed = false;
  #airedLate: AiredMark[] = [];
  readonly #feeding: Promise<void>;

  constructor(options: SpeakerOptions) {
    this.#options = {
      crossfadeMs: 160,
      capacity: 32,
      synthesisAhead: 2,
      aheadMsMax: 10_000,
      cues: STAGE_CUE_NAMES,
      taps: [],
      isAired: false,
      onEvent: () => {},
      ...options,
    };
    const { rings, samplesPerFrame, aheadMsMax, tts, synthesisAhead } = this.#options;
    this.#synthesis = new Synthesis({ tts, parallel: synthesisAhead });
    const aheadFramesMax = Math.max(1, Math.floor(msToSamples(aheadMsMax) / samplesPerFrame));
    this.#feed = new Feed(
      rings,
      aheadFramesMax,
      () => this.#open.reduce((sum, { utterance }) => sum + utterance.unheardFrames, 0),
      this.#options.taps,
    );
    this.#idle.resolve();
    this.#feeding = this.#feedAll();
  }

  /** Throws InputFault (`empty_text`, `text_too_long`) and CapacityFault `queue_full`; a stream's faults are its outcome. */
  say(text: string | AsyncIterable<string>, options: SayOptions = {}): Utterance {
    const { voice } = options;
    const { cues } = this.#options;
    if (typeof text !== "string") {
      return this.#accept(options, ({ stop, warn }) => {
        const reading = { cues, onMistyped: warn };
        return new TextStreamSource(text, this.#synthesis, voice, stop.signal, reading);
      });
    }
    const odd: string[] = [];
    const segments = segmentText(text, { cues, onMistyped: (line) => void odd.push(line) });
    const utterance = this.#accept(
      options,
      ({ stop }) => new TextSource(segments, this.#synthesis, voice, stop.signal),
    );
    for (const line of odd) utterance.warn(line);
    return utterance;
  }

  /** A file that is missing, a directory or empty throws InputFault; what shows only when decoding is its outcome. */
  sayFile(path: string, options: UtteranceOptions = {}): Utterance {
    const info = statOf(path);
    if (info === undefined || !info.isFile || info.size === 0) {
      const is = info === undefined ? "not there" : info.isFile ? "empty" : "not a file";
      throw new InputFault(`audio file ${JSON.stringify(path)}: ${is}, wanted a file with sound`, {
        code: "bad_audio_file",
      });
    }
    const isTied = options.cue !== undefined || options.keepsSilence === true;
    return this.#accept(options, ({ stop: { signal } }) => {
      return new PcmSource(decodeAudioFile(path, { signal }), signal, isTied);
    });
  }

  /** 48 kHz mono in pieces of any length. */
  sayPcm(pcm: AsyncIterable<Float32Array>, options: UtteranceOptions = {}): Utterance {
    return this.#accept(options, ({ stop }) => new PcmSource(pcm, stop.signal));
  }

  /** Everything that may be interrupted is: at once silent, dropped from the queue, its outcome known. */
  interrupt(): { interrupted: number[]; kept: number[] } {
    this.#options.epoch.bump();
    const kept = this.#open.filter(({ utterance }) => utterance.isProtected);
    const gone = this.#open.filter(({ utterance }) => !utterance.isProtected);
    this.#unfed = this.#unfed.filter(({ utterance }) => utterance.isProtected);
    this.#open = kept;
    for (const { utterance } of gone) utterance.interrupt();
    this.#settle();
    const id = ({ utterance }: Item) => utterance.id;
    return { interrupted: gone.map(id), kept: kept.map(id) };
  }

  /** This frame is being handed over to the sinks: what begins in it and in those before it, each once and in order. */
  aired(speechFrame: number): AiredMark[] {
    const marks = this.#airedLate;
    this.#airedLate = [];
    for (const { utterance } of this.#open) marks.push(...utterance.aired(speechFrame));
    return marks;
  }

  /** The playhead: this frame's samples have left the speaker. Frames come in order; interrupted ones are left out. */
  heard(speechFrame: number): void {
    // What is heard was aired, whichever of the two is told first; an utterance that ends here takes nothing with it.
    if (this.#options.isAired) this.#airedLate = this.aired(speechFrame);
    for (const { utterance } of [...this.#open]) {
      if (utterance.firstFrame < 0 || utterance.firstFrame > speechFrame) break;
      utterance.heard(speechFrame);
    }
    this.#settle();
  }

  state(): SpeakerState {
    const current = this.#open[0];
    const isSpeaking = current !== undefined && current.utterance.playedMs > 0;
    const fedSamples = this.#open.reduce(
      (sum, { utterance }) => sum + utterance.unheardFrames * this.#options.samplesPerFrame,
      0,
    );
    const leftSamples = this.#unfed.reduce((sum, { source }) => sum + source.samplesLeft, 0);
    return {
      queued: this.#open.length - (isSpeaking ? 1 : 0),
      queuedMs: Math.round(samplesToMs(fedSamples + leftSamples)),
      ...(isSpeaking ? { speaking: speaking(current.utterance) } : {}),
      capacity: this.#options.capacity,
      accepted: this.#accepted,
      rejected: this.#rejected,
    };
  }

  /** Resolves when nothing is queued and nothing unheard. */
  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  /** Whether every sample accepted so far is in the rings. */
  isFed(): boolean {
    return this.#unfed.length === 0;
  }

  /** Ends everything as interrupted, also what may not be otherwise. The voice engine stays its owner's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const gone = this.#open;
    this.#open = [];
    this.#unfed = [];
    for (const { utterance } of gone) utterance.interrupt();
    this.#settle();
    this.#more.resolve();
    await this.#feeding;
  }

  #accept(options: UtteranceOptions, source: (utterance: SpokenUtterance) => Source): SpokenUtterance {
    if (this.#isClosed) throw new Fault("the speaker is closed", { code: "closed" });
    const { capacity, epoch, samplesPerFrame, onEvent, cues } = this.#options;
    if (this.#open.length >= capacity) {
      this.#rejected++;
      throw new CapacityFault(
        `the queue holds ${this.#open.length} utterances, which is all it takes; wanted one to end first`,
        {
          code: "queue_full",
        },
      );
    }
    const id = ++this.#accepted;
    const utterance = new SpokenUtterance(id, epoch.current, options, samplesPerFrame, onEvent, cues);
    const item = { utterance, source: source(utterance) };
    if (this.#open.length === 0) this.#idle = Promise.withResolvers();
    this.#open.push(item);
    this.#unfed.push(item);
    this.#more.resolve();
    return utterance;
  }

  async #feedAll(): Promise<void> {
    while (!this.#isClosed) {
      const item = this.#unfed[0];
      if (item === undefined) {
        await this.#more.promise;
        this.#more = Promise.withResolvers();
        continue;
      }
      await this.#feedOne(item);
      if (this.#unfed[0] === item) this.#unfed.shift();
      item.utterance.isFed = true;
      this.#settle();
    }
  }

  async #feedOne({ utterance, source }: Item): Promise<void> {
    const { samplesPerFrame, crossfadeMs } = this.#options;
    const write = async (samples: Float32Array, isLast: boolean) => {
      // Cues that are too many for the last frame get silent ones behind it.
      while (isLast && utterance.marks.unfedCues > CUES_PER_FRAME) {
        await this.#feed.write(utterance, samples, false);
        samples = new Float32Array(samples.length);
      }
      await this.#feed.write(utterance, samples, isLast);
    };
    const framer = new Framer(samplesPerFrame, msToSamples(crossfadeMs), write);
    try {
      await source.play(framer, utterance);
    } catch (error) {
      if (utterance.isSettled) return; // interrupted: nobody waits for its end
      utterance.error = oneLine(error);
    }
    try {
      // One that failed before its first sound has no frames at all.
      if (utterance.error === undefined || framer.writtenSamples > 0) await framer.finish();
    } catch (error) {
      if (!utterance.isSettled) throw error; // else interrupted while it waited for room
    }
    if (utterance.error !== undefined) utterance.stop.abort(); // what is still being made of it
  }

  /** Takes ended utterances off the front, among them those that ended without a frame to be heard. */
  #settle(): void {
    for (let item = this.#open[0]; item !== undefined; item = this.#open[0]) {
      const { utterance } = item;
      if (utterance.isFed && utterance.unheardFrames === 0) utterance.end();
      if (!utterance.isSettled) break;
      // The listener of its end may have interrupted meanwhile.
      if (this.#open[0] === item) this.#open.shift();
    }
    this.#feed.wake();
    if (this.#open.length === 0) this.#idle.resolve();
  }
}

function speaking(utterance: SpokenUtterance): NonNullable<SpeakerState["speaking"]> {
  const { id, metadata, heardText, playedMs } = utterance;
  return { id, metadata, text: heardText, playedMs };
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new InputFault(`audio file ${JSON.stringify(path)}: ${oneLine(error)}, wanted a file with sound`, {
      code: "bad_audio_file",
      cause: error,
    });
  }
}

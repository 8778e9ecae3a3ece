/**
 * How a programme speaks: its voice, its queue, what is said and how it went.
 *
 * In: texts, files, samples. Out: speech in the programme's rings, events. Main thread. Several programmes may share one
 * voice engine, which is its owner's to close.
 */
import type { Config, Log } from "../app/mod.ts";
import { InputFault, oneLine } from "../errors/mod.ts";
import {
  type AiredMark,
  type CueNames,
  type PcmShape,
  rawPcm,
  type SayOptions,
  Speaker,
  type SpeakerState,
  type SpeechEvent,
  type Tts,
  type Utterance,
  type Voice,
} from "../speech/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import { checkVoice } from "./voice.ts";

export interface SpeechPartOptions {
  readonly config: Config;
  readonly memory: ProgrammeMemory;
  readonly log: Log;
  readonly tts: Tts;
  readonly cues: CueNames;
  readonly onEvent: (event: SpeechEvent) => void;
}

export class SpeechPart implements AsyncDisposable {
  readonly #options: SpeechPartOptions;
  readonly #speaker: Speaker;
  /** Undefined where the engine could not tell. */
  #voices: readonly Voice[] | undefined;
  /** Of texts that name none. */
  #voice: string | undefined;

  constructor(options: SpeechPartOptions) {
    const { config, memory, tts, cues, onEvent } = options;
    this.#options = options;
    this.#voice = config.voice;
    this.#speaker = new Speaker({
      rings: [memory.speech, memory.engineSpeech],
      taps: [memory.neuralSpeech],
      isAired: true,
      epoch: memory.epoch,
      samplesPerFrame: memory.rate.samplesPerFrame,
      crossfadeMs: config.crossfadeMs,
      capacity: config.queueCapacity,
      synthesisAhead: config.synthesisAhead,
      ...{ tts, cues, onEvent },
    });
  }

  /** The first sentence should not wait for a voice that has never spoken. Rejects with InputFault for a voice that is not there. */
  async warmUp(): Promise<void> {
    const { tts, log } = this.#options;
    try {
      await tts.synthesize("a", this.#named());
      this.#voices = await tts.voices();
    } catch (error) {
      if (error instanceof InputFault) throw error; // no such voice, no such program
      log.warn(`the voice engine failed: ${oneLine(error)}`);
    }
  }

  /** A stream of text is spoken as it comes. Throws InputFault or CapacityFault at once. */
  say(text: string | AsyncIterable<string>, options: SayOptions = {}): Utterance {
    const { voice } = options;
    if (voice !== undefined && this.#voices) checkVoice(this.#options.config, voice, this.#voices);
    return this.#watched(this.#speaker.say(text, { ...this.#named(), ...options }));
  }

  /** A sound file of any kind. */
  sayFile(path: string, options: Omit<SayOptions, "voice"> = {}): Utterance {
    return this.#watched(this.#speaker.sayFile(path, options));
  }

  /** Raw samples as they come. */
  sayPcm(
    pieces: AsyncIterable<Uint8Array>,
    shape: PcmShape,
    options: Omit<SayOptions, "voice"> = {},
  ): Utterance {
    return this.#watched(this.#speaker.sayPcm(rawPcm(pieces, shape), options));
  }

  interrupt(): { interrupted: number[]; kept: number[] } {
    return this.#speaker.interrupt();
  }

  /** Resolves when everything said so far has been heard. */
  get idle(): Promise<void> {
    return this.#speaker.idle;
  }

  aired(speechFrame: number): AiredMark[] {
    return this.#speaker.aired(speechFrame);
  }

  heard(speechFrame: number): void {
    this.#speaker.heard(speechFrame);
  }

  state(): SpeakerState {
    return this.#speaker.state();
  }

  voices(): { voice: string | null; voices: readonly Voice[] } {
    return { voice: this.#voice ?? null, voices: this.#voices ?? [] };
  }

  /** Of texts from now on that name none. Throws InputFault `unknown_voice`. */
  setVoice(voice: string | null): void {
    if (voice !== null && this.#voices) checkVoice(this.#options.config, voice, this.#voices);
    this.#voice = voice ?? undefined;
  }

  #named(): { voice?: string } {
    return this.#voice === undefined ? {} : { voice: this.#voice };
  }

  /** What could not be spoken is logged, whoever asked for it. */
  #watched(utterance: Utterance): Utterance {
    utterance.outcome.then((how) => {
      if (how.state === "failed") this.#options.log.error(`could not speak: ${how.error}`);
    });
    return utterance;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#speaker[Symbol.asyncDispose]();
  }
}

/**
 * Where an utterance's sound comes from: a text, a text that is still being written, a file, any stream of PCM.
 *
 * In: the source's own data. Out: `play` puts all of it through a framer and marks its words. Main thread. A source
 * waits on the outside world; it ends with the signal's reason when aborted and with Fault `deadline` when its text
 * or sound stays away too long.
 */
import { msToSamples, withDeadline } from "../time/mod.ts";
import type { Cue } from "./cue.ts";
import type { Framer } from "./framer.ts";
import type { TimedCue } from "./marks.ts";
import { type Segment, Segmenter, type SegmenterOptions, spokenLength } from "./segment.ts";
import type { Synthesis, SynthesisLine } from "./synthesis.ts";
import { guessLanguage, sampleAt, type Spoken } from "./tts/mod.ts";
import { estimatedSamples, type SpokenUtterance, within } from "./utterance.ts";

export interface Source {
  play(framer: Framer, utterance: SpokenUtterance): Promise<void>;
  /** Samples that are known or guessed to be still to come. */
  readonly samplesLeft: number;
}

const PAUSE_SAMPLES = { sentence: msToSamples(300), clause: msToSamples(150), none: msToSamples(60) };

/** Longest wait for more of a text or sound that is being made elsewhere. */
const WAIT_MS_MAX = 60_000;

async function playLine(line: SynthesisLine, framer: Framer, utterance: SpokenUtterance): Promise<void> {
  for (let next = await line.take(); next !== undefined; next = await line.take()) {
    const { segment, spoken } = next;
    // Marked before its frames go out, or the first of them could be heard before its words are known.
    const placed = framer.place(spoken.samples);
    if (placed === undefined) {
      // Nothing to hear: on the sample before, which is in no frame yet, since a frame leaves with the one after it.
      const startSample = Math.max(0, framer.writtenSamples - 1);
      utterance.marks.placeCues(segment.cues.map((cue) => timed(cue, startSample)));
      continue;
    }
    const { offset, startSample, endSample } = placed;
    utterance.marks.place(
      { text: segment.text, startSample, endSample },
      spoken.words.map((word) => within(word, offset, startSample, endSample)),
      segment.cues.map((cue) => {
        const sample = cueSample(segment.text, cue.at, spoken) + offset;
        return timed(cue, Math.max(startSample, Math.min(endSample, sample)));
      }),
    );
    await framer.segment(spoken.samples, PAUSE_SAMPLES[segment.end]);
  }
}

function timed({ name, argument }: Cue, startSample: number): TimedCue {
  return argument === undefined ? { name, startSample } : { name, argument, startSample };
}

/** Where the character at `at` sounds. The voice was given the text in normal form C, which may be shorter. */
function cueSample(text: string, at: number, spoken: Spoken): number {
  return sampleAt(text.normalize("NFC"), text.slice(0, at).normalize("NFC").length, spoken);
}

function guess(line: SynthesisLine): number {
  return line.waiting.reduce((sum, { segment }) => sum + estimatedSamples(spokenLength(segment.text)), 0);
}

/** A text that is all there. */
export class TextSource implements Source {
  readonly #line: SynthesisLine;

  constructor(
    segments: readonly Segment[],
    private readonly synthesis: Synthesis,
    voice: string | undefined,
    signal: AbortSignal,
  ) {
    this.#line = synthesis.line(voice, signal);
    this.#line.add(segments, guessLanguage(segments.map(({ text }) => text).join(" ")));
  }

  get samplesLeft(): number {
    return guess(this.#line);
  }

  async play(framer: Framer, utterance: SpokenUtterance): Promise<void> {
    try {
      await playLine(this.#line, framer, utterance);
    } finally {
      this.synthesis.close(this.#line);
    }
  }
}

/** A text that is being written while it is spoken. */
export class TextStreamSource implements Source {
  readonly #line: SynthesisLine;
  readonly #reading: Promise<void>;
  #isRead = false;
  #arrived = Promise.withResolvers<void>();

  constructor(
    text: AsyncIterable<string>,
    private readonly synthesis: Synthesis,
    voice: string | undefined,
    signal: AbortSignal,
    private readonly options: SegmenterOptions,
  ) {
    this.#line = synthesis.line(voice, signal);
    this.#reading = this.#read(text, signal).finally(() => {
      this.#isRead = true;
      this.#arrived.resolve();
    });
    this.#reading.catch(() => {}); // play tells
  }

  get samplesLeft(): number {
    return guess(this.#line);
  }

  async play(framer: Framer, utterance: SpokenUtterance): Promise<void> {
    try {
      for (;;) {
        const isRead = this.#isRead;
        const arrived = this.#arrived.promise;
        await playLine(this.#line, framer, utterance);
        if (isRead) break;
        await arrived;
      }
      await this.#reading;
    } finally {
      this.synthesis.close(this.#line);
    }
  }

  async #read(text: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
    const segmenter = new Segmenter(this.options);
    for await (const piece of patiently(text, "waiting for more text to speak", signal)) {
      this.#add(segmenter.push(piece));
    }
    this.#add(segmenter.finish());
  }

  #add(segments: readonly Segment[]): void {
    if (segments.length === 0) return;
    this.#line.add(segments);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

/** Sound that is there already: a file, a voice from elsewhere. */
export class PcmSource implements Source {
  readonly samplesLeft = 0;

  /** `isTied`: to a picture, so that no silence is cut off its beginning. */
  constructor(
    private readonly pcm: AsyncIterable<Float32Array>,
    private readonly signal: AbortSignal,
    private readonly isTied = false,
  ) {}

  async play(framer: Framer): Promise<void> {
    if (this.isTied) framer.keepSilence();
    for await (const piece of patiently(this.pcm, "waiting for more sound to play", this.signal)) {
      await framer.push(piece);
    }
  }
}

/** The items of a stream, each with a deadline; an abort ends it without waiting for the stream's consent. */
async function* patiently<T>(stream: AsyncIterable<T>, what: string, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await withDeadline(iterator.next(), WAIT_MS_MAX, what, signal);
      if (next.done) {
        isDone = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a generator in the middle of its own wait answers only after it.
    if (!isDone) iterator.return?.().catch(() => {});
  }
}

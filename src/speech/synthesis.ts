/**
 * Which segment is synthesised when: a few at a time, in the order in which they will be fed.
 *
 * In: segments, added to the line of their utterance. Out: each one's sound, taken in order by the feeder. At most
 * `parallel` run at once, and finished ones wait for the feeder in a window, so a long text is not all in memory.
 * The line being fed may always go on, however much of the later ones is done. Main thread.
 */
import type { Segment } from "./segment.ts";
import { guessLanguage, type Spoken, type Tts } from "./tts/mod.ts";

interface Job {
  readonly segment: Segment;
  readonly language: string | undefined;
  readonly done: PromiseWithResolvers<Spoken>;
  isStarted: boolean;
}

export interface SynthesisOptions {
  readonly tts: Tts;
  /** Requests at once. */
  readonly parallel: number;
}

/** Finished or running segments beyond the ones in parallel. */
const WINDOW_SEGMENTS = 2;

export class Synthesis {
  readonly #options: SynthesisOptions;
  readonly #lines: SynthesisLine[] = [];
  #running = 0;

  constructor(options: SynthesisOptions) {
    this.#options = options;
  }

  /** A line for one utterance, behind all others. */
  line(voice: string | undefined, signal: AbortSignal): SynthesisLine {
    const line = new SynthesisLine(voice, signal, () => this.#pump());
    this.#lines.push(line);
    signal.addEventListener("abort", () => this.close(line), { once: true });
    return line;
  }

  /** The feeder is through with this line, or it was interrupted. */
  close(line: SynthesisLine): void {
    const index = this.#lines.indexOf(line);
    if (index >= 0) this.#lines.splice(index, 1);
    this.#pump();
  }

  #pump(): void {
    const windowSize = this.#options.parallel + WINDOW_SEGMENTS;
    let open = 0;
    for (const [index, line] of this.#lines.entries()) {
      // Counted from the front: what later lines hold never keeps an earlier one from starting.
      open += line.startedCount;
      for (let job = line.next(); job !== undefined; job = line.next()) {
        if (this.#running >= this.#options.parallel) return;
        if (open >= windowSize && !(index === 0 && line.startedCount === 0)) return;
        open++;
        this.#start(line, job);
      }
    }
  }

  #start(line: SynthesisLine, job: Job): void {
    job.isStarted = true;
    this.#running++;
    const { voice, signal } = line;
    const options = {
      signal,
      ...(voice === undefined ? {} : { voice }),
      ...(job.language === undefined ? {} : { language: job.language }),
    };
    const text = job.segment.text.normalize("NFC");
    const work = async () => await this.#options.tts.synthesize(text, options);
    work().then(job.done.resolve, job.done.reject).finally(() => {
      this.#running--;
      this.#pump();
    });
  }
}

/** Segments of one utterance. */
export class SynthesisLine {
  readonly #jobs: Job[] = [];
  #language: string | undefined;

  constructor(
    readonly voice: string | undefined,
    readonly signal: AbortSignal,
    private readonly pump: () => void,
  ) {}

  /** Started and not yet taken. */
  get startedCount(): number {
    return this.#jobs.reduce((count, job) => count + (job.isStarted ? 1 : 0), 0);
  }
  get waiting(): readonly { readonly segment: Segment }[] {
    return this.#jobs;
  }

  next(): Job | undefined {
    return this.signal.aborted ? undefined : this.#jobs.find((job) => !job.isStarted);
  }

  /** `language` is the whole text's; a segment without telling letters is in that of the ones before. */
  add(segments: readonly Segment[], language?: string): void {
    for (const segment of segments) {
      this.#language = guessLanguage(segment.text) ?? language ?? this.#language;
      const done = Promise.withResolvers<Spoken>();
      done.promise.catch(() => {}); // an aborted line is taken by nobody
      const isSilent = segment.text === ""; // only cues
      if (isSilent) done.resolve({ samples: new Float32Array(0), words: [] });
      this.#jobs.push({ segment, language: this.#language, done, isStarted: isSilent });
    }
    this.pump();
  }

  /** The next segment's sound; undefined when none is in line. Rejects as its synthesis does. */
  async take(): Promise<{ segment: Segment; spoken: Spoken } | undefined> {
    const job = this.#jobs[0];
    if (job === undefined) return undefined;
    const stopped = new Promise<never>((_, reject) => {
      if (this.signal.aborted) reject(this.signal.reason);
      else this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
    const spoken = await Promise.race([job.done.promise, stopped]);
    this.#jobs.shift();
    this.pump();
    return { segment: job.segment, spoken };
  }
}

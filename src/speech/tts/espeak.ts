/**
 * The espeak-ng engine: 140 voices, no network, about 50 times faster than real time.
 *
 * In: segments of text, main thread. Out: sound and words. A pool of two workers that start when first needed (or by
 * warm()), one request each at a time; more requests wait in order. A request past its deadline costs its worker; an
 * aborted one leaves it a moment to finish by itself, since starting another takes longer than most sentences.
 */
import { Fault, InputFault } from "../../errors/mod.ts";
import { delay, withDeadline } from "../../time/mod.ts";
import type { EspeakAnswer, EspeakRequest } from "./espeak_worker.ts";
import type { Spoken, SynthesizeOptions, Tts, Voice } from "./tts.ts";
import { espeakVoice, voiceFor } from "./voice.ts";

export interface EspeakOptions {
  /** Threads. Default 2. */
  readonly workers?: number;
  /** From the call to its answer, waiting for a worker included. Default 10 000. */
  readonly deadlineMs?: number;
  /** Voice when a call names none. Default: by the text's language. */
  readonly voice?: string;
}

const RATE_MIN = 0.5;
const RATE_MAX = 3;
const ABORT_GRACE_MS = 250;
const VOICES_DEADLINE_MS = 10_000;

export class EspeakTts implements Tts {
  readonly name = "espeak-ng";
  readonly #deadlineMs: number;
  readonly #voice: string | undefined;
  readonly #slots: WorkerSlot[];
  readonly #waiting: ((slot: WorkerSlot) => void)[] = [];
  #voices: Promise<readonly Voice[]> | undefined;
  readonly #closed = new AbortController();

  constructor(options: EspeakOptions = {}) {
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#voice = options.voice;
    this.#slots = Array.from({ length: options.workers ?? 2 }, () => new WorkerSlot());
  }

  /** Starts every worker and lets each say a word, so that the first sentence does not wait. */
  async warm(): Promise<void> {
    await this.voices();
    await Promise.all(this.#slots.map(() => this.synthesize("ready when you are", { voice: "en-us" })));
  }

  voices(): Promise<readonly Voice[]> {
    if (this.#voices === undefined) {
      this.#voices = this.#ask({ kind: "voices" }, VOICES_DEADLINE_MS).then((answer) => {
        if (answer.kind !== "voices") throw failed(answer);
        return answer.voices;
      });
      this.#voices.catch(() => this.#voices = undefined); // the next call asks again
    }
    return this.#voices;
  }

  async synthesize(text: string, options: SynthesizeOptions): Promise<Spoken> {
    options.signal?.throwIfAborted();
    const rate = options.rate ?? 1;
    if (!(rate >= RATE_MIN && rate <= RATE_MAX)) {
      throw new InputFault(`speaking rate is ${rate}, wanted ${RATE_MIN}..${RATE_MAX}`, { code: "bad_rate" });
    }
    const voice = await this.#resolve(text, options);
    const request: EspeakRequest = { kind: "speak", text: plain(text), voice, rate };
    const answer = await this.#ask(request, this.#deadlineMs, options.signal);
    if (answer.kind !== "spoken") throw failed(answer);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new Fault("speaking with espeak-ng: the engine is closed", { code: "closed" }));
    for (const slot of this.#slots) slot.end();
    await Promise.resolve();
  }

  async #resolve(text: string, options: SynthesizeOptions): Promise<string> {
    const wanted = options.voice ?? this.#voice;
    const voices = await this.voices();
    if (wanted === undefined) return voiceFor(text, voices, options.language)?.id ?? "en-us";
    return espeakVoice(wanted, voices);
  }

  async #ask(request: EspeakRequest, deadlineMs: number, signal?: AbortSignal): Promise<EspeakAnswer> {
    const anySignal = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    anySignal.throwIfAborted();
    let slot: WorkerSlot | undefined;
    let isOver = false;
    let answer: Promise<EspeakAnswer> | undefined;
    const work = this.#free().then((free) => {
      if (isOver) { // aborted while it waited
        this.#release(free);
        return new Promise<never>(() => {});
      }
      slot = free;
      return answer = free.ask(request);
    });
    try {
      return await withDeadline(work, deadlineMs, "speaking with espeak-ng", anySignal);
    } catch (error) {
      isOver = true;
      if (slot !== undefined && anySignal.aborted && !this.#closed.signal.aborted) {
        this.#finishLater(slot, answer!);
        slot = undefined;
      } else {
        slot?.end();
      }
      throw error;
    } finally {
      if (slot !== undefined) this.#release(slot);
    }
  }

  /** Nobody waits for this answer any more: free again when it comes, or ended when it does not soon. */
  #finishLater(slot: WorkerSlot, answer: Promise<EspeakAnswer>): void {
    const settled = answer.then(() => true, () => true);
    const limit = delay(ABORT_GRACE_MS, this.#closed.signal).then(() => false, () => false);
    Promise.race([settled, limit]).then((isSettled) => {
      if (!isSettled) slot.end();
      this.#release(slot);
    });
  }

  #free(): Promise<WorkerSlot> {
    const slot = this.#slots.find((one) => !one.isTaken);
    if (slot === undefined) return new Promise((resolve) => this.#waiting.push(resolve));
    slot.isTaken = true;
    return Promise.resolve(slot);
  }

  #release(slot: WorkerSlot): void {
    const next = this.#waiting.shift();
    if (next === undefined) slot.isTaken = false;
    else next(slot);
  }
}

/** A place for one worker, which starts when it is asked something and may be ended and started again. */
class WorkerSlot {
  isTaken = false;
  #worker: Worker | undefined;

  ask(request: EspeakRequest): Promise<EspeakAnswer> {
    const worker = this.#worker ??= new Worker(import.meta.resolve("./espeak_worker.ts"), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<EspeakAnswer>) => resolve(event.data);
      worker.onerror = (event) => {
        event.preventDefault(); // else it would end the whole process
        this.end();
        reject(
          new Fault(`espeak-ng's worker ended: ${event.message}`, { code: "tts_crashed", retryable: true }),
        );
      };
      worker.postMessage(request);
    });
  }

  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** Text without what espeak-ng would take for markup; the same number of characters. */
function plain(text: string): string {
  return text.normalize("NFC").replace(/<(?=[\p{L}/!?])/gu, " ").replace(/\[(?=\[)/g, " ");
}

function failed(answer: EspeakAnswer): Fault {
  const error = answer.kind === "failed" ? answer.error : `answered ${answer.kind}`;
  return new Fault(`speaking with espeak-ng failed: ${error}`, { code: "tts_failed" });
}

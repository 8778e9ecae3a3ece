/**
 * The connection to OBS that comes back. In: where OBS is. Out: a line while there is one, its events, and one line of
 * text for each change of fortune: an absent OBS is told once, then tried quietly. Main thread, no timers but src/time.
 *
 * Limits: an attempt and every request take at most 5 s; pauses go from 0.5 s, doubling, to 10 s, with jitter. A wrong
 * password, an unknown protocol version or being sent away by a person end the trying until `retry`.
 */
import { Fault, oneLine } from "../../errors/mod.ts";
import { type Clock, delay } from "../../time/mod.ts";
import { Line, type ObsEvent } from "./line.ts";
import { REFUSALS } from "./line_fault.ts";

const ANSWER_MS_MAX = 5000;
const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 10_000;
/** A connection that held this long begins the pauses anew. */
const GOOD_MS = 10_000;

/** `refused`: a person has to do something, then retry. */
export type SessionStage = "connecting" | "connected" | "absent" | "refused" | "closed";

export interface SessionState {
  readonly state: SessionStage;
  readonly url: string;
  /** Of the OBS that answered last. */
  readonly obsVersion?: string;
  readonly websocketVersion?: string;
  /** One line, "" while all is well. */
  readonly problem: string;
}

export interface Told {
  note(line: string): void;
  warn(line: string): void;
}

export interface SessionOptions {
  readonly url: string;
  /** Asked before every attempt: OBS may have got a new one meanwhile. */
  readonly password: () => string | undefined;
  readonly clock: Clock;
  /** 0..1, for jitter. */
  readonly random: () => number;
  readonly told: Told;
  /** A new line is there; its requests may begin. A rejection gives the line up. */
  readonly onConnected: (line: Line) => Promise<void>;
  readonly onEvent: (event: ObsEvent) => void;
  readonly onLost: () => void;
  /** Default 5000. */
  readonly answerMsMax?: number;
  /** First and longest pause. Default 500 and 10 000. */
  readonly pauseMs?: readonly [number, number];
}

export class Session implements AsyncDisposable {
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #wake = Promise.withResolvers<void>();
  #line: Line | undefined;
  #stage: SessionStage = "connecting";
  #problem = "";
  #toldProblem = "";
  #versions: { obsVersion?: string; websocketVersion?: string } = {};

  /** Begins to connect; construction never fails. */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** The line while there is one. */
  get line(): Line | undefined {
    return this.#line;
  }

  state(): SessionState {
    return { state: this.#stage, url: this.#options.url, ...this.#versions, problem: this.#problem };
  }

  /** Tries again now, also after a refusal. Does nothing while connected. */
  retry(): void {
    this.#toldProblem = ""; // whoever asks again wants to hear again
    this.#wake.resolve();
  }

  /** Within a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Fault("the programme ends", { code: "obs_closed" }));
    await this.#line?.[Symbol.asyncDispose]();
    await this.#running;
    this.#stage = "closed";
  }

  async #run(): Promise<void> {
    const { random, clock, pauseMs: [first, longest] = [PAUSE_MS_MIN, PAUSE_MS_MAX] } = this.#options;
    const { signal } = this.#stop;
    let pauseMs = first;
    while (!signal.aborted) {
      const startMs = clock.nowMs();
      const isRefused = await this.#live();
      if (signal.aborted) return;
      if (clock.nowMs() - startMs > GOOD_MS) pauseMs = first;
      this.#wake = Promise.withResolvers();
      if (isRefused) {
        await this.#woken(Infinity);
        pauseMs = first;
      } else {
        if (await this.#woken(pauseMs * (0.75 + 0.5 * random()))) pauseMs = first;
        else pauseMs = Math.min(longest, pauseMs * 2);
      }
    }
  }

  /** One connection from its beginning to its end; answers whether a person has to do something now. */
  async #live(): Promise<boolean> {
    const { url, password, onEvent, onConnected, onLost, answerMsMax = ANSWER_MS_MAX } = this.#options;
    const { signal } = this.#stop;
    if (this.#stage !== "absent") this.#stage = "connecting";
    try {
      await using line = await Line.open({ url, password: password(), answerMsMax, signal, onEvent });
      this.#line = line;
      await this.#greet(line);
      await onConnected(line);
      this.#connected();
      await new Promise<void>((resolve) => {
        if (line.over.aborted) resolve();
        else line.over.addEventListener("abort", () => resolve(), { once: true });
      });
      throw line.over.reason;
    } catch (error) {
      if (signal.aborted) return false;
      return this.#failed(error);
    } finally {
      if (this.#line !== undefined) onLost();
      this.#line = undefined;
    }
  }

  async #greet(line: Line): Promise<void> {
    const version = await line.ask("GetVersion");
    if (!version.isDone) {
      throw new Fault(`asking OBS for its version: ${version.says}`, { code: "obs_nonsense" });
    }
    const { obsVersion, obsWebSocketVersion } = version.data;
    this.#versions = { obsVersion: String(obsVersion), websocketVersion: String(obsWebSocketVersion) };
  }

  #connected(): void {
    const { told, url } = this.#options;
    this.#stage = "connected";
    this.#problem = "";
    this.#toldProblem = "";
    told.note(`OBS ${this.#versions.obsVersion} is connected (${url})`);
  }

  #failed(error: unknown): boolean {
    const { told } = this.#options;
    this.#problem = oneLine(error);
    const isRefused = error instanceof Fault && REFUSALS.includes(error.code);
    this.#stage = isRefused ? "refused" : "absent";
    if (this.#problem !== this.#toldProblem) {
      this.#toldProblem = this.#problem;
      const isAbsent = error instanceof Fault && ["obs_absent", "obs_lost"].includes(error.code);
      if (isAbsent) told.note(`${this.#problem}; trying again without a word`);
      else told.warn(this.#problem);
    }
    return isRefused;
  }

  /** Resolves with true when somebody asked for a retry, with false after `ms`. */
  async #woken(ms: number): Promise<boolean> {
    const done = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, done.signal]);
    const stopped = new Promise<false>((resolve) => {
      if (this.#stop.signal.aborted) resolve(false);
      this.#stop.signal.addEventListener("abort", () => resolve(false), { once: true });
    });
    const passed = ms === Infinity ? stopped : delay(ms, signal).then(() => false, () => false);
    const isWoken = await Promise.race([this.#wake.promise.then(() => true), passed, stopped]);
    done.abort();
    return isWoken;
  }
}

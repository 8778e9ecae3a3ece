/**
 * Handing a running programme from one stage to another, which shows another avatar, between two units.
 *
 * In: the main thread asks for it; the stage that runs writes what it knows after its unit and ends. Out: the stage that
 * waits takes it and makes the next unit at its deadline. Shared memory; each value has one writer at a time.
 */
import { MOUTH_LENGTH } from "../lipsync/mod.ts";

const RUNNING = 0;
const WANTED = 1;
const GIVEN = 2;

const FIELDS = [
  "phase",
  "isProtected",
  "utterance",
  "epoch",
  "lastSample",
  "preBufferMs",
  "newestSpeechFrame",
  "stress",
  "crossfade",
  "expression",
  "deadlineMs",
  "laggedFrames",
  "reanchors",
] as const;
export type BatonField = typeof FIELDS[number];

export class StageBaton {
  readonly #state: Int32Array<SharedArrayBuffer>;
  readonly #values: Float64Array<SharedArrayBuffer>;
  /** Of the newest mouth, in the order of MOUTH_PARAMETERS. */
  readonly mouth: Float32Array<SharedArrayBuffer>;

  constructor(
    readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(8 + FIELDS.length * 8 + MOUTH_LENGTH * 4),
  ) {
    this.#state = new Int32Array(buffer, 0, 1);
    this.#values = new Float64Array(buffer, 8, FIELDS.length);
    this.mouth = new Float32Array(buffer, 8 + FIELDS.length * 8, MOUTH_LENGTH);
  }

  get(field: BatonField): number {
    return this.#values[FIELDS.indexOf(field)]!;
  }

  set(field: BatonField, value: number | boolean): void {
    this.#values[FIELDS.indexOf(field)] = Number(value);
  }

  /** The main thread: whoever runs shall give it. */
  want(): void {
    Atomics.compareExchange(this.#state, 0, RUNNING, WANTED);
  }

  get isWanted(): boolean {
    return Atomics.load(this.#state, 0) === WANTED;
  }

  /** The stage that ran: everything is written. */
  give(): void {
    Atomics.store(this.#state, 0, GIVEN);
    Atomics.notify(this.#state, 0);
  }

  /** The stage that waits, which may block: false where nothing was given within `timeoutMs`. */
  take(timeoutMs: number): boolean {
    const state = Atomics.load(this.#state, 0);
    if (state !== GIVEN) Atomics.wait(this.#state, 0, state, timeoutMs);
    return Atomics.load(this.#state, 0) === GIVEN;
  }
}

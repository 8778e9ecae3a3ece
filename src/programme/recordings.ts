/**
 * Recordings that are started and stopped while a programme runs, in one folder for every programme. One at a time; beside
 * one that the settings began. In: orders. Out: files by number-like names of ours, which no name from outside can leave.
 * Main thread. The programme's end waits for one that is starting, at most `startMsMax`, and closes it as one that runs.
 */
import { existsSync } from "node:fs";
import { CapacityFault, Fault, InputFault, NotFoundFault, oneLine } from "../errors/mod.ts";
import { type Recording, startRecording } from "../record/mod.ts";
import { wallClockMs, withDeadline } from "../time/mod.ts";
import type { UnitRing } from "../unit/mod.ts";

export const RECORD_FORMATS = ["mp4", "webm"] as const;
export type RecordFormat = typeof RECORD_FORMATS[number];

export interface RecordedFile {
  /** "20261126-104501-4f0c92d1be7788a3.mp4"; the digits are random, so that a name is not guessed. */
  readonly id: string;
  readonly bytes: number;
}

const START_MS_MAX = 5000;
const ID = /^\d{8}-\d{6}-[0-9a-f]{16}\.(mp4|webm)$/;

export interface RecordingsOptions {
  /** Made when it is wanted. */
  readonly folder: string;
  readonly units: UnitRing;
  readonly warn: (line: string) => void;
  /** How long one that is starting is waited for when the programme ends, in ms; it is given up then. Default 5000. */
  readonly startMsMax?: number;
}

interface Running {
  readonly id: string;
  readonly recording: Recording;
}

export class Recordings implements AsyncDisposable {
  readonly #options: RecordingsOptions;
  readonly #ending = new AbortController();
  #running: Running | undefined;
  #starting: Promise<string> | undefined;
  #isClosed = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** What is being recorded, where something is. */
  get current(): { id: string; recording: Recording } | undefined {
    return this.#running;
  }

  /**
   * Rejects with CapacityFault `recording` while one runs, InputFault where the folder cannot be used, Fault `closed` where
   * the programme ends.
   */
  async start(format: RecordFormat): Promise<string> {
    if (this.#isClosed) throw programmeEnds();
    if (this.#running !== undefined || this.#starting !== undefined) {
      throw new CapacityFault("a recording runs already, wanted it to be stopped first", {
        code: "recording",
      });
    }
    try {
      return await (this.#starting = this.#begin(`${stamp()}.${format}`));
    } finally {
      this.#starting = undefined;
    }
  }

  async #begin(id: string): Promise<string> {
    const { folder, units, warn } = this.#options;
    try {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new InputFault(`recording into ${folder}: ${oneLine(error)}, wanted a folder to write to`, {
        code: "bad_path",
        cause: error,
      });
    }
    const { shape, buffer } = units;
    const order = { path: `${folder}/${id}`, units: { shape, buffer }, signal: this.#ending.signal };
    const recording = await startRecording(order).catch((error) => {
      this.#discard(id);
      throw error;
    });
    const running = this.#running = { id, recording };
    recording.ended.then(({ fault }) => fault && warn(fault.message), (error) => warn(oneLine(error))).then(
      () => this.#forget(running),
    );
    return id;
  }

  /** What a start that was given up had begun to write: the digits of its name are in no other. */
  #discard(id: string): void {
    const { folder, warn } = this.#options;
    const stem = id.slice(0, id.lastIndexOf("."));
    try {
      for (const { name } of Deno.readDirSync(folder)) {
        if (name.includes(stem)) Deno.removeSync(`${folder}/${name}`);
      }
    } catch (error) {
      warn(`removing a recording that did not start: ${oneLine(error)}`);
    }
  }

  #forget(running: Running): void {
    if (this.#running === running) this.#running = undefined;
  }

  /** Resolves when the file is whole. Rejects with InputFault `not_recording`. */
  async stop(): Promise<string> {
    const running = this.#running;
    if (running === undefined) {
      throw new InputFault("nothing is being recorded, wanted a recording to stop", {
        code: "not_recording",
      });
    }
    try {
      await running.recording.stop();
    } finally {
      this.#forget(running);
    }
    return running.id;
  }

  /**
   * Finished ones of every programme, newest first: whoever may ask for one may ask for all. What runs, here or in another
   * programme, is hidden until it is whole.
   */
  list(): RecordedFile[] {
    const { folder } = this.#options;
    if (!existsSync(folder)) return [];
    return [...Deno.readDirSync(folder)]
      .filter(({ name, isFile }) => isFile && ID.test(name))
      .map(({ name }) => ({ id: name, bytes: Deno.statSync(`${folder}/${name}`).size }))
      .sort((one, other) => one.id < other.id ? 1 : -1);
  }

  /** Throws NotFoundFault `no_such_recording`. */
  path(id: string): string {
    const isOurs = ID.test(id) && this.list().some((file) => file.id === id);
    if (isOurs) return `${this.#options.folder}/${id}`;
    throw new NotFoundFault("there is no such recording, wanted one of the list", {
      code: "no_such_recording",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const { startMsMax = START_MS_MAX, warn } = this.#options;
    const starting = this.#starting;
    if (starting !== undefined) {
      await withDeadline(starting, startMsMax, "starting a recording").catch(() =>
        this.#ending.abort(programmeEnds())
      );
      await starting.catch(() => {}); // whoever wanted it is told
    }
    if (this.#running !== undefined) await this.stop().catch((error) => warn(oneLine(error)));
  }
}

function programmeEnds(): Fault {
  return new Fault("recording: the programme ends", { code: "closed" });
}

function stamp(): string {
  const time = new Date(wallClockMs()).toISOString().replace(/[-:]|\..*$/g, "").replace("T", "-");
  const random = crypto.getRandomValues(new Uint8Array(8)).toHex();
  return `${time}-${random}`;
}

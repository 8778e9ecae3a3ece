/**
 * Recordings that are started and stopped while the programme runs, in a folder of their own. One at a time; beside one
 * that the settings began. In: orders. Out: files by number-like names of ours, which no name from outside can leave.
 * Main thread.
 */
import { existsSync } from "node:fs";
import { CapacityFault, InputFault, NotFoundFault, oneLine } from "../errors/mod.ts";
import { type Recording, startRecording } from "../record/mod.ts";
import { wallClockMs } from "../time/mod.ts";
import type { UnitRing } from "../unit/mod.ts";

export const RECORD_FORMATS = ["mp4", "webm"] as const;
export type RecordFormat = typeof RECORD_FORMATS[number];

export interface RecordedFile {
  /** "20261126-104501-4f0c92d1be7788a3.mp4"; the digits are random, so that a name is not guessed. */
  readonly id: string;
  readonly bytes: number;
}

const ID = /^\d{8}-\d{6}-[0-9a-f]{16}\.(mp4|webm)$/;

export interface RecordingsOptions {
  /** Made when it is wanted. */
  readonly folder: string;
  readonly units: UnitRing;
  readonly warn: (line: string) => void;
}

export class Recordings implements AsyncDisposable {
  readonly #options: RecordingsOptions;
  #running: { readonly id: string; readonly recording: Recording } | undefined;
  #isStarting = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** What is being recorded, where something is. */
  get current(): { id: string; recording: Recording } | undefined {
    return this.#running;
  }

  /** Rejects with CapacityFault `recording` while one runs, InputFault where the folder cannot be used. */
  async start(format: RecordFormat): Promise<string> {
    if (this.#running !== undefined || this.#isStarting) {
      throw new CapacityFault("a recording runs already, wanted it to be stopped first", {
        code: "recording",
      });
    }
    this.#isStarting = true;
    const { folder, units, warn } = this.#options;
    try {
      try {
        Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      } catch (error) {
        throw new InputFault(`recording into ${folder}: ${oneLine(error)}, wanted a folder to write to`, {
          code: "bad_path",
          cause: error,
        });
      }
      const id = `${stamp()}.${format}`;
      const recording = await startRecording({
        path: `${folder}/${id}`,
        units: { shape: units.shape, buffer: units.buffer },
      });
      const running = this.#running = { id, recording };
      recording.ended.then(({ fault }) => fault && warn(fault.message), (error) => warn(oneLine(error))).then(
        () => {
          if (this.#running === running) this.#running = undefined;
        },
      );
      return id;
    } finally {
      this.#isStarting = false;
    }
  }

  /** Resolves when the file is whole. Rejects with InputFault `not_recording`. */
  async stop(): Promise<string> {
    const running = this.#running;
    if (running === undefined) {
      throw new InputFault("nothing is being recorded, wanted a recording to stop", {
        code: "not_recording",
      });
    }
    await running.recording.stop();
    if (this.#running === running) this.#running = undefined;
    return running.id;
  }

  /** Finished ones, newest first. */
  list(): RecordedFile[] {
    const { folder } = this.#options;
    if (!existsSync(folder)) return [];
    return [...Deno.readDirSync(folder)]
      .filter(({ name, isFile }) => isFile && ID.test(name) && name !== this.#running?.id)
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
    await this.#running?.recording.stop().catch((error) => this.#options.warn(oneLine(error)));
  }
}

function stamp(): string {
  const time = new Date(wallClockMs()).toISOString().replace(/[-:]|\..*$/g, "").replace("T", "-");
  const random = crypto.getRandomValues(new Uint8Array(8)).toHex();
  return `${time}-${random}`;
}

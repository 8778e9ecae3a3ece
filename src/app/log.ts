/**
 * The log: lines for a person on stderr, the same as JSON lines in a file. Never on stdout, never a reason to stop.
 *
 * In: messages from the main thread. Out: stderr at once; the file by synchronous appends, so that the last line
 * before a crash is there. Speech text goes to `debug` only. A file that cannot be written (full disk, no right) is
 * said once and not tried again.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { oneLine } from "../errors/mod.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  /** The only level that may carry what is spoken. */
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Gets one line without its line break. */
  readonly toPerson: (line: string) => void;
  readonly filePath?: string | undefined;
  /** Wall-clock time for the file; lines for a person carry none. */
  readonly now: () => Date;
}

export class LineLog implements Log, Disposable {
  readonly #level: number;
  readonly #options: LogOptions;
  #toPerson: (line: string) => void;
  #file: number | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#toPerson = options.toPerson;
    this.#level = LOG_LEVELS.indexOf(options.level);
    if (options.filePath === undefined) return;
    try {
      this.#file = openSync(options.filePath, "a", 0o600);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Lines for a person go there from now on (a live view shows them itself), or where they went at first. */
  redirect(toPerson: (line: string) => void = this.#options.toPerson): void {
    this.#toPerson = toPerson;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }
  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }
  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#level) return;
    const details = Object.entries(fields).map(([name, value]) => `  ${name}=${inLine(value)}`).join("");
    this.#toPerson(`${level === "info" ? "" : `${level}: `}${oneLine(message)}${details}`);
    if (this.#file === undefined) return;
    try {
      const record = { time: this.#options.now().toISOString(), level, message, ...named(fields) };
      const bytes = new TextEncoder().encode(JSON.stringify(record) + "\n");
      const written = writeSync(this.#file, bytes);
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`);
    } catch (error) {
      closeSync(this.#file);
      this.#file = undefined;
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    this.#toPerson(
      `warn: writing the log file ${this.#options.filePath} failed (${
        oneLine(error)
      }), going on without it; wanted a writable file`,
    );
  }
}

/** Fields as JSON can hold them; ours come first, so a field cannot hide the time, the level or the message. */
function named(fields: LogFields): Record<string, unknown> {
  const plain = Object.entries(fields).map(([name, value]) => {
    const key = ["time", "level", "message"].includes(name) ? `${name}_` : name;
    return [key, value instanceof Error ? oneLine(value) : typeof value === "bigint" ? String(value) : value];
  });
  return Object.fromEntries(plain);
}

function inLine(value: unknown): string {
  if (value instanceof Error) return oneLine(value);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return oneLine(text);
}

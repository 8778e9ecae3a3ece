/**
 * What the checks may ask of a machine; reading only. Passed in, so that a test can show them a broken one.
 * Paths are absolute; a question about something missing has an answer, never an exception.
 */

export interface Holder {
  readonly pid: number;
  /** The program's short name. */
  readonly name: string;
}

export interface Ran {
  readonly code: number;
  /** stdout and stderr. */
  readonly text: string;
}

export interface Probe {
  readonly os: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Version of Deno. */
  readonly denoVersion: string;
  /** Undefined where it is missing or unreadable. */
  readText(path: string): string | undefined;
  readBytes(path: string): Uint8Array | undefined;
  /** Names in a folder, sorted; none where it is missing. */
  list(path: string): readonly string[];
  exists(path: string): boolean;
  /** Whether this user may read and write it. */
  access(path: string): "ok" | "denied" | "missing";
  /** The full path of a program on PATH. */
  which(name: string): string | undefined;
  /** Runs a program that only tells something; undefined where it is missing or answers too late. */
  run(name: string, args: readonly string[]): Promise<Ran | undefined>;
  /** Processes that have a file or device open, as far as this user may see. */
  holders(path: string): readonly Holder[];
  /** Whether a shared library lies where the loader looks. */
  hasLibrary(name: string): boolean;
  /** Why the media library does not load, or undefined when it does. */
  mediaError(): Promise<string | undefined>;
  /** Whether somebody listens on this port of 127.0.0.1. */
  isPortTaken(port: number): boolean;
  /** Whether somebody has this UDP port. */
  isUdpPortTaken(port: number): Promise<boolean>;
  /** The address a STUN server sees us at; undefined where it does not answer. */
  askStun(host: string, port: number): Promise<string | undefined>;
  /** Bytes free for this user on the disk that holds `path`. */
  freeBytes(path: string): number | undefined;
}

/**
 * What a command is: a name, its help, its flags and a function. One file a command; the table in table.ts loads a
 * command's file only when it is called, so its heavy imports belong inside `run` (`await import(...)`).
 *
 * `run` answers an exit code of EXIT or throws a Fault; the frame prints the fault's one line and maps it.
 */
import type { Folders, LineLog, LoadedConfig } from "../app/mod.ts";
import type { Clock } from "../time/mod.ts";

export interface Flag {
  /** Without dashes: "camera-format". */
  readonly name: string;
  /** `list` may be repeated. */
  readonly kind: "switch" | "text" | "list";
  /** What stands for the value in the help: "FILE". Not for switches. */
  readonly value?: string;
  /** One line for the help. */
  readonly doc: string;
  /** The switch is on unless `--no-NAME` is given. Switches of settings know both forms anyway. */
  readonly isNegated?: boolean;
  /** The configuration key that this flag sets, e.g. "cameraFormat" or "tts.engine"; "size" sets two. */
  readonly setting?: string;
  /** What a switch that is on sets its setting to, where that is not `true`. */
  readonly means?: string;
  /** One letter: "h". */
  readonly short?: string;
}

export interface Example {
  readonly command: string;
  readonly does: string;
}

export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the name in the first line of the help: "[flags] TEXT...". */
  readonly usage: string;
  /** A paragraph or more for the help, wrapped by hand at 100 columns. */
  readonly about: string;
  readonly examples: readonly Example[];
  /** Its own; the frame adds help, config, debug, log-level and log-file. */
  readonly flags: readonly Flag[];
  /** Every setting is a flag too, by the rule "tts.engine" -> "--tts-engine". */
  readonly takesSettings?: true;
  /** The name of what may be given without a flag ("TEXT"); without it every such word is refused. */
  readonly words?: string;
  run(context: CommandContext): Promise<number>;
}

/** The flags as given; asking for one that the command does not declare is a bug and throws. */
export interface FlagValues {
  /** Whether a switch is on. */
  isOn(name: string): boolean;
  /** Whether the flag was given at all. */
  isGiven(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
}

export interface CommandContext {
  readonly flags: FlagValues;
  /** What was given without a flag, and everything after "--". */
  readonly words: readonly string[];
  readonly folders: Folders;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Wall-clock time. */
  now(): Date;
  /** Standard input. */
  input(): ReadableStream<Uint8Array>;
  /** Writes asked-for data to stdout, adding the line break. The only way to stdout. */
  out(text: string): void;
  /** Writes one line for a person to stderr. */
  note(line: string): void;
  /** Flags over environment over file over defaults; throws InputFault. */
  loadConfig(): Promise<LoadedConfig>;
  /** The log as `loaded` wants it: lines to stderr, JSON lines to its file. Closed by the frame. */
  openLog(loaded: LoadedConfig): LineLog;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP after this call; a second one ends the process at once. */
  stopSignal(): AbortSignal;
}

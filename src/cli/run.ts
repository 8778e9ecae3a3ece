/**
 * The frame of every command: finds it, reads its flags, runs it and turns faults into one line and an exit code.
 *
 * In: the command line and the surroundings (passed in, so that tests need no process). Out: asked-for data on
 * stdout, lines for people on stderr, one of the exit codes of EXIT. Main thread.
 */
import {
  findFolders,
  flagName,
  LineLog,
  loadConfig,
  type LoadedConfig,
  type LogLevel,
  SETTINGS,
} from "../app/mod.ts";
import { EXIT, Fault, InputFault, oneLine } from "../errors/mod.ts";
import { nearest } from "../text/mod.ts";
import { type Clock, MonotonicClock } from "../time/mod.ts";
import type { Command, CommandContext, Flag } from "./command.ts";
import { COMMON_FLAGS, readCommandLine } from "./flags.ts";
import { commandHelp, listHelp } from "./help.ts";
import { StopSignal } from "./stop_signal.ts";
import { TABLE } from "./table.ts";
import { VERSION } from "./version.ts";

export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly working: string;
  /** Wall-clock time, for the log file. */
  readonly now: () => Date;
  /** Writes to stdout as it is; throws StdoutClosed when nobody reads it any more. */
  readonly writeOut: (text: string) => void;
  /** Writes to stderr as it is. */
  readonly writeNote: (text: string) => void;
  readonly input: () => ReadableStream<Uint8Array>;
  readonly clock?: Clock;
}

/** The reader of our stdout has gone (`| head`): nothing is left to do and nothing is wrong. */
export class StdoutClosed extends Error {}

export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const note = (line: string) => surroundings.writeNote(`${line}\n`);
  try {
    return await dispatch(argv, surroundings, note);
  } catch (thrown) {
    const [error, ...later] = inOrder(thrown);
    const code = tell(error, argv, note);
    if (argv.includes("--debug")) {
      for (const one of later) note(`lipcam: then, while closing: ${oneLine(one)}`);
    }
    return code;
  }
}

/** What was thrown first, then what failed while closing because of it: the latter is seldom the person's trouble. */
function inOrder(thrown: unknown): unknown[] {
  return thrown instanceof SuppressedError ? [...inOrder(thrown.suppressed), thrown.error] : [thrown];
}

/** One line for the person, and the exit code. */
function tell(error: unknown, argv: readonly string[], note: (line: string) => void): number {
  if (error instanceof StdoutClosed) return EXIT.ok;
  if (error instanceof Fault) {
    note(`lipcam: ${oneLine(error)}`);
    return error.exitCode;
  }
  note(`lipcam: unexpected: ${oneLine(error)} (a fault of ours; --debug shows where)`);
  if (argv.includes("--debug") && error instanceof Error) note(error.stack ?? "");
  return EXIT.failed;
}

async function dispatch(
  argv: readonly string[],
  surroundings: Surroundings,
  note: (line: string) => void,
): Promise<number> {
  const out = (text: string) => surroundings.writeOut(text.endsWith("\n") ? text : `${text}\n`);
  const [first, ...rest] = argv;
  if (first === undefined) {
    note(listHelp(VERSION));
    return EXIT.usage;
  }
  const isHelp = ["help", "--help", "-h"].includes(first);
  if (isHelp && (rest[0] === undefined || rest[0].startsWith("-"))) {
    out(listHelp(VERSION));
    return EXIT.ok;
  }
  if (first === "--version" || first === "-V") {
    out(`lipcam ${VERSION}`);
    return EXIT.ok;
  }
  const command = await find(isHelp ? rest[0]! : first);
  const more = command.takesSettings ? settingFlags(command.flags) : [];
  const flags = [...command.flags, ...more, ...COMMON_FLAGS];
  const line = isHelp ? undefined : readCommandLine(rest, flags, command.words);
  if (line === undefined || line.flags.isOn("help")) {
    out(commandHelp(command, more));
    return EXIT.ok;
  }

  using closers = new DisposableStack();
  const folders = findFolders(surroundings.environment, surroundings.working);
  let stop: StopSignal | undefined;
  let log: LineLog | undefined;
  const context: CommandContext = {
    flags: line.flags,
    words: line.words,
    folders,
    environment: surroundings.environment,
    clock: surroundings.clock ?? new MonotonicClock(),
    now: surroundings.now,
    input: surroundings.input,
    out,
    note,
    loadConfig: () => {
      const options = { flags: line.settings, environment: surroundings.environment, folders };
      return Promise.try(() => loadConfig({ ...options, file: line.flags.text("config") }));
    },
    openLog: ({ config, warnings }: LoadedConfig) => {
      if (log !== undefined) return log;
      const level: LogLevel = config.logLevel;
      log = closers.use(
        new LineLog({ level, toPerson: note, filePath: config.logFile, now: surroundings.now }),
      );
      for (const warning of warnings) log.warn(warning);
      return log;
    },
    stopSignal: () => (stop ??= closers.use(new StopSignal())).signal,
  };
  return await command.run(context);
}

async function find(name: string): Promise<Command> {
  const entry = TABLE.find((one) => one.name === name);
  if (entry !== undefined) return (await entry.load()).command;
  const near = nearest(name, TABLE.map((one) => one.name));
  const hint = near === undefined
    ? `wanted one of ${TABLE.map((one) => one.name).join(", ")}`
    : `did you mean ${near}?`;
  const what = name.startsWith("-") ? "flag" : "command";
  throw new InputFault(`unknown ${what} ${JSON.stringify(name.slice(0, 60))}, ${hint}`, {
    code: `unknown_${what}`,
  });
}

/** A flag for every setting that the command's own flags do not set. */
function settingFlags(own: readonly Flag[]): Flag[] {
  const names = new Set([...own, ...COMMON_FLAGS].map((flag) => flag.name));
  return SETTINGS.filter(({ key }) => !names.has(flagName(key))).map((setting): Flag => {
    const flag = { name: flagName(setting.key), doc: setting.doc, setting: setting.key };
    if (setting.kind === "switch") return { ...flag, kind: "switch" };
    return {
      ...flag,
      kind: "text",
      value: setting.kind === "number" ? "N" : setting.kind === "list" ? "LIST" : "VALUE",
    };
  });
}

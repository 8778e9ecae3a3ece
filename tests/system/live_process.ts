/**
 * Lipcam as a person runs it: `main.ts live ...` in a process of its own, with folders of its own, and what it left.
 *
 *   using room = new Room();
 *   await using live = await LiveProcess.start(room, ["--say", "Hello.", "--camera", "none", "--sound", "none"]);
 *   await live.client().interrupt(); live.signal("SIGTERM"); (await live.ended(5000)).code
 *
 * Every wait has a deadline and, when it passes, fails with what the process said on stderr.
 */
import { connect, type ControlClient, readTokens, type TokenRecord } from "../../src/control/mod.ts";
import type { ProgrammeState } from "../../src/programme/mod.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";

export const clock = new MonotonicClock();

const MAIN = decodeURIComponent(new URL("../../main.ts", import.meta.url).pathname);
/** A machine with something else to do may take this long for a start. */
const START_MS_MAX = 40_000;
const REQUIRED = Deno.env.get("LIPCAM_REQUIRE_SYSTEM") === "1";

/** Whether to leave a test out because a program is missing; says so. */
export function skipWithout(what: string, ...programs: string[]): boolean {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const isThere = (program: string) => folders.some((folder) => exists(`${folder}/${program}`));
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0 || REQUIRED) return false;
  console.warn(`${what} skipped: ${missing.join(", ")} not installed`);
  return true;
}

export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Resolves with the first answer that is not undefined or false; fails, saying `what`, after `msMax`. */
export async function until<T>(
  what: string,
  msMax: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  stepMs = 25,
): Promise<T> {
  const deadlineMs = clock.nowMs() + msMax;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (clock.nowMs() > deadlineMs) throw new Error(`${what}: not within ${msMax} ms`);
    await delay(stepMs);
  }
}

/** Folders of one person: run-time, configuration, data, and the one to work in. */
export class Room implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "lipcam-live-" });
  readonly run = `${this.folder}/run`;
  readonly config = `${this.folder}/config`;
  readonly data = `${this.folder}/data`;
  readonly working = `${this.folder}/working`;

  constructor() {
    for (const folder of [this.run, this.config, this.data, this.working]) {
      Deno.mkdirSync(folder, { mode: 0o700 });
    }
  }

  env(): Record<string, string> {
    return {
      XDG_RUNTIME_DIR: this.run,
      XDG_CONFIG_HOME: this.config,
      XDG_DATA_HOME: this.data,
      NO_COLOR: "1",
    };
  }

  tokens(): TokenRecord[] {
    return readTokens((name) => this.env()[name]);
  }

  /** Names of the token files, stale ones too. */
  tokenFiles(): string[] {
    return this.runFiles().filter((name) => name.endsWith(".json"));
  }

  /** Everything in the run-time folder: tokens, sockets. */
  runFiles(): string[] {
    return exists(`${this.run}/lipcam`) ? names(`${this.run}/lipcam`) : [];
  }

  /** Everything in the working folder, hidden files too. */
  files(): string[] {
    return names(this.working);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

export interface LiveOptions {
  readonly env?: Record<string, string>;
  /** Keep standard input open for write(). Default: at its end from the start. */
  readonly isPiped?: boolean;
  /** Default "live". */
  readonly command?: string;
  /** Do not wait until it is live. */
  readonly isAwaited?: boolean;
}

export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of stderr. */
  readonly lines: string[];
}

export class LiveProcess implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #room: Room;
  readonly #ended: Promise<Ended>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #stdout = "";
  #stderr = "";
  #isOver = false;

  /** Starts it and waits until it says that it is live. */
  static async start(
    room: Room,
    args: readonly string[],
    options: LiveOptions = {},
  ): Promise<LiveProcess> {
    const live = new LiveProcess(room, args, options);
    if (options.isAwaited === false) return live;
    try {
      await live.said(/lipcam: live, /, START_MS_MAX);
    } catch (error) {
      await live[Symbol.asyncDispose]();
      throw error;
    }
    return live;
  }

  /** Runs a command to its end. */
  static async run(room: Room, argv: readonly string[], options: LiveOptions = {}): Promise<Ended> {
    const [command = "", ...args] = argv;
    await using live = new LiveProcess(room, args, { ...options, command });
    return await live.ended(START_MS_MAX);
  }

  constructor(room: Room, args: readonly string[], options: LiveOptions) {
    this.#room = room;
    const port = options.command === undefined && !args.includes("--port") ? ["--port", "0"] : [];
    this.child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, options.command ?? "live", ...args, ...port],
      cwd: room.working,
      env: { ...room.env(), ...options.env },
      stdin: options.isPiped ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = options.isPiped ? this.child.stdin.getWriter() : undefined;
    const read = async (stream: ReadableStream<Uint8Array>, take: (text: string) => void) => {
      const decoder = new TextDecoder();
      for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
    };
    this.#ended = Promise.all([
      this.child.status,
      read(this.child.stdout, (text) => this.#stdout += text),
      read(this.child.stderr, (text) => this.#stderr += text),
    ]).then(([{ code, signal }]) => {
      this.#isOver = true;
      const stderr = this.#stderr;
      return { code, signal, stdout: this.#stdout, stderr, lines: stderr.split("\n").filter((line) => line) };
    });
  }

  get pid(): number {
    return this.child.pid;
  }
  get isOver(): boolean {
    return this.#isOver;
  }
  get stderr(): string {
    return this.#stderr;
  }

  /** Waits for a line on stderr. */
  async said(pattern: RegExp, msMax: number): Promise<RegExpExecArray> {
    return await until(`the line ${pattern}`, msMax, () => {
      const found = pattern.exec(this.#stderr);
      if (found === null && this.#isOver) throw new Error(`it ended: ${this.#stderr}`);
      return found ?? undefined;
    }).catch((error) => {
      throw new Error(`${error.message}; it said: ${this.#stderr}`);
    });
  }

  async write(text: string): Promise<void> {
    await this.#input!.write(new TextEncoder().encode(text));
  }

  async endInput(): Promise<void> {
    await this.#input!.close();
  }

  token(): TokenRecord {
    const token = this.#room.tokens().find((record) => record.pid === this.pid);
    if (token === undefined) throw new Error(`no token file of it; it said: ${this.#stderr}`);
    return token;
  }

  /** As the other commands talk to it. */
  async client(): Promise<ControlClient> {
    return await connect({ port: this.token().port, env: (name) => this.#room.env()[name] });
  }

  async state(): Promise<ProgrammeState> {
    return await (await this.client()).state() as unknown as ProgrammeState;
  }

  /** Waits until its state is as wanted. */
  async reaches(what: string, msMax: number, isWanted: (state: ProgrammeState) => boolean) {
    const client = await this.client();
    return await until(what, msMax, async () => {
      const state = await client.state() as unknown as ProgrammeState;
      return isWanted(state) ? state : undefined;
    }, 50).catch((error) => {
      throw new Error(`${error.message}; it said: ${this.#stderr}`);
    });
  }

  /** A request with the token. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { port, token } = this.token();
    return await fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...init.headers },
    });
  }

  signal(name: Deno.Signal): void {
    this.child.kill(name);
  }

  /** Its end; fails after `msMax`. */
  async ended(msMax: number): Promise<Ended & { readonly ms: number }> {
    const startMs = clock.nowMs();
    const over = new AbortController();
    const limit = delay(msMax, over.signal).then(() => undefined, () => undefined);
    const end = await Promise.race([this.#ended, limit]);
    over.abort();
    if (end === undefined) throw new Error(`it did not end within ${msMax} ms; it said: ${this.#stderr}`);
    return { ...end, ms: clock.nowMs() - startMs };
  }

  /** Processes it started that still run, and what they started. */
  children(): { readonly pid: number; readonly command: string }[] {
    return childrenOf(this.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const children = this.children();
    for (const pid of [this.pid, ...children.map((child) => child.pid)]) {
      if (pid === this.pid && this.#isOver) continue;
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
      }
    }
    await this.#input?.close().catch(() => {}); // closed already, or nobody reads any more
    await this.#ended;
  }
}

/** By /proc: all descendants of a process. */
export function childrenOf(parent: number): { readonly pid: number; readonly command: string }[] {
  const found: { readonly pid: number; readonly command: string }[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`).replace(/^.*\)/, "").trim().split(" ");
      if (Number(stat[1]) !== parent || stat[0] === "Z") continue;
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
      found.push({ pid: Number(name), command }, ...childrenOf(Number(name)));
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound || /os error 3\b/.test(String(error));
      if (!isGone) throw error; // it ended while we looked
    }
  }
  return found;
}

export function isRunning(pid: number): boolean {
  return exists(`/proc/${pid}`) && !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
}

/**
 * Any program as a voice: it gets the text as an argument or on stdin and writes WAV or raw PCM to stdout.
 *
 * In: a segment of text, main thread. Out: sound; the words' places are estimated from their lengths. One child
 * process a call, killed with all it started at the deadline, on abort and when it writes more than the limit. No
 * shell is involved.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { withDeadline } from "../../time/mod.ts";
import type { Spoken, SynthesizeOptions, Tts, Voice } from "./tts.ts";
import { voiceFor } from "./voice.ts";
import { samplesOfS16, samplesOfWav } from "./wav.ts";
import { wordsByLength } from "./words.ts";

export interface CommandTtsOptions {
  /** Program and arguments; {text}, {voice} and {rate} are filled in. Without {text} the text goes to stdin. */
  readonly command: readonly string[];
  /** "wav", or "s16le@22050": 16-bit little-endian mono at that rate. Default "wav". */
  readonly output?: string;
  /** Voices the program knows; the first is the default. Default: one called "default". */
  readonly voices?: readonly Voice[];
  /** Default 10 000. */
  readonly deadlineMs?: number;
  /** Most that one call may write. Default 64 MiB. */
  readonly outputBytesMax?: number;
}

const STDERR_BYTES_MAX = 4096;
const CLOSE_MS_MAX = 2000;
/** A group of its own also keeps the terminal's Ctrl-C from ending the voice before the programme ends in order. */
const IS_GROUP_KILLED = Deno.build.os !== "windows";

export class CommandTts implements Tts {
  readonly name: string;
  readonly #options: Required<CommandTtsOptions>;
  readonly #rateHz: number | undefined;
  readonly #closed = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: CommandTtsOptions) {
    this.#options = {
      output: "wav",
      voices: [{ id: "default", name: "default", languages: [] }],
      deadlineMs: 10_000,
      outputBytesMax: 64 * 2 ** 20,
      ...options,
    };
    const { command, output } = this.#options;
    this.name = command[0] ?? "";
    const rate = /^s16le@(\d{4,6})$/.exec(output)?.[1];
    if (this.name === "") {
      throw new InputFault("the voice command is empty, wanted a program", { code: "bad_tts" });
    }
    if (output !== "wav" && rate === undefined) {
      throw new InputFault(`the voice command's output is ${output}, wanted wav or s16le@RATE`, {
        code: "bad_tts",
      });
    }
    this.#rateHz = rate === undefined ? undefined : Number(rate);
  }

  voices(): Promise<readonly Voice[]> {
    return Promise.resolve(this.#options.voices);
  }

  async synthesize(text: string, options: SynthesizeOptions): Promise<Spoken> {
    const stop = new AbortController();
    const signals = [stop.signal, this.#closed.signal, ...(options.signal ? [options.signal] : [])];
    const signal = AbortSignal.any(signals);
    signal.throwIfAborted();
    const work = this.#run(text, options, signal);
    this.#running.add(work);
    work.catch(() => {}).finally(() => this.#running.delete(work));
    try {
      const bytes = await withDeadline(work, this.#options.deadlineMs, `speaking with ${this.name}`, signal);
      const samples = this.#rateHz === undefined ? samplesOfWav(bytes) : samplesOfS16(bytes, this.#rateHz);
      return { samples, words: wordsByLength(text, 0, samples.length) };
    } finally {
      stop.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new Fault(`speaking with ${this.name}: the engine is closed`, { code: "closed" }));
    await withDeadline(Promise.allSettled(this.#running), CLOSE_MS_MAX, `closing ${this.name}`);
  }

  async #run(text: string, options: SynthesizeOptions, signal: AbortSignal): Promise<Uint8Array> {
    const { command, voices } = this.#options;
    const voice = options.voice ?? voiceFor(text, voices, options.language)?.id ?? "";
    const values: Record<string, string> = { text, voice, rate: String(options.rate ?? 1) };
    const isTextGiven = command.some((argument) => argument.includes("{text}"));
    const argv = command.map((argument) =>
      argument.replace(/\{(text|voice|rate)\}/g, (_, key: string) => values[key]!)
    );
    const child = this.#spawn(argv, isTextGiven ? "null" : "piped");
    const kill = () => killWithGroup(child);
    signal.addEventListener("abort", kill, { once: true });
    try {
      const [status, bytes, lastLine] = await Promise.all([
        child.status,
        this.#collect(until(signal, child.stdout), kill),
        lastLineOf(until(signal, child.stderr)),
        isTextGiven ? undefined : feed(child.stdin, text),
      ]);
      signal.throwIfAborted();
      if (bytes === undefined) {
        const limit = this.#options.outputBytesMax;
        throw new Fault(`speaking with ${this.name}: more than ${limit} bytes came, wanted fewer`, {
          code: "tts_output_too_long",
        });
      }
      if (!status.success) throw this.#failed(`exit code ${status.code}`, lastLine);
      if (bytes.length === 0) throw this.#failed("no sound came", lastLine);
      return bytes;
    } finally {
      signal.removeEventListener("abort", kill);
    }
  }

  #spawn(argv: readonly string[], stdin: "null" | "piped"): Deno.ChildProcess {
    try {
      return new Deno.Command(argv[0]!, {
        args: argv.slice(1),
        stdin,
        stdout: "piped",
        stderr: "piped",
        detached: IS_GROUP_KILLED,
      }).spawn();
    } catch (error) {
      throw new InputFault(
        `the voice program ${this.name} does not start: ${oneLine(error)}, wanted one on PATH`,
        {
          code: "tts_missing",
          cause: error,
        },
      );
    }
  }

  /** Everything written, or undefined where it was too much (and the child was killed for it). */
  async #collect(stream: ReadableStream<Uint8Array>, kill: () => void): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    let count = 0;
    for await (const piece of stream) {
      count += piece.length;
      if (count > this.#options.outputBytesMax) {
        kill();
        return undefined;
      }
      pieces.push(piece);
    }
    const bytes = new Uint8Array(count);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  #failed(is: string, lastLine: string): Fault {
    const said = lastLine === "" ? "" : ` (${lastLine})`;
    return new Fault(`speaking with ${this.name} failed: ${is}${said}`, { code: "tts_failed" });
  }
}

/** The stream, let go of when `signal` aborts: what the program started may hold its other end open for ever. */
function until(signal: AbortSignal, stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return stream.pipeThrough(new TransformStream(), { signal });
}

/** The program and, where it leads a group of its own, everything it started. */
function killWithGroup(child: Deno.ChildProcess): void {
  try {
    if (IS_GROUP_KILLED) Deno.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch (error) {
    // Already over: no process, or no group, of that number is left.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text + "\n"));
    await writer.close();
  } catch (error) {
    // A program may end without reading; its exit code and its sound tell whether that was right.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function lastLineOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let tail = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) {
    tail = (tail + decoder.decode(piece, { stream: true })).slice(-STDERR_BYTES_MAX);
  }
  return tail.trim().split("\n").at(-1)!.trim().slice(0, 200);
}

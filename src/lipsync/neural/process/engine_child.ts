/**
 * The engine's process seen from outside: bytes in without waiting for it, frames out, killed at once when it must go.
 *
 * In: frames for its stdin, kept in order until the pipe takes them. Out: its frames, its end. Host's thread. Bounded:
 * OUT_BYTES_MAX waiting; more means that it no longer reads and counts as hanging.
 */
import { oneLine } from "../../../errors/mod.ts";
import { withDeadline } from "../../../time/mod.ts";
import { type PipeFrame, PipeReader } from "./pipe.ts";

const OUT_BYTES_MAX = 8 * 1024 * 1024;
const STDERR_CHARS_MAX = 300;
const END_MS_MAX = 1000;

export interface EngineChildEvents {
  /** The payload lives as long as the call. */
  readonly onFrame: (frame: PipeFrame) => void;
  /** It has ended: by itself, by a signal, or because it was killed. Called once. */
  readonly onEnd: (why: string) => void;
}

export class EngineChild {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<void>;
  #waitingBytes = 0;
  #stderr = "";

  /** Starts the process; `entry` is the file that it runs. */
  constructor(entry: URL, events: EngineChildEvents) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-lock", "-A", entry.pathname],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    const reading = this.#read(events.onFrame).catch(() => {}); // the end says what there is to say
    const hearing = this.#hearErrors().catch(() => {});
    this.#ended = this.#child.status.then(async ({ code, signal }) => {
      await withDeadline(Promise.all([reading, hearing]), END_MS_MAX, "reading the rest").catch(() => {});
      const how = signal ? `ended by ${signal}` : `ended with code ${code}`;
      events.onEnd(this.#stderr === "" ? how : `${how}: ${this.#stderr}`);
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Hands a frame over; false where too much waits. */
  send(frame: Uint8Array): boolean {
    if (this.#waitingBytes + frame.length > OUT_BYTES_MAX) return false;
    this.#waitingBytes += frame.length;
    this.#writer.write(frame).then(
      () => this.#waitingBytes -= frame.length,
      () => {}, // a closed pipe: the end is told by onEnd
    );
    return true;
  }

  /** Whether everything sent so far has been taken. */
  get isClear(): boolean {
    return this.#waitingBytes === 0;
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  /** Resolves when it has ended and everything it wrote was read. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  async #read(onFrame: (frame: PipeFrame) => void): Promise<void> {
    const reader = new PipeReader();
    for await (const piece of this.#child.stdout) {
      reader.push(piece);
      for (let frame = reader.next(); frame; frame = reader.next()) onFrame(frame);
    }
  }

  /** The beginning of what it says on stderr, for the line that tells of its end. */
  async #hearErrors(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of this.#child.stderr) {
      if (this.#stderr.length < STDERR_CHARS_MAX) {
        this.#stderr = oneLine((this.#stderr + decoder.decode(piece)).slice(0, STDERR_CHARS_MAX));
      }
    }
  }
}

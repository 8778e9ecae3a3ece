/**
 * Avatars being prepared while programmes run: each by a process of its own, at a low priority, one at a time.
 *
 * In: requests of all programmes. Out: how far they are. Main thread. A running job can be stopped; what it has done is taken up again by the
 * same request. The newest JOBS_KEPT are remembered.
 */
import { fileURLToPath } from "node:url";
import { CapacityFault, InputFault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";

export interface PrepareRequest {
  /** A picture, a clip or a folder on this machine. */
  readonly path: string;
  readonly id: string;
  readonly engine?: string;
  readonly force?: boolean;
}

export interface AvatarJob {
  readonly job: number;
  readonly id: string;
  readonly state: "running" | "completed" | "failed" | "stopped";
  /** What it is doing, and how much of that is done, 0..1. */
  readonly step?: string;
  readonly progress?: number;
  readonly leftMs?: number;
  /** In one line, where it failed. */
  readonly error?: string;
}

const JOBS_KEPT = 32;
const STOP_MS_MAX = 3000;
const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

interface Running {
  readonly child: Deno.ChildProcess;
  readonly ended: Promise<void>;
  isStopped: boolean;
}

export class AvatarJobs implements AsyncDisposable {
  readonly #jobs = new Map<number, AvatarJob>();
  readonly #settings: readonly string[];
  #running: { readonly job: number; readonly run: Running } | undefined;
  #next = 1;

  /** `settings` are flags that the running programme was started with and prepare wants too. */
  constructor(settings: readonly string[]) {
    this.#settings = settings;
  }

  /** `onEnded` is called when the file is no longer needed. Throws CapacityFault `job_running`, InputFault `no_such_file`. */
  start({ path, id, engine, force }: PrepareRequest, onEnded?: () => void): AvatarJob {
    if (this.#running !== undefined) {
      throw new CapacityFault("an avatar is being prepared already, wanted one at a time", {
        code: "job_running",
      });
    }
    try {
      Deno.statSync(path);
    } catch (error) {
      throw new InputFault(
        `${path} cannot be read (${oneLine(error)}), wanted a picture, a clip or a folder`,
        {
          code: "no_such_file",
        },
      );
    }
    const job = this.#next++;
    const args = ["prepare", path, `--id=${id}`, "--json", "--progress", "json", ...this.#settings];
    if (engine !== undefined) args.push("--engine", engine);
    if (force) args.push("--force");
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-A", MAIN, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const run: Running = { child, ended: this.#follow(job, child).finally(onEnded), isStopped: false };
    this.#running = { job, run };
    this.#set({ job, id, state: "running" });
    return this.#jobs.get(job)!;
  }

  list(): AvatarJob[] {
    return [...this.#jobs.values()];
  }

  /** Throws InputFault `no_such_job`. */
  async stop(job: number): Promise<AvatarJob> {
    const known = this.#jobs.get(job);
    if (known === undefined) {
      throw new InputFault(`job ${job} does not exist, wanted the number of one that was started here`, {
        code: "no_such_job",
      });
    }
    if (this.#running?.job === job) await this.#end(this.#running.run);
    return this.#jobs.get(job)!;
  }

  async #end(run: Running): Promise<void> {
    run.isStopped = true;
    kill(run.child, "SIGTERM");
    await withDeadline(run.ended, STOP_MS_MAX, "stopping prepare").catch(() => kill(run.child, "SIGKILL"));
    await run.ended;
  }

  async #follow(job: number, child: Deno.ChildProcess): Promise<void> {
    let last = "";
    let held = "";
    for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (held + piece).split("\n");
      held = lines.pop()!;
      for (const line of lines) {
        if (!this.#progress(job, line) && line.trim() !== "") last = line;
      }
    }
    const { success } = await child.status;
    const isStopped = this.#running?.run.isStopped === true;
    this.#running = undefined;
    const { id } = this.#jobs.get(job)!;
    const error = last.replace(/^lipcam: /, "");
    this.#set(
      success
        ? { job, id, state: "completed", progress: 1 }
        : isStopped
        ? { job, id, state: "stopped" }
        : { job, id, state: "failed", error },
    );
  }

  #progress(job: number, line: string): boolean {
    if (!line.startsWith("{")) return false;
    try {
      const { step, frames, of, leftMs } = JSON.parse(line);
      const progress = Math.min(1, frames / of);
      this.#set({ ...this.#jobs.get(job)!, step, progress, ...(leftMs === undefined ? {} : { leftMs }) });
      return true;
    } catch {
      return false; // a line of somebody else's
    }
  }

  #set(job: AvatarJob): void {
    this.#jobs.set(job.job, job);
    if (this.#jobs.size > JOBS_KEPT) this.#jobs.delete(this.#jobs.keys().next().value!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.#end(this.#running.run);
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

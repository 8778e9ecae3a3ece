/**
 * LiveTalking's avatar tasks over the programme's jobs: beside what a job tells, what it is called, which model was asked for, when
 * it began and ended, whether it was deleted. In: requests. Out: tasks as theirs are written. As many are known as there are jobs.
 */
import { InputFault, NotFoundFault } from "../../errors/mod.ts";
import { wallClockMs } from "../../time/mod.ts";
import { withoutPaths } from "../problem.ts";
import type { PrepareRequest, ProgrammeControl, ProgrammeSnapshot } from "../programme_control.ts";

interface Note {
  readonly name: string;
  readonly model: string;
  readonly startMs: number;
  endMs: number | undefined;
  isDeleted: boolean;
}

const STATUS: Readonly<Record<string, string>> = {
  running: "running",
  completed: "completed",
  failed: "failed",
  stopped: "failed",
};

export class AvatarTasks {
  readonly #programme: () => ProgrammeControl;
  /** By job. One that was begun elsewhere has none, and is called by its number. */
  readonly #notes = new Map<number, Note>();

  constructor(programme: () => ProgrammeControl) {
    this.#programme = programme;
  }

  /** The task's name. Throws InputFault `task_exists` and what prepare() throws. */
  begin(
    request: PrepareRequest,
    wishes: { readonly name: string | undefined; readonly model: string },
    onEnded?: () => void,
  ): string {
    const { name = crypto.randomUUID(), model } = wishes;
    if (this.#jobs().some((job) => this.#nameOf(job) === name)) {
      throw new InputFault("there is a task of this task_id, wanted another or none", {
        code: "task_exists",
      });
    }
    const note: Note = { name, model, startMs: wallClockMs(), endMs: undefined, isDeleted: false };
    const job = this.#programme().prepare(request, () => {
      note.endMs = wallClockMs();
      onEnded?.();
    });
    const known = new Set(this.#programme().jobs().map(numberOf));
    for (const old of this.#notes.keys()) if (!known.has(old)) this.#notes.delete(old);
    this.#notes.set(numberOf(job), note);
    return name;
  }

  /** Throws NotFoundFault `no_such_job`. */
  task(name: string) {
    return this.#taskOf(this.#find(name));
  }

  /** The newest first. */
  all() {
    return this.#jobs().map((job) => this.#taskOf(job)).reverse();
  }

  /** Stops it where it runs. Rejects with NotFoundFault `no_such_job`. */
  async delete(name: string) {
    const job = this.#find(name);
    const ended = await this.#programme().stopJob(numberOf(job));
    const task = this.#taskOf(ended);
    const now = wallClockMs();
    const note = this.#notes.get(numberOf(job)) ?? { name, model: "", startMs: now, endMs: now };
    this.#notes.set(numberOf(job), { ...note, isDeleted: true });
    return task;
  }

  #jobs(): ProgrammeSnapshot[] {
    return this.#programme().jobs().filter((job) => this.#notes.get(numberOf(job))?.isDeleted !== true);
  }

  #find(name: string): ProgrammeSnapshot {
    const jobs = this.#jobs();
    const job = jobs.find((one) => this.#notes.get(numberOf(one))?.name === name) ??
      jobs.find((one) => this.#nameOf(one) === name);
    if (job !== undefined) return job;
    throw new NotFoundFault("there is no such task, wanted a task_id of one that was begun here", {
      code: "no_such_job",
    });
  }

  #nameOf(job: ProgrammeSnapshot): string {
    return this.#notes.get(numberOf(job))?.name ?? String(job["job"]);
  }

  #taskOf(job: ProgrammeSnapshot) {
    const { state, progress, error } = job as { state: string; progress?: number; error?: string };
    const note = this.#notes.get(numberOf(job));
    const [start, end] = [seconds(note?.startMs), seconds(note?.endMs)];
    return {
      task_id: this.#nameOf(job),
      model_type: note?.model ?? "",
      avatar_id: job["id"],
      status: STATUS[state] ?? "pending",
      progress: Math.round((state === "completed" ? 1 : progress ?? 0) * 100),
      error_msg: state === "stopped" ? "it was stopped" : withoutPaths(error ?? ""),
      notify_url: null, // nobody is notified
      start_time: start,
      end_time: end,
      duration: start === null ? null : (end ?? wallClockMs() / 1000) - start,
    };
  }
}

function numberOf(job: ProgrammeSnapshot): number {
  return Number(job["job"]);
}

/** Theirs are seconds; null for what is not known. */
function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000;
}

/**
 * Files that a person drops or picks: a sound is spoken, a picture or a film becomes an avatar, whose making is shown with
 * its progress and can be stopped.
 */
/// <reference lib="dom" />
import { get, post, reason, send } from "./api.ts";
import { element, make } from "./dom.ts";
import { word } from "./words.ts";

interface Job {
  readonly job: number;
  readonly id: string;
  readonly state: "running" | "completed" | "failed" | "stopped";
  readonly step?: string;
  readonly progress?: number;
  readonly error?: string;
}

export interface FilesInOptions {
  readonly notice: (line: string) => void;
  readonly onSaid: (utterance: number, name: string) => void;
  readonly onAvatar: () => Promise<void>;
}

const LOOK_MS = 1000;

export class FilesIn {
  readonly #options: FilesInOptions;

  constructor(options: FilesInOptions) {
    this.#options = options;
    const drop = element("drop");
    let depth = 0;
    document.addEventListener("dragenter", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      depth++;
      drop.hidden = false;
    });
    document.addEventListener("dragleave", () => {
      if (--depth <= 0) drop.hidden = true;
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      drop.hidden = true;
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) this.take(file);
    });
    const input = element<HTMLInputElement>("file");
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file !== undefined) this.take(file);
    });
  }

  async take(file: File): Promise<void> {
    const { notice } = this.#options;
    notice(word("sending", { name: file.name }));
    try {
      if (file.type.startsWith("audio/")) await this.#say(file);
      else await this.#makeAvatar(file);
      notice("");
    } catch (error) {
      notice(word("notDone", { why: reason(error) }));
    }
  }

  async #say(file: File): Promise<void> {
    const { utterance } = await send<{ utterance: number }>("/v1/say/audio", file);
    this.#options.onSaid(utterance, file.name);
  }

  async #makeAvatar(file: File): Promise<void> {
    const guess = file.name.replace(/\.[^.]*$/, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40);
    const id = prompt(word("avatarName"), guess.replace(/^-|-$/g, "") || "avatar");
    if (id === null) return;
    const { job } = await send<Job>(`/v1/avatars/upload?id=${encodeURIComponent(id)}`, file);
    this.#follow(job).catch((error) => this.#options.notice(word("notDone", { why: reason(error) })));
  }

  async #follow(number: number): Promise<void> {
    const line = element("job");
    const text = make("span");
    const stop = make("button", { type: "button", textContent: word("stop") });
    const bar = make("progress", { max: 1 });
    stop.addEventListener("click", () => post("/v1/avatars/stop", { job: number }));
    line.replaceChildren(text, bar, stop);
    line.hidden = false;
    for (;;) {
      const { jobs } = await get<{ jobs: Job[] }>("/v1/avatars/jobs");
      const job = jobs.find((one) => one.job === number);
      if (job === undefined || job.state === "stopped") {
        line.hidden = true;
        return;
      }
      const { id, step = "", progress = 0, state } = job;
      bar.value = progress;
      text.textContent = word("making", { id, step, percent: Math.round(progress * 100) });
      if (state === "completed" || state === "failed") {
        line.replaceChildren(
          state === "completed" ? word("made", { id }) : word("makingFailed", { id, why: job.error ?? "" }),
        );
        if (state === "completed") await this.#options.onAvatar();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

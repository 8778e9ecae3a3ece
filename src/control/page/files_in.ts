/**
 * Files that a person drops or picks: a sound is spoken, a picture or a film becomes an avatar, whose making is shown with
 * its progress and can be stopped.
 */
/// <reference lib="dom" />
import { get, post, reason } from "./api.ts";
import { askName } from "./ask_name.ts";
import { element, make } from "./dom.ts";
import { fileFault } from "./file_fault.ts";
import { upload } from "./upload.ts";
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
  readonly notice: (line: string, kind?: "good" | "bad") => void;
  /** Of a file that is taken; undefined while it is not known. */
  readonly megabytesMax: () => number | undefined;
  readonly onSaid: (utterance: number, file: File) => void;
  /** Whether an avatar has this name already, as the list was when it was loaded. */
  readonly isTaken: (id: string) => boolean;
  readonly loadAvatars: () => Promise<void>;
}

const LOOK_MS = 1000;
/** For files whose kind the browser does not know. */
const SOUND_NAMES = /\.(wav|mp3|m4a|aac|ogg|oga|opus|flac|wma|aiff?)$/i;
const PICTURE_NAMES = /\.(png|jpe?g|webp|avif|heic|mp4|m4v|mov|mkv|webm|avi)$/i;

export class FilesIn {
  readonly #options: FilesInOptions;

  constructor(options: FilesInOptions) {
    this.#options = options;
    this.#listen();
    const input = element<HTMLInputElement>("file");
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file !== undefined) this.take(file);
    });
  }

  #listen(): void {
    const drop = element("drop");
    let depth = 0; // dragenter and dragleave come for every element on the way
    document.addEventListener("dragenter", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      depth++;
      drop.hidden = false;
    });
    document.addEventListener("dragleave", () => {
      if (--depth > 0) return;
      depth = 0;
      drop.hidden = true;
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      drop.hidden = true;
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) this.take(file);
    });
  }

  /** Never rejects: what went wrong is shown. */
  async take(file: File): Promise<void> {
    const { notice } = this.#options;
    const { type, name, size } = file;
    const most = this.#options.megabytesMax() ?? Infinity;
    if (size > most * 1e6) {
      return notice(word("tooBig", { name, most, size: Math.ceil(size / 1e6) })); // said before it is sent for minutes
    }
    try {
      if (type.startsWith("audio/") || SOUND_NAMES.test(name)) await this.say(file);
      else if (/^(image|video)\//.test(type) || PICTURE_NAMES.test(name)) await this.#makeAvatar(file);
      else notice(word("unknownFile", { name }));
    } catch (error) {
      notice(reason(error));
    }
  }

  /** Rejects with a line for a person. */
  async say(file: File): Promise<void> {
    const { onSaid, notice } = this.#options;
    notice(""); // what went wrong before is over
    const work = new Work(word("sending", { name: file.name }));
    try {
      const { utterance } = await upload<{ utterance: number }>("/v1/say/audio", file, work);
      onSaid(utterance, file);
    } catch (error) {
      if (work.signal.aborted) return;
      throw new Error(word("notSaid", { why: fileFault(reason(error), file.name) }));
    } finally {
      work.end();
    }
  }

  async #makeAvatar(file: File): Promise<void> {
    const { loadAvatars, isTaken, notice } = this.#options;
    notice("");
    // one may have been made elsewhere: better known now than after minutes of sending
    await loadAvatars().catch(() => {}); // where nobody answers, sending says so
    const id = await askName(file, isTaken);
    if (id === undefined) return;
    const work = new Work(word("sending", { name: file.name }));
    try {
      const { job } = await upload<Job>(`/v1/avatars/upload?id=${encodeURIComponent(id)}`, file, work);
      const isMade = await followed(job, work);
      if (!isMade) return;
      await loadAvatars();
      notice(word("made", { id }), "good");
    } catch (error) {
      if (work.signal.aborted) return;
      throw new Error(word("makingFailed", { id, why: fileFault(reason(error), file.name) }));
    } finally {
      work.end();
    }
  }
}

/** Until the avatar is made; false where that was stopped. Rejects where it could not be made. */
async function followed(number: number, work: Work): Promise<boolean> {
  work.signal.addEventListener("abort", () => void post("/v1/avatars/stop", { job: number }).catch(() => {})); // it has ended
  for (;;) {
    const { jobs } = await get<{ jobs: Job[] }>("/v1/avatars/jobs");
    const job = jobs.find((one) => one.job === number);
    if (job === undefined || job.state === "stopped" || work.signal.aborted) return false;
    const { id, step = "", progress = 0, state, error = "" } = job;
    if (state === "completed") return true;
    if (state === "failed") throw new Error(error);
    work.show(word("making", { id, step, percent: Math.round(progress * 100) }), progress);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The line that shows something long, with a button to stop it. */
class Work {
  readonly #stop = new AbortController();
  readonly #text = make("span");
  readonly #bar = make("progress", { max: 1 });
  readonly #line = make("li", { className: "work" });

  constructor(text: string) {
    const stop = make("button", { type: "button", textContent: word("stop") });
    stop.addEventListener("click", () => this.#stop.abort());
    this.#bar.setAttribute("aria-label", text);
    this.#line.append(this.#text, this.#bar, stop);
    element("works").append(this.#line);
    this.show(text, 0);
  }

  readonly onProgress = (share: number) => void (this.#bar.value = share);

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  show(text: string, share: number): void {
    this.#text.textContent = text;
    this.#bar.value = share;
  }

  end(): void {
    this.#line.remove();
  }
}

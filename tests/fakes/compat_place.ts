/**
 * A control server with the routes of other servers' clients over a made-up programme: what it was told is kept, its events,
 * recordings and jobs are a test's to make. Viewers are names.
 */
import { startControl } from "../../src/control/mod.ts";
import type {
  ProgrammeControl,
  ProgrammeEvent,
  ProgrammeHouse,
  ProgrammeSnapshot,
  WebRtcControl,
} from "../../src/control/mod.ts";
import { CapacityFault, InputFault, NotFoundFault } from "../../src/errors/mod.ts";
import { avatarPart } from "./programme_control.ts";
import { wavBytes } from "./wav.ts";

export interface CompatPlaceOptions {
  readonly uploadBytesMax?: number;
  /** Default true. */
  readonly isCompat?: boolean;
}

export class CompatPlace implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "lipcam-compat-" });
  /** Open to requests: audio/talk.wav, and links that lead out. */
  readonly media = `${this.folder}/media`;
  /** One line for each thing that the programme was told. */
  readonly told: string[] = [];
  readonly sessions = new Set<string>();
  readonly takes: unknown[] = [];
  readonly ending = new Map<number, () => void>();
  /** Of the files that were said. */
  readonly paths: string[] = [];
  jobs: ProgrammeSnapshot[] = [];
  phase = "idle";
  recording: string | null = null;
  shown = "mai";
  base = "";
  readonly closing = new AsyncDisposableStack();
  #listener: ReadableStreamDefaultController<ProgrammeEvent> | undefined;
  #count = 0;

  static async open({ uploadBytesMax = 200_000, isCompat = true }: CompatPlaceOptions = {}) {
    const place = new CompatPlace();
    Deno.mkdirSync(`${place.media}/audio`, { recursive: true });
    Deno.mkdirSync(`${place.folder}/run`);
    Deno.writeFileSync(`${place.media}/audio/talk.wav`, TALK);
    Deno.writeTextFileSync(`${place.folder}/secret.wav`, "secret");
    Deno.symlinkSync(`${place.folder}/secret.wav`, `${place.media}/audio/link.wav`);
    const server = place.closing.use(
      await startControl({
        port: 0,
        house: place.house(),
        uploadBytesMax,
        ...(isCompat ? { compat: { mediaRoots: [place.media] } } : {}),
        env: (name) => name === "XDG_RUNTIME_DIR" ? `${place.folder}/run` : undefined,
      }),
    );
    place.base = `http://127.0.0.1:${server.port}`;
    return place;
  }

  emit(event: ProgrammeEvent & Record<string, unknown>): void {
    this.#listener?.enqueue(event);
  }

  get isHeard(): boolean {
    return this.#listener !== undefined;
  }

  async json(path: string, body?: unknown, method = "POST"): Promise<[number, Record<string, unknown>]> {
    const init = body === undefined
      ? { method }
      : { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    const response = await fetch(this.base + path, init);
    return [response.status, await response.json()];
  }

  /** What `data` of an answer is; fails for an answer that says something else than ok. */
  async data(path: string, body?: unknown, method = "POST"): Promise<unknown> {
    const [status, { code, msg, data }] = await this.json(path, body, method);
    if (status !== 200 || code !== 0 || msg !== "ok") throw new Error(`${path}: ${status} ${code} ${msg}`);
    return data;
  }

  /** Why it cannot be, of an answer with status 200 and code -1. */
  async refusal(path: string, body?: unknown, method = "POST"): Promise<unknown> {
    const [status, { code, msg, error }] = await this.json(path, body, method);
    if (status !== 200 || code !== -1 || typeof msg !== "string" || msg === "") {
      throw new Error(`${path}: ${status} ${code} ${msg}`);
    }
    return error;
  }

  #say(line: string, metadata: unknown) {
    const utterance = ++this.#count;
    this.told.push(line);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ending.set(utterance, resolve);
    this.said.set(utterance, metadata);
    return { utterance, ended: promise };
  }

  readonly said = new Map<number, unknown>();

  house(): ProgrammeHouse {
    const programmes = new Map<string, ProgrammeControl>();
    const of = (session = "") => {
      if (session !== "" && !this.sessions.has(session)) throw noSession();
      const known = programmes.get(session) ?? this.#programme(session === "" ? "" : `${session}: `);
      programmes.set(session, known);
      return known;
    };
    return { isReady: true, webrtc: this.#webrtc(), of };
  }

  #programme(who: string): ProgrammeControl {
    return {
      ...avatarPart,
      say: ({ text, voice, metadata }) => {
        if (voice === "nobody") throw new InputFault("no such voice", { code: "unknown_voice" });
        if (text === "full") throw new CapacityFault("the queue is full", { code: "queue_full" });
        return this.#say(`${who}say ${text}${voice ? ` by ${voice}` : ""}`, metadata);
      },
      sayFile: (path, { metadata, ...wishes }) => {
        this.paths.push(path);
        return this.#say(
          `${who}file ${Deno.readFileSync(path).length} ${path.split("/").at(-1)} ${JSON.stringify(wishes)}`,
          metadata,
        );
      },
      interrupt: () => {
        this.told.push(`${who}interrupt`);
        return { interrupted: [], kept: [] };
      },
      act: (name) => void this.told.push(`${who}act ${name}`),
      avatars: () => ({ shown: this.shown, avatars: [{ id: "mai" }, { id: "lena" }] }),
      showAvatar: (name) => {
        if (name === "nobody") return Promise.reject(new InputFault("no such avatar", { code: "no_avatar" }));
        this.told.push(`${who}show ${this.shown = name}`);
        return Promise.resolve();
      },
      startRecording: (format) => {
        if (this.recording !== null) {
          return Promise.reject(new CapacityFault("one runs", { code: "recording" }));
        }
        this.recording = `20261126-104501-000${++this.#count}.${format}`;
        return Promise.resolve(this.recording);
      },
      stopRecording: () => {
        const id = this.recording!;
        this.recording = null;
        Deno.writeTextFileSync(`${this.folder}/${id}`, `film ${id}`);
        return Promise.resolve(id);
      },
      recordings: () => ({ recording: this.recording, files: [] }),
      recordingPath: (id) => `${this.folder}/${id}`,
      prepare: ({ path, id, engine }, onEnded) => {
        if (this.jobs.some(({ state }) => state === "running")) {
          throw new CapacityFault("one is being prepared", { code: "job_running" });
        }
        const what = `${Deno.statSync(path).size} ${path.split("/").at(-1)} as ${id} by ${engine ?? "any"}`;
        this.told.push(`${who}prepare ${what}`);
        const job = { job: this.jobs.length + 1, id, state: "running", progress: 0 };
        this.jobs.push(job);
        onEnded?.();
        return job;
      },
      jobs: () => this.jobs,
      stopJob: (job) => {
        this.jobs = this.jobs.map((one) => one["job"] === job ? { ...one, state: "stopped" } : one);
        return Promise.resolve(this.jobs.find((one) => one["job"] === job)!);
      },
      state: () => ({ picture: { phase: this.phase } }),
      stop: () => {},
      watch: () => new ReadableStream(),
      events: () => new ReadableStream({ start: (controller) => void (this.#listener = controller) }),
    };
  }

  #webrtc(): WebRtcControl {
    const known = (session: string) => {
      if (!this.sessions.has(session)) throw noSession();
    };
    return {
      isOn: true,
      iceServers: [],
      offer: ({ sdp, avatar }) => {
        if (sdp === "bad") return Promise.reject(new InputFault("no offer", { code: "bad_offer" }));
        if (sdp === "full") {
          return Promise.reject(new CapacityFault("all viewers are there", { code: "too_many_peers" }));
        }
        const session = `viewer-${this.sessions.size + 1}`;
        this.sessions.add(session);
        this.told.push(`offer ${sdp}${avatar ? ` as ${avatar}` : ""}`);
        return Promise.resolve({ session, sdp: "v=0 answer" });
      },
      addCandidate: (session) => Promise.resolve(known(session)),
      close: (session) => {
        known(session);
        this.sessions.delete(session);
        return Promise.resolve();
      },
      beginTake: (session, take) => {
        known(session);
        this.takes.push({ session, ...take });
      },
      status: (session) => {
        known(session);
        return { last_frame_idx: 7, fps: 25 };
      },
      sessions: () => [...this.sessions].map((session) => ({ session })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.ending.values()) end();
    await this.closing.disposeAsync();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A tone of 0.2 s. */
export const TALK = Uint8Array.from(
  wavBytes(Float32Array.from({ length: 3200 }, (_, k) => Math.sin(k / 5) / 2), 16_000),
);

function noSession(): NotFoundFault {
  return new NotFoundFault("there is no such session", { code: "no_such_session" });
}

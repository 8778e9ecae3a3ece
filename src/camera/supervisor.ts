/**
 * Keeps a camera open. In: which node is wanted and in what format. Out: the link that the stage writes by, and the
 * state for the live view. Main side. A node that is lost is closed once the stage has let go of it, then tried again
 * every `retryMs` for as long as it takes: the same path, or with "auto" the same label, wherever it comes back.
 */
import { DeviceFault, Fault, oneLine } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";
import { type CameraOptions, type OpenCamera, openCamera } from "./camera.ts";
import { type CameraPlaces, chooseCamera, nodesLabelled } from "./find.ts";
import { CameraLink } from "./link.ts";
import type { CameraFormat } from "./v4l2.ts";

export interface CameraSupervisorOptions extends CameraOptions {
  /** A node's path, or "auto". */
  readonly wanted: "auto" | string;
  /** Pause between two attempts to get a lost node back. Default 1000. */
  readonly retryMs?: number;
  /** How long the stage may take to let go when the camera is closed. Default 500. */
  readonly closeMsMax?: number;
  /** Where nodes are looked for; tests look elsewhere. */
  readonly places?: CameraPlaces;
}

export interface CameraStatus {
  readonly path: string;
  readonly card: string;
  readonly format: CameraFormat;
  readonly state: "open" | "lost" | "closed";
  readonly written: number;
  readonly dropped: number;
  readonly lostCount: number;
  /** Why the last attempt to get it back failed; "" while it is open. */
  readonly problem: string;
}

/** A stage that is gone without a word is noticed this much later at most. */
const LOOK_MS = 1000;

export class CameraSupervisor implements AsyncDisposable {
  readonly link: CameraLink;
  readonly #options: CameraSupervisorOptions;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  #camera: OpenCamera;
  #lostCount = 0;
  #problem = "";
  #isClosed = false;

  /** Opens the node now. Throws what chooseCamera and openCamera throw. */
  constructor(options: CameraSupervisorOptions) {
    this.#options = options;
    this.link = new CameraLink({ size: options.size, format: options.format });
    const { path } = chooseCamera(options.wanted, options.places);
    this.#camera = openCamera(path, options);
    this.link.offer(this.#camera.fd);
    this.#watching = this.#watch();
  }

  state(): CameraStatus {
    const { path, card, format } = this.#camera;
    const { written, dropped } = this.link;
    const state = this.#isClosed ? "closed" : this.link.state === "open" ? "open" : "lost";
    return {
      path,
      card,
      format,
      state,
      written,
      dropped,
      lostCount: this.#lostCount,
      problem: this.#problem,
    };
  }

  /** The stage's thread is gone (ended or terminated): its descriptor can be closed without asking it. */
  stageEnded(): void {
    this.link.stageEnded();
  }

  /** Closes the node when the stage has let go. Throws Fault `camera_held` where it does not: the fd stays open then. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.link.recall();
    await this.#watching;
  }

  /** Nothing that goes wrong ends it, or a call: it is kept as the problem and tried again. Closing reports it. */
  async #watch(): Promise<void> {
    for (;;) {
      try {
        if (await this.#step()) break;
      } catch (error) {
        if (this.#stop.signal.aborted) throw error;
        this.#problem = oneLine(error);
        await this.#pause();
      }
    }
    this.#isClosed = true;
  }

  /** One look at the link and what it asks for; true when nothing is left to do. */
  async #step(): Promise<boolean> {
    const { aborted } = this.#stop.signal;
    const state = this.link.state;
    if (state === "lost" || state === "closed") {
      this.#close();
      if (state === "closed") return true;
      this.#lostCount++;
      await this.#pause();
    } else if (aborted && state === "idle") {
      return true;
    } else if (state === "idle") {
      if (!this.#reopen()) await this.#pause();
    } else if (aborted) {
      await this.#recall();
    } else {
      await this.link.changed(state, LOOK_MS);
    }
    return false;
  }

  /** Once only, even where closing fails: the number may be another file's by the next attempt. */
  #close(): void {
    try {
      this.#camera.close();
    } finally {
      this.link.settle();
    }
  }

  /** Waits for the stage to let go, within its deadline. */
  async #recall(): Promise<void> {
    const closeMsMax = this.#options.closeMsMax ?? 500;
    this.link.recall();
    await this.link.changed("closing", closeMsMax);
    if (this.link.state !== "closing") return;
    throw new Fault(
      `closing camera ${this.#camera.path}: the stage still held it after ${closeMsMax} ms, wanted it to let go`,
      { code: "camera_held" },
    );
  }

  #reopen(): boolean {
    try {
      this.#camera = this.#openAgain();
    } catch (error) {
      if (!(error instanceof DeviceFault)) throw error;
      this.#problem = oneLine(error); // shown; the next attempt comes after the pause
      return false;
    }
    this.#problem = "";
    this.link.offer(this.#camera.fd);
    return true;
  }

  #openAgain(): OpenCamera {
    const { wanted, places } = this.#options;
    if (wanted !== "auto") return openCamera(wanted, this.#options);
    // Nodes may be numbered anew when the module is loaded again; what the person knows is the label.
    const [path = this.#camera.path] = nodesLabelled(this.#camera.card, places);
    return openCamera(path, this.#options);
  }

  async #pause(): Promise<void> {
    try {
      await delay(this.#options.retryMs ?? 1000, this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error; // closing ends the pause early
    }
  }
}

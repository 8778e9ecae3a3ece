/**
 * A real OBS without a screen for the tests: its own Xvfb, home, settings, profile and scene collection, and its
 * websocket on a free port with a password.
 *
 *   if (skipWithout("OBS tests", "obs", "Xvfb")) return;
 *   await using obs = await ObsRoom.start({ width: 640, height: 360, fps: 25 });
 *   const client = await obs.connect(); await client.call("GetVersion");
 *   await obs.pixel("Scene", 0.5, 0.5); (await obs.stop()).leaks;
 *
 * Every wait has a deadline and, when it passes, fails with the end of OBS's log. What it started ends with it.
 */
import { OBSWebSocket } from "obs-websocket-js/json";
import { delay, withDeadline } from "../../../src/time/mod.ts";
import { clock, until } from "../live_process.ts";
import { writeSettings } from "./settings.ts";

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 15_000;
const CALL_MS_MAX = 5000;
const LOG_END_CHARACTERS = 3000;

export interface ObsRoomOptions {
  /** Of canvas and output. Default 640. */
  readonly width?: number;
  /** Default 360. */
  readonly height?: number;
  /** Whole frames a second. Default 25. */
  readonly fps?: number;
  /** Default: made up anew. */
  readonly password?: string;
  /** A plugin to install for this OBS: the built library, and its folder of locale files and the like. */
  readonly plugin?: { readonly library: string; readonly data?: string };
  /** More variables, such as the XDG_RUNTIME_DIR of a Lipcam's room. */
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments for obs. */
  readonly args?: readonly string[];
  /** Every deadline times this, for a slow machine. Default 1. */
  readonly patience?: number;
  /** False: nothing listens on the port until `launch`. Default true. */
  readonly isLaunched?: boolean;
}

export interface Stopped {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** OBS's own "Number of memory leaks"; undefined where it did not come to say it. */
  readonly leaks: number | undefined;
  /** What OBS 29 leaks all by itself: 1 where it loaded a saved scene collection (from its second launch on), else 0. */
  readonly leaksOfObs: number;
  readonly ms: number;
}

export class ObsRoom implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "lipcam-obs-" });
  /** Where OBS keeps its settings. */
  readonly config = `${this.folder}/home/.config/obs-studio`;
  /** Where recordings go. */
  readonly recordings = `${this.folder}/recordings`;
  readonly password: string;
  readonly port = freePort();
  readonly #options: ObsRoomOptions;
  readonly #patience: number;
  readonly #clients = new Set<OBSWebSocket>();
  #pixels: OBSWebSocket | undefined;
  #xvfb: Deno.ChildProcess | undefined;
  #display = "";
  #obs: Deno.ChildProcess | undefined;
  #ended: Promise<Deno.CommandStatus> | undefined;
  #log = "";
  #launchCount = 0;

  /** Starts Xvfb and OBS and waits until its websocket answers. */
  static async start(options: ObsRoomOptions = {}): Promise<ObsRoom> {
    const room = new ObsRoom(options);
    try {
      await room.#startXvfb();
      if (options.isLaunched !== false) await room.launch();
    } catch (error) {
      await room[Symbol.asyncDispose]();
      throw error;
    }
    return room;
  }

  private constructor(options: ObsRoomOptions) {
    this.#options = options;
    this.#patience = options.patience ?? 1;
    this.password = options.password ?? crypto.randomUUID();
    const { width = 640, height = 360, fps = 25, plugin } = options;
    for (const folder of [this.config, this.recordings, `${this.folder}/run`]) {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    writeSettings(this.config, {
      width,
      height,
      fps,
      recordings: this.recordings,
      port: this.port,
      password: this.password,
    });
    if (plugin !== undefined) install(plugin.library, plugin.data, `${this.config}/plugins`);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }
  get pid(): number {
    return this.#obs!.pid;
  }
  /** How OBS ended, once it has. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#ended!;
  }
  /** Everything OBS has said since the room exists. */
  log(): string {
    return this.#log;
  }
  /** As OBS sees it: HOME, XDG folders, display. */
  env(): Record<string, string> {
    return {
      HOME: `${this.folder}/home`,
      XDG_CONFIG_HOME: `${this.folder}/home/.config`,
      XDG_CACHE_HOME: `${this.folder}/home/.cache`,
      XDG_RUNTIME_DIR: `${this.folder}/run`,
      DISPLAY: this.#display,
      LIBGL_ALWAYS_SOFTWARE: "1",
      GALLIUM_DRIVER: "llvmpipe",
      QT_QPA_PLATFORM: "xcb",
      ...this.#options.env,
    };
  }

  /** Starts OBS where it does not run, and waits until its websocket answers. */
  async launch(): Promise<void> {
    const { args = [] } = this.#options;
    this.#launchCount++;
    const flags = ["--minimize-to-tray", "--multi", "--disable-updater", "--disable-missing-files-check"];
    this.#obs = new Deno.Command("nice", {
      args: ["-n", "5", "obs", ...flags, "--collection", "avatar", "--profile", "avatar", ...args],
      env: this.env(),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const take = (text: string) => this.#log += text;
    const { status, stdout, stderr } = this.#obs;
    let isOver = false;
    this.#ended = Promise.all([status, read(stdout, take), read(stderr, take)]).then(([end]) => {
      isOver = true;
      return end;
    });
    await until("OBS answering on its websocket", START_MS_MAX * this.#patience, async () => {
      if (isOver) throw new Error("OBS ended while it started");
      const client = await this.connect().catch(() => undefined);
      if (client === undefined) return false;
      await settled(client, CALL_MS_MAX * this.#patience);
      await client.disconnect();
      return true;
    }).catch((error) => {
      throw this.#withLog(error);
    });
  }

  /** A client of its own with every usual event; closed with the room. */
  async connect(eventSubscriptions?: number): Promise<OBSWebSocket> {
    const client = new OBSWebSocket();
    const events = eventSubscriptions === undefined ? {} : { eventSubscriptions };
    await withDeadline(
      client.connect(this.url, this.password, { rpcVersion: 1, ...events }),
      CALL_MS_MAX * this.#patience,
      "connecting to OBS",
    );
    this.#clients.add(client);
    client.once("ConnectionClosed", () => this.#clients.delete(client));
    return client;
  }

  /** Ends OBS in order and starts it anew with what it saved. */
  async restart(): Promise<Stopped> {
    const stopped = await this.stop();
    await this.launch();
    return stopped;
  }

  /** Ends OBS as a crash would: no word to anybody. */
  async kill(): Promise<void> {
    if (this.#obs === undefined) return;
    this.#obs.kill("SIGKILL");
    await withDeadline(this.#ended!, STOP_MS_MAX * this.#patience, "killing OBS");
    this.#obs = undefined;
  }

  /** Ends OBS as a person does. Fails where it has not ended after 15 s. */
  async stop(): Promise<Stopped> {
    // OBS 29 may crash where clients are still there while it ends: a fault of its own that no test is about.
    await this.#leave();
    const startMs = clock.nowMs();
    const saidBefore = this.#log.length;
    const stopMsMax = STOP_MS_MAX * this.#patience;
    await idle(this.pid, stopMsMax);
    this.#obs!.kill("SIGINT");
    const { code, signal } = await withDeadline(this.#ended!, stopMsMax, "ending OBS").catch((error) => {
      throw this.#withLog(error);
    });
    this.#obs = undefined;
    const leaks = /Number of memory leaks: (\d+)/.exec(this.#log.slice(saidBefore))?.[1];
    return {
      code,
      signal,
      leaks: leaks === undefined ? undefined : Number(leaks),
      leaksOfObs: this.#launchCount > 1 ? 1 : 0,
      ms: clock.nowMs() - startMs,
    };
  }

  /** The colour at shares 0..1 of the width and height of a scene's or source's picture: [red, green, blue]. */
  async pixel(source: string, x: number, y: number): Promise<[number, number, number]> {
    const side = 16;
    const { rgb, width, height } = await this.picture(source, side, side);
    const column = Math.min(width - 1, Math.floor(x * width));
    const row = Math.min(height - 1, Math.floor(y * height));
    const at = (row * width + column) * 3;
    return [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
  }

  /** A scene's or source's picture, scaled; both sides at least 8. Top row first, three bytes a pixel. */
  async picture(source: string, width: number, height: number) {
    const bytes = await this.#screenshot(source, "bmp", width, height);
    return readBmp(bytes);
  }

  /** The same as a PNG file. */
  async savePng(source: string, path: string, width: number, height: number): Promise<void> {
    await Deno.writeFile(path, await this.#screenshot(source, "png", width, height));
  }

  async #screenshot(sourceName: string, imageFormat: string, imageWidth: number, imageHeight: number) {
    if (this.#pixels?.identified !== true) this.#pixels = await this.connect(0);
    const { imageData } = await withDeadline(
      this.#pixels.call("GetSourceScreenshot", { sourceName, imageFormat, imageWidth, imageHeight }),
      CALL_MS_MAX * this.#patience,
      `a picture of ${sourceName}`,
    );
    return Uint8Array.from(atob(imageData.slice(imageData.indexOf(",") + 1)), (one) => one.charCodeAt(0));
  }

  async #startXvfb(): Promise<void> {
    this.#xvfb = new Deno.Command("Xvfb", {
      args: ["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let said = "";
    const reading = read(this.#xvfb.stdout, (text) => said += text);
    reading.catch(() => {}); // ends with it
    await until("the number of Xvfb's display", START_MS_MAX * this.#patience, () => said.includes("\n"));
    this.#display = `:${said.trim()}`;
  }

  async #leave(): Promise<void> {
    for (const client of this.#clients) {
      await withDeadline(client.disconnect(), 1000, "leaving OBS").catch(() => {}); // it may be gone already
    }
  }

  #withLog(error: unknown): Error {
    const says = error instanceof Error ? error.message : String(error);
    return new Error(`${says}; OBS said: ${this.#log.slice(-LOG_END_CHARACTERS)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
    await this.kill();
    this.#xvfb?.kill("SIGKILL");
    await this.#xvfb?.status;
    await delay(0);
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** A port that nobody listens on at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * The websocket answers before OBS's window is ready, and OBS crashes where it is ended in between. Choosing a scene
 * waits for the window's thread.
 */
async function settled(client: OBSWebSocket, msMax: number): Promise<void> {
  const { currentProgramSceneName } = await client.call("GetCurrentProgramScene");
  const choosing = client.call("SetCurrentProgramScene", { sceneName: currentProgramSceneName });
  await withDeadline(choosing, msMax, "waiting for OBS's window");
}

/**
 * OBS 29 closes its window inside its signal handler, which crashes or hangs where the signal comes while the window's
 * thread is at work, as it is for a while after the start: it is sent when that thread has waited for events for 100 ms.
 */
async function idle(pid: number, msMax: number): Promise<void> {
  let idleLooks = 0;
  await until("OBS's window being idle", msMax, () => {
    const waitsIn = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/wchan`);
    idleLooks = /poll|^0?$/.test(waitsIn) ? idleLooks + 1 : 0;
    return idleLooks === 20;
  }, 5);
}

function install(library: string, data: string | undefined, plugins: string): void {
  const file = library.slice(library.lastIndexOf("/") + 1);
  const folder = `${plugins}/${file.replace(/\.so$/, "")}`;
  Deno.mkdirSync(`${folder}/bin/64bit`, { recursive: true });
  Deno.copyFileSync(library, `${folder}/bin/64bit/${file}`);
  if (data !== undefined) Deno.symlinkSync(data, `${folder}/data`);
}

async function read(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}

/** 24 or 32 bits a pixel, as Qt writes them. */
function readBmp(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer);
  const start = view.getUint32(10, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const step = view.getUint16(28, true) / 8;
  const strideBytes = Math.ceil(width * step / 4) * 4;
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const line = start + strideBytes * (signedHeight > 0 ? height - 1 - row : row);
    for (let column = 0; column < width; column++) {
      const [blue, green, red] = bytes.subarray(line + column * step);
      rgb.set([red!, green!, blue!], (row * width + column) * 3);
    }
  }
  return { width, height, rgb };
}

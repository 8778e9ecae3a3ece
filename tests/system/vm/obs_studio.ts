/**
 * OBS in the machine, started anew where a case has cost it. In: nothing. Out: requests about the virtual camera, its
 * events, what the log says, how it ended. Every wait has a deadline that an emulated processor can keep.
 */
import type { OBSWebSocket } from "obs-websocket-js/json";
import { delay } from "../../../src/time/mod.ts";
import { exists } from "../live_process.ts";
import { ObsRoom } from "../obs/room.ts";
import { asked, makeScene, OBS_SIZE } from "./obs_picture.ts";

const FPS = 5;
/** The gathers of AVX2 that llvmpipe uses fault on QEMU's emulated processor. */
const ENV = { GALLIUM_OVERRIDE_CPU_CAPS: "sse4.1", LP_NATIVE_VECTOR_WIDTH: "128" };

export class Studio implements AsyncDisposable {
  /** outputState of every VirtualcamStateChanged of this case. */
  events: string[] = [];
  readonly #room: ObsRoom;
  #client: OBSWebSocket | undefined;
  #move: (() => Disposable) | undefined;
  #saidBefore = 0;

  static async start(): Promise<Studio> {
    const studio = new Studio(await ObsRoom.start({ ...OBS_SIZE, fps: FPS, patience: 6, env: ENV }));
    await studio.#enter();
    return studio;
  }

  private constructor(room: ObsRoom) {
    this.#room = room;
  }

  get client(): OBSWebSocket {
    return this.#client!;
  }
  get isRunning(): boolean {
    return exists(`/proc/${this.#room.pid}/fd`);
  }
  /** What OBS has logged of its outputs and devices in this case. */
  said(): string[] {
    return this.#room.log().slice(this.#saidBefore).split("\n")
      .filter((line) => /virtual|v4l2|streaming|pkexec|modprobe/i.test(line))
      .map((line) => line.trim());
  }
  /** How it ended, where it has: "SIGSEGV", "exit code 1". */
  async end(): Promise<string | undefined> {
    const status = await Promise.race([this.#room.ended, delay(200)]);
    return status === undefined ? undefined : status.signal ?? `exit code ${status.code}`;
  }

  /** A new case: events and log from here on, the bar moves until disposed. */
  begin(): Disposable {
    this.events = [];
    this.#saidBefore = this.#room.log().length;
    return this.#move!();
  }

  /** "accepted", or code and text of the refusal. */
  async ask(request: "StartVirtualCam" | "StopVirtualCam"): Promise<string> {
    try {
      await asked(this.client.call(request), request);
      return "accepted";
    } catch (error) {
      const { code, message } = error as Error & { code?: number };
      return `${code ?? "no answer"}: ${message}`;
    }
  }

  /** Another OBS with nothing saved; the old one is killed where it still runs. */
  async renew(): Promise<void> {
    if (this.isRunning) await this.#room.kill();
    const scenes = `${this.#room.config}/basic/scenes`;
    for (const { name } of Deno.readDirSync(scenes)) Deno.removeSync(`${scenes}/${name}`);
    await this.#room.launch();
    await this.#enter();
  }

  async #enter(): Promise<void> {
    this.#client = await this.#room.connect();
    this.#client.on("VirtualcamStateChanged", ({ outputState }) => {
      this.events.push(outputState.replace("OBS_WEBSOCKET_OUTPUT_", ""));
    });
    this.#move = await makeScene(this.#client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) await this.#room[Symbol.asyncDispose]();
  }
}

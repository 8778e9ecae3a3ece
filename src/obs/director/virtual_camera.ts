/**
 * OBS's virtual camera. In: start and stop; OBS's events. Out: a promise that holds only when OBS has said that it runs,
 * since StartVirtualCam answers before it is tried; else a DeviceFault that says what is missing, or who is in the way.
 *
 * The wish outlives a restart of OBS: `resume` asks for it again. Limits: a start or stop takes at most 5 s.
 */
import { DeviceFault, Fault } from "../../errors/mod.ts";
import { withDeadline } from "../../time/mod.ts";
import { refusal } from "./desired.ts";
import type { Obs, ObsEvent } from "./line.ts";
import type { OwnDeeds } from "./own_deeds.ts";
import type { Switching } from "./script.ts";

const CHANGE_MS_MAX = 5000;
const OURS_MS = 10_000;
const RUNNING = 500;
const NOT_RUNNING = 501;
const WRONG_STATE = 604;
const OBS_CARD = /\bOBS\b/i;

/** A video node, as src/camera lists them; it is handed in, since OBS may be steered without cameras. */
export interface CameraNode {
  readonly path: string;
  readonly card: string;
  readonly isLoopback: boolean;
  readonly isBusy: boolean;
  readonly holders: readonly { readonly pid: number; readonly name: string }[];
  /** This programme writes to it, and the driver would let OBS write to it too. */
  readonly isOursToSpoil?: boolean;
}

export interface VirtualCameraOptions {
  readonly own: OwnDeeds;
  /** This machine's nodes by their numbers; slow, asked before a start and after a failure. Undefined where OBS is on another machine or system. */
  readonly nodes?: (() => readonly CameraNode[]) | undefined;
  /** Default: this machine's. */
  readonly os?: typeof Deno.build.os;
  /** Default 5000. */
  readonly changeMsMax?: number;
}

export class VirtualCamera {
  readonly #options: VirtualCameraOptions;
  #isOn: boolean | undefined;
  #isWanted: boolean | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(options: VirtualCameraOptions) {
    this.#options = options;
  }

  /** As OBS said last; undefined where it said nothing yet. */
  get isOn(): boolean | undefined {
    return this.#isOn;
  }

  /** Remembers the wish for an OBS that is not there yet. */
  want(switching: Switching): void {
    this.#isWanted = switching === "start";
  }

  /** Asks a new connection how it stands, and for what is wanted. */
  async resume(obs: Obs): Promise<void> {
    const status = await obs.ask("GetVirtualCamStatus");
    this.#isOn = status.isDone ? status.data.outputActive : false;
    if (this.#isWanted !== undefined && this.#isWanted !== this.#isOn) {
      await this.set(obs, this.#isWanted ? "start" : "stop");
    }
  }

  /** `isPersons`: somebody used OBS's own button, so that is what is wanted now. */
  hear({ type, data }: ObsEvent, isPersons: boolean): void {
    if (type !== "VirtualcamStateChanged" || /ING$/.test(String(data.outputState))) return;
    this.#isOn = data.outputActive === true;
    if (isPersons && this.#isWanted !== undefined) this.#isWanted = this.#isOn;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Resolves when it runs or stands. Rejects with DeviceFault virtual_camera_missing, _held or _failed. */
  async set(obs: Obs, switching: Switching): Promise<void> {
    const { own, changeMsMax = CHANGE_MS_MAX } = this.#options;
    const isStart = switching === "start";
    this.#isWanted = isStart;
    if (isStart && this.#isOn !== true) this.#refuseOwn();
    const request = isStart ? "StartVirtualCam" : "StopVirtualCam";
    const mark = { what: "virtual camera", value: isStart };
    own.begin([mark]);
    let changed = this.#changed.promise; // the event may come before the answer
    const answer = await obs.ask(request);
    own.done([mark], OURS_MS);
    if (!answer.isDone) {
      const { code } = answer;
      if (code === (isStart ? RUNNING : NOT_RUNNING)) {
        this.#isOn = isStart;
        return;
      }
      if (!isStart && code === WRONG_STATE) return; // there is none, so it does not run
      throw code === WRONG_STATE ? this.#missing() : new Fault(refusal(request, answer), {
        code: "virtual_camera_failed",
      });
    }
    const wanted = async () => {
      while (this.#isOn !== isStart) {
        await changed;
        if (this.#isOn !== isStart) throw this.#failed(isStart);
        changed = this.#changed.promise;
      }
    };
    await withDeadline(wanted(), changeMsMax, "waiting for OBS's virtual camera").catch((error) => {
      throw error instanceof Fault && error.code === "deadline" ? this.#failed(isStart) : error;
    });
  }

  /** OBS takes the node with the lowest number, whatever it is called, and asks nobody. */
  #refuseOwn(): void {
    const lowest = this.#options.nodes?.().find((node) => node.isLoopback);
    if (lowest?.isOursToSpoil !== true) return;
    throw new DeviceFault(
      `starting OBS's virtual camera: OBS would take ${lowest.path} (${lowest.card}), which this Lipcam writes to, ` +
        'wanted a node labelled "OBS Virtual Camera" with a lower number (deno task doctor says how to make it)',
      { code: "virtual_camera_own" },
    );
  }

  #missing(): DeviceFault {
    const { os = Deno.build.os } = this.#options;
    const mend = os === "linux"
      ? 'wanted the module v4l2loopback with a node labelled "OBS Virtual Camera": deno task doctor says how to install ' +
        "it; restart OBS afterwards"
      : "wanted OBS as its own installer sets it up, with its virtual camera";
    return new DeviceFault(`starting OBS's virtual camera: this OBS has none, ${mend}`, {
      code: "virtual_camera_missing",
    });
  }

  /** OBS said yes and then did not: a node that another program has is the usual reason. */
  #failed(isStart: boolean): DeviceFault {
    if (!isStart) {
      return new DeviceFault("stopping OBS's virtual camera: it still runs, wanted it to end", {
        code: "virtual_camera_failed",
      });
    }
    const nodes = (this.#options.nodes?.() ?? []).filter((node) => node.isLoopback);
    const free = nodes.filter((node) => !node.isBusy);
    const held = nodes.find((node) => OBS_CARD.test(node.card) && node.isBusy) ??
      nodes.find((node) => node.isBusy);
    const action = "starting OBS's virtual camera: it did not start";
    if (nodes.length > 0 && free.length === 0 && held !== undefined) {
      const names = held.holders.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
      const who = names === "" ? "a program that this user cannot see" : names;
      return new DeviceFault(
        `${action}, ${held.path} (${held.card}) is held by ${who}, wanted a second node labelled "OBS Virtual Camera" ` +
          "(deno task doctor says how to make it) or that program to end",
        { code: "virtual_camera_held", retryable: true },
      );
    }
    const why = nodes.length === 0 && this.#options.nodes !== undefined
      ? ', there is no loopback camera, wanted a node labelled "OBS Virtual Camera" (deno task doctor says how to make it)'
      : ", wanted its reason: it stands at the end of OBS's log (Help, Log Files)";
    return new DeviceFault(`${action}${why}`, { code: "virtual_camera_failed", retryable: true });
  }
}

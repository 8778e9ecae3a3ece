/**
 * What OBS's events make the avatar do. In: events that are a person's doing (own_deeds.ts has sorted ours out). Out:
 * wishes. Each reaction rests for a second after it was taken, so that nothing outside drives the programme in circles.
 */
import type { Clock } from "../../time/mod.ts";
import { text } from "./inventory.ts";
import type { ObsEvent } from "./line.ts";
import type { Names } from "./names.ts";
import type { Cause, Reaction, Response, Wish } from "./script.ts";

const REST_MS = 1000;

export class Reactions {
  readonly #reactions: readonly Reaction[];
  readonly #clock: Clock;
  readonly #takenMs: number[];

  constructor(reactions: readonly Reaction[], clock: Clock) {
    this.#reactions = reactions;
    this.#clock = clock;
    this.#takenMs = reactions.map(() => -Infinity);
  }

  /** The wishes that follow from an event, in the order of the reactions. */
  hear(event: ObsEvent, names: Names): Wish[] {
    const nowMs = this.#clock.nowMs();
    return this.#reactions.flatMap((reaction, index) => {
      if (!isCause(reaction.on, event, names)) return [];
      if (nowMs - this.#takenMs[index]! < REST_MS) return [];
      this.#takenMs[index] = nowMs;
      return [wishOf(reaction.do)];
    });
  }
}

function isCause(cause: Cause, { type, data }: ObsEvent, names: Names): boolean {
  if (typeof cause === "object") {
    if ("scene" in cause) {
      return type === "CurrentProgramSceneChanged" && data.sceneName === names.source(cause.scene);
    }
    const [input, isMuted] = "muted" in cause ? [cause.muted, true] : [cause.unmuted, false];
    return type === "InputMuteStateChanged" && data.inputMuted === isMuted &&
      data.inputName === names.source(input);
  }
  const [output, how] = cause.split(" ");
  const isIts = type === (output === "stream" ? "StreamStateChanged" : "RecordStateChanged");
  // "starting" and "stopping" come before, with the same outputActive as the end of the other
  return isIts && text(data.outputState) === `OBS_WEBSOCKET_OUTPUT_${how!.toUpperCase()}`;
}

function wishOf(response: Response): Wish {
  if (typeof response === "string") {
    switch (response) {
      case "interrupt":
        return { kind: "interrupt" };
      case "panic":
        return { kind: "panic", isOn: true };
      case "panic over":
        return { kind: "panic", isOn: false };
      case "hold":
        return { kind: "hold", isOn: true };
      case "resume":
        return { kind: "hold", isOn: false };
    }
  }
  if ("say" in response) return { kind: "say", text: response.say };
  if ("act" in response) return { kind: "act", name: response.act };
  return { kind: "avatar", name: response.avatar };
}

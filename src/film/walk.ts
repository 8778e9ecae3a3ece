/**
 * The walk through an avatar's clips: which frame of which clip is shown, one step a 25 fps frame.
 *
 * In: steps, and the wish to be in another clip. Out: clip and frame. The stage walks while nothing is spoken; while
 * something is, the engine walks ahead of it by the same rules and the stage follows what each result says. Any
 * thread; allocates nothing after construction.
 */
import type { Clip } from "./clip.ts";

/** What the walk needs to know of a clip. */
export type WalkedClip = Pick<Clip, "frames" | "order">;

/** Position `step` (0, 1, 2, ... without end) of a clip as a frame of its film. */
export function frameAt({ frames, order }: WalkedClip, step: number): number {
  if (frames === 1) return 0;
  if (order === "once") return Math.min(step, frames - 1);
  if (order === "loop") return step % frames;
  const period = 2 * frames - 2;
  const at = step % period;
  return at < frames ? at : period - at;
}

/** Whether a clip that is shown once has been shown to its end at position `step`. */
export function isOver({ frames, order }: WalkedClip, step: number): boolean {
  return order === "once" && step >= frames;
}

/** All of a walk's memory, to be handed from thread to thread as numbers. */
export interface WalkState {
  /** Number of the action's clip, -1 where none runs. */
  action: number;
  actionStep: number;
  idleStep: number;
  speakingStep: number;
  isSpeaking: boolean;
}

export class FilmWalk {
  readonly #clips: readonly (WalkedClip & Pick<Clip, "role">)[];
  readonly #idle: number;
  /** The clip for speech, the idle one where the avatar has no other. */
  readonly #speaking: number;
  readonly #state: WalkState = {
    action: -1,
    actionStep: 0,
    idleStep: 0,
    speakingStep: 0,
    isSpeaking: false,
  };

  constructor(clips: readonly (WalkedClip & Pick<Clip, "role">)[]) {
    this.#clips = clips;
    this.#idle = Math.max(0, clips.findIndex(({ role }) => role === "idle"));
    const speaking = clips.findIndex(({ role }) => role === "speaking");
    this.#speaking = speaking < 0 ? this.#idle : speaking;
  }

  /** Number of the clip that is shown. */
  get clip(): number {
    const { action, isSpeaking } = this.#state;
    return action >= 0 ? action : isSpeaking ? this.#speaking : this.#idle;
  }

  /** Position in that clip's order; counts in 25ths of a second and may lie between two. */
  get step(): number {
    const { action, actionStep, idleStep, speakingStep } = this.#state;
    if (action >= 0) return actionStep;
    return this.clip === this.#idle ? idleStep : speakingStep;
  }

  /** Frame of the clip's film. */
  get frame(): number {
    return frameAt(this.#clips[this.clip]!, Math.floor(this.step));
  }

  /** `steps` >= 0 further. An action that is over gives way to what was before it. */
  advance(steps: number): void {
    const state = this.#state;
    if (state.action >= 0) {
      state.actionStep += steps;
      if (isOver(this.#clips[state.action]!, state.actionStep)) state.action = -1;
    } else if (this.clip === this.#idle) state.idleStep += steps;
    else state.speakingStep += steps;
  }

  /** From now on the clip for speech, or the idle one. Each goes on where it was left. */
  speak(isSpeaking: boolean): void {
    this.#state.isSpeaking = isSpeaking;
  }

  /** Shows clip number `clip` from its beginning; what runs is broken off. Numbers of no action are nothing. */
  act(clip: number): void {
    if (this.#clips[clip]?.role !== "action") return;
    this.#state.action = clip;
    this.#state.actionStep = 0;
  }

  save(into: WalkState): void {
    Object.assign(into, this.#state);
  }

  load(from: Readonly<WalkState>): void {
    Object.assign(this.#state, from);
    if (this.#state.action >= this.#clips.length) this.#state.action = -1;
  }
}

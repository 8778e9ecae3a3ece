/**
 * Which frame a unit is to one viewer: counted since its session began, or by the file that it plays itself (a take). In:
 * notes of units. Out: a number in shared memory, -1 before the first. Preview isolate; read from the main thread.
 */
import type { Take } from "./messages.ts";
import type { UnitNote } from "./unit_note.ts";

export class FrameCount {
  readonly #cell: Int32Array<SharedArrayBuffer>;
  #take: Take | undefined;
  #isTakeHeard = false;
  #firstUnit = -1;

  /** `cell`: one int32. */
  constructor(cell: SharedArrayBuffer) {
    this.#cell = new Int32Array(cell);
    Atomics.store(this.#cell, 0, -1);
  }

  get newest(): number {
    return Atomics.load(this.#cell, 0);
  }

  /** Whether the viewer plays the sound of this unit itself. */
  get isSilent(): boolean {
    return this.#isTakeHeard;
  }

  /** From now on frames are those of one utterance, counted from 0; -1 until it begins. */
  begin(take: Take): void {
    this.#take = take;
    this.#firstUnit = -1;
    Atomics.store(this.#cell, 0, -1);
  }

  count({ unit, utterance, isSpeaking }: UnitNote): number {
    const isTaken = this.#take !== undefined && utterance === this.#take.utterance;
    this.#isTakeHeard = isTaken && this.#take!.isSilent;
    if (this.#firstUnit < 0 && (isTaken || this.#take === undefined)) this.#firstUnit = unit;
    if (isTaken && !isSpeaking) this.#firstUnit++; // speech that waits within a take is no part of the file
    const frame = this.#firstUnit < 0 ? -1 : unit - this.#firstUnit;
    Atomics.store(this.#cell, 0, frame);
    return frame;
  }
}

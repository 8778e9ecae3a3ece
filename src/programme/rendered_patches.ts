/**
 * A video engine for `render`: in this thread and on no clock, so that every frame gets its own patch.
 *
 * In: speech from the tap, the stage's place. Out: patches in the ring, always enough for the next unit. An engine that
 * fails is told once; visemes move the mouth from then on.
 */
import { oneLine } from "../errors/mod.ts";
import { type EngineProcessOrder, RungStack, SpeechTap } from "../lipsync/mod.ts";
import { emptyPlace } from "../lipsync/mod.ts";
import { clipOfCue } from "../speech/mod.ts";
import { MonotonicClock } from "../time/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import type { VideoPlan } from "./video_part.ts";

/** A step answers this many programme frames at most: eight of the film, at 60 fps. */
const ANSWERS_MAX = 24;

export class RenderedPatches implements AsyncDisposable {
  readonly #memory: ProgrammeMemory;
  readonly #stack: RungStack;
  readonly #tap: SpeechTap;
  readonly #place = emptyPlace();
  readonly #onFault: ((line: string) => void) | undefined;
  #isBroken = false;

  /** Undefined where no family is quick enough even for that. */
  static async open(
    memory: ProgrammeMemory,
    { film, families }: VideoPlan,
    order: Omit<EngineProcessOrder, "avatar" | "families">,
    onFault?: (line: string) => void,
  ): Promise<RenderedPatches | undefined> {
    if (families.length === 0) return undefined;
    const stack = await RungStack.open({
      order: { ...order, families, avatar: { folder: film.folder, number: 0 } },
      clock: new MonotonicClock(),
      emit: (result) => {
        if (!memory.patches.write(result)) throw new Error("a patch found no place");
      },
      isUnhurried: true,
    });
    if (stack.engine !== undefined) return new RenderedPatches(memory, stack, onFault);
    const why = stack.reports.map(({ family, trouble }) => `${family}: ${trouble}`).join("; ");
    onFault?.(`visemes move the mouth (${why})`);
    await stack[Symbol.asyncDispose]();
    return undefined;
  }

  private constructor(memory: ProgrammeMemory, stack: RungStack, onFault?: (line: string) => void) {
    this.#memory = memory;
    this.#stack = stack;
    this.#onFault = onFault;
    this.#tap = new SpeechTap(memory.neuralSpeech, memory.epoch, clipOfCue, (news) => stack.hear(news));
  }

  /** For the stage's options. */
  get forStage() {
    const { patches, board } = this.#memory;
    return { patches, board, isActive: () => !this.#isBroken };
  }

  /** Renders until the next speech frame has its answer; whether it has. */
  async step(): Promise<boolean> {
    const { patches, speech, board } = this.#memory;
    this.#tap.drain();
    if (this.#isBroken) return true;
    if (board.read(this.#place)) this.#stack.follow(this.#place);
    const head = speech.ring.peek();
    if (head < 0) return true;
    const wanted = speech.speechFrame(head);
    try {
      while (!this.#isThere(wanted)) {
        const hasRoom = patches.ring.queued + ANSWERS_MAX <= patches.ring.slots;
        if (!hasRoom || !(await this.#stack.step())) return this.#isThere(wanted);
      }
    } catch (error) {
      this.#isBroken = true;
      this.#onFault?.(
        `the ${this.#stack.family} engine failed (${oneLine(error)}); visemes move the mouth instead`,
      );
    }
    return true;
  }

  #isThere(speechFrame: number): boolean {
    const { patches } = this.#memory;
    for (let ahead = 0; ahead < patches.ring.queued; ahead++) {
      const slot = patches.ring.peek(ahead);
      if (slot >= 0 && patches.speechFrame(slot) >= speechFrame) return true;
    }
    return false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack[Symbol.asyncDispose]();
  }
}

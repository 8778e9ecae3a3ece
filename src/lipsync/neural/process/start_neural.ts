/**
 * A programme's place at the video engine: a seat at a host of its own, or at one that it shares.
 *
 * In: the memory that main, host and stage share, an order. Out: an AsyncDisposable. Main thread. Nothing waits for the
 * process: until it is there, and whenever it is not, visemes move the mouth.
 */
import { oneLine } from "../../../errors/mod.ts";
import type { SpeechRing } from "../../../speech/mod.ts";
import { type Epoch, withDeadline } from "../../../time/mod.ts";
import type { PatchRing } from "../../patch_ring.ts";
import type { WalkBoard } from "../../walk_board.ts";
import type { Family } from "../networks/mouth_network.ts";
import type { HostNews } from "./host_worker.ts";
import type { AvatarOrder, EngineProcessOrder, ReadyNews, StatusNews } from "./messages.ts";
import type { NeuralGauges } from "./neural_gauges.ts";
import { NeuralThread } from "./neural_thread.ts";

const STOP_MS_MAX = 2_000;

export interface StartNeuralOptions {
  /** The host of several programmes, its owner's to end. */
  readonly thread?: NeuralThread;
  /** Another programme's families come first. Default false. */
  readonly isSecond?: boolean;
  readonly order: EngineProcessOrder;
  readonly speech: SpeechRing;
  readonly patches: PatchRing;
  readonly epoch: Epoch;
  readonly board: WalkBoard;
  readonly gauges: NeuralGauges;
  /** Faults and respawns, one line each. */
  readonly onTrouble?: (line: string) => void;
  /** The process speaks, or says which families are too slow here. */
  readonly onReady?: (news: ReadyNews) => void;
}

export interface NeuralState {
  /** Measured at the start. */
  readonly ready?: ReadyNews;
  /** The newest, once a second while it works. */
  readonly status?: StatusNews;
}

export class RunningNeural implements AsyncDisposable {
  readonly #options: StartNeuralOptions;
  readonly #thread: NeuralThread;
  readonly #seat: number;
  readonly #left = Promise.withResolvers<void>();
  #families: readonly Family[];
  #ready: ReadyNews | undefined;
  #status: StatusNews | undefined;

  constructor(options: StartNeuralOptions) {
    this.#options = options;
    this.#thread = options.thread ?? new NeuralThread();
    this.#families = options.order.families;
    this.#seat = this.#thread.join({
      hear: (news) => this.#hear(news),
      onLost: (why) => {
        options.gauges.set("isActive", 0);
        options.onTrouble?.(`the video engine's host died (${why}); visemes move the mouth`);
        this.#left.resolve();
      },
    });
    const { order, isSecond = false, speech, patches, epoch, board, gauges } = options;
    this.#thread.post({
      kind: "join",
      seat: this.#seat,
      order: {
        process: order,
        isSecond,
        samplesPerFrame: speech.samplesPerFrame,
        speechSlots: speech.ring.slots,
        speech: speech.ring.buffer,
        patches: patches.ring.buffer,
        patchSlots: patches.ring.slots,
        epoch: epoch.buffer,
        board: board.buffer,
        gauges: gauges.buffer,
      },
    });
  }

  state(): NeuralState {
    return {
      ...(this.#ready ? { ready: this.#ready } : {}),
      ...(this.#status ? { status: this.#status } : {}),
    };
  }

  /** From now on another avatar is shown, on which these families can speak, the best first. */
  show(avatar: AvatarOrder, families: readonly Family[]): void {
    if (families.join() !== this.#families.join()) this.#ready = this.#status = undefined;
    this.#families = families;
    this.#thread.post({ kind: "show", seat: this.#seat, avatar, families });
  }

  /** An avatar is shown that no video engine speaks on, until show() names another. */
  rest(): void {
    this.#thread.post({ kind: "rest", seat: this.#seat });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { thread, speech, onTrouble } = this.#options;
    this.#thread.post({ kind: "leave", seat: this.#seat });
    speech.ring.wake();
    await withDeadline(this.#left.promise, STOP_MS_MAX, "stopping the video engine").catch((error) =>
      onTrouble?.(`${oneLine(error)}; ended by force`)
    );
    this.#thread.leave(this.#seat);
    if (thread === undefined) await this.#thread[Symbol.asyncDispose]();
  }

  #hear(news: HostNews): void {
    const { onTrouble, onReady } = this.#options;
    if (news.type === "left") this.#left.resolve();
    else if (news.type === "trouble") onTrouble?.(news.line);
    else if (news.type === "status") this.#status = news.news;
    else if (news.type === "ready") {
      this.#ready = news.news;
      onReady?.(news.news);
    }
  }
}

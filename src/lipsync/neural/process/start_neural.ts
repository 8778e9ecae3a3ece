/**
 * Main side of a video engine: starts its host's worker, tells how it is, ends it.
 *
 * In: the memory that main, host and stage share, an order. Out: an AsyncDisposable. Nothing waits for the process: until
 * it is there, and whenever it is not, visemes move the mouth.
 */
import { oneLine } from "../../../errors/mod.ts";
import type { SpeechRing } from "../../../speech/mod.ts";
import { type Epoch, withDeadline } from "../../../time/mod.ts";
import type { PatchRing } from "../../patch_ring.ts";
import type { WalkBoard } from "../../walk_board.ts";
import type { Family } from "../networks/mouth_network.ts";
import type { HostMessage, HostNews } from "./host_worker.ts";
import type { AvatarOrder, EngineProcessOrder, ReadyNews, StatusNews } from "./messages.ts";
import type { NeuralGauges } from "./neural_gauges.ts";

const STOP_MS_MAX = 2_000;

export interface StartNeuralOptions {
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
  readonly #worker: Worker;
  readonly #stopped = Promise.withResolvers<void>();
  #families: readonly Family[];
  #ready: ReadyNews | undefined;
  #status: StatusNews | undefined;

  constructor(options: StartNeuralOptions) {
    this.#options = options;
    this.#families = options.order.families;
    this.#worker = new Worker(new URL("./host_worker.ts", import.meta.url), {
      type: "module",
      name: "engine host",
    });
    this.#worker.onmessage = (event: MessageEvent<HostNews>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      options.gauges.set("isActive", 0);
      options.onTrouble?.(`the video engine's host died (${event.message}); visemes move the mouth`);
      this.#stopped.resolve();
    };
    const { order, speech, patches, epoch, board, gauges } = options;
    this.#post({
      order: {
        process: order,
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
    this.#post({ avatar, families });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#post("stop");
    this.#options.speech.ring.wake();
    await withDeadline(this.#stopped.promise, STOP_MS_MAX, "stopping the video engine").catch((error) =>
      this.#options.onTrouble?.(`${oneLine(error)}; ended by force`)
    );
    this.#worker.terminate();
  }

  #post(message: HostMessage): void {
    this.#worker.postMessage(message);
  }

  #hear(news: HostNews): void {
    const { onTrouble, onReady } = this.#options;
    if (news.type === "stopped") this.#stopped.resolve();
    else if (news.type === "trouble") onTrouble?.(news.line);
    else if (news.type === "status") this.#status = news.news;
    else {
      this.#ready = news.news;
      onReady?.(news.news);
    }
  }
}

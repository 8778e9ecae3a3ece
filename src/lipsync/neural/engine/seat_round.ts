/**
 * One step for all programmes that share a network: the next thing for the one that needs it most, or a run for several.
 *
 * In: seats with their engines. Out: their answers. Engine's process, which a step blocks for one batch or one piece of
 * speech. The earliest deadline comes first; a seat that fails is told of and left out, the others are not touched.
 */
import type { BatchCost } from "./batch_cost.ts";
import type { NeuralEngine } from "./neural_engine.ts";
import type { Renderer, RenderShare } from "./renderer.ts";
import { byUrgency, paceFrames, shareRun } from "./share_run.ts";

export interface RoundSeat {
  readonly engine: NeuralEngine | undefined;
  /** Until the stage wants a frame that has no answer. */
  readonly slackMs: number;
  /** When it was served last, as the round counts. */
  served: number;
}

export interface SeatRoundOptions<T extends RoundSeat> {
  readonly renderer: Renderer;
  readonly cost: BatchCost;
  readonly batchMax: number;
  /** Of a frame of the film: 40. */
  readonly periodMs: number;
  /** What was thrown for that seat alone; throws it on where the step is to end with it. */
  readonly onFault: (seat: T, error: unknown) => void;
}

interface SeatOrder<T> extends RenderShare {
  readonly seat: T;
  readonly slackMs: number;
}

export class SeatRound<T extends RoundSeat> {
  readonly #options: SeatRoundOptions<T>;
  #served = 0;

  constructor(options: SeatRoundOptions<T>) {
    this.#options = options;
  }

  /** False where there is nothing to do until more is heard or a stage has moved on. Rejects with the network's error. */
  async step(seats: Iterable<T>): Promise<boolean> {
    const { renderer, cost, batchMax, periodMs, onFault } = this.#options;
    const orders = await this.#plan(seats);
    if (typeof orders === "boolean") return orders;
    const pace = paceFrames(cost, orders.length, batchMax, periodMs);
    const counts = shareRun(orders, batchMax, cost, pace);
    const shares = orders.map((one, at) => ({ ...one, count: counts[at]! })).filter(({ count }) => count > 0);
    const fault = await renderer.render(shares);
    if (fault) onFault(shares.find(({ engine }) => engine === fault.engine)!.seat, fault.error);
    return true;
  }

  /** What is to be rendered, the most urgent first; or whether anything else was done. */
  async #plan(seats: Iterable<T>): Promise<SeatOrder<T>[] | boolean> {
    const speaking = [...seats].filter(({ engine }) => engine?.isSpeaking).sort(byUrgency);
    const orders: SeatOrder<T>[] = [];
    for (const seat of speaking) {
      const { slackMs } = seat;
      const engine = seat.engine!;
      try {
        const order = await engine.plan(orders.length > 0);
        if (order === false) continue;
        seat.served = ++this.#served;
        if (order !== true) orders.push({ engine, order, count: order.count, seat, slackMs });
        else if (orders.length === 0) return true;
      } catch (error) {
        this.#options.onFault(seat, error);
      }
    }
    return orders.length > 0 && orders;
  }
}

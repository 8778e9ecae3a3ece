/**
 * The engine's process: opens the rungs that the first avatar and this machine allow, then renders what its host asks
 * for, for every seat.
 *
 * In: frames of messages.ts on stdin. Out: the same on stdout; nothing else may print there. Ends when told to, when the
 * pipe closes, and with a fault that cannot be mended in here: the host decides about another try. A native crash, a
 * poisoned GPU or running out of memory ends this process and nothing else.
 */
import { InputFault, oneLine } from "../../../errors/mod.ts";
import { delay, MonotonicClock, stepBack } from "../../../time/mod.ts";
import {
  type AvatarOrder,
  type EngineProcessOrder,
  type FaultNews,
  FROM_ENGINE,
  numberFrame,
  numberOf,
  placeOf,
  type ReadyNews,
  resultFrame,
  type RungReport,
  type SeatNews,
  speechOf,
  type StatusNews,
  TO_ENGINE,
} from "./messages.ts";
import { type PipeFrame, PipeReader, seated, textFrame, textOf } from "./pipe.ts";
import { RungStack } from "./rung_stack.ts";

const STATUS_MS = 1000;
/** A run may take so much longer than expected before it counts as hanging. */
const HANG_MS = 1000;
const HANG_FACTOR = 3;
/** Opening another rung's models, of gigabytes and from a slow disk, and measuring them. */
const OPEN_MS = 180_000;
/** So many steps back the process goes: the stage, the voice and the sound come first. */
const PRIORITY_STEPS = 3;

class EngineProcess {
  readonly #clock = new MonotonicClock();
  readonly #out = Deno.stdout.writable.getWriter();
  readonly #reader = new PipeReader();
  readonly #queue: Uint8Array[] = [];
  readonly #ordered = Promise.withResolvers<EngineProcessOrder>();
  #heard = Promise.withResolvers<void>();
  #stack: RungStack | undefined;
  /** Seats that show another avatar, or leave, before the next step. */
  readonly #changes = new Map<number, AvatarOrder | undefined>();
  readonly #epochs = new Map<number, number>();
  #isStopped = false;
  #firstSeat = 0;

  async run(): Promise<void> {
    this.#listen().catch((error) => this.#tellFault(error)).finally(() => {
      this.#isStopped = true;
      this.#ordered.reject(new Error("the pipe closed"));
      this.#wake();
    });
    const order = await this.#ordered.promise.catch(() => undefined);
    if (order === undefined) return;
    await using stack = await RungStack.open({
      order,
      seat: this.#firstSeat,
      clock: this.#clock,
      emit: (result, seat) => this.#queue.push(seated(resultFrame(result), seat)),
      onSeat: (seat, trouble) => this.#tellSeat(seat, trouble),
    });
    this.#stack = stack;
    stack.interrupt(this.#epochs.get(this.#firstSeat) ?? 0, this.#firstSeat);
    await this.#send(textFrame(FROM_ENGINE.ready, this.#ready(stack.reports)));
    if (stack.engine === undefined) return;
    let statusMs = -Infinity;
    while (!this.#isStopped) {
      await delay(0); // what has come meanwhile is heard first
      this.#seat(stack);
      await this.#send(numberFrame(FROM_ENGINE.busy, HANG_MS + HANG_FACTOR * stack.expectedMs));
      const heard = this.#heard.promise;
      const isWorking = await stack.step();
      await this.#flush();
      if (this.#clock.nowMs() - statusMs >= STATUS_MS) {
        statusMs = this.#clock.nowMs();
        const rssBytes = Deno.memoryUsage().rss;
        for (const [seat, status] of stack.statuses()) {
          const news: StatusNews = { ...status, rssBytes };
          await this.#send(seated(textFrame(FROM_ENGINE.status, news), seat));
        }
        const changed = await stack.climb(() => this.#send(numberFrame(FROM_ENGINE.busy, OPEN_MS)));
        if (changed) await this.#send(textFrame(FROM_ENGINE.rung, changed));
        await this.#flush();
      }
      if (isWorking) continue;
      await this.#send(numberFrame(FROM_ENGINE.idle, 0));
      await heard;
    }
  }

  async #listen(): Promise<void> {
    for await (const piece of Deno.stdin.readable) {
      this.#reader.push(piece);
      for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
        this.#take(frame);
      }
      this.#wake();
    }
  }

  #take({ kind, seat, payload }: PipeFrame): void {
    const engine = this.#stack;
    if (kind === TO_ENGINE.order) {
      this.#firstSeat = seat;
      this.#ordered.resolve(textOf(payload) as EngineProcessOrder);
    } else if (kind === TO_ENGINE.avatar) this.#changes.set(seat, textOf(payload) as AvatarOrder);
    else if (kind === TO_ENGINE.leave) this.#changes.set(seat, undefined);
    else if (kind === TO_ENGINE.stop) this.#isStopped = true;
    else if (kind === TO_ENGINE.place) engine?.follow(placeOf(payload), seat);
    else if (kind === TO_ENGINE.speech) engine?.hear(speechOf(payload), seat);
    else if (kind === TO_ENGINE.interrupt) {
      const epoch = numberOf(payload);
      this.#epochs.set(seat, epoch);
      engine?.interrupt(epoch, seat);
    }
  }

  /** Seats that came, changed or left meanwhile. */
  #seat(stack: RungStack): void {
    for (const [seat, avatar] of this.#changes) {
      if (avatar === undefined) {
        stack.leave(seat);
        this.#epochs.delete(seat);
      } else {
        stack.show(avatar, seat);
        stack.interrupt(this.#epochs.get(seat) ?? 0, seat);
      }
    }
    this.#changes.clear();
  }

  #tellSeat(seat: number, trouble?: string): void {
    const news: SeatNews = trouble === undefined ? {} : { trouble };
    this.#queue.push(seated(textFrame(FROM_ENGINE.seat, news), seat));
  }

  #wake(): void {
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  #ready(rungs: readonly RungReport[]): ReadyNews {
    const family = this.#stack?.family;
    return { rungs, ...(family ? { family } : {}) };
  }

  async #flush(): Promise<void> {
    for (const frame of this.#queue) await this.#send(frame);
    this.#queue.length = 0;
  }

  async #send(frame: Uint8Array): Promise<void> {
    await this.#out.write(frame);
  }

  async #tellFault(error: unknown): Promise<void> {
    // What has spoken once may speak again: a run that fails later is no fault of what was given.
    const isFinal = error instanceof InputFault && this.#stack === undefined;
    const fault: FaultNews = { message: oneLine(error), isFinal };
    await this.#send(textFrame(FROM_ENGINE.fault, fault)).catch(() => {}); // the host has gone: nobody to tell
  }

  /** Runs to the end; the exit code says whether that was a good one. */
  async main(): Promise<number> {
    try {
      await this.run();
      return 0;
    } catch (error) {
      await this.#tellFault(error);
      return 1;
    }
  }
}

stepBack(PRIORITY_STEPS);
Deno.exit(await new EngineProcess().main());

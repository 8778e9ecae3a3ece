/**
 * The ladder as it stands in one process: the rungs that were measured, the family in use with the engines of its seats, and
 * the change from one to another while speech goes on.
 *
 * In: the order; for each programme (a seat) speech, places, avatars; seconds that pass. Out: results, reports. Engine's
 * process. A family that is not in use is closed, so that the memory of one network at most is held; opening one takes its
 * time, during which the stages show the viseme mouth. Seats share each run of the network (seat_round.ts); one that cannot
 * be rendered for is muted, and takes nothing with it.
 */
import { InputFault, oneLine } from "../../../errors/mod.ts";
import { FILM_FPS } from "../../../film/mod.ts";
import type { Clock } from "../../../time/mod.ts";
import type { PatchResult } from "../../patch_ring.ts";
import type { StagePlace } from "../../walk_board.ts";
import { BatchCost } from "../engine/batch_cost.ts";
import { Ladder, type Measured, tooSlow } from "../engine/ladder.ts";
import { measureRung } from "../engine/measure.ts";
import type { NeuralEngine } from "../engine/neural_engine.ts";
import { Renderer } from "../engine/renderer.ts";
import { SeatRound } from "../engine/seat_round.ts";
import type { Family } from "../networks/mouth_network.ts";
import type { AvatarOrder, EngineProcessOrder, RungReport, SpeechNews, StatusNews } from "./messages.ts";
import { OpenFamily } from "./open_rung.ts";
import { RungSeat } from "./rung_seat.ts";

const PERIOD_MS = 1000 / FILM_FPS;
/** How much slower than the film a family may be where nobody waits for it. */
const PATIENCE = 10;
/** Before anything was measured. */
const UNKNOWN_MS = 1000;

export interface RungStackOptions {
  readonly order: EngineProcessOrder;
  /** The seat whose avatar the order names. Default 0. */
  readonly seat?: number;
  readonly clock: Clock;
  readonly emit: (result: PatchResult, seat: number) => void;
  /** A seat can be rendered for from now on, or `trouble` says why not. */
  readonly onSeat?: (seat: number, trouble?: string) => void;
  /** `render`: every frame waits for its patch. */
  readonly isUnhurried?: boolean;
}

export class RungStack implements AsyncDisposable {
  readonly reports: RungReport[] = [];
  readonly #options: RungStackOptions;
  readonly #seats = new Map<number, RungSeat>();
  /** Families that keep up here, the best first. */
  #good: Family[] = [];
  #ladder: Ladder | undefined;
  #family: OpenFamily | undefined;
  #cost = new BatchCost(1);
  #renderer: Renderer | undefined;
  #round: SeatRound<RungSeat> | undefined;

  static async open(options: RungStackOptions): Promise<RungStack> {
    const stack = new RungStack(options);
    await stack.#climbFirst();
    return stack;
  }

  private constructor(options: RungStackOptions) {
    this.#options = options;
    this.#sit(options.seat ?? 0, options.order.avatar);
  }

  get family(): Family | undefined {
    return this.#family?.network.family;
  }

  /** Of the first seat that has one. */
  get engine(): NeuralEngine | undefined {
    return [...this.#seats.values()].find(({ engine }) => engine)?.engine;
  }

  /** What the next step may take. */
  get expectedMs(): number {
    const { network } = this.#family ?? {};
    return this.#cost.isKnown && network ? this.#cost.of(network.batchMax) : UNKNOWN_MS;
  }

  #sit(number: number, avatar: AvatarOrder): RungSeat {
    const seat = new RungSeat(number, avatar, (result) => this.#options.emit(result, number));
    this.#seats.set(number, seat);
    return seat;
  }

  /** Measures from the best family down; the first that keeps up is taken, or the only one that was asked for. */
  async #climbFirst(): Promise<void> {
    const { families, isForced } = this.#options.order;
    for (const family of families) {
      let measured: Measured;
      try {
        measured = await this.#take(family);
      } catch (error) {
        this.#close();
        if (isForced && error instanceof InputFault) throw error;
        this.reports.push({ family, trouble: oneLine(error) });
        continue;
      }
      const { network } = this.#family!;
      const trouble = tooSlow(measured, this.#options.isUnhurried ? PERIOD_MS * PATIENCE : PERIOD_MS);
      this.reports.push({
        ...{ family, model: network.model, provider: network.provider },
        frameMs: Math.round(measured.frameMs * 100) / 100,
        ...(trouble ? { trouble } : {}),
      });
      if (trouble === undefined || isForced) {
        this.#good = families.slice(families.indexOf(family));
        this.#ladder = new Ladder(this.#good.length, 0);
        return this.#startAll();
      }
      this.#close();
    }
  }

  /** Opens a family for every seat and measures it; the only seat's fault is thrown. */
  async #take(family: Family): Promise<Measured> {
    this.#close();
    const opened = this.#family = await OpenFamily.open(family, this.#options.order);
    this.#cost = new BatchCost(opened.network.batchMax);
    for (const seat of this.#seats.values()) this.#guard(seat, () => seat.open(opened));
    const rung = [...this.#seats.values()].find(({ rung }) => rung)?.rung;
    if (rung === undefined) throw new Error(`no avatar can be seen by ${family}`);
    const measured = await measureRung(rung, this.#cost, this.#options.clock);
    this.#renderer = new Renderer(opened.network, this.#cost, this.#options.clock);
    this.#round = new SeatRound({
      ...{
        renderer: this.#renderer,
        cost: this.#cost,
        batchMax: opened.network.batchMax,
        periodMs: PERIOD_MS,
      },
      onFault: (seat, error) => this.#mute(seat, error),
    });
    return measured;
  }

  #startAll(): void {
    for (const seat of this.#seats.values()) this.#start(seat);
  }

  #start(seat: RungSeat): void {
    const { order, clock, isUnhurried = false, onSeat } = this.#options;
    if (seat.rung) {
      seat.start({
        ...{ cost: this.#cost, fps: order.fps, leadMsMax: order.leadMsMax, clock, isUnhurried },
        renderer: this.#renderer!,
        load: () => this.#load,
      });
    }
    onSeat?.(seat.number, seat.trouble);
  }

  /** Seats that something is to be said on. */
  get #load(): number {
    let speaking = 0;
    for (const { engine } of this.#seats.values()) if (engine?.isSpeaking) speaking++;
    return speaking;
  }

  /** What one of several seats did wrong mutes it. */
  #guard(seat: RungSeat, deed: () => void): void {
    try {
      deed();
    } catch (error) {
      if (this.#seats.size === 1) throw error;
      seat.mute(error);
    }
  }

  #mute(seat: RungSeat, error: unknown): void {
    if (this.#seats.size === 1) throw error;
    seat.mute(error);
    this.#options.onSeat?.(seat.number, seat.trouble);
  }

  /** Does the next thing for the seat that needs it most, or renders for several; false where there is nothing to do. */
  step(): Promise<boolean> {
    return this.#round?.step(this.#seats.values()) ?? Promise.resolve(false);
  }

  hear(news: SpeechNews, seat = 0): void {
    this.#seats.get(seat)?.hear(news);
  }

  follow(place: StagePlace, seat = 0): void {
    this.#seats.get(seat)?.follow(place);
  }

  interrupt(epoch: number, seat = 0): void {
    this.#seats.get(seat)?.interrupt(epoch);
  }

  /** Another seat, or another avatar on one: its clips from now on. What was rendered of the old is dropped by its number. */
  show(avatar: AvatarOrder, number = 0): void {
    const seat = this.#seats.get(number) ?? this.#sit(number, avatar);
    const family = this.#family;
    if (family === undefined) return;
    this.#guard(seat, () => seat.show(avatar, family));
    this.#start(seat);
  }

  leave(number: number): void {
    this.#seats.get(number)?.close();
    this.#seats.delete(number);
  }

  /** To be called once a second: tells the ladder how it went, and changes the rung where it says so, `onChange` before. */
  async climb(onChange?: () => Promise<void>): Promise<RungReport | undefined> {
    const ladder = this.#ladder;
    if (this.engine === undefined || ladder === undefined) return undefined;
    const seconds = [...this.#seats.values()].map((seat) => seat.second());
    const sum = (of: "renderedFrames" | "skippedFrames") =>
      seconds.reduce((sum, second) => sum + second[of], 0);
    const before = ladder.rung;
    const rung = ladder.second({
      renderedFrames: sum("renderedFrames"),
      skippedFrames: sum("skippedFrames"),
      leadFramesMin: Math.min(...seconds.map(({ leadFramesMin }) => leadFramesMin)),
    });
    if (rung === before) return undefined;
    const family = this.#good[rung]!;
    await onChange?.();
    try {
      await this.#take(family);
      this.#startAll();
      const { model, provider } = this.#family!.network;
      return { family, model, provider };
    } catch (error) {
      // Without it the ladder is shorter; what was in use before comes back.
      this.#good = this.#good.filter((one) => one !== family);
      this.#ladder = new Ladder(this.#good.length, Math.min(before, this.#good.length - 1));
      await this.#take(this.#good[this.#ladder.rung]!);
      this.#startAll();
      return { family, trouble: oneLine(error) };
    }
  }

  /** Numbers of every seat that there is, where there are some. */
  *statuses(): Generator<[seat: number, status: Omit<StatusNews, "rssBytes">]> {
    for (const seat of this.#seats.keys()) yield [seat, this.status(seat)];
  }

  status(seat = 0): Omit<StatusNews, "rssBytes"> {
    const { network } = this.#family ?? {};
    const engine = this.#seats.get(seat)?.engine;
    return {
      ...(network ? { family: network.family, model: network.model, provider: network.provider } : {}),
      frameMs: network && this.#cost.isKnown ? this.#cost.perFrame(network.batchMax) : 0,
      stride: engine?.stride ?? 0,
      renderedFrames: engine?.renderedFrames ?? 0,
      skippedFrames: engine?.skippedFrames ?? 0,
      restFrames: engine?.restFrames ?? 0,
      sharedRuns: this.#renderer?.sharedRuns ?? 0,
    };
  }

  #close(): void {
    for (const seat of this.#seats.values()) seat.close();
    this.#family?.[Symbol.dispose]();
    this.#family = undefined;
    this.#renderer = undefined;
    this.#round = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    return Promise.resolve();
  }
}

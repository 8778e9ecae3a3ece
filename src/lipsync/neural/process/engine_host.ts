/**
 * Looks after the engine's process of all programmes: has it render for every seat, and starts it again when it dies or
 * hangs.
 *
 * In: seats (host_seat.ts), the process's frames. Out: frames to the process, results to their seats, news. Host's thread,
 * which never waits for the process. The first seat that wants a video engine leads: its families are measured and opened,
 * and the others are rendered for where their avatars were prepared for the family in use. A process that dies takes every
 * seat with it and is started again with all; after three deaths within a minute it stays off, and viseme mouths speak.
 */
import { oneLine } from "../../../errors/mod.ts";
import type { Clock } from "../../../time/mod.ts";
import { EngineChild } from "./engine_child.ts";
import { HostSeat, type HostSeatOptions, type Way } from "./host_seat.ts";
import {
  type AvatarOrder,
  type FaultNews,
  FROM_ENGINE,
  numberFrame,
  numberOf,
  type ReadyNews,
  type RungReport,
  type SeatNews,
  type StatusNews,
  TO_ENGINE,
} from "./messages.ts";
import type { Family } from "../networks/mouth_network.ts";
import { type PipeFrame, seated, textOf } from "./pipe.ts";
import { Respawns } from "./respawns.ts";

/** An idle process answers what it is told within this time, or it hangs. */
const ANSWER_MS_MAX = 1500;
/** Opening models of gigabytes from a slow disk. */
const START_MS_MAX = 180_000;

export interface EngineHostOptions {
  readonly clock: Clock;
  /** Default: engine_process.ts beside this file. */
  readonly entry?: URL;
}

export class EngineHost implements AsyncDisposable {
  readonly #options: EngineHostOptions;
  readonly #respawns = new Respawns();
  readonly #seats = new Map<number, HostSeat>();
  #child: EngineChild | undefined;
  #way: Way | undefined;
  /** What the process was started for. */
  #families: readonly Family[] = [];
  #family: Family | undefined;
  #isStopped = false;
  /** By then the process must have said something. */
  #deadlineMs = Infinity;
  #rungs: readonly RungReport[] = [];

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  /** Whether there is speech that is not spoken yet. */
  get isBusy(): boolean {
    return [...this.#seats.values()].some(({ isBusy }) => isBusy);
  }

  get seats(): readonly HostSeat[] {
    return [...this.#seats.values()];
  }

  /** To be called every few milliseconds while busy, and when speech is queued. */
  tick(): void {
    if (this.#isStopped) return;
    for (const seat of this.#seats.values()) seat.tick(this.#way);
    const { clock } = this.#options;
    if (clock.nowMs() > this.#deadlineMs) {
      this.#deadlineMs = Infinity;
      this.#die(this.#family ? "it hangs" : `it was not ready within ${START_MS_MAX / 1000} s`);
    }
  }

  /** Another programme. */
  join(options: HostSeatOptions): void {
    const seat = new HostSeat(options);
    this.#seats.set(seat.number, seat);
    this.#follow(seat);
  }

  /** From now on another avatar is shown there. Where a process has not opened its families, one that has takes over. */
  show(number: number, avatar: AvatarOrder, families: readonly Family[]): void {
    const seat = this.#seats.get(number);
    if (seat === undefined) return;
    seat.show(avatar, families);
    this.#follow(seat);
  }

  /** An avatar is shown there that no video engine speaks on. */
  rest(number: number): void {
    const seat = this.#seats.get(number);
    if (seat === undefined || seat.isResting) return;
    seat.isResting = true;
    this.#dismiss(seat);
    seat.unseat();
  }

  leave(number: number): void {
    const seat = this.#seats.get(number);
    if (seat === undefined) return;
    this.#seats.delete(number);
    this.#withdraw(seat);
    if (!this.#isFit) this.#restart();
  }

  /** Whose families count: the first programme's, else the oldest one's. */
  get #lead(): HostSeat | undefined {
    const wanting = this.#wanting;
    return wanting.find(({ isSecond }) => !isSecond) ?? wanting[0];
  }

  /** Whether the process was started for what the lead wants. */
  get #isFit(): boolean {
    return (this.#lead?.order.families ?? []).join() === this.#families.join();
  }

  /** A seat is new, or not what it was. */
  #follow(seat: HostSeat): void {
    const isLead = seat === this.#lead;
    if (!this.#isFit || (isLead && this.#way === undefined)) this.#restart();
    else if (!seat.isWanting) this.#withdraw(seat);
    else if (this.#way === undefined) seat.unseat({ rungs: this.#rungs }); // it stays off
    else if (this.#family !== undefined || isLead) seat.introduce(this.#way);
  }

  #withdraw(seat: HostSeat): void {
    this.#dismiss(seat);
    seat.giveUp();
  }

  /** The process forgets the seat. */
  #dismiss(seat: HostSeat): void {
    this.#way?.send(seated(numberFrame(TO_ENGINE.leave, 0), seat.number));
  }

  #restart(): void {
    this.#giveUp();
    this.#rungs = [];
    this.#families = [];
    const lead = this.#lead;
    if (lead) this.#spawn(lead);
  }

  #spawn(lead: HostSeat): void {
    const { entry = new URL("./engine_process.ts", import.meta.url), clock } = this.#options;
    this.#family = undefined;
    this.#families = lead.order.families;
    const child = this.#child = new EngineChild(entry, {
      onFrame: (frame) => this.#take(child, frame),
      onEnd: (why) => this.#onEnd(child, why),
    });
    this.#way = {
      send: (frame) => this.#send(child, frame),
      get isClear() {
        return child.isClear;
      },
    };
    lead.begin(this.#way);
    this.#deadlineMs = clock.nowMs() + START_MS_MAX;
  }

  #send(child: EngineChild, frame: Uint8Array): void {
    if (child !== this.#child) return;
    if (!child.send(frame)) return this.#die("it no longer takes what it is told");
    // By when an idle process has said something; a busy one has said how long it may take.
    if (this.#deadlineMs === Infinity) this.#deadlineMs = this.#options.clock.nowMs() + ANSWER_MS_MAX;
  }

  #take(child: EngineChild, { kind, seat: number, payload }: PipeFrame): void {
    if (child !== this.#child) return;
    const { clock } = this.#options;
    const seat = this.#seats.get(number);
    if (kind === FROM_ENGINE.result) seat?.takeResult(payload);
    else if (kind === FROM_ENGINE.busy) this.#deadlineMs = clock.nowMs() + numberOf(payload);
    else if (kind === FROM_ENGINE.idle) this.#deadlineMs = Infinity;
    else if (kind === FROM_ENGINE.ready) this.#takeReady(textOf(payload) as ReadyNews, number);
    else if (kind === FROM_ENGINE.status) seat?.takeStatus(textOf(payload) as StatusNews);
    else if (kind === FROM_ENGINE.seat) this.#takeSeat(seat, textOf(payload) as SeatNews);
    else if (kind === FROM_ENGINE.rung) {
      const rung = textOf(payload) as RungReport;
      this.#rungs = [...this.#rungs.filter(({ family }) => family !== rung.family), rung];
      if (rung.trouble === undefined) this.#family = rung.family; // each seat's news follow
    } else if (kind === FROM_ENGINE.fault) {
      const { message, isFinal } = textOf(payload) as FaultNews;
      this.#die(message, isFinal);
    }
  }

  #takeReady({ rungs, family }: ReadyNews, number: number): void {
    this.#rungs = rungs;
    this.#deadlineMs = Infinity;
    if (family === undefined) {
      this.#giveUp();
      for (const seat of this.#wanting) seat.unseat({ rungs });
      return;
    }
    this.#family = family;
    for (const seat of this.#wanting) {
      if (seat.isResting) this.#dismiss(seat);
      else if (seat.number === number) seat.seat(this.#way!, { rungs, family });
      else seat.introduce(this.#way!);
    }
  }

  #takeSeat(seat: HostSeat | undefined, { trouble }: SeatNews): void {
    const family = this.#family;
    if (family === undefined || !seat?.isWanting || seat.isResting) return;
    if (trouble === undefined) seat.seat(this.#way!, { rungs: this.#rungs, family });
    else seat.unseat({ rungs: [{ family, trouble }] });
  }

  get #wanting(): readonly HostSeat[] {
    return this.seats.filter(({ isWanting }) => isWanting);
  }

  #die(why: string, isFinal = false): void {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill();
    this.#down(why, isFinal);
  }

  #onEnd(child: EngineChild, why: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    if (!this.#isStopped) this.#down(why, false);
  }

  #down(why: string, isFinal: boolean): void {
    const { clock } = this.#options;
    const lead = this.#lead;
    const family = this.#family ?? "video";
    for (const seat of this.#seats.values()) seat.unseat();
    this.#deadlineMs = Infinity;
    this.#way = undefined;
    const mouth = "visemes move the mouth";
    if (isFinal) {
      lead?.trouble(`the ${family} engine cannot speak (${oneLine(why)}); ${mouth}`);
      return this.#giveUp();
    }
    if (!this.#respawns.died(clock.nowMs())) {
      lead?.trouble(
        `the ${family} engine died three times within a minute (${oneLine(why)}), it stays off; ${mouth}`,
      );
      return this.#giveUp();
    }
    lead?.trouble(`the ${family} engine died (${oneLine(why)}), starting it again; meanwhile ${mouth}`);
    for (const seat of this.#wanting) seat.respawned();
    if (lead) this.#spawn(lead);
  }

  #giveUp(): void {
    for (const seat of this.#seats.values()) seat.giveUp();
    this.#family = undefined;
    this.#deadlineMs = Infinity;
    const child = this.#child;
    this.#child = this.#way = undefined;
    child?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    for (const seat of this.#seats.values()) seat.unseat();
    const child = this.#child;
    this.#child = this.#way = undefined;
    if (child === undefined) return;
    child.kill();
    await child.ended;
  }
}

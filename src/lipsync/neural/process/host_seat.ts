/**
 * One programme at the engine's host: its speech and its stage's place on their way to the process, its patches on their
 * way back.
 *
 * In: a speech ring of its own, the board, the epoch. Out: frames for the process by `way`, the patch ring, gauges. Host's
 * thread. Policies: speech that the process has not used is kept and told again to the next one; results that an interrupt
 * has made stale are dropped.
 */
import type { SpeechRing } from "../../../speech/mod.ts";
import type { Epoch } from "../../../time/mod.ts";
import type { PatchRing } from "../../patch_ring.ts";
import { emptyPlace, type StagePlace, type WalkBoard } from "../../walk_board.ts";
import { FAMILIES, type Family } from "../networks/mouth_network.ts";
import { KeptSpeech } from "./kept_speech.ts";
import {
  type AvatarOrder,
  type EngineProcessOrder,
  numberFrame,
  placeFrame,
  type ReadyNews,
  resultOf,
  speechFrame,
  type SpeechNews,
  type StatusNews,
  TO_ENGINE,
} from "./messages.ts";
import type { NeuralGauges } from "./neural_gauges.ts";
import { seated, textFrame } from "./pipe.ts";
import { SpeechTap } from "./speech_tap.ts";

/** To the process that runs now; of another one nothing is heard here. */
export interface Way {
  /** Hands a frame over; a process that does not take it is given up by the host. */
  send(frame: Uint8Array): void;
  /** Whether everything sent so far has been taken. */
  readonly isClear: boolean;
}

export interface HostSeatOptions {
  /** Never used twice. */
  readonly number: number;
  /** What a process would be started with for this programme alone; no families: nothing is to be rendered. */
  readonly order: EngineProcessOrder;
  readonly speech: SpeechRing;
  readonly patches: PatchRing;
  readonly epoch: Epoch;
  readonly board: WalkBoard;
  readonly gauges: NeuralGauges;
  /** The clip that a cue's code begins, -1 for none. */
  readonly actionOf: (cueCode: number) => number;
  /** Another programme's needs come first. */
  readonly isSecond: boolean;
  readonly onTrouble: (line: string) => void;
  /** It is rendered for from now on, with which family; or why not. */
  readonly onReady: (news: ReadyNews) => void;
  readonly onStatus?: (news: StatusNews) => void;
}

export class HostSeat {
  readonly number: number;
  order: EngineProcessOrder;
  /** An avatar is shown that no video engine speaks on: nothing is rendered, the process stays for when one comes back. */
  isResting = false;
  readonly #options: HostSeatOptions;
  readonly #tap: SpeechTap;
  readonly #kept = new KeptSpeech();
  readonly #place: StagePlace = emptyPlace();
  /** To a process that renders for this seat. */
  #way: Way | undefined;
  /** The family that was told to speak for it. */
  #told: Family | undefined;
  #epoch: number;
  #sentPlace = -1;

  constructor(options: HostSeatOptions) {
    const { number, order, epoch, speech, actionOf, gauges } = options;
    this.number = number;
    this.order = order;
    this.#options = options;
    this.#epoch = epoch.current;
    this.#tap = new SpeechTap(speech, epoch, actionOf, (news) => this.#tell(news));
    gauges.set("family", -1);
  }

  /** Whether there is speech that is not spoken yet. */
  get isBusy(): boolean {
    return !this.isResting && this.#kept.isWaiting(this.#place.nextSpeechFrame);
  }

  /** Whether something is to be rendered for it. */
  get isWanting(): boolean {
    return this.order.families.length > 0;
  }

  get isSecond(): boolean {
    return this.#options.isSecond;
  }

  /** From now on another avatar is shown. */
  show(avatar: AvatarOrder, families: readonly Family[]): void {
    if (families.join() !== this.order.families.join()) this.#told = undefined;
    this.order = { ...this.order, avatar, families };
    this.isResting = false;
  }

  get speech(): SpeechRing {
    return this.#options.speech;
  }

  /** `pending`: a process that knows the seat and does not render for it yet hears of interrupts too. */
  tick(pending: Way | undefined): void {
    const { epoch } = this.#options;
    if (epoch.current !== this.#epoch) {
      this.#epoch = epoch.current;
      this.#kept.dropStale(this.#epoch);
      pending?.send(this.#epochFrame());
    }
    this.#tap.drain(); // whatever the process does
    this.#tellPlace();
  }

  /** A process is told of the avatar; it answers whether it can render on it. */
  introduce(way: Way): void {
    way.send(seated(textFrame(TO_ENGINE.avatar, this.order.avatar), this.number));
    way.send(this.#epochFrame());
  }

  /** A process is started with this seat's order. */
  begin(way: Way): void {
    way.send(seated(textFrame(TO_ENGINE.order, this.order), this.number));
    way.send(this.#epochFrame());
  }

  /** A process that has heard nothing renders for it from now on, and hears what is still to be spoken. */
  seat(way: Way, news: ReadyNews & { readonly family: Family }): void {
    const { gauges, onReady } = this.#options;
    gauges.set("family", FAMILIES.indexOf(news.family));
    gauges.set("isActive", 1);
    if (this.#told !== news.family) onReady(news);
    this.#told = news.family;
    if (this.#way === way) return;
    this.#way = way;
    this.#sentPlace = -1;
    this.#tellPlace();
    for (const kept of this.#kept.from(this.#place.nextSpeechFrame)) way.send(this.#speechFrame(kept));
  }

  /** No process renders for it now; with `news`, that is said. */
  unseat(news?: ReadyNews): void {
    const { gauges, onReady } = this.#options;
    this.#way = this.#told = undefined;
    gauges.set("isActive", 0);
    if (news) onReady(news);
  }

  trouble(line: string): void {
    this.#options.onTrouble(line);
  }

  respawned(): void {
    this.#options.gauges.add("restarts");
  }

  /** No process will. */
  giveUp(): void {
    this.unseat();
    this.#options.gauges.set("family", -1);
  }

  takeStatus(status: StatusNews): void {
    const { gauges, onStatus } = this.#options;
    const { family: _family, model: _model, provider: _provider, ...numbers } = status;
    for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) gauges.set(name, numbers[name]);
    onStatus?.(status);
  }

  takeResult(payload: Uint8Array): void {
    const { patches, epoch, gauges } = this.#options;
    const result = resultOf(payload);
    if (result === undefined) return;
    const isStale = epoch.isStale(result.epoch, result.isProtected);
    if (isStale || result.avatar !== this.order.avatar.number || !patches.write(result)) {
      gauges.add("droppedResults");
    }
  }

  #tell(news: SpeechNews): void {
    if (news.about) this.#sentPlace = -1; // the place goes before the speech that follows it
    this.#tellPlace();
    this.#kept.add(news);
    this.#way?.send(this.#speechFrame(news));
  }

  /** The stage's place, as often as it moves while there is speech; not while the pipe is full. */
  #tellPlace(): void {
    const { board } = this.#options;
    if (!board.read(this.#place)) return;
    this.#kept.dropBefore(this.#place.nextSpeechFrame);
    const { nextSpeechFrame, walk, isStarted } = this.#place;
    const moved = nextSpeechFrame * 2 + (isStarted ? 1 : 0) +
      (isStarted ? 0 : (walk.actionStep + walk.idleStep + walk.speakingStep) / 1e6);
    const way = this.#way;
    if (way === undefined || moved === this.#sentPlace) return;
    if (this.#sentPlace >= 0 && (!this.isBusy || !way.isClear)) return;
    this.#sentPlace = moved;
    way.send(seated(placeFrame(this.#place), this.number));
  }

  #speechFrame(news: SpeechNews): Uint8Array {
    return seated(speechFrame(news), this.number);
  }

  #epochFrame(): Uint8Array {
    return seated(numberFrame(TO_ENGINE.interrupt, this.#epoch), this.number);
  }
}

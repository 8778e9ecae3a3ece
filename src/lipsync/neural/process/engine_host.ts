/**
 * Looks after the engine's process: gives it speech and the stage's place, hands its patches to the stage, and starts it
 * again when it dies or hangs.
 *
 * In: a speech ring of its own, the board, the epoch. Out: the patch ring, gauges, news. Host's thread, which never waits
 * for the process. Policies: speech that the process has not used is kept and told again after a respawn; results that
 * an interrupt has made stale are dropped; after three deaths within a minute it stays off, and the viseme mouth speaks.
 */
import { oneLine } from "../../../errors/mod.ts";
import type { SpeechRing } from "../../../speech/mod.ts";
import type { Clock, Epoch } from "../../../time/mod.ts";
import type { PatchRing } from "../../patch_ring.ts";
import { emptyPlace, type StagePlace, type WalkBoard } from "../../walk_board.ts";
import { EngineChild } from "./engine_child.ts";
import { KeptSpeech } from "./kept_speech.ts";
import {
  type AvatarOrder,
  type EngineProcessOrder,
  type FaultNews,
  FROM_ENGINE,
  numberFrame,
  numberOf,
  placeFrame,
  type ReadyNews,
  resultOf,
  type RungReport,
  speechFrame,
  type SpeechNews,
  type StatusNews,
  TO_ENGINE,
} from "./messages.ts";
import { FAMILIES, type Family } from "../networks/mouth_network.ts";
import { type NeuralGauges } from "./neural_gauges.ts";
import { type PipeFrame, textFrame, textOf } from "./pipe.ts";
import { Respawns } from "./respawns.ts";
import { SpeechTap } from "./speech_tap.ts";

/** An idle process answers what it is told within this time, or it hangs. */
const ANSWER_MS_MAX = 1500;
/** Opening models of gigabytes from a slow disk. */
const START_MS_MAX = 180_000;

export interface EngineHostOptions {
  readonly order: EngineProcessOrder;
  readonly speech: SpeechRing;
  readonly patches: PatchRing;
  readonly epoch: Epoch;
  readonly board: WalkBoard;
  readonly gauges: NeuralGauges;
  readonly clock: Clock;
  /** The clip that a cue's code begins, -1 for none. */
  readonly actionOf: (cueCode: number) => number;
  readonly onTrouble: (line: string) => void;
  /** The process is there, or its rung changed. */
  readonly onReady: (news: ReadyNews) => void;
  readonly onStatus?: (news: StatusNews) => void;
  /** Default: engine_process.ts beside this file. */
  readonly entry?: URL;
}

export class EngineHost implements AsyncDisposable {
  readonly #options: EngineHostOptions;
  readonly #respawns = new Respawns();
  readonly #tap: SpeechTap;
  readonly #kept = new KeptSpeech();
  readonly #place: StagePlace = emptyPlace();
  #order: EngineProcessOrder;
  #child: EngineChild | undefined;
  #isReady = false;
  #isStopped = false;
  #epoch: number;
  /** By then the process must have said something. */
  #deadlineMs = Infinity;
  #sentPlace = -1;
  #rungs: readonly RungReport[] = [];

  constructor(options: EngineHostOptions) {
    this.#options = options;
    this.#order = options.order;
    this.#epoch = options.epoch.current;
    const { speech, epoch, actionOf } = options;
    this.#tap = new SpeechTap(speech, epoch, actionOf, (news) => this.#tell(news));
    options.gauges.set("family", -1);
    this.#spawn();
  }

  /** Whether there is speech that is not spoken yet. */
  get isBusy(): boolean {
    return this.#kept.isWaiting(this.#place.nextSpeechFrame);
  }

  /** To be called every few milliseconds while busy, and when speech is queued. */
  tick(): void {
    if (this.#isStopped) return;
    this.#followEpoch();
    this.#tap.drain(); // whatever the process does
    this.#tellPlace();
    const { clock } = this.#options;
    if (clock.nowMs() > this.#deadlineMs) {
      this.#deadlineMs = Infinity;
      this.#die(this.#isReady ? "it hangs" : `it was not ready within ${START_MS_MAX / 1000} s`);
    }
  }

  /** From now on another avatar is shown. Where it allows other families, a process that has opened them takes over. */
  show(avatar: AvatarOrder, families: readonly Family[]): void {
    const isSame = families.join() === this.#order.families.join();
    this.#order = { ...this.#order, avatar, families };
    if (isSame && this.#child?.send(textFrame(TO_ENGINE.avatar, avatar))) return;
    this.#giveUp();
    this.#rungs = [];
    if (families.length > 0) this.#spawn();
  }

  #spawn(): void {
    const { entry = new URL("./engine_process.ts", import.meta.url), clock } = this.#options;
    this.#isReady = false;
    const child = this.#child = new EngineChild(entry, {
      onFrame: (frame) => this.#take(child, frame),
      onEnd: (why) => this.#onEnd(child, why),
    });
    this.#deadlineMs = clock.nowMs() + START_MS_MAX;
    child.send(textFrame(TO_ENGINE.order, this.#order));
    child.send(numberFrame(TO_ENGINE.interrupt, this.#epoch));
  }

  #take(child: EngineChild, { kind, payload }: PipeFrame): void {
    if (child !== this.#child) return;
    const { clock, gauges } = this.#options;
    if (kind === FROM_ENGINE.result) this.#takeResult(payload);
    else if (kind === FROM_ENGINE.busy) this.#deadlineMs = clock.nowMs() + numberOf(payload);
    else if (kind === FROM_ENGINE.idle) this.#deadlineMs = Infinity;
    else if (kind === FROM_ENGINE.ready) this.#takeReady(textOf(payload) as ReadyNews);
    else if (kind === FROM_ENGINE.status) this.#takeStatus(textOf(payload) as StatusNews);
    else if (kind === FROM_ENGINE.rung) {
      const rung = textOf(payload) as RungReport;
      this.#rungs = [...this.#rungs.filter(({ family }) => family !== rung.family), rung];
      if (rung.trouble === undefined) {
        gauges.set("family", FAMILIES.indexOf(rung.family));
        this.#options.onReady({ rungs: this.#rungs, family: rung.family });
      }
    } else if (kind === FROM_ENGINE.fault) {
      const { message, isFinal } = textOf(payload) as FaultNews;
      this.#die(message, isFinal);
    }
  }

  #takeReady(news: ReadyNews): void {
    const { gauges, onReady } = this.#options;
    this.#rungs = news.rungs;
    this.#deadlineMs = Infinity;
    onReady(news);
    if (news.family === undefined) return this.#giveUp();
    this.#isReady = true;
    gauges.set("family", FAMILIES.indexOf(news.family));
    gauges.set("isActive", 1);
    this.#retell(this.#child!);
  }

  #takeStatus(status: StatusNews): void {
    const { gauges, onStatus } = this.#options;
    const { family: _family, model: _model, provider: _provider, ...numbers } = status;
    for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) gauges.set(name, numbers[name]);
    onStatus?.(status);
  }

  #takeResult(payload: Uint8Array): void {
    const { patches, epoch, gauges } = this.#options;
    const result = resultOf(payload);
    if (result === undefined) return;
    const isStale = epoch.isStale(result.epoch, result.isProtected);
    if (isStale || result.avatar !== this.#order.avatar.number || !patches.write(result)) {
      gauges.add("droppedResults");
    }
  }

  #followEpoch(): void {
    const { epoch } = this.#options;
    if (epoch.current === this.#epoch) return;
    this.#epoch = epoch.current;
    this.#kept.dropStale(this.#epoch);
    this.#child?.send(numberFrame(TO_ENGINE.interrupt, this.#epoch));
  }

  #tell(news: SpeechNews): void {
    if (news.about) this.#sentPlace = -1; // the place goes before the speech that follows it
    this.#tellPlace();
    this.#kept.add(news);
    if (!this.#isReady) return;
    if (!this.#child!.send(speechFrame(news))) return this.#die("it no longer takes what it is told");
    this.#deadlineMs = this.#latestAnswerMs();
  }

  /** A process that has heard nothing hears what is still to be spoken. */
  #retell(child: EngineChild): void {
    this.#sentPlace = -1;
    this.#tellPlace();
    for (const news of this.#kept.from(this.#place.nextSpeechFrame)) child.send(speechFrame(news));
  }

  /** The stage's place, as often as it moves while there is speech; not while the pipe is full. */
  #tellPlace(): void {
    const { board } = this.#options;
    if (!board.read(this.#place)) return;
    this.#kept.dropBefore(this.#place.nextSpeechFrame);
    const { nextSpeechFrame, walk, isStarted } = this.#place;
    const moved = nextSpeechFrame * 2 + (isStarted ? 1 : 0) +
      (isStarted ? 0 : (walk.actionStep + walk.idleStep + walk.speakingStep) / 1e6);
    const child = this.#child;
    if (!this.#isReady || child === undefined || moved === this.#sentPlace) return;
    if (this.#sentPlace >= 0 && (!this.isBusy || !child.isClear)) return;
    this.#sentPlace = moved;
    child.send(placeFrame(this.#place));
    this.#deadlineMs = this.#latestAnswerMs();
  }

  /** By when an idle process has said something; a busy one has said how long it may take. */
  #latestAnswerMs(): number {
    return this.#deadlineMs === Infinity ? this.#options.clock.nowMs() + ANSWER_MS_MAX : this.#deadlineMs;
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
    const { gauges, clock, onTrouble } = this.#options;
    gauges.set("isActive", 0);
    this.#deadlineMs = Infinity;
    const family = FAMILIES[gauges.get("family")] ?? "video";
    const mouth = "visemes move the mouth";
    if (isFinal) {
      onTrouble(`the ${family} engine cannot speak (${oneLine(why)}); ${mouth}`);
      return this.#giveUp();
    }
    if (!this.#respawns.died(clock.nowMs())) {
      onTrouble(
        `the ${family} engine died three times within a minute (${oneLine(why)}), it stays off; ${mouth}`,
      );
      return this.#giveUp();
    }
    onTrouble(`the ${family} engine died (${oneLine(why)}), starting it again; meanwhile ${mouth}`);
    gauges.add("restarts");
    this.#spawn();
  }

  #giveUp(): void {
    this.#options.gauges.set("isActive", 0);
    this.#options.gauges.set("family", -1);
    this.#isReady = false;
    this.#deadlineMs = Infinity;
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#options.gauges.set("isActive", 0);
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.kill();
    await child.ended;
  }
}

/**
 * The ladder as it stands in one process: the rungs that were measured, the one in use with its engine, and the change
 * from one to another while speech goes on.
 *
 * In: the order, speech, places, seconds that pass. Out: results of whichever engine is in use, reports. Engine's process.
 * A rung that is not in use is closed, so that the memory of one network at most is held; opening one takes its time,
 * during which the stage shows the viseme mouth.
 */
import { InputFault, oneLine } from "../../../errors/mod.ts";
import { FILM_FPS } from "../../../film/mod.ts";
import type { Clock } from "../../../time/mod.ts";
import type { PatchResult } from "../../patch_ring.ts";
import { emptyPlace, type StagePlace } from "../../walk_board.ts";
import { BatchCost } from "../engine/batch_cost.ts";
import { KeptSpeech } from "./kept_speech.ts";
import { Ladder, type Measured, tooSlow } from "../engine/ladder.ts";
import { measureRung } from "../engine/measure.ts";
import type { AvatarOrder, EngineProcessOrder, RungReport, SpeechNews, StatusNews } from "./messages.ts";
import type { Family } from "../networks/mouth_network.ts";
import { NeuralEngine } from "../engine/neural_engine.ts";
import { openFilmFaces } from "../engine/film_faces.ts";
import { openRung } from "./open_rung.ts";
import type { Rung } from "../engine/rung.ts";

const PERIOD_MS = 1000 / FILM_FPS;
/** How much slower than the film a family may be where nobody waits for it. */
const PATIENCE = 10;
/** Before anything was measured. */
const UNKNOWN_MS = 1000;

export interface RungStackOptions {
  readonly order: EngineProcessOrder;
  readonly clock: Clock;
  readonly emit: (result: PatchResult) => void;
  /** `render`: every frame waits for its patch. */
  readonly isUnhurried?: boolean;
}

export class RungStack implements AsyncDisposable {
  readonly reports: RungReport[] = [];
  readonly #options: RungStackOptions;
  #avatar: AvatarOrder;
  /** Families that keep up here, the best first. */
  #good: Family[] = [];
  #ladder: Ladder | undefined;
  #rung: Rung | undefined;
  #cost: BatchCost | undefined;
  engine: NeuralEngine | undefined;
  #epoch = 0;
  readonly #place: StagePlace = emptyPlace();
  /** What a rung hears that is taken while speech goes on. */
  readonly #kept = new KeptSpeech();
  #renderedBefore = 0;
  #skippedBefore = 0;

  static async open(options: RungStackOptions): Promise<RungStack> {
    const stack = new RungStack(options);
    await stack.#climbFirst();
    return stack;
  }

  private constructor(options: RungStackOptions) {
    this.#options = options;
    this.#avatar = options.order.avatar;
  }

  get family(): Family | undefined {
    return this.#rung?.family;
  }

  /** What the next step may take. */
  get expectedMs(): number {
    const { network } = this.#rung ?? {};
    return this.#cost?.isKnown && network ? this.#cost.of(network.batchMax) : UNKNOWN_MS;
  }

  /** Measures from the best family down; the first that keeps up is taken, or the only one that was asked for. */
  async #climbFirst(): Promise<void> {
    const { families, isForced } = this.#options.order;
    for (const family of families) {
      let measured: Measured;
      try {
        await this.#take(family);
        measured = await measureRung(this.#rung!, this.#cost!, this.#options.clock);
      } catch (error) {
        this.#close();
        if (isForced && error instanceof InputFault) throw error;
        this.reports.push({ family, trouble: oneLine(error) });
        continue;
      }
      const { network } = this.#rung!;
      const trouble = tooSlow(measured, this.#options.isUnhurried ? PERIOD_MS * PATIENCE : PERIOD_MS);
      this.reports.push({
        ...{ family, model: network.model, provider: network.provider },
        frameMs: Math.round(measured.frameMs * 100) / 100,
        ...(trouble ? { trouble } : {}),
      });
      if (trouble === undefined || isForced) {
        this.#good = families.slice(families.indexOf(family));
        this.#ladder = new Ladder(this.#good.length, 0);
        return this.#start();
      }
      this.#close();
    }
  }

  async #take(family: Family): Promise<void> {
    const { order } = this.#options;
    this.#close();
    this.#rung = await openRung(family, { ...order, avatar: this.#avatar });
    this.#cost = new BatchCost(this.#rung.network.batchMax);
  }

  #start(): void {
    const { order, clock, emit } = this.#options;
    const rung = this.#rung!;
    this.engine = new NeuralEngine({
      rung,
      cost: this.#cost!,
      fps: order.fps,
      leadMsMax: order.leadMsMax,
      clock,
      emit,
      isUnhurried: this.#options.isUnhurried ?? false,
    });
    this.engine.interrupt(this.#epoch);
    this.engine.follow(this.#place);
    for (const news of this.#kept.from(this.#place.nextSpeechFrame)) tell(this.engine, news);
    this.#renderedBefore = this.#skippedBefore = 0;
  }

  step(): Promise<boolean> {
    return this.engine?.step() ?? Promise.resolve(false);
  }

  hear(news: SpeechNews): void {
    this.#kept.add(news);
    if (this.engine) tell(this.engine, news);
  }

  follow(place: StagePlace): void {
    Object.assign(this.#place, place);
    this.#kept.dropBefore(place.nextSpeechFrame);
    this.engine?.follow(place);
  }

  interrupt(epoch: number): void {
    this.#epoch = epoch;
    this.#kept.dropStale(epoch);
    this.engine?.interrupt(epoch);
  }

  /** Another avatar: its clips from now on. What was rendered of the old one is dropped by its number. */
  show(avatar: AvatarOrder): void {
    this.#avatar = avatar;
    const rung = this.#rung;
    if (rung === undefined) return;
    rung.show(openFilmFaces(rung.network, avatar.folder));
    this.#start();
  }

  /** To be called once a second: tells the ladder how it went, and changes the rung where it says so, `onChange` before. */
  async climb(onChange?: () => Promise<void>): Promise<RungReport | undefined> {
    const { engine } = this;
    const ladder = this.#ladder;
    if (engine === undefined || ladder === undefined) return undefined;
    const renderedFrames = engine.renderedFrames - this.#renderedBefore;
    const skippedFrames = engine.skippedFrames - this.#skippedBefore;
    this.#renderedBefore = engine.renderedFrames;
    this.#skippedBefore = engine.skippedFrames;
    const before = ladder.rung;
    const rung = ladder.second({ renderedFrames, skippedFrames, leadFramesMin: engine.takeLeadFramesMin() });
    if (rung === before) return undefined;
    const family = this.#good[rung]!;
    await onChange?.();
    try {
      await this.#take(family);
      await measureRung(this.#rung!, this.#cost!, this.#options.clock);
      this.#start();
      return { family, model: this.#rung!.network.model, provider: this.#rung!.network.provider };
    } catch (error) {
      // Without it the ladder is shorter; what was in use before comes back.
      this.#good = this.#good.filter((one) => one !== family);
      this.#ladder = new Ladder(this.#good.length, Math.min(before, this.#good.length - 1));
      await this.#take(this.#good[this.#ladder.rung]!);
      this.#start();
      return { family, trouble: oneLine(error) };
    }
  }

  status(): Omit<StatusNews, "rssBytes"> {
    const { network } = this.#rung ?? {};
    const { engine } = this;
    return {
      ...(network ? { family: network.family, model: network.model, provider: network.provider } : {}),
      frameMs: network && this.#cost?.isKnown ? this.#cost.perFrame(network.batchMax) : 0,
      stride: engine?.stride ?? 0,
      renderedFrames: engine?.renderedFrames ?? 0,
      skippedFrames: engine?.skippedFrames ?? 0,
      restFrames: engine?.restFrames ?? 0,
    };
  }

  #close(): void {
    this.engine = undefined;
    this.#rung?.[Symbol.dispose]();
    this.#rung = undefined;
    this.#cost = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    return Promise.resolve();
  }
}

function tell(engine: NeuralEngine, { pcm, isLast, about, action }: SpeechNews): void {
  engine.hear(pcm, isLast, about, action);
}

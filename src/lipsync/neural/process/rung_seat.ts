/**
 * One programme at the rung in use: its avatar, what it is told, the engine that renders for it.
 *
 * In: speech, places, interrupts, families that are opened. Out: an engine that can be planned for, or why there is none.
 * Engine's process. What is not spoken yet is kept, and told to the next engine.
 */
import { oneLine } from "../../../errors/mod.ts";
import { emptyPlace, type StagePlace } from "../../walk_board.ts";
import { openFilmFaces } from "../engine/film_faces.ts";
import { NeuralEngine, type NeuralEngineOptions } from "../engine/neural_engine.ts";
import type { Rung } from "../engine/rung.ts";
import { KeptSpeech } from "./kept_speech.ts";
import type { AvatarOrder, SpeechNews } from "./messages.ts";
import type { OpenFamily } from "./open_rung.ts";

/** What the engines of all seats share. */
export type SharedParts = Omit<NeuralEngineOptions, "rung" | "emit">;

/** How it went since the last time that was asked. */
export interface SeatSecond {
  readonly renderedFrames: number;
  readonly skippedFrames: number;
  readonly leadFramesMin: number;
}

export class RungSeat {
  engine: NeuralEngine | undefined;
  /** Why it has no engine though there is a family, in one line. */
  trouble: string | undefined;
  /** When its engine did something last, as the stack counts. */
  served = 0;
  rung: Rung | undefined;
  readonly #emit: NeuralEngineOptions["emit"];
  #epoch = 0;
  readonly #place: StagePlace = emptyPlace();
  readonly #kept = new KeptSpeech();
  #renderedBefore = 0;
  #skippedBefore = 0;

  constructor(readonly number: number, public avatar: AvatarOrder, emit: NeuralEngineOptions["emit"]) {
    this.#emit = emit;
  }

  /** Until the stage wants a frame that has no answer. */
  get slackMs(): number {
    return this.engine?.slackMs ?? Infinity;
  }

  /** Opens what the family sees of the avatar. Throws InputFault `bad_avatar`, `not_prepared`. */
  open(family: OpenFamily): void {
    this.close();
    this.rung = family.rung(this.avatar.folder);
  }

  /** Another avatar: its clips from now on. Throws as open() does. */
  show(avatar: AvatarOrder, family: OpenFamily): void {
    this.avatar = avatar;
    if (this.rung === undefined) return this.open(family);
    this.rung.show(openFilmFaces(family.network, avatar.folder));
  }

  /** A new engine takes over, and hears what is still to be spoken. */
  start(parts: SharedParts): void {
    const engine = new NeuralEngine({ ...parts, rung: this.rung!, emit: this.#emit });
    engine.interrupt(this.#epoch);
    engine.follow(this.#place);
    for (const news of this.#kept.from(this.#place.nextSpeechFrame)) tell(engine, news);
    this.engine = engine;
    this.trouble = undefined;
    this.#renderedBefore = this.#skippedBefore = 0;
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

  second(): SeatSecond {
    const { renderedFrames = 0, skippedFrames = 0 } = this.engine ?? {};
    const second = {
      renderedFrames: renderedFrames - this.#renderedBefore,
      skippedFrames: skippedFrames - this.#skippedBefore,
      leadFramesMin: this.engine?.takeLeadFramesMin() ?? Infinity,
    };
    this.#renderedBefore = renderedFrames;
    this.#skippedBefore = skippedFrames;
    return second;
  }

  /** It cannot be rendered for, until it shows another avatar or another family is in use. */
  mute(error: unknown): void {
    this.close();
    this.trouble = oneLine(error);
  }

  close(): void {
    this.engine = undefined;
    this.rung?.[Symbol.dispose]();
    this.rung = undefined;
  }
}

function tell(engine: NeuralEngine, { pcm, isLast, about, action }: SpeechNews): void {
  engine.hear(pcm, isLast, about, action);
}

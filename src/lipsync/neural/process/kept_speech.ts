/**
 * Speech that a video engine was told and that is not spoken yet: told again to the next one.
 *
 * In: frames in order. Out: the same, beginning in the middle of an utterance where need be. Bounded by what the
 * programme feeds ahead (256 frames), and a second behind the stage; by KEPT_FRAMES_MAX where no stage tells its place.
 */
import type { UtteranceAbout } from "../engine/heard_utterance.ts";
import type { SpeechNews } from "./messages.ts";

/** A frame of an utterance whose beginning was forgotten needs some sound before it. */
const BEHIND_FRAMES = 25;
const KEPT_FRAMES_MAX = 512;

interface Kept {
  readonly speechFrame: number;
  readonly news: SpeechNews;
  /** As if the utterance began with this frame. */
  readonly about: UtteranceAbout;
}

export class KeptSpeech {
  readonly #kept: Kept[] = [];

  /** Whether anything is kept that is not spoken yet. */
  isWaiting(nextSpeechFrame: number): boolean {
    const newest = this.#kept.at(-1);
    return newest !== undefined && newest.speechFrame >= nextSpeechFrame;
  }

  /** The next frame. Dropped where its utterance never began. */
  add(news: SpeechNews): void {
    const before = this.#kept.at(-1);
    const about = news.about ?? (before && { ...before.about, firstFrame: before.speechFrame + 1 });
    if (about) this.#kept.push({ speechFrame: about.firstFrame, news, about });
    if (this.#kept.length > KEPT_FRAMES_MAX) this.#kept.shift();
  }

  dropBefore(nextSpeechFrame: number): void {
    let count = 0;
    while (count < this.#kept.length && this.#kept[count]!.speechFrame < nextSpeechFrame - BEHIND_FRAMES) {
      count++;
    }
    if (count > 0) this.#kept.splice(0, count);
  }

  dropStale(epoch: number): void {
    for (let at = this.#kept.length - 1; at >= 0; at--) {
      const { about } = this.#kept[at]!;
      if (!about.isProtected && about.epoch !== epoch) this.#kept.splice(at, 1);
    }
  }

  /** Everything kept, for somebody who knows nothing; utterances that were spoken entirely are left out. */
  *from(nextSpeechFrame: number): Generator<SpeechNews> {
    const end = this.#kept.findLastIndex(({ speechFrame, news }) =>
      news.isLast && speechFrame < nextSpeechFrame
    );
    let isFirst = true;
    for (const { news, about } of this.#kept.slice(end + 1)) {
      yield isFirst ? { ...news, about } : news;
      isFirst = false;
    }
  }
}

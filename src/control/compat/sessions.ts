/**
 * What clients of other servers have going on, by session: the actions they brought, the files they play themselves, the
 * texts of what they said. Of sessions that go on all is kept, of those that have ended the newest, up to KEPT_MAX of each; the
 * newest KEPT_MAX files. A session is a text or a number; none, or 0, is the shared programme.
 */
import { z } from "zod";
import type { ProgrammeControl } from "../programme_control.ts";
import type { ProgrammeHouse } from "../programme_house.ts";
import { randomKey } from "../token.ts";
import type { CustomAction } from "./custom_actions.ts";
import { forgetEnded, isLive } from "./living.ts";

const KEPT_MAX = 64;

/** As clients write it. */
export const sessionName = z.union([z.string().max(128), z.int()]).nullish();
export type SessionName = z.output<typeof sessionName>;

interface Playing {
  readonly name: string;
  isOver: boolean;
}

export class CompatSessions {
  readonly #actions = new Map<string, readonly CustomAction[]>();
  readonly #playing = new Map<string, Playing>();
  /** By a name that is not to be guessed. */
  readonly #files = new Map<string, string>();
  /** What a client's own fields were said with: the very object comes back in the events. */
  readonly #texts = new WeakMap<object, string>();

  constructor(readonly house: ProgrammeHouse) {}

  /** Throws NotFoundFault `no_such_session`. */
  programme(session: SessionName): ProgrammeControl {
    const key = keyOf(session);
    return this.house.of(key === "" ? undefined : key);
  }

  bring(session: SessionName, actions: readonly CustomAction[]): void {
    const key = keyOf(session);
    this.#actions.delete(key);
    if (actions.length === 0) return; // as good as none
    this.#actions.set(key, actions);
    this.#forgetEnded(this.#actions);
  }

  brought(session: SessionName): readonly CustomAction[] {
    return this.#actions.get(keyOf(session)) ?? [];
  }

  says(own: object, text: string): void {
    this.#texts.set(own, text);
  }

  /** Undefined for what was not said by one of these clients. */
  saidWith(metadata: unknown): string | undefined {
    return typeof metadata === "object" && metadata !== null ? this.#texts.get(metadata) : undefined;
  }

  /** Under which name the session's page may ask for the file. */
  plays(session: string, path: string, ended: Promise<unknown>): string {
    const playing: Playing = { name: randomKey(), isOver: false };
    ended.then(() => playing.isOver = true);
    this.#playing.delete(session);
    this.#playing.set(session, playing);
    this.#forgetEnded(this.#playing);
    this.#files.set(playing.name, path);
    if (this.#files.size > KEPT_MAX) this.#files.delete(this.#files.keys().next().value!);
    return playing.name;
  }

  /** Whether the file that the session asked for last is still being spoken. */
  isPlaying(session: string): boolean {
    return this.#playing.get(session)?.isOver === false;
  }

  file(name: string): string | undefined {
    return this.#files.get(name);
  }

  #forgetEnded<T>(map: Map<string, T>): void {
    forgetEnded(map, KEPT_MAX, (session) => isLive(this.house.webrtc, session));
  }
}

/** "" for the shared programme. */
export function keyOf(session: SessionName): string {
  return session === undefined || session === null || session === 0 || session === "0" ? "" : String(session);
}

/** What clients of other servers have going on by session: the last recording, the file being spoken. At most KEPT_MAX each. */
import type { ProgrammeControl } from "../programme_control.ts";
import type { ProgrammeHouse } from "../programme_house.ts";

const KEPT_MAX = 64;

export class CompatSessions {
  readonly #recordings = new Map<string, string>();
  readonly #files = new Map<string, string>();

  constructor(readonly house: ProgrammeHouse) {}

  /** Their clients write 0 where they have none: the shared programme. Throws NotFoundFault `no_such_session`. */
  programme(session: unknown): ProgrammeControl {
    const name = sessionName(session);
    return this.house.of(name === "" ? undefined : name);
  }

  recorded(session: unknown, id: string): void {
    keep(this.#recordings, sessionName(session), id);
  }

  recording(session: unknown): string | undefined {
    return this.#recordings.get(sessionName(session));
  }

  /** The page of that session will ask for this file. */
  plays(session: string, path: string): void {
    keep(this.#files, session, path);
  }

  file(session: string): string | undefined {
    return this.#files.get(session);
  }
}

function sessionName(session: unknown): string {
  return session === undefined || session === null || session === 0 || session === "0" ? "" : String(session);
}

function keep(map: Map<string, string>, key: string, value: string): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > KEPT_MAX) map.delete(map.keys().next().value!);
}

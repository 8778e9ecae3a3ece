/**
 * Recordings by session: begun, ended and fetched by whoever began them. One of a session that has gone is ended when the next
 * one is begun or it is asked for. The newest KEPT_MAX are known.
 */
import { InputFault, NotFoundFault } from "../../errors/mod.ts";
import type { ProgrammeControl } from "../programme_control.ts";
import { type CompatSessions, keyOf, type SessionName } from "./sessions.ts";

const KEPT_MAX = 64;

interface Running {
  readonly id: string;
  readonly programme: ProgrammeControl;
}

export class SessionRecordings {
  readonly #sessions: CompatSessions;
  readonly #running = new Map<string, Running>();
  readonly #last = new Map<string, string>();

  constructor(sessions: CompatSessions) {
    this.#sessions = sessions;
  }

  /** Rejects with CapacityFault while one runs, NotFoundFault `no_such_session`. */
  async start(session: SessionName): Promise<void> {
    const programme = this.#sessions.programme(session);
    await this.#endOfGone();
    const id = await programme.startRecording("mp4");
    this.#running.set(keyOf(session), { id, programme });
  }

  /** Resolves when the file is whole. Rejects with InputFault where this session records nothing. */
  async end(session: SessionName): Promise<void> {
    const key = keyOf(session);
    const running = this.#running.get(key);
    if (running === undefined) {
      throw new InputFault("this session records nothing, wanted start_record first", {
        code: "not_recording",
      });
    }
    await this.#end(key, running);
  }

  /** Of the session's last whole one. Rejects with NotFoundFault `no_such_recording`. */
  async path(session: SessionName): Promise<{ readonly path: string; readonly id: string }> {
    await this.#endOfGone();
    const id = this.#last.get(keyOf(session));
    if (id === undefined) {
      throw new NotFoundFault("this session has no recording, wanted start_record and end_record first", {
        code: "no_such_recording",
      });
    }
    return { id, path: this.#sessions.programme(0).recordingPath(id) }; // all are in one folder
  }

  async #end(key: string, { id, programme }: Running): Promise<void> {
    this.#running.delete(key);
    // it may have ended by itself, and another one have begun
    if (programme.recordings().recording === id) await programme.stopRecording();
    this.#last.delete(key);
    this.#last.set(key, id);
    if (this.#last.size > KEPT_MAX) this.#last.delete(this.#last.keys().next().value!);
  }

  async #endOfGone(): Promise<void> {
    for (const [key, running] of this.#running) {
      try {
        this.#sessions.programme(key);
      } catch (error) {
        if (!(error instanceof NotFoundFault)) throw error;
        await this.#end(key, running);
      }
    }
  }
}

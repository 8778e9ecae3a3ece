/** A control server on a free port with a made-up programme behind it, for tests of what it answers. */
import { type ProgrammeControl, type ProgrammeEvent, startControl } from "../../src/control/mod.ts";
import type { ControlServerOptions } from "../../src/control/mod.ts";
import { CapacityFault, InputFault } from "../../src/errors/mod.ts";
import { ApiChecker } from "./api_checker.ts";
import { avatarPart, houseOf } from "./programme_control.ts";

export interface ApiRoom extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly api: ApiChecker;
  /** What is no client's fault: none is expected. */
  readonly errors: unknown[];
  /** With the token. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** Says everything but nothing, and never more than a few thousand texts. */
function usualProgramme(): ProgrammeControl {
  let count = 0;
  const ended = Promise.resolve();
  return {
    ...avatarPart,
    say({ text }) {
      if (typeof text === "string" && text.trim() === "") {
        throw new InputFault("saying nothing, wanted text", { code: "empty_text" });
      }
      if (count > 5000) throw new CapacityFault("the queue is full", { code: "queue_full" });
      if (typeof text === "string") return { utterance: ++count, ended };
      return { utterance: ++count, ended: drained(text) };
    },
    interrupt: () => ({ interrupted: [1], kept: [] }),
    act(name) {
      if (name.length % 2 === 0) throw new InputFault("no such act", { code: "unknown_act" });
    },
    state: () => ({ avatar: "mai", picture: { fps: 25 } }),
    stop: () => {},
    watch: () => ReadableStream.from([]),
    events: () => ReadableStream.from<ProgrammeEvent>([{ kind: "word" }]),
  };
}

async function drained(text: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _ of text);
  } catch {
    // as an utterance that failed: its outcome says so
  }
}

export async function apiRoom(
  programme: Partial<ProgrammeControl> = {},
  options: Partial<ControlServerOptions> = {},
): Promise<ApiRoom> {
  const folder = await Deno.makeTempDir({ prefix: "lipcam-api-" });
  const errors: unknown[] = [];
  const server = await startControl({
    port: 0,
    house: houseOf({ ...usualProgramme(), ...programme }),
    env: (name) => name === "XDG_RUNTIME_DIR" ? folder : undefined,
    onError: (error) => errors.push(error),
    ...options,
  });
  const { url, port, token } = server;
  return {
    ...{ url, port, token, errors },
    api: await ApiChecker.of(url),
    call: (path, init = {}) =>
      fetch(new URL(path, url), {
        ...init,
        headers: { Authorization: `Bearer ${token}`, ...init.headers },
      }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

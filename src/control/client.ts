/**
 * How the commands say, act, interrupt, state and stop reach the running programme: the token file names its port and gives
 * the token. Answers that are problems become the Faults they were. Speaks through node:http, which, unlike fetch,
 * never takes a proxy on its way to this machine.
 */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { CapacityFault, Fault, InputFault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import type { Acts, Interrupted, ObsOrder, ProgrammeSnapshot, SayRequest } from "./programme_control.ts";
import { type Environment, readTokens, type TokenRecord } from "./token.ts";

const ANSWER_MS_MAX = 5000;
const AVATAR_MS_MAX = 30_000;
const OBS_MS_MAX = 15_000;

export interface ConnectOptions {
  /** Which programme, where several run. */
  readonly port?: number;
  readonly env?: Environment;
  readonly signal?: AbortSignal;
}

/** Rejects with Fault `not_running`, or InputFault `which_one` when several run and no port is given. */
// deno-lint-ignore require-await -- looking for the programme may wait one day; callers must not depend on that
export async function connect(options: ConnectOptions = {}): Promise<ControlClient> {
  const { port, env, signal } = options;
  const running = readTokens(env).filter((record) => port === undefined || record.port === port);
  const [first, second] = running;
  if (first === undefined) {
    const where = port === undefined ? "" : ` on port ${port}`;
    throw new Fault(`no Lipcam is running${where}; start one with: deno task live`, { code: "not_running" });
  }
  if (second !== undefined) {
    const ports = running.map((record) => record.port).join(", ");
    throw new InputFault(`several are running, on ports ${ports}, wanted --port with one of them`, {
      code: "which_one",
    });
  }
  return new ControlClient(first, signal);
}

export class ControlClient {
  readonly #record: TokenRecord;
  readonly #signal: AbortSignal | undefined;

  constructor(record: TokenRecord, signal?: AbortSignal) {
    this.#record = record;
    this.#signal = signal;
  }

  get port(): number {
    return this.#record.port;
  }
  get pid(): number {
    return this.#record.pid;
  }

  async say(request: SayRequest): Promise<{ utterance: number }> {
    return await this.#ask("POST", "/v1/say", request) as { utterance: number };
  }
  async interrupt(): Promise<Interrupted> {
    return await this.#ask("POST", "/v1/interrupt", {}) as Interrupted;
  }
  async acts(): Promise<Acts> {
    return await this.#ask("GET", "/v1/act") as Acts;
  }
  async act(name: string): Promise<{ acting: string }> {
    return await this.#ask("POST", "/v1/act", { name }) as { acting: string };
  }
  /** Resolves when the avatar is on stage; loading one takes a few seconds. */
  async showAvatar(avatar: string): Promise<void> {
    await this.#ask("POST", "/v1/avatar", { avatar }, AVATAR_MS_MAX);
  }
  /** Undefined: the other way round from now. */
  async hold(isOn?: boolean): Promise<ProgrammeSnapshot> {
    return await this.#ask("POST", "/v1/hold", isOn === undefined ? {} : { on: isOn }) as ProgrammeSnapshot;
  }
  async panic(isOn?: boolean): Promise<ProgrammeSnapshot> {
    return await this.#ask("POST", "/v1/panic", isOn === undefined ? {} : { on: isOn }) as ProgrammeSnapshot;
  }
  async obs(): Promise<ProgrammeSnapshot> {
    return await this.#ask("GET", "/v1/obs") as ProgrammeSnapshot;
  }
  /** OBS answers within its own deadlines. */
  async orderObs(order: ObsOrder): Promise<ProgrammeSnapshot> {
    return await this.#ask("POST", "/v1/obs", order, OBS_MS_MAX) as ProgrammeSnapshot;
  }
  async state(): Promise<ProgrammeSnapshot> {
    return await this.#ask("GET", "/v1/state") as ProgrammeSnapshot;
  }
  /** A link that lets a browser in, once. */
  async pageLink(): Promise<string> {
    return (await this.#ask("POST", "/v1/page-link", {}) as { url: string }).url;
  }
  async stop(): Promise<void> {
    await this.#ask("POST", "/v1/stop", {});
  }

  async #ask(method: "GET" | "POST", path: string, body?: unknown, msMax = ANSWER_MS_MAX): Promise<unknown> {
    const action = `asking the running Lipcam (pid ${this.pid}, port ${this.port})`;
    const answer = await withDeadline(this.#send(method, path, body), msMax, action, this.#signal)
      .catch((error) => {
        if (error instanceof Fault) throw error;
        throw new Fault(`${action}: ${oneLine(error)}; it may be ending`, {
          code: "not_running",
          cause: error,
        });
      });
    let value: unknown;
    try {
      value = JSON.parse(answer.text);
    } catch (error) {
      throw new Fault(`${action}: its answer is not JSON`, { code: "bad_answer", cause: error });
    }
    if (answer.status < 300) return value;
    const { detail = `status ${answer.status}`, type = "" } = value as { detail?: string; type?: string };
    const code = type.slice(type.lastIndexOf(":") + 1) || "refused";
    if (answer.status === 429) throw new CapacityFault(detail, { code });
    if ([400, 413, 415].includes(answer.status)) throw new InputFault(detail, { code });
    throw new Fault(`${action}: ${detail}`, { code });
  }

  #send(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const text = body === undefined ? "" : JSON.stringify(body);
    const { host = "127.0.0.1", isTls = false } = this.#record;
    // The certificate is for the names that others use; this is the same machine and the file of the same user.
    const ask = isTls ? httpsRequest : httpRequest;
    const request = ask({
      host,
      ...(isTls ? { rejectUnauthorized: false } : {}),
      port: this.port,
      method,
      path,
      agent: false,
      headers: {
        Authorization: `Bearer ${this.#record.token}`,
        Connection: "close",
        ...(text === ""
          ? {}
          : { "Content-Type": "application/json", "Content-Length": new Blob([text]).size }),
      },
    }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => answer += part);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: answer }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(text);
    return promise;
  }
}

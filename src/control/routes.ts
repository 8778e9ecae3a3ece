/** What is where: path and method to an answer. Guarding is done before; errors are thrown and answered by the server. */
import { MJPEG_CONTENT_TYPE } from "../preview/mod.ts";
import { actRequest } from "./act_request.ts";
import { prepareRequest, showRequest, stopRequest } from "./avatar_requests.ts";
import { readJson } from "./body.ts";
import type { Asset } from "./page_assets.ts";
import type { ProgrammeControl } from "./programme_control.ts";
import { obsRequest, switchRequest } from "./obs_requests.ts";
import { sayRequest } from "./say_request.ts";
import { eventStream } from "./sse.ts";

export interface Route {
  readonly method: "GET" | "POST";
  /** Whether the token, or the page's cookie, is wanted. */
  readonly isGuarded: boolean;
  /** Whether the answer goes on until the client leaves. */
  readonly isStream: boolean;
  /** `signal` aborts when the client leaves or the server closes. */
  readonly answer: (request: Request, signal: AbortSignal) => Response | Promise<Response>;
}

const STATE_MS = 1000;

export function routes(
  programme: ProgrammeControl,
  page: ReadonlyMap<string, Asset>,
): ReadonlyMap<string, readonly Route[]> {
  const table = new Map<string, Route[]>();
  const open = { isGuarded: false, isStream: false };
  const guarded = { isGuarded: true, isStream: false };
  const stream = { isGuarded: true, isStream: true };
  const add = (path: string, route: Route) => void table.set(path, [...table.get(path) ?? [], route]);
  const get = (path: string, kind: typeof open, answer: Route["answer"]) =>
    add(path, { method: "GET", ...kind, answer });
  const post = (path: string, answer: Route["answer"]) => add(path, { method: "POST", ...guarded, answer });

  for (const [path, { type, bytes }] of page) {
    get(path, open, () => new Response(bytes, { headers: { "Content-Type": type } }));
  }
  get("/healthz", open, () => json({ status: "ok" }));
  get("/preview.mjpeg", stream, (_request, signal) => streamed(programme.watch(signal), MJPEG_CONTENT_TYPE));
  get("/v1/state", guarded, () => json(programme.state()));
  get("/v1/events", stream, (request, signal) => {
    const wantsState = new URL(request.url).searchParams.has("state");
    return streamed(
      eventStream(programme, signal, wantsState ? { stateMs: STATE_MS } : {}),
      "text/event-stream",
    );
  });
  get("/v1/act", guarded, () => json(programme.acts()));
  post("/v1/act", async (request) => {
    const name = actRequest(await readJson(request));
    programme.act(name);
    return json({ acting: name.trim().toLowerCase() }, 202);
  });
  get("/v1/engines", guarded, () => json(programme.engines()));
  get("/v1/avatars", guarded, () => json(programme.avatars()));
  get("/v1/avatars/jobs", guarded, () => json({ jobs: programme.jobs() }));
  post(
    "/v1/avatars",
    async (request) => json(programme.prepare(prepareRequest(await readJson(request))), 202),
  );
  post(
    "/v1/avatars/stop",
    async (request) => json(await programme.stopJob(stopRequest(await readJson(request)))),
  );
  post("/v1/avatar", async (request) => {
    const avatar = showRequest(await readJson(request));
    await programme.showAvatar(avatar);
    return json({ avatar });
  });
  post("/v1/say", async (request) => json(programme.say(sayRequest(await readJson(request))), 202));
  post("/v1/interrupt", async (request) => {
    await readJson(request);
    return json(programme.interrupt());
  });
  post("/v1/hold", async (request) => json(programme.hold(switchRequest(await readJson(request)))));
  post("/v1/panic", async (request) => json(programme.panic(switchRequest(await readJson(request)))));
  get("/v1/obs", guarded, async () => json(await programme.obs()));
  post("/v1/obs", async (request) => json(await programme.orderObs(obsRequest(await readJson(request)))));
  post("/v1/stop", async (request) => {
    await readJson(request);
    programme.stop();
    return json({ stopping: true }, 202);
  });
  return table;
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value) + "\n", {
    status,
    headers: { "Content-Type": "application/json" },
  });
}

function streamed(body: ReadableStream<Uint8Array<ArrayBuffer>>, type: string): Response {
  return new Response(body, { headers: { "Content-Type": type } });
}

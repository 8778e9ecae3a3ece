/**
 * The control server: HTTP on 127.0.0.1 only. In: requests of this machine. Out: the API under /v1, the page, the
 * MJPEG preview. Main thread. Limits: 256 kB and 5 s a body, 32 open streams; closing ends them.
 */
import { CapacityFault, Fault, InputFault } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import { Guard } from "./guard.ts";
import { loadPage } from "./page_assets.ts";
import { isClientOf, listenerPid } from "./peer.ts";
import { HttpProblem, problemResponse } from "./problem.ts";
import type { ProgrammeControl } from "./programme_control.ts";
import { type Route, routes } from "./routes.ts";
import { type Environment, randomKey, readTokens, writeToken } from "./token.ts";

const ADDRESS = "127.0.0.1";
const STREAMS_MAX = 32;
const CLOSE_MS_MAX = 2000;

/** On every answer. Nothing may embed, sniff, cache or read it from elsewhere. */
const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

export interface ControlServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly programme: ProgrammeControl;
  /** What could not be answered and is not the client's fault. */
  readonly onError?: (error: unknown) => void;
  /** Where XDG_RUNTIME_DIR and TMPDIR are looked up. Default: the process's environment. */
  readonly env?: Environment;
}

export interface ControlServer extends AsyncDisposable {
  readonly port: number;
  /** Of the page. */
  readonly url: string;
  readonly token: string;
}

/** Rejects with InputFault: `port_in_use`, `bad_runtime_folder`, `token_unwritable`. */
export async function startControl(options: ControlServerOptions): Promise<ControlServer> {
  const page = await loadPage();
  const closing = new AbortController();
  const token = randomKey();
  const pageKey = randomKey();
  const table = routes(options.programme, page);
  let streams = 0;

  const answer = async (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> => {
    const { pathname } = new URL(request.url);
    guard.checkSite(request, pathname === "/");
    const isOwnUser = () => isClientOf(Deno.uid(), info.remoteAddr, server.addr);
    const route = find(table, pathname, request, () => guard.checkToken(request, isOwnUser));
    if (route.isGuarded) guard.checkToken(request, isOwnUser);
    const leaving = new AbortController();
    const signal = AbortSignal.any([closing.signal, leaving.signal]);
    if (route.isStream && streams >= STREAMS_MAX) {
      throw new CapacityFault(`${STREAMS_MAX} streams are open, wanted fewer`, { code: "too_many_streams" });
    }
    const response = await route.answer(request, signal);
    if (route.isStream) {
      streams++;
      const leave = () => {
        streams--;
        leaving.abort();
      };
      info.completed.then(leave, leave); // rejects when the client has gone: it has left either way
    }
    const cookie = pathname === "/" ? guard.pageCookie(request, isOwnUser) : undefined;
    if (cookie !== undefined) response.headers.set("Set-Cookie", cookie);
    return response;
  };

  const server = listen(options, async (request, info) => {
    let response: Response;
    try {
      response = await answer(request, info);
    } catch (error) {
      response = problemResponse(error);
      if (response.status >= 500) options.onError?.(error);
    }
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
    return response;
  });
  const { port } = server.addr;
  const guard = new Guard({ port, token, pageKey });
  let tokenFile: Disposable;
  try {
    tokenFile = writeToken({ port, pid: Deno.pid, token }, options.env);
  } catch (error) {
    await server.shutdown();
    throw error;
  }
  return {
    port,
    url: `http://${ADDRESS}:${port}/`,
    token,
    async [Symbol.asyncDispose]() {
      tokenFile[Symbol.dispose]();
      closing.abort(new Fault("the control server closes", { code: "closed" }));
      await withDeadline(server.shutdown(), CLOSE_MS_MAX, "closing the control server").catch(
        options.onError,
      );
    },
  };
}

/** Throws 404 or 405; strangers do not learn which paths of /v1 exist. */
function find(
  table: ReadonlyMap<string, readonly Route[]>,
  pathname: string,
  request: Request,
  checkToken: () => void,
): Route {
  const here = table.get(pathname);
  const route = here?.find(({ method }) => method === request.method);
  if (route !== undefined) return route;
  if (pathname.startsWith("/v1/")) checkToken();
  if (here === undefined) throw new HttpProblem(404, "not_found", "there is nothing at this address");
  const methods = here.map(({ method }) => method).join(", ");
  throw new HttpProblem(405, "bad_method", `the method is not possible here, wanted ${methods}`, {
    Allow: methods,
  });
}

function listen(
  options: ControlServerOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  const { port, env } = options;
  try {
    return Deno.serve({ hostname: ADDRESS, port, onListen() {} }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      const ours = readTokens(env).find((record) => record.port === port);
      const pid = ours?.pid ?? listenerPid(port);
      const holder = ours ? ` by another Lipcam (pid ${pid})` : pid === undefined ? "" : ` by process ${pid}`;
      throw new InputFault(`port ${port} is in use${holder}, wanted a free one: --port chooses another`, {
        code: "port_in_use",
        cause: error,
      });
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new InputFault(`port ${port} is not open to this user, wanted one from 1024 to 65535`, {
        code: "port_denied",
        cause: error,
      });
    }
    throw error;
  }
}

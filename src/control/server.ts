/**
 * The control server: HTTP, on this machine only unless the settings say otherwise. In: requests. Out: the API under /v1, the page, the
 * MJPEG preview. Main thread. Limits: 256 kB and 5 s a body, 32 open streams, 8 uploads; closing ends them.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import { MonotonicClock, wallClockMs, withDeadline } from "../time/mod.ts";
import { setHeaders } from "./answer_headers.ts";
import { type Bind, bindOf, type BindOptions, hostNames, isLoopback, linkHost, LOCAL_BIND } from "./bind.ts";
import { NumberedHouse } from "./compat/mod.ts";
import { addressOf, Guard } from "./guard.ts";
import { HttpCounts } from "./http_counts.ts";
import { type HttpDoor, Listener } from "./listener.ts";
import { mediaPath } from "./media_roots.ts";
import { loadPage } from "./page_assets.ts";
import { PageLinks } from "./page_links.ts";
import { dropConnection } from "./dropped.ts";
import { isClientOf, listenerPid } from "./peer.ts";
import { problemResponse } from "./problem.ts";
import type { ProgrammeHouse } from "./programme_house.ts";
import { Router } from "./router.ts";
import { RateLimit } from "./rate_limit.ts";
import type { RateKind } from "./route.ts";
import { routes } from "./routes.ts";
import { removeLeftUploads } from "./spool_room.ts";
import { type Environment, randomKey, readTokens, writeToken } from "./token.ts";
import { OpenVisit, Places } from "./visit.ts";

const SWITCHING = 101;
const UPLOAD_BYTES_MAX = 200 * 1024 * 1024;
const CLOSE_MS_MAX = 2000;

export interface ControlServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly house: ProgrammeHouse;
  /** Default: this machine only. Throws InputFault for one that is not safe. */
  readonly bind?: BindOptions;
  /** Routes of other servers' clients too, without a token: on this machine only. */
  readonly compat?: { readonly mediaRoots: readonly string[] };
  /** Folders that other machines may name files in. Default none; this machine may name any. */
  readonly mediaRoots?: readonly string[];
  /** Of this program, told in the API's description. */
  readonly version?: string;
  /** Largest sound file or picture that may be sent. Default 200 MB. */
  readonly uploadBytesMax?: number;
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
  /** A link that lets a browser in once, within ten minutes. */
  pageLink(): string;
}

/** Rejects with InputFault: `port_in_use`, `bad_runtime_folder`, `token_unwritable`. */
export async function startControl(options: ControlServerOptions): Promise<ControlServer> {
  const bind = bindOf(options.bind ?? LOCAL_BIND);
  if (options.compat && !bind.isLocalOnly) {
    throw new InputFault(
      `compat asks for no token and host is ${bind.host}, wanted a host of this machine only`,
      {
        code: "compat_open",
      },
    );
  }
  const page = await loadPage();
  const closing = new AbortController();
  const token = randomKey();
  const pageKey = randomKey();
  const house = options.compat ? new NumberedHouse(options.house) : options.house;
  const clock = new MonotonicClock();
  const limit = new RateLimit(clock);
  const links = new PageLinks(clock);
  let makeLink = (): string => ""; // once the port is known
  const streams = Places.forStreams();
  const uploads = Places.forUploads();
  const counts = new HttpCounts();
  const router = new Router(
    routes({
      ...{ house, page },
      uploadBytesMax: options.uploadBytesMax ?? UPLOAD_BYTES_MAX,
      version: options.version ?? "",
      ...(options.compat ? { compat: options.compat } : {}),
      pageLink: () => makeLink(),
      pathOf: (path) => bind.isLocalOnly ? path : mediaPath(path, options.mediaRoots ?? []),
      metrics: () => counts.metrics(streams.taken),
    }),
  );

  const answer = async (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> => {
    const url = addressOf(request);
    guard.checkSite(request, url.pathname === "/");
    const client = info.remoteAddr; // not to be asked for once the request is a WebSocket
    const take = (kind: RateKind) => limit.take(client.hostname, kind);
    const drop = () => dropConnection(client, port);
    const isOwnUser = () => isOwn(client);
    const key = url.pathname === "/" ? url.searchParams.get("key") : null;
    if (key !== null) {
      take("offer");
      return pageForLink(request, () => guard.linkCookie(key));
    }
    const checkToken = () => guard.checkToken(request, isOwnUser);
    const { route, names } = router.find(request.method, url.pathname, checkToken);
    if (route.isGuarded ?? true) checkToken();
    take(route.rate ?? "other");
    const visit = new OpenVisit({ request, url, names, house, streams, closing: closing.signal, take, drop });
    const places = route.rate === "upload"
      ? uploads
      : route.isStream && !visit.isUpgrade
      ? streams
      : undefined;
    const place = places?.take();
    try {
      const response = await route.answer(visit);
      // a stream goes on after the answer; rejects when the client has gone: it has left either way
      if (!visit.isUpgraded) info.completed.catch(() => {}).finally(() => visit.leave()).finally(place);
      const cookie = url.pathname === "/" ? guard.pageCookie(request, isOwnUser) : undefined;
      if (cookie !== undefined) response.headers.set("Set-Cookie", cookie);
      return response;
    } catch (error) {
      place?.();
      throw error;
    }
  };

  const handle: Deno.ServeHandler<Deno.NetAddr> = async (request, info) => {
    let response: Response;
    try {
      response = await answer(request, info);
    } catch (error) {
      response = problemResponse(error);
      // an answer that says 503 is none that failed
      if (response.status === 500) options.onError?.(error);
    }
    counts.add(response.status);
    if (response.status === SWITCHING) return response; // the socket's own, not to be changed
    const host = URL.parse(request.url)?.host;
    const own = host !== undefined && hosts.has(host) ? host : undefined;
    setHeaders(response.headers, own, bind.tls !== undefined);
    return response;
  };
  const server = new Listener(
    (port) => listen(port === undefined ? options : { ...options, port }, bind, handle),
    (error) => options.onError?.(error),
  );
  const { port } = server.addr;
  /** Our end is what we listen at: what the request's address says is the client's to write. */
  const isOwn = (client: Deno.NetAddr) => {
    const loopback = client.hostname.includes(":") ? "::1" : "127.0.0.1";
    const hostname = bind.isLocalOnly ? bind.host : loopback;
    return isLoopback(client.hostname) && isClientOf(Deno.uid(), client, { hostname, port });
  };
  const hosts = hostNames(bind, port);
  const guard = new Guard({
    ...{ port, token, pageKey, links, hosts },
    isTls: bind.tls !== undefined,
  });
  const isAny = bind.host === "0.0.0.0" || bind.host === "::";
  const shownHost = isAny ? "127.0.0.1" : bind.host;
  const origin = `${bind.tls ? "https" : "http"}://${
    shownHost.includes(":") ? `[${shownHost}]` : shownHost
  }:${port}`;
  makeLink = () => `${bind.tls ? "https" : "http"}://${linkHost(bind, port)}/?key=${links.make()}`;
  let tokenFile: Disposable;
  try {
    tokenFile = writeToken(
      { port, pid: Deno.pid, token, host: shownHost, isTls: bind.tls !== undefined },
      options.env,
    );
  } catch (error) {
    await server.shutdown();
    throw error;
  }
  // nobody waits for it but the end
  const swept = removeLeftUploads((options.env ?? Deno.env.get)("TMPDIR") || "/tmp", wallClockMs());
  return {
    port,
    url: `${origin}/`,
    token,
    pageLink: makeLink,
    async [Symbol.asyncDispose]() {
      tokenFile[Symbol.dispose]();
      closing.abort(new Fault("the control server closes", { code: "closed" }));
      await withDeadline(server.shutdown(), CLOSE_MS_MAX, "closing the control server").catch(
        options.onError,
      );
      await swept;
    },
  };
}

/** The page, let in where the link is good. A person whose link is not reads so on the page, a program gets the 401. */
function pageForLink(request: Request, linkCookie: () => string): Response {
  const headers = new Headers({ Location: "/" });
  try {
    headers.set("Set-Cookie", linkCookie());
  } catch (error) {
    if (!/\btext\/html\b/.test(request.headers.get("accept") ?? "")) throw error;
  }
  return new Response(null, { status: 303, headers });
}

function listen(
  options: ControlServerOptions,
  { host, tls }: Bind,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): HttpDoor {
  const { port, env } = options;
  try {
    return Deno.serve({ hostname: host, port, onListen() {}, ...tls }, handler);
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
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new InputFault(`host ${host} is no address of this machine, wanted one that is, or 0.0.0.0`, {
        code: "bad_host",
        cause: error,
      });
    }
    if (tls !== undefined && error instanceof Error && /cert|key|pem/i.test(error.message)) {
      throw new InputFault(`tls: ${oneLine(error)}, wanted a certificate and its key in PEM`, {
        code: "bad_tls",
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

/**
 * The security matrix: every route of the table against every way of asking that must be refused, on a real server. The
 * table is the server's own, so that a route that is added is in the matrix by itself.
 */
import { assert, assertEquals } from "@std/assert";
import { request as httpRequest } from "node:http";
import { startControl } from "../../src/control/mod.ts";
import { type Route } from "../../src/control/route.ts";
import { routes } from "../../src/control/routes.ts";
import { loadPage } from "../../src/control/page_assets.ts";
import type { ProgrammeControl } from "../../src/control/mod.ts";
import { avatarPart, houseOf } from "../fakes/programme_control.ts";

/** Counts what gets through: nothing of what is refused may reach the programme. */
function countingProgramme(): { programme: ProgrammeControl; reached: () => number } {
  let reached = 0;
  const real: ProgrammeControl = {
    ...avatarPart,
    say: () => ({ utterance: 1, ended: Promise.resolve() }),
    interrupt: () => ({ interrupted: [], kept: [] }),
    act: () => {},
    state: () => ({}),
    stop: () => {},
    watch: () => new ReadableStream(),
    events: () => new ReadableStream(),
  };
  const programme = new Proxy(real, {
    get(target, name) {
      reached++;
      return Reflect.get(target, name);
    },
  });
  return { programme, reached: () => reached };
}

interface Refusal {
  readonly name: string;
  readonly status: number;
  /** Only of routes that want the token. */
  readonly isOfGuarded?: boolean;
  /** A WebSocket begins with GET: anything else the HTTP library refuses itself. */
  readonly isOfGet?: boolean;
  /** Only of routes that change something. */
  readonly isOfChange?: boolean;
  /** `cookie` is the page's, as a browser got it. */
  readonly headers: (port: number, token: string, cookie: string) => Record<string, string>;
}

const own = (port: number) => ({ Host: `127.0.0.1:${port}` });
const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
};
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;
const REFUSALS: readonly Refusal[] = [
  { name: "another Host", status: 403, headers: () => ({ Host: "evil.example" }) },
  {
    name: "a name that points at this machine",
    status: 403,
    headers: (port, token) => ({ Host: `rebound.example:${port}`, Authorization: `Bearer ${token}` }),
  },
  { name: "another port's Host", status: 403, headers: (port) => ({ Host: `127.0.0.1:${port + 1}` }) },
  {
    name: "another site's Origin",
    status: 403,
    headers: (port, token) => ({
      ...own(port),
      Origin: "https://evil.example",
      Authorization: `Bearer ${token}`,
    }),
  },
  {
    name: "no Origin at all",
    status: 403,
    headers: (port, token) => ({ ...own(port), Origin: "null", Authorization: `Bearer ${token}` }),
  },
  {
    name: "another port's Origin",
    status: 403,
    headers: (port, token) => ({
      ...own(port),
      Origin: `http://127.0.0.1:${port + 1}`,
      Authorization: `Bearer ${token}`,
    }),
  },
  {
    name: "a browser that says cross-site",
    status: 403,
    headers: (port, token) => ({
      ...own(port),
      "Sec-Fetch-Site": "cross-site",
      Authorization: `Bearer ${token}`,
    }),
  },
  { name: "no token", status: 401, isOfGuarded: true, headers: own },
  {
    name: "a wrong token",
    status: 401,
    isOfGuarded: true,
    headers: (port, token) => ({ ...own(port), Authorization: `Bearer ${token.slice(1)}x` }),
  },
  {
    name: "the token as a password",
    status: 401,
    isOfGuarded: true,
    headers: (port, token) => ({ ...own(port), Authorization: `Basic ${btoa(`x:${token}`)}` }),
  },
  {
    name: "the token in the address",
    status: 401,
    isOfGuarded: true,
    headers: own,
  },
  {
    name: "a made-up cookie",
    status: 401,
    isOfGuarded: true,
    headers: (port) => ({
      ...own(port),
      Origin: `http://127.0.0.1:${port}`,
      Cookie: `lipcam_${port}=made-up`,
    }),
  },
  {
    name: "the page's cookie without an Origin",
    status: 401,
    isOfGuarded: true,
    isOfChange: true,
    headers: (port, _token, cookie) => ({ ...own(port), Cookie: cookie }),
  },
  {
    name: "the page's cookie from another site",
    status: 403,
    headers: (port, _token, cookie) => ({ ...own(port), Origin: "https://evil.example", Cookie: cookie }),
  },
  {
    name: "the page's cookie under a rebound name",
    status: 403,
    headers: (port, _token, cookie) => ({
      Host: `rebound.example:${port}`,
      Origin: `http://rebound.example:${port}`,
      Cookie: cookie,
    }),
  },
  {
    name: "a WebSocket of nobody",
    status: 401,
    isOfGuarded: true,
    isOfGet: true,
    headers: (port) => ({ ...own(port), Origin: `http://127.0.0.1:${port}`, ...UPGRADE }),
  },
  {
    name: "a WebSocket of another site with the page's cookie",
    status: 403,
    isOfGet: true,
    headers: (port, _token, cookie) => ({
      ...own(port),
      Origin: "https://evil.example",
      Cookie: cookie,
      ...UPGRADE,
    }),
  },
  {
    name: "a WebSocket under a rebound name",
    status: 403,
    isOfGet: true,
    headers: (port, token) => ({
      Host: `rebound.example:${port}`,
      Authorization: `Bearer ${token}`,
      ...UPGRADE,
    }),
  },
  {
    name: "a WebSocket of another site",
    status: 403,
    isOfGet: true,
    headers: (port) => ({
      ...own(port),
      Origin: "https://evil.example",
      ...UPGRADE,
    }),
  },
];

function ask(port: number, method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path, headers, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/** The server with its table, which is also what it says of itself. */
async function matrix(compat?: { mediaRoots: readonly string[] }) {
  const folder = await Deno.makeTempDir();
  const { programme, reached } = countingProgramme();
  const house = houseOf(programme);
  const more = compat === undefined ? {} : { compat };
  const server = await startControl({
    ...{ port: 0, house, ...more },
    env: (name) => name === "XDG_RUNTIME_DIR" ? folder : undefined,
  });
  const table: readonly Route[] = routes({
    ...{ house, page: await loadPage(), uploadBytesMax: 1000, version: "0", ...more },
    pageLink: () => "",
    pathOf: (path) => path,
    metrics: () => [],
  });
  const { paths } = await (await fetch(`${server.url}openapi.json`)).json();
  const told = Object.entries(paths as Record<string, object>)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  assertEquals(told.sort(), table.map(({ method, path }) => `${method} ${path}`).sort());
  const page = await fetch(server.url);
  await page.body?.cancel();
  const cookie = page.headers.get("set-cookie")!.split(";")[0]!;
  return {
    ...{ server, table, reached, cookie },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

for (const compat of [undefined, { mediaRoots: [] }]) {
  const which = compat === undefined ? "" : ", those of --compat too";
  Deno.test(`control: every route refuses every stranger, and nothing of it reaches the programme${which}`, async () => {
    await using it = await matrix(compat);
    const { server, table, cookie } = it;
    const wanted = (refusal: Refusal, { method, isGuarded = true }: Route) =>
      (isGuarded || !refusal.isOfGuarded) && (method === "GET" || !refusal.isOfGet) &&
      (method !== "GET" || !refusal.isOfChange);
    let cells = 0;
    for (const route of table) {
      const { method, path } = route;
      const address = path.replace(/\{\w+\}/g, "some");
      for (const refusal of REFUSALS.filter((one) => wanted(one, route))) {
        const query = refusal.name === "the token in the address" ? `?token=${server.token}` : "";
        const headers = refusal.headers(server.port, server.token, cookie);
        const status = await ask(server.port, method, address + query, headers);
        assertEquals(status, refusal.status, `${method} ${path}: ${refusal.name}`);
        cells++;
      }
    }
    assertEquals(cells, table.flatMap((route) => REFUSALS.filter((one) => wanted(one, route))).length);
    assert(cells > table.length * 10, `${cells} cells of ${table.length} routes`);
    assertEquals(it.reached(), 0);
  });

  Deno.test(`control: every path refuses every method that it does not have, after the token${which}`, async () => {
    await using it = await matrix(compat);
    const { server, table } = it;
    const bearer = { ...own(server.port), Authorization: `Bearer ${server.token}` };
    for (const path of new Set(table.map((route) => route.path))) {
      const here = table.filter((route) => route.path === path);
      const isOpen = here.some(({ isGuarded = true }) => !isGuarded);
      const address = path.replace(/\{\w+\}/g, "some");
      for (const method of METHODS.filter((one) => !here.some((route) => route.method === one))) {
        assertEquals(await ask(server.port, method, address, bearer), 405, `${method} ${path}`);
        const stranger = await ask(server.port, method, address, own(server.port));
        assertEquals(stranger, isOpen ? 405 : 401, `${method} ${path} of a stranger`);
      }
    }
    assertEquals(it.reached(), 0);
  });
}

Deno.test("control: methods that a path does not have are 405 with what it has, unknown paths 404, after the token", async () => {
  const folder = await Deno.makeTempDir();
  const server = await startControl({
    port: 0,
    house: houseOf(countingProgramme().programme),
    env: (name) => name === "XDG_RUNTIME_DIR" ? folder : undefined,
  });
  const bearer = { ...own(server.port), Authorization: `Bearer ${server.token}` };
  assertEquals(await ask(server.port, "PUT", "/v1/say", bearer), 405);
  assertEquals(await ask(server.port, "GET", "/v1/nothing", bearer), 404);
  assertEquals(await ask(server.port, "GET", "/v1/nothing", own(server.port)), 401);
  assertEquals(await ask(server.port, "DELETE", "/whep/x", own(server.port)), 401);
  assertEquals(await ask(server.port, "GET", "/%2e%2e/%2e%2e/etc/passwd", own(server.port)), 404);
  assertEquals(await ask(server.port, "GET", "/whep/..%2f..%2fetc", bearer), 405);
  await server[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

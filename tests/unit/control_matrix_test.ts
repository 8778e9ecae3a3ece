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
  readonly headers: (port: number, token: string) => Record<string, string>;
}

const own = (port: number) => ({ Host: `127.0.0.1:${port}` });
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
    name: "a WebSocket of another site",
    status: 403,
    isOfGet: true,
    headers: (port) => ({
      ...own(port),
      Origin: "https://evil.example",
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
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

Deno.test("control: every route refuses every stranger, and nothing of it reaches the programme", async () => {
  const folder = await Deno.makeTempDir();
  const { programme, reached } = countingProgramme();
  const house = houseOf(programme);
  const server = await startControl({
    port: 0,
    house,
    env: (name) => name === "XDG_RUNTIME_DIR" ? folder : undefined,
  });
  const page = await loadPage();
  const table: readonly Route[] = routes({
    ...{ house, page, uploadBytesMax: 1000, version: "0" },
    pageLink: () => "",
  });
  let cells = 0;
  for (const { method, path, isGuarded = true } of table) {
    const address = path.replace(/\{\w+\}/g, "some");
    for (const refusal of REFUSALS) {
      if ((refusal.isOfGuarded && !isGuarded) || (refusal.isOfGet && method !== "GET")) continue;
      const query = refusal.name === "the token in the address" ? `?token=${server.token}` : "";
      const headers = refusal.headers(server.port, server.token);
      const status = await ask(server.port, method, address + query, headers);
      assertEquals(status, refusal.status, `${method} ${path}: ${refusal.name}`);
      cells++;
    }
  }
  assertEquals(reached(), 0);
  assert(cells > table.length * 7, `${cells} cells`);
  await server[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

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

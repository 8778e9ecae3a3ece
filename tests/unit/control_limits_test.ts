/** How often one may ask, how routes are found, what every answer carries, and that a failed body is no success. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { setHeaders } from "../../src/control/answer_headers.ts";
import { HttpProblem } from "../../src/control/problem.ts";
import { RateLimit, RATES } from "../../src/control/rate_limit.ts";
import type { Method, Route } from "../../src/control/route.ts";
import { Router } from "../../src/control/router.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { type ApiRoom, apiRoom } from "../fakes/api_room.ts";
import { programSocket } from "../fakes/program_socket.ts";

function refusal(run: () => void): HttpProblem {
  return assertThrows(run, HttpProblem) as HttpProblem;
}

Deno.test("RateLimit: a burst, then the steady rate, each address and kind by itself", () => {
  const clock = new SimulatedClock();
  const limit = new RateLimit(clock);
  const { burst, perSecond } = RATES.upload;
  for (let count = 0; count < burst; count++) limit.take("192.0.2.1", "upload");
  const refused = refusal(() => limit.take("192.0.2.1", "upload"));
  assertEquals([refused.status, refused.headers["Retry-After"]], [429, "1"]);
  limit.take("192.0.2.2", "upload");
  limit.take("192.0.2.1", "offer");
  clock.jump(1000);
  for (let count = 0; count < perSecond; count++) limit.take("192.0.2.1", "upload");
  refusal(() => limit.take("192.0.2.1", "upload"));
  clock.jump(3_600_000);
  for (let count = 0; count < burst; count++) limit.take("192.0.2.1", "upload");
  refusal(() => limit.take("192.0.2.1", "upload"));
});

Deno.test("RateLimit: who has a whole network of IPv6 addresses is one client", () => {
  const clock = new SimulatedClock();
  const limit = new RateLimit(clock);
  const { burst } = RATES.offer;
  for (let count = 0; count < burst; count++) limit.take(`2001:db8:1:2::${count.toString(16)}`, "offer");
  assertEquals(refusal(() => limit.take("2001:db8:1:2:a:b:c:d", "offer")).status, 429);
  limit.take("2001:db8:1:3::1", "offer");
  limit.take("2001:db8::1:2", "offer");
  // IPv4 addresses inside of IPv6 ones are each its own
  for (let count = 0; count < burst; count++) limit.take("::ffff:192.0.2.1", "offer");
  assertEquals(refusal(() => limit.take("192.0.2.1", "offer")).status, 429);
  limit.take("::ffff:192.0.2.2", "offer");
});

Deno.test("RateLimit: many addresses cost bounded memory, and the busy ones are remembered", () => {
  const limit = new RateLimit(new SimulatedClock());
  for (let count = 0; count < RATES.offer.burst; count++) limit.take("192.0.2.1", "offer");
  for (let other = 0; other < 1023; other++) {
    limit.take(`198.51.100.${other}`, "offer");
    if (other % 100 === 0) refusal(() => limit.take("192.0.2.1", "offer"));
  }
  refusal(() => limit.take("192.0.2.1", "offer"));
  for (let other = 0; other < 100_000; other++) limit.take(`203.0.113.${other}`, "offer");
  limit.take("192.0.2.1", "offer"); // forgotten long ago
});

function route(method: Method, path: string, isGuarded = true): Route {
  const answer = () => new Response(path);
  return { method, path, isGuarded, about: { summary: path, gives: { 200: null } }, answer };
}

Deno.test("Router: exact paths before those with names; names are one decoded part each", () => {
  const router = new Router([
    route("GET", "/v1/things"),
    route("GET", "/v1/things/{id}"),
    route("DELETE", "/v1/things/{id}"),
    route("GET", "/v1/things/all"),
    route("GET", "/v1/things/{id}/parts/{part}"),
    route("GET", "/", false),
  ]);
  const found = (method: string, path: string) => {
    const { route, names } = router.find(method, path, () => {});
    return [route.method, route.path, names];
  };
  assertEquals(found("GET", "/v1/things/all"), ["GET", "/v1/things/all", {}]);
  assertEquals(found("GET", "/v1/things/a%20b"), ["GET", "/v1/things/{id}", { id: "a b" }]);
  assertEquals(found("DELETE", "/v1/things/x"), ["DELETE", "/v1/things/{id}", { id: "x" }]);
  assertEquals(found("GET", "/v1/things/x/parts/y"), [
    ...["GET", "/v1/things/{id}/parts/{part}"],
    { id: "x", part: "y" },
  ]);
  for (
    const path of [
      ...["/v1/things/", "/v1/things//parts/y", "/v1/things/x/", "/v1/things/%zz", "/v1/things/{id}/x"],
      `/v1/things/${"x".repeat(129)}`,
    ]
  ) {
    assertEquals(refusal(() => router.find("GET", path, () => {})).status, 404, path);
  }
  const wrong = refusal(() => router.find("POST", "/v1/things/x", () => {}));
  assertEquals([wrong.status, wrong.headers["Allow"]], [405, "GET, DELETE"]);
  assertEquals(refusal(() => router.find("POST", "/", () => assert(false))).status, 405);
  assertEquals(refusal(() => router.find("GET", "/nothing", () => assert(false))).status, 404);
  const stranger = () => {
    throw new HttpProblem(401, "no_token", "no token");
  };
  for (const path of ["/v1/nothing", "/v1", "/api/x", "/whep/x/y"]) {
    assertEquals(refusal(() => router.find("GET", path, stranger)).status, 401, path);
  }
  assertThrows(() => new Router([route("GET", "/a"), route("GET", "/a")]), Error, "twice");
});

Deno.test("setHeaders: a page may load from its own server alone, and open WebSockets of it alone", () => {
  const headers = new Headers();
  setHeaders(headers, "studio.example:8443", true);
  const policy = Object.fromEntries(
    headers.get("content-security-policy")!.split("; ").map((part) => {
      const [name, ...sources] = part.split(" ");
      return [name, sources];
    }),
  );
  assertEquals(policy["default-src"], ["'none'"]);
  assertEquals(policy["script-src"], ["'self'"]);
  assertEquals(policy["connect-src"], ["'self'", "wss://studio.example:8443"]);
  assertEquals(policy["media-src"], ["'self'", "blob:"]);
  assertEquals(policy["frame-ancestors"], ["'none'"]);
  assertEquals(headers.get("cache-control"), "no-store");
  setHeaders(headers, undefined, false);
  assert(headers.get("content-security-policy")!.includes("connect-src 'self';"));
});

Deno.test("control: streamed text and samples that are too large are 413 and no success, empty ones 400", async () => {
  await using room = await apiRoom();
  // Without a length: it is counted while it comes.
  const streamOf = (piece: Uint8Array<ArrayBuffer>, count: number) =>
    ReadableStream.from(Array.from({ length: count }, () => piece));
  const send = async (path: string, body: BodyInit | null, type: string) => {
    const answer = await room.call(path, {
      method: "POST",
      ...(body === null ? {} : { body }),
      headers: { "Content-Type": type },
    }).catch(() => undefined); // the server closed while it was still sent
    if (answer === undefined) return 413;
    await room.api.check("POST", path, answer);
    return answer.status;
  };
  const words = new TextEncoder().encode("word ".repeat(20_000));
  assertEquals(await send("/v1/say", streamOf(words, 12), "text/plain"), 413);
  assertEquals(await send("/v1/say", "Hello. ".repeat(200_000), "text/plain; charset=utf-8"), 413);
  assertEquals(await send("/v1/say", "Hello.", "text/plain"), 202);
  assertEquals(await send("/v1/say", "Hello.", "text/plain; charset=latin1"), 415);
  assertEquals(await send("/v1/say", null, "text/plain"), 400);
  assertEquals(await send("/v1/say/pcm", null, "application/octet-stream"), 400);
  assertEquals(await send("/v1/say/pcm", new Uint8Array(2000), "application/octet-stream"), 202);
  assertEquals(room.errors, []);
});

Deno.test("control: a path of this machine is for this machine's own clients, else inside mediaRoots", async () => {
  const root = await Deno.makeTempDir();
  Deno.writeTextFileSync(`${root}/clip.mp4`, "x");
  const asked: string[] = [];
  const prepare = ({ path }: { path: string }) => {
    asked.push(path);
    return { job: 1, state: "running" };
  };
  const bodyOf = (path: string, id = "anna") => ({
    method: "POST",
    body: JSON.stringify({ path, id }),
    headers: { "Content-Type": "application/json" },
  });
  await using local = await apiRoom({ prepare });
  assertEquals((await local.call("/v1/avatars", bodyOf("/etc/hostname"))).status, 202);
  const bind = { host: "0.0.0.0", isInsecureAllowed: true, allowedHosts: [] };
  await using open = await apiRoom({ prepare }, { bind, mediaRoots: [root] });
  await using bare = await apiRoom({ prepare }, { bind });
  const refused = await open.call("/v1/avatars", bodyOf("/etc/hostname"));
  assertEquals([refused.status, (await refused.text()).includes("etc")], [404, false]);
  assertEquals((await bare.call("/v1/avatars", bodyOf(`${root}/clip.mp4`))).status, 403);
  assertEquals((await open.call("/v1/avatars", bodyOf(`${root}/clip.mp4`))).status, 202);
  for (const id of ["--force", "-h", "../a", "A", "a b", "x".repeat(41)]) {
    const { status } = await open.call("/v1/avatars", bodyOf(`${root}/clip.mp4`, id));
    assertEquals(status, 400, id);
    const upload = { method: "POST", body: "x", headers: { "Content-Type": "image/png" } };
    const where = `/v1/avatars/upload?id=${encodeURIComponent(id)}`;
    assertEquals((await open.call(where, upload)).status, 400, id);
  }
  assertEquals(asked, ["/etc/hostname", Deno.realPathSync(`${root}/clip.mp4`)]);
  await Deno.remove(root, { recursive: true });
});

/** The close code of a WebSocket that sends samples as told. */
async function closeCode(room: ApiRoom, path: string, send: (socket: WebSocket) => void): Promise<number> {
  const socket = programSocket(`ws://127.0.0.1:${room.port}${path}`, {
    Authorization: `Bearer ${room.token}`,
    Origin: new URL(room.url).origin,
  });
  socket.addEventListener("open", () => send(socket));
  return await new Promise((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
}

Deno.test("control: a WebSocket of samples that is too fast, too large or of words is closed; an orderly one ends well", async () => {
  let heard = 0;
  await using slow = await apiRoom({ sayPcm: () => ({ utterance: 1, ended: new Promise(() => {}) }) });
  await using quick = await apiRoom({
    sayPcm: (pieces) => ({
      utterance: 1,
      ended: (async () => {
        for await (const piece of pieces) heard += piece.length;
      })(),
    }),
  });
  const full = (socket: WebSocket) => {
    for (let count = 0; count < 600; count++) socket.send(new Uint8Array(640));
  };
  // A client that is in the middle of sending may see no more of it than the end of the connection.
  assert([0, 1006, 1008].includes(await closeCode(slow, "/v1/say/pcm", full)));
  assertEquals(
    await closeCode(quick, "/v1/say/pcm", (socket) => socket.send(new Uint8Array(2_000_000))),
    1009,
  );
  assertEquals(await closeCode(quick, "/v1/say/pcm", (socket) => socket.send("hello")), 1008);
  heard = 0;
  const orderly = (socket: WebSocket) => {
    for (let count = 0; count < 100; count++) socket.send(new Uint8Array(640));
    socket.send("end");
  };
  assertEquals([await closeCode(quick, "/v1/say/pcm?rate=16000", orderly), heard], [1000, 64_000]);
  const refused = await quick.call("/v1/say/pcm?rate=16000");
  await quick.api.check("GET", "/v1/say/pcm", refused);
  assertEquals(refused.status, 426);
  assertEquals((await quick.call("/v1/say/pcm?rate=7", { method: "POST", body: "x" })).status, 400);
  assertEquals([...slow.errors, ...quick.errors], []);
});

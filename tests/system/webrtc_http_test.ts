/**
 * The preview's addresses asked by whoever should not: requests written by hand to the real programme, so that nothing
 * on the way makes them better than they are. Other sites, other names, other methods of getting at files, forms that a
 * browser sends without asking, bodies of the wrong kind, connections that never finish. Each is a 4xx with one line that
 * holds no path of the machine, and the programme's frames go on.
 */
import { assert, assertEquals } from "@std/assert";
import type { ProgrammeState } from "../../src/programme/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];
const ANSWER_MS_MAX = 5000;

interface Answer {
  /** 0 where the connection was closed without a word. */
  readonly status: number;
  readonly text: string;
}

/** Bytes as they are; reads until the answer is whole, the connection ends or 5 s have passed. */
async function ask(port: number, request: string | Uint8Array): Promise<Answer> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = typeof request === "string" ? new TextEncoder().encode(request) : request;
  const writing = (async () => {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at, at + 65_536));
  })().catch(() => {}); // it has said enough
  let text = "";
  const buffer = new Uint8Array(65_536);
  const late = AbortSignal.timeout(ANSWER_MS_MAX);
  while (!late.aborted) {
    const read = await Promise.race([
      connection.read(buffer).catch(() => null),
      delay(ANSWER_MS_MAX, late).then(() => null, () => null),
    ]);
    if (read === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, read));
    const [head, body] = text.split("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(head ?? "")?.[1] ?? NaN);
    if (body !== undefined && body.length >= length) break;
    if (/^HTTP\/1.1 (204|101)/.test(text)) break;
  }
  await Promise.race([writing, delay(50)]);
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 0), text };
}

function request(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = body === "" ? "" : `Content-Length: ${new TextEncoder().encode(body).length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${lines}${length}\r\n${body}`;
}

Deno.test("preview by HTTP: strangers, forged names, forms, traversal and wrong kinds are 4xx, frames go on", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", "any"]);
  const { port, token } = room.tokens()[0]!;
  const [Host, Authorization] = [`127.0.0.1:${port}`, `Bearer ${token}`];
  const mine = { Host, Authorization };
  const sdp = { "Content-Type": "application/sdp" };
  const upgrade = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  const offer = browserOffer();
  const json = JSON.stringify({ type: "offer", sdp: offer });
  const own = "/whep/00000000-0000-4000-8000-000000000000";
  const cases: readonly (readonly [name: string, status: number, request: string])[] = [
    // a name of somebody else's that points at this machine
    ["rebinding", 403, request("POST", "/whep", { ...mine, ...sdp, Host: `evil.example:${port}` }, offer)],
    ["another port", 403, request("POST", "/whep", { ...mine, ...sdp, Host: "127.0.0.1:80" }, offer)],
    ["no Host", 403, request("POST", "/whep", { Authorization, ...sdp }, offer)],
    ["rebinding a socket", 403, request("GET", "/v1/webrtc", { ...mine, ...upgrade, Host: "evil.example" })],
    // another site's page
    [
      "another site",
      403,
      request("POST", "/whep", { ...mine, ...sdp, Origin: "https://evil.example" }, offer),
    ],
    ["no site", 403, request("POST", "/offer", { ...mine, Origin: "null" }, json)],
    [
      "a socket of another site",
      403,
      request("GET", "/v1/webrtc", { ...mine, ...upgrade, Origin: "https://evil.example" }),
    ],
    [
      "events of another site",
      403,
      request("GET", "/v1/events", { ...mine, ...upgrade, Origin: "http://127.0.0.1:1" }),
    ],
    [
      "a picture of another site",
      403,
      request("GET", "/v1/webrtc", { ...mine, "Sec-Fetch-Site": "cross-site" }),
    ],
    ["a question before", 403, request("OPTIONS", "/whep", { Host, Origin: "https://evil.example" })],
    // nobody
    ["no token", 401, request("POST", "/whep", { Host, ...sdp }, offer)],
    ["half a token", 401, request("POST", "/whep", { Host, ...sdp, Authorization: "Bearer x" }, offer)],
    ["no token for a socket", 401, request("GET", "/v1/webrtc", { Host, ...upgrade })],
    ["no token to end", 401, request("DELETE", own, { Host })],
    // what a form can send without being asked
    ...["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"].flatMap((
      type,
    ) =>
      ["/whep", "/offer"].map((path) =>
        [`${path} as ${type}`, 415, request("POST", path, { ...mine, "Content-Type": type }, json)] as const
      )
    ),
    [
      "an offer in UTF-16",
      415,
      request("POST", "/whep", { ...mine, "Content-Type": "application/sdp; charset=utf-16" }, offer),
    ],
    // ways to files
    ...[
      "/whep/../../etc/passwd",
      "/whep/%2e%2e/%2e%2e/etc/passwd",
      "/v1/record/../../../etc/passwd",
      "/v1/record/..%2f..%2f..%2fetc%2fpasswd",
      "/v1/record/%00",
      "/v1/avatars/..%2f..%2fetc/thumbnail",
      "/v1/avatars/%2e%2e%5c%2e%2e%5cetc/thumbnail",
      "/assets/../../../etc/passwd",
      "/..%2f..%2fetc/passwd",
      "//etc/passwd",
      `/whep/${"a".repeat(4000)}`,
      "/whep/%ff%fe",
    ].map((path) => [path, 404, request("GET", path, mine)] as const),
    ["a session that is a path", 404, request("DELETE", "/whep/..%2f..%2fetc%2fpasswd", mine)],
    ["an avatar elsewhere", 400, request("POST", "/whep?avatar=..%2f..%2fetc", { ...mine, ...sdp }, offer)],
    // bodies of the wrong kind
    [
      "a tower",
      400,
      request("POST", "/offer", { ...mine, "Content-Type": "application/json" }, "[".repeat(90_000)),
    ],
    [
      "a number",
      400,
      request("POST", "/offer", { ...mine, "Content-Type": "application/json" }, '{"type":"offer","sdp":5}'),
    ],
    [
      "an answer",
      400,
      request(
        "POST",
        "/offer",
        { ...mine, "Content-Type": "application/json" },
        json.replace("offer", "answer"),
      ),
    ],
    [
      "half of JSON",
      400,
      request("POST", "/offer", { ...mine, "Content-Type": "application/json" }, json.slice(0, 90)),
    ],
    ["nothing", 400, request("POST", "/whep", { ...mine, ...sdp, "Content-Length": "0" })],
    ["NULs", 400, request("POST", "/whep", { ...mine, ...sdp }, "\0".repeat(1000))],
    ["a length of 10 MB", 413, request("POST", "/whep", { ...mine, ...sdp, "Content-Length": "10000000" })],
    [
      "10 MB",
      413,
      request("POST", "/whep", { ...mine, ...sdp, "Transfer-Encoding": "chunked" }).replace(
        /$/,
        `${(200_000).toString(16)}\r\n${"a".repeat(200_000)}\r\n`,
      ),
    ],
    ["no candidates", 415, request("PATCH", own, { ...mine, ...sdp }, "a=mid:0\r\n")],
    [
      "nobody's candidates",
      404,
      request("PATCH", own, { ...mine, "Content-Type": "application/trickle-ice-sdpfrag" }, "a=mid:0\r\n"),
    ],
    ["nobody's status", 404, request("GET", `/api/webrtc/status${own.slice(5)}`, mine)],
    // files that are none
    [
      "a text as sound",
      415,
      request("POST", "/v1/say/audio", { ...mine, "Content-Type": "audio/wav" }, "x".repeat(5000)),
    ],
    [
      "a sound of 10 TB",
      413,
      request("POST", "/v1/say/audio", {
        ...mine,
        "Content-Type": "audio/wav",
        "Content-Length": "10000000000000",
      }),
    ],
  ];
  const wrong: string[] = [];
  for (const [name, status, bytes] of cases) {
    const startedMs = performance.now();
    const answer = await ask(port, bytes);
    const ms = performance.now() - startedMs;
    const body = answer.text.split("\r\n\r\n")[1] ?? "";
    const isFine = answer.status === status && ms < 2000 && !/\/(etc|usr|tmp|proc)\//.test(body);
    if (!isFine) {
      wrong.push(
        `${name}: ${answer.status} instead of ${status} after ${Math.round(ms)} ms, ${body.slice(0, 200)}`,
      );
    }
  }
  assertEquals(wrong, []);
  const state = async () =>
    await (await fetch(`http://${Host}/v1/state`, { headers: { Authorization } })).json() as ProgrammeState;
  const { sessions } = await (await fetch(`http://${Host}/v1/webrtc`, { headers: { Authorization } })).json();
  assertEquals(sessions, []);

  // connections that never finish what they began, and one that never reads its answers
  const idle = await Promise.all(Array.from({ length: 200 }, async (_, at) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(request("GET", "/v1/state", mine).slice(0, 10 + at)));
    return connection;
  }));
  const deaf = await Deno.connect({ hostname: "127.0.0.1", port });
  const asking = new TextEncoder().encode(request("GET", "/openapi.json", { Host }).repeat(2000));
  const flooding = deaf.write(asking).catch(() => 0); // its answers fill the line, so that it is stuck
  const before = await state();
  await delay(2500);
  const after = await state();
  const frames = after.picture.units - before.picture.units;
  assert(frames > 50, `${frames} frames in 2.5 s`);
  const lagged = after.picture.laggedFrames - before.picture.laggedFrames;
  assert(lagged <= 5, `${lagged} lagged`);
  for (const connection of [...idle, deaf]) connection.close();
  await flooding;
  const { status } = await ask(port, request("POST", "/whep", { ...mine, ...sdp }, offer));
  assertEquals(status, 201);
  live.signal("SIGTERM");
  assertEquals((await live.ended(10_000)).code, 0);
});

Deno.test({
  name:
    "control: more connections than the process may have files do not end it; when they go it answers again",
  ignore: skipWithout("the test of too many connections", "prlimit"),
  async fn() {
    using room = new Room();
    await using live = await LiveProcess.start(room, FLAGS);
    const { port, token, pid } = room.tokens()[0]!;
    const units = async () => {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await fetch(`http://127.0.0.1:${port}/v1/state`, { headers });
      return (await response.json() as ProgrammeState).picture.units;
    };
    const before = await units();
    const files = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
    const limit = new Deno.Command("prlimit", {
      args: [`--pid=${pid}`, `--nofile=${files + 50}:${files + 50}`],
    });
    assertEquals((await limit.output()).code, 0);
    const held: Deno.Conn[] = [];
    for (let count = 0; count < 200; count++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
      if (connection !== undefined) held.push(connection);
    }
    await delay(1500);
    for (const connection of held) connection.close();
    const after = await until("an answer", 8000, () => units().catch(() => undefined), 200);
    assert(after - before > 30, `${after - before} units meanwhile`);
    live.signal("SIGTERM");
    const { code, lines } = await live.ended(10_000);
    assertEquals(code, 0, lines.join("\n"));
    assertEquals(lines.filter((line) => line.includes("Too many open files")).length, 1, lines.join("\n"));
  },
});

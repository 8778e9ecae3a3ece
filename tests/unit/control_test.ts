import { avatarPart, houseOf } from "../fakes/programme_control.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import { connect, startControl } from "../../src/control/mod.ts";
import type { ProgrammeControl, ProgrammeEvent } from "../../src/control/mod.ts";
import { writeToken } from "../../src/control/token.ts";
import { CapacityFault, Fault, InputFault } from "../../src/errors/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { MJPEG_CONTENT_TYPE } from "../../src/preview/mod.ts";

const QUEUE_CAPACITY = 32;

/** A programme with a queue that nobody empties. */
function fakeProgramme() {
  const said: unknown[] = [];
  const listeners = new Set<ReadableStreamDefaultController<ProgrammeEvent>>();
  let stops = 0;
  const programme: ProgrammeControl = {
    ...avatarPart,
    say(request) {
      if (request.text === "break") throw new Error("broke in /home/somebody/secret.ts");
      if (String(request.text).trim() === "") {
        throw new InputFault("saying nothing, wanted text; see /home/somebody/lipcam.json", {
          code: "empty_text",
        });
      }
      if (said.length >= QUEUE_CAPACITY) throw new CapacityFault("the queue is full", { code: "queue_full" });
      said.push(request);
      return { utterance: said.length, ended: Promise.resolve() };
    },
    interrupt: () => ({ interrupted: [1], kept: [] }),
    act: () => {},
    state: () => ({ queued: said.length }),
    stop: () => void stops++,
    watch: (signal) => {
      let isOpen = true;
      return new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("--x\r\n"));
          signal.addEventListener("abort", () => {
            if (isOpen) controller.close();
          }, { once: true });
        },
        cancel: () => void (isOpen = false),
      });
    },
    events: () => {
      let own: ReadableStreamDefaultController<ProgrammeEvent>;
      return new ReadableStream<ProgrammeEvent>({
        start(controller) {
          listeners.add(own = controller);
        },
        cancel: () => void listeners.delete(own),
      });
    },
  };
  return {
    programme,
    said,
    listeners,
    get stops() {
      return stops;
    },
    emit: (event: ProgrammeEvent & Record<string, unknown>) => listeners.forEach((one) => one.enqueue(event)),
  };
}

async function running() {
  const folder = await Deno.makeTempDir();
  const env = (name: string) => name === "XDG_RUNTIME_DIR" ? folder : undefined;
  const fake = fakeProgramme();
  const errors: unknown[] = [];
  const server = await startControl({
    port: 0,
    house: houseOf(fake.programme),
    env,
    onError: (error) => errors.push(error),
  });
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${server.token}`, ...init.headers },
    });
  const post = (path: string, body: BodyInit, type = "application/json") =>
    call(path, { method: "POST", body, headers: { "Content-Type": type } });
  return {
    ...{ server, fake, errors, folder, env, call, post },
    /** Sends bytes as they are and answers what comes back until the server closes or `until` is seen. */
    async raw(text: string, until?: string): Promise<string> {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await connection.write(new TextEncoder().encode(text));
      let answer = "";
      const buffer = new Uint8Array(4096);
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) return answer;
        answer += new TextDecoder().decode(buffer.subarray(0, count));
        if (until !== undefined && answer.includes(until)) return answer;
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function status(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

Deno.test("control: a POST that says nothing of a body has none", async () => {
  await using it = await running();
  const head = `Host: 127.0.0.1:${it.server.port}\r\nAuthorization: Bearer ${it.server.token}`;
  for (const more of ["", "\r\nContent-Type: application/json", "\r\nContent-Length: 0"]) {
    const answer = await it.raw(`POST /v1/interrupt HTTP/1.1\r\n${head}${more}\r\n\r\n`, "}");
    assertMatch(answer, /^HTTP\/1.1 200 /, more);
  }
});

Deno.test("control: a link that is no good is 401 to a program, and a person reads the page without being let in", async () => {
  await using it = await running();
  assertEquals(await status(it.call("/?key=wrong")), 401);
  const headers = { Accept: "text/html,*/*;q=0.8" };
  const page = await it.call("/?key=wrong", { headers, redirect: "manual" });
  await page.body?.cancel();
  assertEquals([page.status, page.headers.get("location"), page.headers.get("set-cookie")], [303, "/", null]);
});

Deno.test("control: say, interrupt, state, stop and healthz answer JSON", async () => {
  await using it = await running();
  const said = await it.post("/v1/say", JSON.stringify({ text: "hello", metadata: { id: 7 } }));
  assertEquals([said.status, await said.json()], [202, { utterance: 1 }]);
  assertEquals(it.fake.said, [{ text: "hello", metadata: { id: 7 } }]);
  assertEquals(await (await it.call("/v1/state")).json(), { queued: 1 });
  const interrupted = await it.call("/v1/interrupt", { method: "POST" });
  assertEquals(await interrupted.json(), { interrupted: [1], kept: [] });
  assertEquals(await status(it.post("/v1/stop", "{}")), 202);
  assertEquals(it.fake.stops, 1);
  const health = await fetch(`http://127.0.0.1:${it.server.port}/healthz`);
  assertEquals(await health.json(), { status: "ok" });
});

Deno.test("control: bad bodies are 400, 413 or 415 problems and nothing is said", async () => {
  await using it = await running();
  const cases: readonly (readonly [string | Uint8Array<ArrayBuffer>, string, number, string])[] = [
    ['{"text": ', "application/json", 400, "not JSON"],
    ["", "application/json", 400, "not an object"],
    ["[]", "application/json", 400, "not an object"],
    ["null", "application/json", 400, "not an object"],
    ["{}", "application/json", 400, "text is missing"],
    ['{"text": 5}', "application/json", 400, "text is a number"],
    ['{"text": "a", "voice": []}', "application/json", 400, "voice is an array"],
    ['{"text": "a", "interruptible": "no"}', "application/json", 400, "interruptible is a string"],
    ['{"text": "a", "speed": 2}', "application/json", 400, 'unknown field "speed"'],
    ['{"text": "a", "__proto__": {"x": 1}}', "application/json", 400, "unknown field"],
    ['{"text": " "}', "application/json", 400, "saying nothing"],
    [
      `{"text": "a", "metadata": ${"[".repeat(5000)}${"]".repeat(5000)}}`,
      "application/json",
      400,
      "nested deeper",
    ],
    [new Uint8Array([0x22, 0xff, 0x22]), "application/json", 400, "not UTF-8"],
    ['{"text": "a"}', "application/xml", 415, "wanted application/json"],
    ["text=a", "application/x-www-form-urlencoded", 415, "wanted application/json"],
    ['{"text": "a"}', "application/json; charset=latin1", 415, "wanted application/json"],
    [JSON.stringify({ text: "a".repeat(300_000) }), "application/json", 413, "larger than 262144"],
  ];
  for (const [body, type, wanted, part] of cases) {
    const response = await it.post("/v1/say", body, type);
    const problem = await response.json();
    assertEquals(response.status, wanted, String(body).slice(0, 60));
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals(problem.status, wanted);
    assertStringIncludes(problem.detail, part);
    assertMatch(problem.type, /^urn:lipcam:problem:\w+$/);
    assert(typeof problem.title === "string");
  }
  assertEquals(it.fake.said.length, 0);
  assertEquals(it.errors, []);
});

Deno.test("control: a body without a length is cut off at the cap while it is read", async () => {
  await using it = await running();
  let sentBytes = 0;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      sentBytes += 65536;
      controller.enqueue(new Uint8Array(65536).fill(0x20));
      if (sentBytes > 50e6) controller.close();
    },
  });
  // the answer may come while the body is still being sent, in which case the client sees the connection close
  const outcome = await status(it.call("/v1/say", {
    method: "POST",
    body: endless,
    headers: { "Content-Type": "application/json" },
  })).catch(() => 413);
  assertEquals(outcome, 413);
  assert(sentBytes < 50e6, `${sentBytes} bytes were taken`);
});

Deno.test("control: 1000 say in a second take the queue's capacity, the rest are 429", async () => {
  await using it = await running();
  const counts = new Map<number, number>();
  for (let batch = 0; batch < 20; batch++) {
    const answers = Array.from({ length: 50 }, () => status(it.post("/v1/say", '{"text":"more"}')));
    for (const answer of await Promise.all(answers)) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  assertEquals([...counts].sort(), [[202, QUEUE_CAPACITY], [429, 1000 - QUEUE_CAPACITY]]);
  const refused = await it.post("/v1/say", '{"text":"more"}');
  assertEquals(refused.headers.get("retry-after"), "1");
  await refused.body?.cancel();
});

Deno.test("control: strangers get 403 or 401, unknown paths 404, wrong methods 405 with Allow", async () => {
  await using it = await running();
  const { port } = it.server;
  const bare = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  assertEquals(await status(bare("/v1/state")), 401);
  assertEquals(await status(bare("/v1/nothing")), 401);
  assertEquals(await status(bare("/preview.mjpeg")), 401);
  assertEquals(await status(it.call("/v1/nothing")), 404);
  assertEquals(await status(bare("/nothing")), 404);
  assertEquals(await status(it.call("/v1/state", { headers: { Origin: "http://evil.example" } })), 403);
  for (const [path, method, allow] of [["/v1/say", "GET", "POST"], ["/v1/state", "DELETE", "GET"]] as const) {
    const response = await it.call(path, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, allow]);
    await response.body?.cancel();
  }
  const preflight = await it.call("/v1/say", { method: "OPTIONS" });
  assertEquals(preflight.status, 405);
  assertEquals(preflight.headers.get("access-control-allow-origin"), null);
  await preflight.body?.cancel();
  const head = (host: string) =>
    `GET /v1/state HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n` +
    `Authorization: Bearer ${it.server.token}\r\n\r\n`;
  assertMatch(await it.raw(head(`evil.example:${port}`)), /^HTTP\/1\.1 403 /);
  assertMatch(await it.raw(head(`localhost:${port}`)), /^HTTP\/1\.1 200 /);
});

Deno.test("control: paths of the machine cannot be asked for", async () => {
  await using it = await running();
  for (
    const path of [
      "/../server.ts",
      "/page/../../server.ts",
      "/%2e%2e/server.ts",
      "/..%2fserver.ts",
      "/page.css/../../../../etc/passwd",
      "//etc/passwd",
      "/page.js%00.css",
      "/index.html",
    ]
  ) {
    const answer = await it.raw(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${it.server.port}\r\nConnection: close\r\n\r\n`,
    );
    assertMatch(answer, /^HTTP\/1\.1 404 /, path);
  }
});

Deno.test("control: the page sets a strict cookie that opens the API, and forbids everything foreign", async () => {
  await using it = await running();
  const origin = `http://127.0.0.1:${it.server.port}`;
  const page = await fetch(origin);
  assertMatch(await page.text(), /<!doctype html>/i);
  const cookie = page.headers.get("set-cookie") ?? "";
  assertMatch(cookie, /^lipcam_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  assertEquals(cookie.includes(it.server.token), false);
  assertStringIncludes(page.headers.get("content-security-policy") ?? "", "default-src 'none'");
  assertStringIncludes(page.headers.get("content-security-policy") ?? "", "frame-ancestors 'none'");
  const pair = cookie.split(";")[0]!;
  assertEquals(await status(fetch(`${origin}/v1/state`, { headers: { Cookie: pair } })), 200);
  const preview = await fetch(`${origin}/preview.mjpeg`, { headers: { Cookie: pair } });
  assertEquals(preview.headers.get("content-type"), MJPEG_CONTENT_TYPE);
  await preview.body?.cancel();
  for (const path of ["/page.css", "/page.js"]) assertEquals(await status(fetch(origin + path)), 200);
});

Deno.test("control: an inner error is a bare 500 and is reported", async () => {
  await using it = await running();
  const broken = await it.post("/v1/say", '{"text":"break"}');
  assertEquals(broken.status, 500);
  assertEquals((await broken.text()).includes("secret"), false);
  assertEquals(it.errors.length, 1);
  const empty = await (await it.post("/v1/say", '{"text":""}')).json();
  assertEquals(empty.detail, "saying nothing, wanted text; see lipcam.json");
});

Deno.test("control: events come in order as server-sent events and a leaving client is forgotten", async () => {
  await using it = await running();
  const response = await it.call("/v1/events?state");
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (part: string) => {
    while (!text.includes(part)) text += (await reader.read()).value ?? "";
  };
  await readUntil("event: state");
  for (let word = 0; word < 50; word++) it.fake.emit({ kind: "word", text: `w${word}\n` });
  await readUntil("w49");
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  assertEquals(ids, ids.map((_, at) => at + 1));
  const words = [...text.matchAll(/"text":"(w\d+)\\n"/g)].map((match) => match[1]);
  assertEquals(words, Array.from({ length: 50 }, (_, word) => `w${word}`));
  assertStringIncludes(text, 'data: {"queued":0}');
  await reader.cancel();
  while (it.fake.listeners.size > 0) await delay(5);
});

Deno.test("control: more than 32 streams are refused, and a place is free again when one leaves", async () => {
  await using it = await running();
  const open = await Promise.all(Array.from({ length: 32 }, () => it.call("/v1/events")));
  assertEquals(open.map((response) => response.status), Array(32).fill(200));
  assertEquals(await status(it.call("/v1/events")), 429);
  assertEquals(await status(it.call("/v1/state")), 200);
  await open.pop()!.body?.cancel();
  for (;;) {
    const again = await it.call("/v1/events");
    await again.body?.cancel();
    if (again.status === 200) break;
  }
  for (const response of open) await response.body?.cancel();
});

Deno.test("control: closing ends open streams", async () => {
  const it = await running();
  const watching = await it.call("/preview.mjpeg");
  const listening = await it.call("/v1/events");
  await it.server[Symbol.asyncDispose]();
  assertEquals(await watching.text(), "--x\r\n");
  assertStringIncludes(await listening.text(), "retry: 1000");
  assertEquals(it.errors, []);
  await Deno.remove(it.folder, { recursive: true });
});

Deno.test("control: a port in use is an InputFault that names the holder", async () => {
  await using it = await running();
  const second = () => startControl({ port: it.server.port, house: houseOf(it.fake.programme), env: it.env });
  await assertRejects(second, InputFault, `another Lipcam (pid ${Deno.pid})`);
  using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = stranger.addr;
  const fault = await assertRejects(
    () => startControl({ port, house: houseOf(it.fake.programme), env: it.env }),
    InputFault,
    `port ${port} is in use`,
  );
  assertEquals([fault.code, fault.exitCode], ["port_in_use", 2]);
});

Deno.test("token file: 0600 in a 0700 folder, removed at the end", async () => {
  const it = await running();
  const path = join(it.folder, "lipcam", `${it.server.port}.json`);
  const { pid, port, token } = JSON.parse(Deno.readTextFileSync(path));
  assertEquals([pid, port, token], [Deno.pid, it.server.port, it.server.token]);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  assertEquals(Deno.statSync(join(it.folder, "lipcam")).mode! & 0o777, 0o700);
  await it.server[Symbol.asyncDispose]();
  assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  await Deno.remove(it.folder, { recursive: true });
});

Deno.test("ControlClient finds the programme by its token file and turns problems into Faults", async () => {
  await using it = await running();
  const client = await connect({ env: it.env });
  assertEquals([client.port, client.pid], [it.server.port, Deno.pid]);
  assertEquals(await client.say({ text: "xin chào" }), { utterance: 1 });
  assertEquals(it.fake.said, [{ text: "xin chào" }]);
  assertEquals(await client.state(), { queued: 1 });
  assertEquals(await client.interrupt(), { interrupted: [1], kept: [] });
  await assertRejects(() => client.say({ text: "" }), InputFault, "saying nothing");
  for (let at = 1; at < QUEUE_CAPACITY; at++) await client.say({ text: "more" });
  await assertRejects(() => client.say({ text: "more" }), CapacityFault, "queue is full");
  await client.stop();
  assertEquals(it.fake.stops, 1);
  await assertRejects(() => connect({ env: it.env, port: 1 }), Fault, "no Lipcam is running on port 1");
  const { server: other, ...rest } = await running();
  await using _other = { [Symbol.asyncDispose]: rest[Symbol.asyncDispose] };
  using _second = writeToken({ port: other.port, pid: Deno.pid, token: "t" }, it.env);
  await assertRejects(() => connect({ env: it.env }), InputFault, "--port");
});

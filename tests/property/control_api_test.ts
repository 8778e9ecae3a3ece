/**
 * Every answer of a running server is as its own /openapi.json says, whatever is asked; and whatever is no body that it
 * describes ends in a 4xx problem, in bounded time, with nothing broken behind it.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import {
  address,
  ask,
  askGarbage,
  bodySchema,
  garbage,
  JSON_TYPE,
  stillWell,
  TOWERS,
  wrongBodies,
} from "../fakes/api_asking.ts";
import { apiRoom } from "../fakes/api_room.ts";
import { valuesOf } from "../fakes/schema_values.ts";

Deno.test("/openapi.json: every schema of it compiles, every path parameter is declared, every route is there", async () => {
  await using room = await apiRoom();
  const { api } = room;
  assertEquals(api.document["openapi"], "3.1.0");
  assert(api.compileAll() > 30);
  for (const { path, parameters = [], security, responses } of api.operations) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assertEquals(parameters.filter((one) => one.in === "path").map(({ name }) => name), wanted, path);
    const isOpen = path === "/" || /^\/(healthz|readyz|openapi\.json)$/.test(path) || /\.\w+$/.test(path);
    if (path.startsWith("/v1/")) assertEquals([security.length, isOpen], [1, false], path);
    assert("default" in responses, path);
  }
  const paths = new Set(api.operations.map(({ path }) => path));
  for (const path of ["/v1/say", "/v1/say/audio", "/v1/say/pcm", "/v1/record/{id}", "/metrics", "/whep"]) {
    assert(paths.has(path), path);
  }
});

Deno.test("/openapi.json: bodies it allows are answered as it says", async () => {
  await using room = await apiRoom();
  const done = new Map<string, Set<number>>();
  for (const operation of room.api.operations) {
    const schema = bodySchema(operation);
    const { method, path } = operation;
    const key = `${method} ${path}`;
    done.set(key, new Set());
    const bodies = schema === undefined ? fc.constant(undefined) : valuesOf(schema);
    const runs = path === "/offer" ? 10 : schema === undefined ? 1 : 40;
    await fc.assert(
      fc.asyncProperty(bodies, fc.string({ minLength: 1, maxLength: 20 }), async (body, name) => {
        if (schema !== undefined) assert(room.api.allows(method, path, body), JSON.stringify(body));
        const init = body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "Content-Type": JSON_TYPE } };
        const { status } = await ask(room, operation, address(operation, () => name), init);
        done.get(key)!.add(status);
        assert(status < 500 || status === 503, `${key}: ${status}`);
      }),
      { numRuns: runs },
    );
  }
  assertEquals(room.errors, []);
  // What the made-up programme can do was done: otherwise only refusals would have been looked at.
  for (
    const key of [
      ...["POST /v1/say", "POST /v1/act", "POST /v1/avatar", "POST /v1/avatars/stop"],
      ...["POST /v1/hold", "POST /v1/obs", "POST /v1/record", "POST /v1/voice", "POST /v1/config"],
      ...["POST /v1/interrupt", "GET /v1/state", "GET /v1/voices", "GET /metrics", "GET /v1/doctor"],
      ...["GET /v1/webrtc", "GET /v1/record", "GET /v1/events", "GET /v1/avatars", "GET /v1/engines"],
    ]
  ) {
    assert([...done.get(key)!].some((status) => status < 300), `${key}: ${[...done.get(key)!]}`);
  }
});

Deno.test("control: JSON that is no body of the route ends in a 4xx problem", async () => {
  await using room = await apiRoom();
  for (const operation of room.api.operations) {
    if (bodySchema(operation) === undefined) continue;
    const { method, path } = operation;
    await fc.assert(
      fc.asyncProperty(wrongBodies(room, operation), async (body) => {
        const headers = { "Content-Type": JSON_TYPE };
        const { status, isRefusal } = await ask(room, operation, address(operation, () => "x"), {
          body,
          headers,
        });
        assert(isRefusal, `${method} ${path} ${body.slice(0, 80)}: ${status}`);
      }),
      { numRuns: path === "/offer" ? 10 : 40 },
    );
  }
  assertEquals(room.errors, []);
});

Deno.test("control: JSON 10^5 levels deep is refused at every route, at once", async () => {
  await using room = await apiRoom();
  for (const operation of room.api.operations) {
    if (bodySchema(operation) === undefined) continue;
    for (const body of TOWERS) {
      const startMs = performance.now();
      const where = address(operation, () => "x");
      const { status } = await ask(room, operation, where, { body, headers: { "Content-Type": JSON_TYPE } });
      assertEquals(status, 400, `${operation.path} ${body.slice(0, 20)}`);
      assertLess(performance.now() - startMs, 2000, operation.path);
    }
  }
  await stillWell(room);
});

Deno.test("control: garbage under any content type, at every route that takes something, is a 4xx problem", async () => {
  await using room = await apiRoom({}, { uploadBytesMax: 4096 });
  // What takes any text or samples takes garbage too: it is spoken.
  const takesAnything = (path: string, type: string) =>
    path === "/v1/say/pcm" || (path === "/v1/say" && type === "text/plain");
  for (const operation of room.api.operations) {
    const { method, path, requestBody } = operation;
    if (requestBody === undefined) continue;
    await fc.assert(
      fc.asyncProperty(garbage, async ([body, type]) => {
        const pick = (name: string) => name === "rate" ? "16000" : name === "format" ? "s16le" : "";
        const { status } = await askGarbage(room, operation, address(operation, pick), body, type);
        if (takesAnything(path, type)) return assert(status === 202 || status === 429, `${path}: ${status}`);
        assert(status >= 400 && status < 500, `${method} ${path} ${type}: ${status}`);
      }),
      { numRuns: 20 },
    );
  }
  await stillWell(room);
});

Deno.test("control: a huge body is refused at every route before it is held", async () => {
  await using room = await apiRoom({}, { uploadBytesMax: 1024 * 1024 });
  const before = Deno.memoryUsage().rss;
  for (const operation of room.api.operations) {
    const { path, requestBody } = operation;
    if (requestBody === undefined) continue;
    const [type = ""] = Object.keys(requestBody.content).filter((one) => !one.startsWith("multipart/"));
    const where = address(operation, (name) => name === "id" ? "x" : "");
    let sentBytes = 0;
    // A WAV by its first bytes, so that it is not its kind that is refused.
    const head = new TextEncoder().encode("RIFF____WAVEfmt ");
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        const piece = new Uint8Array(256 * 1024);
        if (sentBytes === 0) piece.set(head);
        sentBytes += piece.length;
        controller.enqueue(piece);
        if (sentBytes > 450e6) controller.close();
      },
    });
    if (path === "/v1/say/pcm") continue; // an hour of sound is no mistake; its cap has a test of its own
    const init = { body: endless, headers: { "Content-Type": type.replace("*", "wav") } };
    // The server may close before all is sent: then the client sees that and no answer.
    const status = await ask(room, operation, where, init).then(
      (answer) => answer.status,
      (error) => {
        if (error instanceof TypeError) return 413;
        throw error;
      },
    );
    assert([400, 404, 413, 415, 429].includes(status), `${path}: ${status}`);
    assertLess(sentBytes, 60e6, path);
  }
  assertLess(Deno.memoryUsage().rss - before, 300e6);
});

/**
 * The routes of other servers' clients on a running server: every answer is as its own /openapi.json says, whatever is asked
 * without a token; what cannot be is a 4xx or code -1; and of a programme that fails everywhere no answer tells a path.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { Fault, InputFault, NotFoundFault } from "../../src/errors/mod.ts";
import type { ProgrammeControl } from "../../src/control/mod.ts";
import type { Operation } from "../fakes/api_checker.ts";
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
import { type ApiRoom, apiRoom } from "../fakes/api_room.ts";
import { valuesOf } from "../fakes/schema_values.ts";

const HEADERS = { "Content-Type": JSON_TYPE };

async function compatRoom(programme: Partial<ProgrammeControl> = {}): Promise<ApiRoom & { media: string }> {
  const media = await Deno.makeTempDir({ prefix: "lipcam-media-" });
  await Deno.writeTextFile(`${media}/a.mp4`, "no film");
  const room = await apiRoom(programme, { compat: { mediaRoots: [media] }, uploadBytesMax: 4096 });
  return {
    ...room,
    media,
    async [Symbol.asyncDispose]() {
      await room[Symbol.asyncDispose]();
      await Deno.remove(media, { recursive: true });
    },
  };
}

/** Those that --compat brings, which are open to whoever is on this machine. */
function compatOperations({ api }: ApiRoom): Operation[] {
  return api.operations.filter(({ path, security }) =>
    security.length === 0 &&
    /^\/(offer|human|humanaudio|record|sse|is_speaking|interrupt_talk|set_audiotype|api)\b/.test(path)
  );
}

Deno.test("compat: /openapi.json has every route of theirs, open, and every schema of it compiles", async () => {
  await using room = await compatRoom();
  assert(room.api.compileAll() > 50);
  const told = compatOperations(room).map(({ method, path }) => `${method} ${path}`).sort();
  assertEquals(told, [
    "DELETE /api/avatar/task/{id}",
    "GET /api/avatar/task/{id}",
    "GET /api/avatar/tasks",
    "GET /api/webrtc/audio/{name}",
    "GET /api/webrtc/musetalk/status",
    "GET /api/webrtc/status/{session}",
    "GET /api/webrtc/ws",
    "GET /record/{sessionid}",
    "GET /sse",
    "POST /api/avatar/task",
    "POST /api/webrtc/avatar/initialize",
    "POST /api/webrtc/avatar/prepare",
    "POST /api/webrtc/offer",
    "POST /api/webrtc/realtime/start",
    "POST /human",
    "POST /humanaudio",
    "POST /interrupt_talk",
    "POST /is_speaking",
    "POST /offer",
    "POST /record",
    "POST /set_audiotype",
  ]);
});

/** Of made-up types nothing would be said, and few numbers are an action's. */
function usual(path: string, body: unknown): unknown {
  if (path === "/human") return { ...body as object, type: "echo" };
  if (path !== "/set_audiotype") return body;
  return { ...body as object, audiotype: (body as { audiotype: number }).audiotype % 6 };
}

Deno.test("compat: bodies and queries that are allowed are answered as described, and what can be is done", async () => {
  await using room = await compatRoom();
  const done = new Set<string>();
  for (const operation of compatOperations(room)) {
    const { method, path } = operation;
    const schema = bodySchema(operation);
    const bodies = schema === undefined ? fc.constant(undefined) : valuesOf(schema);
    const names = fc.oneof(
      fc.constant("0"),
      fc.constant("a.mp4"),
      fc.string({ minLength: 1, maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(bodies, names, async (made, name) => {
        const body = usual(path, made);
        const init = body === undefined ? {} : { body: JSON.stringify(body), headers: HEADERS };
        const { status, isRefusal } = await ask(room, operation, address(operation, () => name), init);
        assert(status < 500, `${method} ${path}: ${status}`);
        if (!isRefusal) done.add(`${method} ${path}`);
      }),
      { numRuns: /offer|task$|prepare/.test(path) ? 10 : 40 },
    );
  }
  for (const path of ["/human", "/interrupt_talk", "/is_speaking", "/record", "/set_audiotype"]) {
    assert(done.has(`POST ${path}`), `${path}: ${[...done]}`);
  }
  assert(done.has("GET /sse") && done.has("GET /api/avatar/tasks"), String([...done]));
  await stillWell(room);
});

Deno.test("compat: JSON that is no body of the route, towers and garbage of any type are refused", async () => {
  await using room = await compatRoom();
  for (const operation of compatOperations(room)) {
    const { method, path, requestBody } = operation;
    if (requestBody === undefined) continue;
    const where = address(operation, () => "x");
    const numRuns = /offer|task|audio$/.test(path) ? 8 : 30;
    if (bodySchema(operation) !== undefined) {
      await fc.assert(
        fc.asyncProperty(wrongBodies(room, operation), async (body) => {
          const { status, isRefusal } = await ask(room, operation, where, { body, headers: HEADERS });
          assert(isRefusal, `${method} ${path} ${body.slice(0, 80)}: ${status}`);
        }),
        { numRuns },
      );
      const startMs = performance.now();
      for (const body of TOWERS) {
        const { isRefusal } = await ask(room, operation, where, { body, headers: HEADERS });
        assert(isRefusal, `${path} ${body.slice(0, 20)}`);
      }
      assertLess(performance.now() - startMs, 4000, path);
    }
    await fc.assert(
      fc.asyncProperty(garbage, async ([body, type]) => {
        const { status, isRefusal } = await askGarbage(room, operation, where, body, type);
        assert(isRefusal, `${method} ${path} ${type}: ${status}`);
      }),
      { numRuns },
    );
  }
  await stillWell(room);
});

const HIDDEN = "/home/somebody/films/hidden-away";

/** Whatever it is asked, it fails and names a file. */
function failing(fault: () => Error): Partial<ProgrammeControl> {
  const fail = () => {
    throw fault();
  };
  return new Proxy({}, {
    ownKeys: () => Object.keys(EVERYTHING),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: fail }),
    get: () => fail,
  });
}

const EVERYTHING: Readonly<Record<keyof ProgrammeControl, true>> = {
  ...{ say: true, sayFile: true, sayPcm: true, interrupt: true, act: true, acts: true, voices: true },
  ...{ setVoice: true, showAvatar: true, avatars: true, thumbnail: true, prepare: true, jobs: true },
  ...{ stopJob: true, engines: true, hold: true, panic: true, obs: true, orderObs: true },
  ...{ startRecording: true, stopRecording: true, recordings: true, recordingPath: true },
  ...{ settings: true, findings: true, metrics: true, state: true, stop: true, watch: true, events: true },
};

Deno.test("control: of a programme that fails everywhere no answer, of any route, tells a path or more than one line", async () => {
  const faults: (readonly [fault: () => Error, statuses: readonly number[]])[] = [
    [() => new InputFault(`reading ${HIDDEN}.mp4: denied, wanted another`, { code: "no_such_file" }), [
      200,
      400,
    ]],
    [() => new Fault(`${HIDDEN}.mp4 broke`, { code: "broken", retryable: true }), [200, 503]],
    [() => new Error(`open '${HIDDEN}.mp4'\n at ${HIDDEN}.ts:1`), [500]],
  ];
  for (const [fault, statuses] of faults) {
    await using room = await compatRoom(failing(fault));
    let failed = 0;
    for (const operation of room.api.operations) {
      const schema = bodySchema(operation);
      const bodies = schema === undefined ? fc.constant(undefined) : valuesOf(schema);
      for (const body of fc.sample(bodies, 6)) {
        const { method, path } = operation;
        const init = body === undefined ? {} : { body: JSON.stringify(body), headers: HEADERS };
        const response = await room.call(address(operation, () => "1"), { method, ...init });
        const isProblem = response.status >= 400 || /json/.test(response.headers.get("content-type") ?? "");
        const text = isProblem ? await response.text() : "";
        if (!isProblem) await response.body?.cancel();
        assert(!/somebody|\/home/.test(text), `${method} ${path}: ${text}`);
        if (/hidden-away|log says/.test(text)) {
          failed++;
          assert(statuses.includes(response.status), `${method} ${path}: ${response.status} ${text}`);
        }
      }
    }
    assert(failed > 40, `${failed} failed`);
  }
});

const PARTS = [
  "..",
  "%2e%2e",
  "..%2f..%2fetc%2fpasswd",
  "%00",
  "%ff",
  "%252e%252e%252f",
  "..%5c..%5cetc",
  "%",
];

Deno.test("control: names that lead out of a path are a 4xx or no name at all, at every route that has one", async () => {
  const thumbnail = () => Promise.reject(new NotFoundFault("there is none", { code: "no_thumbnail" }));
  await using room = await compatRoom({ thumbnail });
  const get = (method: string, path: string) =>
    new Promise<readonly [status: number, text: string]>((resolve, reject) => {
      const headers = { Authorization: `Bearer ${room.token}` };
      // not fetch(), which would take the dots out before they are sent
      httpRequest({ host: "127.0.0.1", port: room.port, method, path, headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (piece) => text += piece);
        response.on("end", () => resolve([response.statusCode ?? 0, text]));
      }).on("error", reject).end();
    });
  let asked = 0;
  for (const { method, path } of room.api.operations.filter((one) => one.path.includes("{"))) {
    for (const part of [...PARTS, "a".repeat(129), "x".repeat(8000)]) {
      const [status, text] = await get(method, path.replace(/\{\w+\}/, part));
      const isEnveloped = status === 200 && text.includes('"code":-1');
      const isPage = status === 200 && /^\/[^/]+\/\{/.test(path) && /^<!doctype/i.test(text); // "/record/.." is "/"
      assert(
        isEnveloped || isPage || (status >= 400 && status < 500),
        `${method} ${path} ${part}: ${status}`,
      );
      assert(!text.includes("root:") && !text.includes(room.media), text);
      asked++;
    }
  }
  assert(asked >= 80, `${asked} asked`);
  await stillWell(room);
});

Deno.test("control: what is not in /openapi.json is nowhere, by whatever method", async () => {
  await using room = await compatRoom();
  const words = [...new Set(room.api.operations.flatMap(({ path }) => path.split("/")))];
  const parts = fc.array(fc.constantFrom(...words, "", ".", "x", "%2e%2e", "%2f", "V1", ";", "v1%00"), {
    minLength: 1,
    maxLength: 5,
  });
  const methods = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
  const patterns = room.api.operations.map(({ method, path }) => {
    const pattern = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+");
    return { method, pattern: new RegExp(`^${pattern}$`) };
  });
  await fc.assert(
    fc.asyncProperty(methods, parts, async (method, path) => {
      const url = new URL(room.url);
      url.pathname = path.join("/");
      const isThere = patterns.some((one) => one.method === method && one.pattern.test(url.pathname));
      fc.pre(!isThere);
      const response = await room.call(url.href, { method });
      await response.body?.cancel();
      assert([403, 404, 405].includes(response.status), `${method} ${url.pathname}: ${response.status}`);
    }),
    { numRuns: 600 },
  );
});

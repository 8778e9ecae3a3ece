/** GET and POST /v1/act over loopback, with a made-up programme behind them. */
import { avatarPart, houseOf } from "../fakes/programme_control.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ACTIONS, EXPRESSIONS } from "../../src/avatar/mod.ts";
import { type ProgrammeControl, startControl } from "../../src/control/mod.ts";
import { CapacityFault } from "../../src/errors/mod.ts";
import { cueNamed, STAGE_CUE_NAMES } from "../../src/speech/mod.ts";

/** A face that takes two acts. */
async function running() {
  const folder = await Deno.makeTempDir();
  const acted: string[] = [];
  const programme: ProgrammeControl = {
    ...avatarPart,
    say: () => ({ utterance: 1, ended: Promise.resolve() }),
    interrupt: () => ({ interrupted: [], kept: [] }),
    act(name) {
      const act = cueNamed(name, STAGE_CUE_NAMES);
      if (acted.length >= 2) throw new CapacityFault("too many wait", { code: "acts_full" });
      acted.push(act);
    },
    state: () => ({}),
    stop: () => {},
    watch: () => ReadableStream.from([]),
    events: () => ReadableStream.from([]),
  };
  const env = (name: string) => name === "XDG_RUNTIME_DIR" ? folder : undefined;
  const server = await startControl({ port: 0, house: houseOf(programme), env });
  const call = (init: RequestInit, token = server.token) =>
    fetch(`http://127.0.0.1:${server.port}/v1/act`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    });
  return {
    acted,
    call,
    act: (body: unknown) => call({ method: "POST", body: JSON.stringify(body) }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("control: GET /v1/act says what there is", async () => {
  await using it = await running();
  const answer = await (await it.call({})).json();
  assertEquals(answer, { expressions: [...EXPRESSIONS], actions: [...ACTIONS] });
});

Deno.test("control: POST /v1/act does one thing by name, in any case", async () => {
  await using it = await running();
  const done = await it.act({ name: " Happy" });
  assertEquals([done.status, await done.json()], [202, { acting: "happy" }]);
  assertEquals((await (await it.act({ name: "nod" })).json()).acting, "nod");
  assertEquals(it.acted, ["happy", "nod"]);
});

Deno.test("control: what POST /v1/act cannot do is a problem that names the mend", async () => {
  await using it = await running();
  const cases: readonly [unknown, string, string][] = [
    [{ name: "nodd" }, "unknown_act", "did you mean nod?"],
    [{ name: "frobnicate" }, "unknown_act", "wanted one of neutral, happy"],
    [{ name: 7 }, "bad_act", "name is a number, wanted string"],
    [{ name: "nod", times: 2 }, "bad_act", 'unknown field "times", wanted {"name": "nod"}'],
    [{}, "bad_act", "name is missing"],
    ["nod", "bad_act", 'wanted {"name": "nod"}'],
  ];
  for (const [body, code, detail] of cases) {
    const response = await it.act(body);
    const problem = await response.json();
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals([response.status, problem.type], [400, `urn:lipcam:problem:${code}`]);
    assertStringIncludes(problem.detail, detail);
  }
  assertEquals(it.acted, []);
  for (const name of ["nod", "nod"]) await (await it.act({ name })).body?.cancel();
  const full = await it.act({ name: "nod" });
  assertEquals([full.status, (await full.json()).detail], [429, "too many wait"]);
});

Deno.test("control: /v1/act takes GET and POST, with the token only", async () => {
  await using it = await running();
  const put = await it.call({ method: "PUT" });
  await put.body?.cancel();
  assertEquals([put.status, put.headers.get("allow")], [405, "GET, POST"]);
  const stranger = await it.call({}, "wrong");
  await stranger.body?.cancel();
  assertEquals(stranger.status, 401);
});

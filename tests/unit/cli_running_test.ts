/** say, act, interrupt, state and stop against the real API server, over loopback, with a made-up programme behind it. */
import { avatarPart, houseOf } from "../fakes/programme_control.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run } from "../../src/cli/mod.ts";
import { type ControlServer, type ProgrammeControl, startControl } from "../../src/control/mod.ts";
import { CapacityFault, InputFault } from "../../src/errors/mod.ts";
import { STAGE_CUES } from "../../src/speech/mod.ts";

/** Answers state() with the next of `states`, the last one for ever. */
async function serve(states: readonly Record<string, unknown>[] = [{}]) {
  const base = Deno.makeTempDirSync({ prefix: "lipcam_running_" });
  const said: unknown[] = [];
  const acted: string[] = [];
  let looks = 0;
  const programme: ProgrammeControl = {
    ...avatarPart,
    say(request) {
      if (request.text === "too much") {
        throw new CapacityFault("the queue holds 32 utterances", { code: "queue_full" });
      }
      said.push(request);
      return { utterance: said.length, ended: Promise.resolve() };
    },
    interrupt: () => ({ interrupted: [1], kept: [2] }),
    act(name) {
      if (name !== "nod") throw new InputFault("did you mean nod?", { code: "unknown_act" });
      acted.push(name);
    },
    state: () => states[Math.min(looks++, states.length - 1)]!,
    stop: () => void server[Symbol.asyncDispose](),
    watch: () => ReadableStream.from([]),
    events: () => ReadableStream.from([]),
  };
  const environment: Record<string, string> = { HOME: base, XDG_RUNTIME_DIR: base };
  const server: ControlServer = await startControl({
    port: 0,
    house: houseOf(programme),
    env: (name) => environment[name],
  });
  return {
    said,
    acted,
    looks: () => looks,
    port: server.port,
    async call(argv: readonly string[], text = "") {
      let out = "";
      let notes = "";
      const code = await run(argv, {
        environment,
        working: base,
        now: () => new Date(0),
        writeOut: (part) => out += part,
        writeNote: (part) => notes += part,
        input: () => ReadableStream.from([new TextEncoder().encode(text)]),
      });
      return { code, out, notes };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      Deno.removeSync(base, { recursive: true });
    },
  };
}

Deno.test("say hands over words, standard input, voice and protection", async () => {
  await using here = await serve();
  assertEquals(await here.call(["say", "How", "are you?"]), { code: 0, out: "", notes: "" });
  assertEquals(await here.call(["say", "-", "--json"], "from\na pipe\n"), {
    code: 0,
    out: '{"utterance":2}\n',
    notes: "",
  });
  await here.call(["say", "--voice", "vi", "--no-interrupt", "--", "--dashed"]);
  assertEquals(here.said, [
    { text: "How are you?" },
    { text: "from\na pipe\n" },
    { text: "--dashed", voice: "vi", interruptible: false },
  ]);
});

Deno.test("say answers a full queue with one line and exit 1", async () => {
  await using here = await serve();
  const { code, out, notes } = await here.call(["say", "too", "much"]);
  assertEquals([code, out], [1, ""]);
  assertEquals(notes, "lipcam: the queue holds 32 utterances\n");
});

Deno.test("say --wait comes back when nothing speaks or waits any more, or a later one speaks", async () => {
  const waiting = { picture: { phase: "idle" }, speech: { queued: 1, queuedMs: 0 } };
  const speaking = (utterance: number) => ({
    picture: { phase: "speaking" },
    speech: { queued: 0, queuedMs: 40, speaking: { utterance, text: "", word: "" } },
  });
  const quiet = { picture: { phase: "idle" }, speech: { queued: 0, queuedMs: 0 } };
  {
    await using here = await serve([waiting, speaking(1), quiet]);
    assertEquals((await here.call(["say", "--wait", "Good night"])).code, 0);
    assertEquals(here.looks(), 4, "two quiet looks in a row");
  }
  await using here = await serve([speaking(1), speaking(2)]);
  assertEquals((await here.call(["say", "--wait", "Good night"])).code, 0);
  assertEquals(here.looks(), 2);
});

Deno.test("interrupt is silent, and prints what it did for programs", async () => {
  await using here = await serve();
  assertEquals(await here.call(["interrupt"]), { code: 0, out: "", notes: "" });
  assertEquals((await here.call(["interrupt", "--json"])).out, '{"interrupted":[1],"kept":[2]}\n');
});

Deno.test("act asks for one name, and says the programme's answer to a wrong one with exit 2", async () => {
  await using here = await serve();
  assertEquals(await here.call(["act", "nod"]), { code: 0, out: "", notes: "" });
  assertEquals((await here.call(["act", "nod", "--json"])).out, '{"acting":"nod"}\n');
  assertEquals(await here.call(["act", "nodd"]), { code: 2, out: "", notes: "lipcam: did you mean nod?\n" });
  assertEquals(await here.call(["act", "nod", "wink"]), {
    code: 2,
    out: "",
    notes: "lipcam: act has 2 names, wanted one\n",
  });
  assertEquals(here.acted, ["nod", "nod"]);
});

Deno.test("act alone lists what there is and what is shown", async () => {
  await using here = await serve([{ picture: { expression: "sad", action: "wink" } }]);
  const { code, out } = await here.call(["act"]);
  assertEquals(code, 0);
  assertEquals(out.split("\n").length, STAGE_CUES.length + 1);
  for (const name of STAGE_CUES) assertMatch(out, new RegExp(`^${name} `, "m"));
  assertEquals(out.match(/^.*(shown|running)$/gm), [
    "sad         expression, shown",
    "wink        action, running",
  ]);
  const json = JSON.parse((await here.call(["act", "--json"])).out);
  assertEquals([...json.expressions, ...json.actions], [...STAGE_CUES]);
  assertEquals([json.expression, json.action], ["sad", "wink"]);
});

Deno.test("state prints one line a value, or JSON", async () => {
  await using here = await serve([{ picture: { fps: 25 }, notes: ["no camera"] }]);
  const { code, out } = await here.call(["state"]);
  assertEquals(code, 0);
  assertMatch(out, /^picture\.fps +25\nnotes\.0 +no camera\n$/);
  assertEquals(JSON.parse((await here.call(["state", "--json"])).out).picture.fps, 25);
});

Deno.test("stop comes back when the programme has ended; --port chooses one", async () => {
  await using here = await serve();
  assertEquals((await here.call(["state", "--port", String(here.port)])).code, 0);
  const other = await here.call(["state", "--port", "1"]);
  assertEquals(other.code, 1);
  assertStringIncludes(other.notes, "no Lipcam is running on port 1");
  assertEquals(await here.call(["stop"]), { code: 0, out: "", notes: "" });
  assertEquals((await here.call(["state"])).code, 1);
});

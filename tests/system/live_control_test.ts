/** A running programme driven from other processes: the commands, the API, events, overload, a second instance. */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { CapacityFault } from "../../src/errors/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { clock, isRunning, LiveProcess, Room, until } from "./live_process.ts";

const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x180"];
const LONG =
  "This sentence goes on and on, because somebody will interrupt it, and until then it does not end, " +
  "nor does it pause for long, so that there is time enough to do what has to be done with it.";

interface Event {
  readonly kind: string;
  readonly id: number;
  readonly data: Record<string, unknown>;
}

/** Collects what comes by server-sent events until the response ends. */
async function listen(response: Response, events: Event[]): Promise<void> {
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const [kind, data] = [field("event"), field("data")];
      if (kind !== undefined && data !== undefined) {
        events.push({ kind, id: Number(field("id")), data: JSON.parse(data) });
      }
    }
  }
}

Deno.test("say, interrupt, state and stop from other processes; events come in order with the metadata", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET);
  const stream = await live.fetch("/v1/events");
  assertEquals(stream.status, 200);
  const events: Event[] = [];
  const listening = listen(stream, events);
  listening.catch(() => {}); // awaited below; a failure before that has its own words

  const said = await LiveProcess.run(room, ["say", "Good morning.", "--wait", "--json"]);
  assertEquals([said.code, said.stdout, said.stderr], [0, '{"utterance":1}\n', ""]);
  assertEquals(events.at(-1)?.kind, "utterance_end", "--wait came back before the end");

  const metadata = { id: 7, nested: ["ő", null] };
  const body = JSON.stringify({ text: LONG, metadata });
  const answer = await live.fetch("/v1/say", { method: "POST", body });
  assertEquals([answer.status, await answer.json()], [202, { utterance: 2 }]);
  const speaking = await live.reaches(
    "a word of it",
    8000,
    ({ speech }) => (speech.speaking?.word ?? "") !== "",
  );
  assertEquals(speaking.speech.speaking?.metadata, metadata);
  const shown = await LiveProcess.run(room, ["state", "--json"]);
  assertEquals([shown.code, shown.stderr, JSON.parse(shown.stdout).speech.capacity], [0, "", 32]);
  const interrupted = await LiveProcess.run(room, ["interrupt"]);
  assertEquals([interrupted.code, interrupted.stderr], [0, ""]);
  await live.reaches("idle", 3000, ({ picture, speech }) => picture.phase === "idle" && !speech.speaking);

  const stopped = await LiveProcess.run(room, ["stop"]);
  assertEquals([stopped.code, stopped.stderr], [0, ""]);
  const { code, lines } = await live.ended(8000);
  assertEquals([code, lines.length], [0, 1], lines.join("\n"));
  assertEquals(room.runFiles(), []);
  await listening;

  assertEquals(events.map((event) => event.id), events.map((_, index) => index + 1));
  const of = (utterance: number) => events.filter((event) => event.data["utterance"] === utterance);
  assertEquals(of(1).map((event) => event.kind), [
    ...["utterance_start", "segment", "word", "word", "utterance_end"],
  ]);
  assertEquals(of(1).at(-1)!.data["state"], "completed");
  assertEquals([of(2)[0]!.kind, of(2)[1]!.kind], ["utterance_start", "segment"]);
  assert(of(2).every((event) => JSON.stringify(event.data["metadata"]) === JSON.stringify(metadata)));
  const end = of(2).at(-1)!;
  assertEquals([end.kind, end.data["state"]], ["utterance_end", "interrupted"]);
  assertGreater(end.data["playedMs"] as number, 0);
  const starts = of(2).filter((event) => event.kind === "word").map((event) =>
    event.data["startSample"] as number
  );
  assertEquals(starts, starts.toSorted((one, other) => one - other));
  const none = await LiveProcess.run(room, ["say", "Is anybody there?"]);
  assertEquals([none.code, none.stdout, none.lines.length], [1, "", 1]);
  assertStringIncludes(none.stderr, "no Lipcam is running");
});

Deno.test("1000 say in a burst: the queue's capacity is taken, the rest refused, frames go on", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...QUIET, "--queue-capacity", "16"]);
  const client = await live.client();
  const before = await live.state();
  const startMs = clock.nowMs();
  const answers = await Promise.all(Array.from({ length: 1000 }, async (_, index) => {
    await delay(index); // 1000 in a second
    return await client.say({ text: LONG }).then(() => 202, (error) => {
      if (error instanceof CapacityFault) return 429;
      throw error;
    });
  }));
  const tookMs = clock.nowMs() - startMs;
  const after = await live.state();
  const passedMs = after.uptimeMs - before.uptimeMs;
  const units = after.picture.units - before.picture.units;
  const lagged = after.picture.laggedFrames - before.picture.laggedFrames;
  const taken = answers.filter((status) => status === 202).length;
  console.log(
    `burst: ${taken} taken, ${1000 - taken} refused in ${tookMs.toFixed(0)} ms; ` +
      `${units} units in ${passedMs} ms, ${lagged} lagged`,
  );
  assertEquals(taken, 16);
  assertEquals([after.speech.accepted, after.speech.rejected], [16, 984]);
  assertLess(Math.abs(units - passedMs / 40), 5 + passedMs / 400);
  assertLess(lagged, units / 5 + 2);
  await client.interrupt();
  const { speech } = await live.reaches("quiet", 5000, (state) => !state.speech.speaking);
  assertEquals(speech.queued, 0);
  await client.say({ text: "Still here." });
  await live.reaches("speaking again", 8000, (state) => state.speech.speaking?.text === "Still here.");
});

Deno.test("a second instance on the same port is refused with the first one's pid, which goes on", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...QUIET, "--say", LONG, "--record", "first.mp4"]);
  const { port } = live.token();
  const args = [...QUIET, "--port", String(port), "--say", "Me too.", "--record", "second.mp4"];
  const second = await LiveProcess.run(room, ["live", ...args]);
  assertEquals([second.code, second.stdout, second.lines.length], [2, "", 1], second.stderr);
  assertStringIncludes(second.stderr, `port ${port} is in use by another Lipcam (pid ${live.pid})`);
  assertStringIncludes(second.stderr, "--port");
  assertEquals(room.tokenFiles(), [`${port}.json`]);
  assertEquals(room.files(), [".first.partial.mp4"]);
  const { picture, speech } = await live.state();
  assertEquals([speech.accepted, picture.phase], [1, "speaking"]);
  // On another port both run, and who speaks to one must say to which.
  await using third = await LiveProcess.start(room, QUIET);
  const which = await LiveProcess.run(room, ["say", "Hello."]);
  assertEquals([which.code, which.lines.length], [2, 1]);
  assertStringIncludes(which.stderr, `${port}`);
  const stopped = await LiveProcess.run(room, ["stop", "--port", String(third.token().port)]);
  assertEquals(stopped.code, 0, stopped.stderr);
  assertEquals((await third.ended(8000)).code, 0);
  assert(isRunning(live.pid));
  await (await live.client()).stop();
  assertEquals((await live.ended(8000)).code, 0);
  assertEquals(room.files(), ["first.mp4"]);
});

Deno.test("stop while it is still starting: it ends with 0 and leaves nothing unfinished", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...QUIET, "--record", "x.webm"], { isAwaited: false });
  await until("its token", 20_000, () => room.tokens().length === 1, 5);
  const early = await (await live.client()).state().then(() => "live", (error) => error.code);
  console.log(`state asked while starting: ${early}`);
  assert(["live", "starting"].includes(early), early);
  await (await live.client()).stop();
  const { code, ms } = await live.ended(15_000);
  console.log(`stopped while starting: ended with ${code} after ${ms.toFixed(0)} ms`);
  assertEquals(code, 0);
  assertEquals(room.runFiles(), []);
  assertEquals(room.files().filter((name) => name !== "x.webm"), []);
});

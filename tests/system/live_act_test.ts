/** Expressions and actions of a running programme: by command, by the API, and as cues in what it says. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LiveProcess, Room } from "./live_process.ts";

const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x180"];

/** Texts of segments and names of cues, in the order in which they were heard. */
async function heard(response: Response, last: number): Promise<string[]> {
  const found: string[] = [];
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const event = JSON.parse(data);
      if (event.kind === "segment") found.push(event.text);
      if (event.kind === "cue") found.push(`[${event.name}]`);
      if (event.kind === "warning") found.push(`warning: ${event.text}`);
      if (event.kind === "utterance_end" && event.utterance === last) return found;
    }
  }
  return found;
}

Deno.test("act shows an expression until the next one and does an action once", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...QUIET, "--expression", "sad"]);
  assertEquals((await live.state()).picture.expression, "sad");
  const done = await LiveProcess.run(room, ["act", "Surprised"]);
  assertEquals([done.code, done.stdout, done.stderr], [0, "", ""]);
  await live.reaches("the expression", 2000, ({ picture }) => picture.expression === "surprised");
  const listed = await LiveProcess.run(room, ["act"]);
  assertMatch(listed.stdout, /^surprised +expression, shown$/m);
  assertMatch(listed.stdout, /^wink +action$/m);

  const body = JSON.stringify({ name: "shake" });
  const answer = await live.fetch("/v1/act", { method: "POST", body });
  assertEquals([answer.status, await answer.json()], [202, { acting: "shake" }]);
  await live.reaches("the action", 1000, ({ picture }) => picture.action === "shake");
  await live.reaches("its end", 4000, ({ picture }) => picture.action === undefined);
  assertEquals((await live.state()).picture.expression, "surprised");

  const wrong = await LiveProcess.run(room, ["act", "shakes"]);
  assertEquals([wrong.code, wrong.stdout, wrong.lines.length], [2, "", 1]);
  assertStringIncludes(wrong.stderr, "did you mean shake?");
});

Deno.test("cues in what is said and piped are done and not spoken", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET, { isPiped: true });
  const listening = live.fetch("/v1/events").then((stream) => heard(stream, 3));
  await live.write("[happy] Good morning [nod] to all of you.\n");
  await live.write("[tilt]\n");
  await live.reaches("the tilt", 10_000, ({ picture }) => picture.action === "tilt");
  const said = await LiveProcess.run(room, ["say", "This is a [thinkin] word.", "--wait"]);
  assertEquals(said.code, 0);
  const [segment, ...more] = await listening;
  assertEquals([segment, ...more].filter((text) => !text!.startsWith("warning")), [
    "Good morning to all of you.",
    ...["[happy]", "[nod]", "[tilt]"],
    "This is a [thinkin] word.",
  ]);
  assertEquals(more.filter((text) => text.startsWith("warning")).length, 1);
  assertEquals((await live.state()).picture.expression, "happy");
});

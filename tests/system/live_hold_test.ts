/** Hold and panic of a running programme, by command and API: the picture stands still, speech waits and goes on. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { wavBytes } from "../fakes/wav.ts";
import { LiveProcess, Room, until } from "./live_process.ts";

const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x240"];

Deno.test("hold: what is said waits and goes on where it stopped", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET);
  const client = await live.client();
  await client.say({ text: "One two three four five six seven eight nine ten eleven twelve thirteen." });
  await until("speaking", 10_000, async () => (await live.state()).picture.phase === "speaking");
  assertEquals(await client.hold(), { isHeld: true, isPanic: false });
  await until("held", 1000, async () => (await live.state()).picture.phase === "held");
  await delay(200); // what was handed over before is heard meanwhile
  const held = await live.state();
  await delay(500);
  const later = await live.state();
  assertEquals(later.speech.speaking?.word, held.speech.speaking?.word);
  assert(later.picture.units > held.picture.units + 8, "units go on");
  assertEquals((await LiveProcess.run(room, ["hold", "off"])).code, 0);
  await until("the end of it", 15_000, async () => {
    const { speech } = await live.state();
    return speech.queued === 0 && speech.speaking === undefined;
  });
  assertEquals((await live.state()).picture.laggedFrames, 0);
});

Deno.test("panic without OBS holds the avatar all the same; an interrupt while held is done when it goes on", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET);
  const panic = await LiveProcess.run(room, ["panic", "on", "--json"]);
  assertEquals([panic.code, JSON.parse(panic.stdout)], [0, { isHeld: false, isPanic: true }]);
  await (await live.client()).say({ text: "This is never heard, since it is cut off before." });
  await delay(300);
  await (await live.client()).interrupt();
  assertEquals((await LiveProcess.run(room, ["panic"])).code, 0);
  await (await live.client()).say({ text: "Heard." });
  await until("the second one", 10_000, async () => (await live.state()).speech.speaking?.text === "Heard.");
  const state = await live.state();
  assertEquals(state.still, { isHeld: false, isPanic: false });
});

Deno.test("hold, panic and scene refuse what they do not understand", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET);
  const tries: readonly [string[], number, RegExp][] = [
    [["hold", "maybe"], 2, /hold is given "maybe", wanted on, off or nothing/],
    [["panic", "on", "off"], 2, /panic is given "on" "off", wanted on, off or nothing/],
    [["scene", "one", "two"], 2, /scene has 2 names, wanted one/],
    [["scene", "Product"], 1, /--obs-connect/],
    [["scene"], 1, /OBS is not connected/],
  ];
  for (const [argv, code, line] of tries) {
    const ended = await LiveProcess.run(room, argv);
    assertEquals([ended.code, ended.lines.length], [code, 1], ended.stderr);
    assert(line.test(ended.stderr), ended.stderr);
  }
  assert(!live.isOver);
});

Deno.test("a text with cues for OBS is rendered without them: what the voice is given holds none", async () => {
  using room = new Room();
  const tone = Float32Array.from({ length: 12_000 }, (_, i) => 0.3 * Math.sin(i / 10));
  await Deno.writeFile(`${room.working}/tone.wav`, wavBytes(tone, 24_000));
  const voice = ["sh", "-c", "cat >> spoken.txt; cat tone.wav"];
  await Deno.writeTextFile(
    `${room.working}/lipcam.json`,
    JSON.stringify({
      tts: { engine: "command", command: voice },
      obs: { rules: [{ when: { cue: "applause" }, do: [{ hotkey: "clap" }] }] },
    }),
  );
  const text = "Look [scene:Product] here [applause] and [show:logo] there. [applause:loud] Done.";
  const flags = ["--say", text, "--out", "talk.mp4", "--size", "320x240"];
  const ended = await LiveProcess.run(room, ["render", ...flags]);
  assertEquals(ended.code, 0, ended.stderr);
  const spoken = await Deno.readTextFile(`${room.working}/spoken.txt`);
  assert(/Look here and there\./.test(spoken) && /Done\./.test(spoken), spoken);
  assert(!/scene|applause|show|\[/i.test(spoken), spoken);
});

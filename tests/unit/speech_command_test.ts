/** A program as a voice: what it gets, what may come back, and what happens when it misbehaves. */
import { assertAlmostEquals, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { delay, withDeadline } from "../../src/time/mod.ts";
import { CommandTts, voiceFor, voiceNamed } from "../../src/speech/mod.ts";

/** A voice program: a sine as long as the text, one letter 10 ms, at 22 050 Hz. */
const SINE = `
const text = Deno.args[0] ?? (await new Response(Deno.stdin.readable).text()).trim();
const pcm = Int16Array.from({ length: text.length * 220.5 | 0 }, (_, k) => 16384 * Math.sin(k * 440 * 6.283185 / 22050));
`;
const WAV = `
const head = new DataView(new ArrayBuffer(44));
[..."RIFF....WAVEfmt "].forEach((c, i) => head.setUint8(i, c.charCodeAt(0)));
head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
head.setUint32(24, 22050, true); head.setUint32(28, 44100, true); head.setUint16(32, 2, true);
head.setUint16(34, 16, true); [..."data"].forEach((c, i) => head.setUint8(36 + i, c.charCodeAt(0)));
head.setUint32(40, 0xFFFFFFFF, true);
await Deno.stdout.write(new Uint8Array(head.buffer));
`;
const WRITE = "await Deno.stdout.write(new Uint8Array(pcm.buffer));";

function program(code: string, ...args: string[]): string[] {
  const url = `data:application/typescript,${encodeURIComponent(code)}`;
  return [Deno.execPath(), "run", "--no-config", url, ...args];
}

Deno.test("CommandTts takes a WAV of unknown length from a program that reads stdin", async () => {
  await using tts = new CommandTts({ command: program(SINE + WAV + WRITE) });
  const { samples, words } = await tts.synthesize("one two three", {});
  assertAlmostEquals(samples.length, 13 * 480, 2);
  assertAlmostEquals(Math.max(...samples), 0.5, 0.01);
  assertEquals(words.map((word) => word.text), ["one", "two", "three"]);
  assertEquals(words.at(-1)!.endSample, samples.length);
});

Deno.test("CommandTts takes raw samples from a program that gets the text as an argument, unharmed by a shell", async () => {
  await using tts = new CommandTts({ command: program(SINE + WRITE, "{text}"), output: "s16le@22050" });
  const { samples } = await tts.synthesize("$(echo no); 'x' {voice}", {});
  assertAlmostEquals(samples.length, 23 * 480, 2);
});

Deno.test("CommandTts says the exit code and the last line of stderr", async () => {
  const code = "console.error('first'); console.error('model not found'); Deno.exit(4);";
  await using tts = new CommandTts({ command: program(code) });
  const error = await assertRejects(() => tts.synthesize("Hello.", {}), Fault, "exit code 4");
  assertEquals(error.message.endsWith("(model not found)"), true);
});

Deno.test("CommandTts refuses silence, garbage and a program that is not there", async () => {
  await using mute = new CommandTts({ command: program("") });
  await assertRejects(() => mute.synthesize("Hello.", {}), Fault, "no sound came");
  await using noise = new CommandTts({ command: program("console.log('no wav at all')") });
  await assertRejects(() => noise.synthesize("Hello.", {}), Fault, "RIFF");
  await using missing = new CommandTts({ command: ["no-such-voice-program"] });
  await assertRejects(() => missing.synthesize("Hello.", {}), InputFault, "no-such-voice-program");
});

Deno.test("CommandTts kills a program at its deadline, on abort and past its limit", async () => {
  const endless = program("for (;;) await new Promise((done) => setTimeout(done, 1000));");
  await using slow = new CommandTts({ command: endless, deadlineMs: 300 });
  assertEquals((await assertRejects(() => slow.synthesize("Hello.", {}), Fault)).code, "deadline");
  await using patient = new CommandTts({ command: endless });
  const abort = new AbortController();
  const call = patient.synthesize("Hello.", { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assertRejects(() => call, Error, "enough");
  const flood = program("for (;;) await Deno.stdout.write(new Uint8Array(65536));");
  await using capped = new CommandTts({ command: flood, outputBytesMax: 1_000_000 });
  await assertRejects(() => capped.synthesize("Hello.", {}), Fault, "more than 1000000 bytes");
});

for (
  const [what, code] of [["stays in its group", "sleep 10 & wait"], [
    "leaves its group",
    "setsid sleep 10",
  ]] as const
) {
  Deno.test({
    name: `CommandTts: closing does not wait for a grandchild that ${what} and holds the output open`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const folder = Deno.makeTempDirSync();
      try {
        const tts = new CommandTts({
          command: ["sh", "-c", `echo $$ > ${folder}/pid; ${code} & exec sleep 10`],
        });
        const call = assertRejects(() => tts.synthesize("Hello.", {}), Fault, "closed");
        while (!isThere(`${folder}/pid`)) await delay(5);
        await delay(100); // the grandchild starts
        await withDeadline(tts[Symbol.asyncDispose](), 5000, "closing the voice program");
        await call;
        if (what === "stays in its group") {
          const group = Number(Deno.readTextFileSync(`${folder}/pid`));
          await withDeadline(gone(group), 5000, "the end of the whole group");
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

function isThere(path: string): boolean {
  try {
    return Deno.readTextFileSync(path) !== "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Resolves when no process of the group is left. */
async function gone(group: number): Promise<void> {
  const isLeft = () =>
    [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).some(({ name }) => {
      try {
        const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
        const [state, , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return Number(of) === group && state !== "Z";
      } catch {
        return false; // it has just ended
      }
    });
  while (isLeft()) await delay(10);
}

Deno.test("CommandTts refuses an empty command and an unknown output", () => {
  assertThrows(() => new CommandTts({ command: [] }), InputFault, "wanted a program");
  assertThrows(() => new CommandTts({ command: ["x"], output: "mp3" }), InputFault, "s16le@RATE");
});

const VOICES = [
  { id: "en-US", name: "English (America)", languages: ["en-us", "en"] },
  { id: "vi", name: "Vietnamese (Northern)", languages: ["vi"] },
  { id: "cmn", name: "Chinese (Mandarin)", languages: ["cmn", "zh-cmn", "zh"] },
  { id: "ja", name: "Japanese", languages: ["ja"] },
];

Deno.test("voiceFor hears the language of a text and falls back to English, then to any", () => {
  const cases: readonly [string, string][] = [
    ["Hello", "en-US"],
    ["Tôi là người", "vi"],
    ["Tôi là người".normalize("NFD"), "vi"],
    ["今天", "cmn"],
    ["今日は", "ja"],
    ["Über café", "en-US"],
  ];
  for (const [text, id] of cases) assertEquals(voiceFor(text, VOICES)?.id, id);
  assertEquals(voiceFor("OK", VOICES, "vi")?.id, "vi");
  assertEquals(voiceFor("今日は", VOICES.slice(1, 2))?.id, "vi");
  assertEquals(voiceFor("Hello", []), undefined);
});

Deno.test("voiceNamed names at most three neighbours in one line", () => {
  const error = assertThrows(() => voiceNamed("englsh\n" + "x".repeat(500), VOICES), InputFault);
  assertLess(error.message.length, 160);
  assertEquals(error.message.includes("\n"), false);
});

Deno.test("voiceNamed and voiceFor know a language by its common names", () => {
  const cases: readonly [string, string][] = [
    ["en_US", "en-US"],
    ["English", "en-US"],
    ["zh_CN", "cmn"],
    ["zh-tw", "cmn"],
    ["Chinese", "cmn"],
    ["JP", "ja"],
    ["vn", "vi"],
    ["Vietnamese", "vi"],
  ];
  for (const [name, id] of cases) {
    assertEquals(voiceNamed(name, VOICES).id, id);
    assertEquals(voiceFor("", VOICES, name)?.id, id);
  }
  const cantonese = { id: "yue", name: "Chinese (Cantonese)", languages: ["yue", "zh-yue", "zh"] };
  assertEquals(voiceNamed("zh_HK", [...VOICES, cantonese]).id, "yue");
  assertEquals(voiceNamed("zh", [cantonese, ...VOICES]).id, "cmn");
  const own = { id: "my_voice", name: "Mine", languages: [] };
  assertEquals(voiceNamed("my_voice", [...VOICES, own]).id, "my_voice");
});

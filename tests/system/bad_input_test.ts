/**
 * Everything a person or a program can give that cannot be used: refused in one line that names what was given and
 * what is wanted, with exit code 2 or an HTTP 4xx, nothing on stdout and nothing left behind.
 */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { type Ended, type LiveOptions, LiveProcess, Room } from "./live_process.ts";

const GOLDEN = decodeURIComponent(new URL("../golden/speech", import.meta.url).pathname);
const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x180"];
const SAY = ["--say", "Hello.", "--record", "x.mp4"];
/** With the devices as they are, so that notes about them would be seen. */
const LIVE = ["live", "--port", "0"];
const RENDER = ["render", "--out", "x.mp4"];

interface Case {
  readonly argv: readonly string[];
  /** What its one line holds. */
  readonly says: readonly string[];
  /** Default 2. */
  readonly code?: number;
  readonly options?: LiveOptions;
}

/** The working folder of each case: what somebody might hand over by mistake. */
function fill(working: string): void {
  const write = (name: string, data: string | Uint8Array) =>
    typeof data === "string"
      ? Deno.writeTextFileSync(`${working}/${name}`, data)
      : Deno.writeFileSync(`${working}/${name}`, data);
  write("empty.wav", "");
  write(
    "random.mp3",
    Uint8Array.from({ length: 50_000 }, (_, at) => (Math.imul(at + 1, 2654435761) >>> 13) & 255),
  );
  write("text.wav", "This is a letter and no sound.\n".repeat(100));
  write("cut.mp3", Deno.readFileSync(`${GOLDEN}/sine440.mp3`).subarray(0, 60));
  write("cut.m4a", Deno.readFileSync(`${GOLDEN}/sine440.m4a`).subarray(0, 2000));
  write("silent_film.mp4", Deno.readFileSync(`${GOLDEN}/silent_film.mp4`));
  write("a_file", "");
  Deno.mkdirSync(`${working}/a_folder`);
  write("not_json.json", "{ fps: 25 }");
  write("unknown_key.json", '{ "fsp": 25 }');
  write("wrong_type.json", '{ "fps": "fast" }');
  write("list.json", "[]");
  for (const [id, manifest] of [["broken", '{ "id": "broken" '], ["half", '{ "id": "half" }']] as const) {
    Deno.mkdirSync(`${working}/avatars/${id}`, { recursive: true });
    write(`avatars/${id}/avatar.json`, manifest);
  }
  Deno.mkdirSync(`${working}/avatars/bare`);
  Deno.mkdirSync(`${working}/avatars/unreadable/avatar.json`, { recursive: true });
  const mai = decodeURIComponent(new URL("../../avatars/mai", import.meta.url).pathname);
  Deno.mkdirSync(`${working}/avatars/artless`);
  write(
    "avatars/artless/avatar.json",
    Deno.readTextFileSync(`${mai}/avatar.json`).replace('"id": "mai"', '"id": "artless"'),
  );
  write("avatars/artless/mai.svg", "<svg><rect/></svg>");
}

async function check(name: string, cases: readonly Case[]): Promise<void> {
  const waiting = [...cases];
  const inARow = async () => {
    using room = new Room();
    fill(room.working);
    const before = room.files();
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const { argv, says, code = 2, options = {} } = one;
      const what = `${name}: ${argv.join(" ").slice(0, 200)}`;
      const ended = await LiveProcess.run(room, argv, options);
      assertOneLine(ended, code, says, what);
      assertEquals(room.files(), before, what);
      assertEquals(room.runFiles(), [], what);
    }
  };
  await Promise.all([inARow(), inARow()]); // each with a room of its own
  console.log(`${name}: ${cases.length} cases`);
}

function assertOneLine(ended: Ended, code: number, says: readonly string[], what: string): void {
  assertEquals([ended.code, ended.stdout, ended.lines.length], [code, "", 1], `${what}\n${ended.stderr}`);
  for (const words of says) assertStringIncludes(ended.stderr, words, `${what}\n${ended.stderr}`);
  assertLess(ended.stderr.length, 600, what);
}

Deno.test("bad input: flags and settings", async () => {
  const both = (flags: readonly string[], ...says: string[]): Case[] => [
    { argv: [...LIVE, ...SAY, ...flags], says },
    { argv: [...RENDER, "--say", "Hello.", ...flags], says },
  ];
  await check("flags", [
    { argv: [...LIVE, "--sya", "Hello"], says: ["--sya", "--say"] },
    { argv: [...RENDER, "--frobnicate"], says: ["--frobnicate", "--help"] },
    { argv: [...LIVE, ...SAY, "stray"], says: ['"stray"', "wanted"] },
    ...both(["--size", "0x0"], "0", "wanted"),
    ...both(["--size", "1281x720"], "1281", "wanted"),
    ...both(["--size", "10000x10000"], "10000", "wanted"),
    ...both(["--size", "foo"], '"foo"', "WIDTHxHEIGHT"),
    ...both(["--fps", "23"], "--fps is 23", "20, 24, 25, 30, 50, 60"),
    ...both(["--fps", "0"], "--fps is 0", "wanted"),
    ...both(["--fps", "fast"], "fast", "wanted"),
    { argv: [...LIVE, "--port", "70000"], says: ["70000", "wanted"] },
    { argv: [...LIVE, "--port", "-1"], says: ["-1", "wanted"] },
    { argv: [...LIVE, "--sound-latency-ms", "5"], says: ["5", "wanted"] },
    { argv: ["render", "--say", "Hello."], says: ["--out"] },
    { argv: RENDER, says: ["--say", "--audio"] },
    { argv: [...LIVE, ...SAY, "--config", "absent.json"], says: ["absent.json", "does not exist"] },
    { argv: [...LIVE, ...SAY, "--config", "not_json.json"], says: ["not_json.json", "JSON"] },
    { argv: [...LIVE, ...SAY, "--config", "unknown_key.json"], says: ['"fsp"', "unknown_key.json", "fps"] },
    { argv: [...LIVE, ...SAY, "--config", "wrong_type.json"], says: ["fast", "wrong_type.json", "wanted"] },
    { argv: [...LIVE, ...SAY, "--config", "list.json"], says: ["list.json", "wanted"] },
    { argv: [...LIVE, ...SAY, "--config", "a_folder"], says: ["a_folder"] },
    { argv: [...LIVE, ...SAY], says: ["LIPCAM_FPS", "23"], options: { env: { LIPCAM_FPS: "23" } } },
  ]);
});

Deno.test("bad input: text", async () => {
  const both = (text: string, ...says: string[]): Case[] => [
    { argv: [...LIVE, "--record", "x.mp4", "--say", text], says },
    { argv: [...RENDER, "--say", text], says },
    { argv: ["say", text], says },
  ];
  const long = "All work and no play. ".repeat(5000); // the system passes at most 128 kB in one word
  await check("text", [
    { argv: [...LIVE, "--record", "x.mp4", "--say", ""], says: ["--say", "wanted"] },
    { argv: [...RENDER, "--say", ""], says: ["--say", "wanted"] },
    { argv: ["say", ""], says: ["nothing to say", "wanted"] },
    ...both("  \t ", "wanted").filter(({ argv }) => argv[0] !== "say"),
    ...both("🙂👍🏽🇻🇳", "no letter or digit", "wanted").filter(({ argv }) => argv[0] !== "say"),
    ...both("\x01\x07\x1b\x7f", "no letter or digit", "wanted").filter(({ argv }) => argv[0] !== "say"),
    ...both("\u{FFFD}...", "no letter or digit", "wanted").filter(({ argv }) => argv[0] !== "say"),
    ...both(long, String(long.length), "wanted at most").filter(({ argv }) => argv[0] !== "say"),
    {
      argv: [...LIVE, "--record", "x.mp4", "--voice", "vietnamse", "--say", "Hi."],
      says: ['"vietnamse"', "for example vi"],
    },
    { argv: [...RENDER, "--voice", "vietnamse", "--say", "Hi."], says: ['"vietnamse"', "for example vi"] },
    { argv: [...LIVE, "--voice", "en-us+zz", "--say", "Hi."], says: ['"en-us+zz"', "wanted"] },
    ...[LIVE, RENDER].map((argv) => ({
      argv: [...argv, "--tts-engine", "command", "--tts-command", '["no-such-voice"]', "--say", "Hi."],
      says: ["no-such-voice", "wanted"],
    })),
  ]);
});

Deno.test("bad input: sound files", async () => {
  const files: [string, string][] = [
    ["absent.wav", "absent.wav"],
    ["a_folder", "a_folder"],
    ["empty.wav", "empty"],
    ["random.mp3", "random.mp3"],
    ["text.wav", "text.wav"],
    ["cut.mp3", "cut.mp3"],
    ["cut.m4a", "cut.m4a"],
    ["silent_film.mp4", "silent_film.mp4"],
  ];
  await check(
    "sound files",
    files.flatMap(([file, says]) => [
      { argv: [...LIVE, "--record", "x.mp4", "--audio", file], says: [says, "wanted"] },
      { argv: [...RENDER, "--audio", file], says: [says, "wanted"] },
    ]),
  );
});

Deno.test("bad input: avatars and places to write to", async () => {
  const folders = ["--avatar-folders", "avatars"];
  const both = (flags: readonly string[], ...says: string[]): Case[] => [
    { argv: [...LIVE, ...SAY, ...flags], says },
    { argv: [...RENDER, "--say", "Hello.", ...flags], says },
  ];
  await check("avatars and places", [
    ...both(["--avatar", "nobody"], '"nobody"', "mai"),
    ...both(["--avatar", "../mai"], "../mai", "wanted"),
    ...both([...folders, "--avatar", "broken"], "avatar.json", "not JSON"),
    ...both([...folders, "--avatar", "half"], "avatar.json", "half"),
    ...both([...folders, "--avatar", "bare"], "avatar.json", "missing"),
    ...both([...folders, "--avatar", "unreadable"], "avatar.json is no file", "wanted"),
    ...both([...folders, "--avatar", "artless"], "mai.svg", "wanted"),
    { argv: ["prepare", "silent_film.mp4", "--id", "finn"], says: ['"finn" comes with Lipcam', "--force"] },
    { argv: [...LIVE, "--say", "Hi.", "--record", "absent/x.mp4"], says: ["absent/x.mp4", "does not exist"] },
    { argv: ["render", "--say", "Hi.", "--out", "absent/x.mp4"], says: ["absent/x.mp4", "does not exist"] },
    { argv: [...LIVE, "--say", "Hi.", "--record", "a_file/x.mp4"], says: ["a_file/x.mp4", "not a folder"] },
    { argv: [...LIVE, "--say", "Hi.", "--record", "x.avi"], says: ["x.avi", ".mp4, .webm or .mkv"] },
    { argv: ["render", "--say", "Hi.", "--out", "x.avi"], says: ['".avi"', ".mp4"] },
    { argv: ["render", "--say", "Hi.", "--out", "x"], says: ["no extension", ".mp4"] },
  ]);
});

Deno.test("bad input: a port that somebody else has, and a folder for the token that is not ours alone", async () => {
  using room = new Room();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const args = ["live", ...SAY];
  const taken = await LiveProcess.run(room, [...args, "--port", String(port)]);
  assertOneLine(taken, 2, [`port ${port} is in use`, `process ${Deno.pid}`, "--port"], "port");
  assertEquals([room.files(), room.runFiles()], [[], []]);

  Deno.mkdirSync(`${room.run}/lipcam`, { recursive: true });
  Deno.chmodSync(`${room.run}/lipcam`, 0o755);
  const open = await LiveProcess.run(room, [...args, "--port", "0"]);
  assertOneLine(open, 2, ["/run/lipcam", "others may enter it", "XDG_RUNTIME_DIR"], "open folder");
  assertEquals([room.files(), room.runFiles()], [[], []]);

  Deno.removeSync(`${room.run}/lipcam`);
  Deno.symlinkSync(room.data, `${room.run}/lipcam`);
  const link = await LiveProcess.run(room, [...args, "--port", "0"]);
  assertOneLine(link, 2, ["/run/lipcam", "it is a link"], "link");

  Deno.removeSync(`${room.run}/lipcam`);
  Deno.writeTextFileSync(`${room.run}/lipcam`, "");
  const file = await LiveProcess.run(room, [...args, "--port", "0"]);
  assertOneLine(file, 2, ["/run/lipcam", "it is not a folder"], "file");

  // A superuser may write anywhere but where there is nothing to write to.
  const nowhere = { env: { XDG_RUNTIME_DIR: "/proc" } };
  const unwritable = await LiveProcess.run(room, [...args, "--port", "0"], nowhere);
  assertOneLine(unwritable, 2, ["/proc/lipcam", "XDG_RUNTIME_DIR"], "unwritable");
  assertEquals([room.files(), Deno.readTextFileSync(`${room.run}/lipcam`)], [[], ""]);
});

Deno.test("an existing recording is replaced only when the new one is whole", async () => {
  using room = new Room();
  const path = `${room.working}/x.mp4`;
  Deno.writeTextFileSync(path, "the old one");
  const failed = await LiveProcess.run(room, [
    "live",
    ...QUIET,
    ...SAY,
    "--port",
    "0",
    "--voice",
    "vietnamse",
  ]);
  assertEquals([failed.code, Deno.readTextFileSync(path)], [2, "the old one"]);
  await using live = await LiveProcess.start(room, [...QUIET, ...SAY]);
  await live.reaches("frames", 10_000, ({ recording }) => (recording?.frames ?? 0) > 30);
  assertEquals(Deno.readTextFileSync(path), "the old one");
  live.signal("SIGTERM");
  assertEquals((await live.ended(10_000)).code, 0);
  assertEquals(room.files(), ["x.mp4"]);
  assertEquals(new TextDecoder().decode(Deno.readFileSync(path).subarray(4, 8)), "ftyp");
});

Deno.test("bad input from standard input: a megabyte, no text at all and broken text do not end what runs", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...QUIET, "--queue-capacity", "100"], { isPiped: true });
  await live.write("🙂\n\x01\x02\n");
  await live.said(/no letter or digit/, 8000);
  await live.write("\n \t\nHello.\n");
  await live.reaches("the line after them", 8000, ({ speech }) => speech.accepted === 1);
  await live.write("x".repeat(1_000_000) + "\n");
  const { picture } = await live.reaches(
    "the megabyte in pieces",
    15_000,
    ({ speech }) => speech.accepted >= 51,
  );
  await (await live.client()).interrupt();
  await live.write("Still here.\n");
  await live.reaches("the last line", 15_000, ({ speech }) => speech.speaking?.text === "Still here.");
  console.log(`a megabyte in one line: ${picture.laggedFrames} of ${picture.units} frames lagged`);

  const blob = `${room.folder}/megabyte.txt`;
  Deno.writeTextFileSync(blob, "All work and no play. ".repeat(50_000));
  const args = ["-c", `deno run -A "$0" say - < "${blob}"`, mainPath()];
  const said = await new Deno.Command("sh", { args, env: room.env(), cwd: room.working }).output();
  assertEquals(said.code, 2);
  assertStringIncludes(new TextDecoder().decode(said.stderr), "wanted less");
  assert(!live.isOver);
});

Deno.test("bad input by HTTP: each is a 4xx with one line, and the programme goes on", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...QUIET, "--say", "I was here before you all."]);
  const say = (value: unknown) => JSON.stringify(value);
  const cases: [string, number, string, string][] = [
    ["empty", 400, say({ text: "" }), "wanted"],
    ["blank", 400, say({ text: " \n\t " }), "wanted"],
    ["emoji", 400, say({ text: "🙂👍🏽🇻🇳" }), "wanted"],
    ["control characters", 400, say({ text: "\u0000\u0001\u001b[31m".slice(0, 3) }), "wanted"],
    ["lone surrogates", 400, '{"text":"\\ud800 \\udfff\\ud83d"}', "wanted"],
    ["too long", 400, say({ text: "a ".repeat(15_000) }), "30000"],
    ["a megabyte", 413, say({ text: "a ".repeat(500_000) }), "larger"],
    ["no text", 400, say({}), "text is missing"],
    ["a number", 400, say({ text: 5 }), "text is a number"],
    ["an unknown field", 400, say({ text: "Hi.", vioce: "vi" }), '"vioce"'],
    ["an unknown voice", 400, say({ text: "Hi.", voice: "vietnamse" }), "for example vi"],
    ["a list", 400, "[]", "wanted"],
    ["no JSON", 400, "{text:Hi}", "not JSON"],
    ["nothing", 400, "", "wanted"],
    ["a tower", 400, "[".repeat(100_000), "nested"],
  ];
  for (const [name, status, body, says] of cases) {
    const response = await live.fetch("/v1/say", { method: "POST", body });
    const text = await response.text();
    assertEquals(response.status, status, `${name}: ${text}`);
    const { detail } = JSON.parse(text);
    assertStringIncludes(detail, says, name);
    assert(!detail.includes("\n") && detail.length < 400, detail);
  }
  const { accepted } = (await live.state()).speech;
  assertEquals(accepted, 1, "something of it was taken");
  // What is broken in part is spoken without that part.
  const broken = await live.fetch("/v1/say", {
    method: "POST",
    body: '{"text":"Good \\ud83d mor\\u0001ning."}',
  });
  assertEquals(broken.status, 202, await broken.text());
  await live.reaches("it is spoken", 10_000, ({ speech }) => speech.speaking?.text === "Good morning.");
  live.signal("SIGTERM");
  const { code, lines } = await live.ended(10_000);
  assertEquals([code, lines.length], [0, 1], lines.join("\n"));
});

function mainPath(): string {
  return decodeURIComponent(new URL("../../main.ts", import.meta.url).pathname);
}

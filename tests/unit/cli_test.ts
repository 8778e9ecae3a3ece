/** The frame of the commands: what goes to stdout and stderr, exit codes, and one line for every bad command line. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { run, StdoutClosed, type Surroundings, VERSION } from "../../src/cli/mod.ts";
import { readCommandLine, spellings } from "../../src/cli/flags.ts";
import { TABLE } from "../../src/cli/table.ts";
import { DeviceFault, Fault, InputFault } from "../../src/errors/mod.ts";

/** Runs a command line in an empty folder of its own. */
async function call(argv: readonly string[], more: Partial<Surroundings> & { file?: string } = {}) {
  const working = Deno.makeTempDirSync({ prefix: "lipcam_cli_" });
  if (more.file !== undefined) Deno.writeTextFileSync(join(working, "lipcam.json"), more.file);
  let out = "";
  let notes = "";
  const code = await run(argv, {
    environment: { HOME: working, XDG_RUNTIME_DIR: working, ...more.environment },
    working,
    now: () => new Date(0),
    writeOut: more.writeOut ?? ((text) => out += text),
    writeNote: (text) => notes += text,
    input: more.input ?? (() => ReadableStream.from([])),
  });
  Deno.removeSync(working, { recursive: true });
  return { code, out, notes };
}

Deno.test("run prints help and version on stdout, and help for nobody on stderr", async () => {
  for (const argv of [["--help"], ["help"], ["-h"]]) {
    const { code, out, notes } = await call(argv);
    assertEquals([code, notes], [0, ""]);
    for (const { name } of TABLE) assertMatch(out, new RegExp(`^  ${name} `, "m"));
  }
  assertEquals(await call(["--version"]), { code: 0, out: `lipcam ${VERSION}\n`, notes: "" });
  const { code, out, notes } = await call([]);
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(notes, "Usage:");
});

for (const { name, summary } of TABLE) {
  Deno.test(`${name} --help lists every flag and at least one example`, async () => {
    const { command } = await TABLE.find((entry) => entry.name === name)!.load();
    assertEquals([command.name, command.summary], [name, summary]);
    const { code, out, notes } = await call([name, "--help"]);
    assertEquals([code, notes], [0, ""]);
    assertEquals((await call(["help", name])).out, out);
    for (const flag of command.flags) for (const form of spellings(flag)) assertStringIncludes(out, form);
    assertStringIncludes(out, `Usage: deno task ${name}`);
    assertStringIncludes(out, `deno task ${name}`);
    assert(command.examples.length > 0);
    const tooLong = out.split("\n").filter((line) => line.length > 120);
    assertEquals(tooLong, []);
  });
}

Deno.test("run refuses what it does not know with one line and exit 2", async () => {
  const cases: [string[], string][] = [
    [["sya"], 'unknown command "sya", did you mean say?'],
    [["frobnicate"], 'unknown command "frobnicate", wanted one of live, render'],
    [["--frob"], "unknown flag"],
    [["config", "--jsno"], "unknown flag --jsno, did you mean --json?"],
    [["config", "-x"], "unknown flag -x"],
    [["config", "word"], 'unexpected "word"'],
    [["config", "--fps"], "--fps has no value, wanted --fps N"],
    [["config", "--avatar", "--json"], "--avatar has no value"],
    [["config", "--av-offset-ms", "-4000"], "--av-offset-ms is -4000, wanted a whole number from -2000"],
    [["config", "--fps", "23"], "--fps is 23, wanted one of 20, 24, 25, 30, 50, 60"],
    [["config", "--size", "1281x720"], '--size is "1281x720", wanted WIDTHxHEIGHT'],
    [["config", "--log-level", "loud"], '--log-level is "loud", wanted one of debug'],
    [["config", "--config", "absent.json"], "absent.json does not exist"],
    [["say"], "nothing to say"],
    [["say", "  "], "nothing to say"],
    [["state", "--port", "abc"], '--port is "abc"'],
  ];
  for (const [argv, wanted] of cases) {
    const { code, out, notes } = await call(argv);
    assertStringIncludes(notes, wanted);
    assertEquals([code, out, notes.split("\n").length], [2, "", 2], argv.join(" "));
  }
});

Deno.test("commands for a running programme say so when none runs, with exit 1", async () => {
  for (const argv of [["say", "Hello"], ["act", "nod"], ["act"], ["interrupt"], ["state"], ["stop"]]) {
    const { code, out, notes } = await call(argv);
    assertEquals([code, out], [1, ""]);
    assertEquals(notes, "lipcam: no Lipcam is running; start one with: deno task live\n");
  }
});

Deno.test("say refuses too much from standard input with exit 2", async () => {
  const input = () =>
    ReadableStream.from([new Uint8Array(200_000).fill(97), new Uint8Array(200_000).fill(97)]);
  const { code, notes } = await call(["say", "-"], { input });
  assertEquals(code, 2);
  assertStringIncludes(notes, "longer than 250000 bytes");
});

Deno.test("config prints values with their sources, for people and for programs", async () => {
  const surroundings = { environment: { LIPCAM_AVATAR: "ann" }, file: '{"fps": 30}' };
  const { code, out } = await call(
    ["config", "--size", "640x360", "--crossfade-ms", "0", "--no-mic"],
    surroundings,
  );
  assertEquals(code, 0);
  assertMatch(out, /^avatar +ann +LIPCAM_AVATAR$/m);
  assertMatch(out, /^fps +30 +\S+lipcam\.json$/m);
  assertMatch(out, /^width +640 +--size$/m);
  assertMatch(out, /^crossfadeMs +0 +--crossfade-ms$/m);
  assertMatch(out, /^mic +false +--no-mic$/m);
  assertMatch(out, /^port +8010 +default$/m);
  const json = JSON.parse((await call(["config", "--json"], surroundings)).out);
  assertEquals(json.settings.avatar, { value: "ann", kind: "environment", name: "LIPCAM_AVATAR" });
  assertEquals(json.settings["tts.engine"].value, "espeak");
  assertStringIncludes(
    (await call(["config", "--explain"])).out,
    "--tts-deadline-ms, LIPCAM_TTS_DEADLINE_MS",
  );
});

Deno.test("config --debug and warnings go to stderr only", async () => {
  const { code, out, notes } = await call(["config", "--debug"], { environment: { LIPCAM_CAMRA: "x" } });
  assertEquals(code, 0);
  assertMatch(out, /^logLevel +debug +--debug$/m);
  assertStringIncludes(
    notes,
    "warn: the variable LIPCAM_CAMRA is not a setting, did you mean LIPCAM_CAMERA?",
  );
});

Deno.test("config takes what is shown by flags, and names the values there are", async () => {
  const argv = ["config", "--framing", "head", "--expression", "sad", "--background", "#203040"];
  const { code, out } = await call([...argv, "--engine", "loudness", "--avatar", "dicebear:lorelei/Mai"]);
  assertEquals(code, 0);
  assertMatch(out, /^framing +head +--framing$/m);
  assertMatch(out, /^expression +sad +--expression$/m);
  assertMatch(out, /^background +#203040 +--background$/m);
  assertMatch(out, /^engine +loudness +--engine$/m);
  assertMatch(out, /^avatar +dicebear:lorelei\/Mai +--avatar$/m);
  for (const [flag, value] of [["--framing", "feet"], ["--expression", "hapy"], ["--engine", "musetak"]]) {
    const { code, notes } = await call(["config", flag!, value!]);
    assertEquals(code, 2);
    assertStringIncludes(notes, `${flag} is ${JSON.stringify(value)}, wanted one of `);
  }
});

Deno.test("voices lists what --voice takes, in columns and for programs", async () => {
  const { code, out, notes } = await call(["voices"]);
  assertEquals([code, notes], [0, ""]);
  assertMatch(out, /^en-US +English \(America\) +en-us, en$/m);
  const voices = JSON.parse((await call(["voices", "--json"])).out);
  assertEquals(voices.length, out.trimEnd().split("\n").length);
  assertEquals(voices.find(({ id }: { id: string }) => id === "ja").languages, ["ja"]);
  assertStringIncludes((await call(["voices", "vi"])).notes, 'unexpected "vi"');
});

Deno.test("run ends quietly when the reader of stdout has gone", async () => {
  const writeOut = () => {
    throw new StdoutClosed();
  };
  assertEquals(await call(["config"], { writeOut }), { code: 0, out: "", notes: "" });
});

Deno.test("run calls a fault of ours one, with exit 1 and the stack only for --debug", async () => {
  const writeOut = () => {
    throw new TypeError("boom");
  };
  const { code, notes } = await call(["config"], { writeOut });
  assertEquals([code, notes.split("\n").length], [1, 2]);
  assertStringIncludes(notes, "unexpected: boom");
  assertStringIncludes((await call(["config", "--debug"], { writeOut })).notes, "at ");
});

Deno.test("run tells the first error and its exit code, and what failed while closing only for --debug", async () => {
  const writeOut = () => {
    using _outer = {
      [Symbol.dispose]: () => {
        throw new Error("the outer did not close");
      },
    };
    using _inner = {
      [Symbol.dispose]: () => {
        throw new Fault("the inner did not close", { code: "x" });
      },
    };
    throw new DeviceFault("opening the camera: it is busy, wanted a free one", { code: "camera_busy" });
  };
  const { code, notes } = await call(["config"], { writeOut });
  assertEquals([code, notes], [3, "lipcam: opening the camera: it is busy, wanted a free one\n"]);
  const { notes: all } = await call(["config", "--debug"], { writeOut });
  assertEquals(all.split("\n").slice(0, 3), [
    "lipcam: opening the camera: it is busy, wanted a free one",
    "lipcam: then, while closing: the inner did not close",
    "lipcam: then, while closing: the outer did not close",
  ]);
  const quiet = () => {
    using _inner = {
      [Symbol.dispose]: () => {
        throw new Error("too late");
      },
    };
    throw new StdoutClosed();
  };
  assertEquals(await call(["config"], { writeOut: quiet }), { code: 0, out: "", notes: "" });
});

Deno.test("readCommandLine keeps words, negated switches and settings apart", () => {
  const flags = [
    { name: "mic", kind: "switch", doc: "", setting: "mic" },
    { name: "page", kind: "switch", doc: "", setting: "page", isNegated: true },
    { name: "interrupt", kind: "switch", doc: "", isNegated: true },
    { name: "debug", kind: "switch", doc: "", setting: "logLevel", means: "debug" },
    { name: "say", kind: "list", doc: "" },
    { name: "fps", kind: "text", doc: "", setting: "fps" },
  ] as const;
  const none = readCommandLine([], flags, "TEXT");
  assertEquals(none.settings, []);
  assertEquals([none.flags.isOn("interrupt"), none.flags.isGiven("mic"), none.flags.list("say")], [
    true,
    false,
    [],
  ]);
  const argv = [
    "a",
    "--no-mic",
    "--no-page",
    "--no-interrupt",
    "--debug",
    "--say",
    "1",
    "--say",
    "2",
    "7",
    "--",
    "--b",
  ];
  const line = readCommandLine(argv, flags, "TEXT");
  assertEquals(readCommandLine(["--say", "- well", "--fps", "-1"], flags).flags.list("say"), ["- well"]);
  assertEquals(line.words, ["a", "7", "--b"]);
  assertEquals(line.flags.list("say"), ["1", "2"]);
  assertEquals(line.flags.isOn("interrupt"), false);
  assertEquals(line.settings, [
    { name: "--no-mic", key: "mic", value: false },
    { name: "--no-page", key: "page", value: false },
    { name: "--debug", key: "logLevel", value: "debug" },
  ]);
  assertThrows(() => readCommandLine(["a"], flags), InputFault, 'unexpected "a"');
  assertThrows(() => none.flags.text("say"), Error, "wanted a declared one");
});

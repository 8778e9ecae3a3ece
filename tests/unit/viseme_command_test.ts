/** `visemes` from the command line to stdout, with a small untrained network in the user's folder of models. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/mod.ts";
import { MOUTH_PARAMETERS, VISEMES } from "../../src/lipsync/mod.ts";
import { writeFakeModel } from "../fakes/viseme_model.ts";

const SPEECH = fileURLToPath(new URL("../golden/lipsync/mama_papa.wav", import.meta.url));

async function call(argv: readonly string[], poison?: "NaN") {
  const home = Deno.makeTempDirSync();
  for (const name of ["viseme", "viseme-fast"]) {
    const options = { name, delayFrames: name === "viseme" ? 3 : 1, ...(poison ? { poison } : {}) };
    await writeFakeModel(`${home}/.local/share/lipcam/models`, options);
  }
  let out = "";
  let notes = "";
  const code = await run(["visemes", ...argv], {
    environment: { HOME: home, XDG_RUNTIME_DIR: home },
    working: home,
    now: () => new Date(0),
    writeOut: (text) => out += text,
    writeNote: (text) => notes += text,
    input: () => ReadableStream.from([]),
  });
  Deno.removeSync(home, { recursive: true });
  return { code, out, notes };
}

Deno.test("visemes prints a frame for every 20 ms, in each format", async () => {
  const { code, out, notes } = await call([SPEECH]);
  assertEquals([code, notes], [0, ""]);
  const { file, model, frameMs, durationMs, frames } = JSON.parse(out);
  assertEquals([file, model, frameMs], [SPEECH, "viseme", 20]);
  assertEquals(frames.length, Math.ceil(durationMs / 20));
  for (const [at, { ms, viseme, probability, mouth }] of frames.entries()) {
    assertEquals(ms, at * 20);
    assert(VISEMES.includes(viseme) && probability > 0 && probability <= 1);
    assertEquals(Object.keys(mouth), [...MOUTH_PARAMETERS]);
  }
  const table = (await call([SPEECH, "--format", "tsv"])).out.trimEnd().split("\n");
  assertEquals(table.length, frames.length + 1);
  assertEquals(
    table.slice(1).map((line) => line.split("\t")[1]),
    frames.map((frame: { viseme: string }) => frame.viseme),
  );
  const shapes = (await call(["--format", "rhubarb", SPEECH])).out.trimEnd().split("\n");
  for (const line of shapes) assertMatch(line, /^\d+\.\d\d\t[A-HX]$/);
  assertMatch(shapes[0]!, /^0\.00\t/);
  assertEquals(shapes.at(-1), `${(Math.floor(durationMs / 10) / 100).toFixed(2)}\tX`);
});

Deno.test("visemes --model viseme-fast hears with the other network", async () => {
  const { code, out } = await call([SPEECH, "--model", "viseme-fast"]);
  assertEquals([code, JSON.parse(out).model], [0, "viseme-fast"]);
});

Deno.test("visemes refuses with one line, exit 2 and nothing on stdout", async () => {
  const cases: readonly [string[], RegExp][] = [
    [[], /visemes has no FILE, wanted a sound file/],
    [[SPEECH, "b.wav"], /visemes has a second FILE "b.wav", wanted one/],
    [["none.wav"], /audio file "none.wav": not there, wanted/],
    [
      [SPEECH, "--format", "rhubrab"],
      /--format "rhubrab", wanted json or tsv or rhubarb, did you mean rhubarb\?/,
    ],
    [[SPEECH, "--model", "loudness"], /--model "loudness", wanted viseme or viseme-fast/],
    [[SPEECH, "--fromat", "tsv"], /unknown flag --fromat, did you mean --format\?/],
  ];
  for (const [argv, line] of cases) {
    const { code, out, notes } = await call(argv);
    assertEquals([code, out], [2, ""], notes);
    assertMatch(notes, line);
    assertEquals(notes.trimEnd().split("\n").length, 1, notes);
  }
});

Deno.test("visemes says in one line that a network answers NaN", async () => {
  const { code, notes } = await call([SPEECH, "--format", "tsv"], "NaN");
  assertEquals(code, 1);
  assertMatch(notes, /model "viseme" answered NaN, wanted a number from 0 to 1/);
  assertEquals(notes.trimEnd().split("\n").length, 1, notes);
});

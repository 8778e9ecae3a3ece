/** The known answers of MuseTalk's own functions, through the command that checks any such folder. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { checkAll } from "../../scripts/golden/checks.ts";
import { KnownAnswers } from "../../scripts/golden/known_answers.ts";
import { InputFault } from "../../src/errors/mod.ts";

const FOLDER = fileURLToPath(new URL("../golden/musetalk", import.meta.url));

Deno.test("golden: every kind is within its limit", async () => {
  const checks = await checkAll(await KnownAnswers.open(FOLDER));
  for (const { kind, cases, error, limit } of checks) {
    assert(cases > 0, `${kind} has no cases`);
    assert(error <= limit, `${kind}: ${error}, limit ${limit}`);
  }
  assertEquals(checks.map(({ kind }) => kind), [
    "mel",
    "windows",
    "positional encoding",
    "encoder image, masked",
    "encoder image, reference",
    "decoder to bytes",
    "blend",
  ]);
});

Deno.test("golden: a wrong answer is found, kind by kind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const { name } of Deno.readDirSync(FOLDER)) {
      await Deno.copyFile(`${FOLDER}/${name}`, `${folder}/${name}`);
    }
    const json = JSON.parse(await Deno.readTextFile(`${folder}/golden.json`));
    json.windows["25"].rows["2"][3] = 7;
    json.vae_pre.masked[2].value += 0.01;
    json.vae_pre.reference[2].value += 0.01;
    json.decode[200].u8 += 1;
    [json.blend[0].out, json.blend[1].out] = [json.blend[1].out, json.blend[0].out];
    await Deno.writeTextFile(`${folder}/golden.json`, JSON.stringify(json));
    for (const name of ["mel_first110.bin", "pe_out.bin"]) {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      new Float32Array(bytes.buffer)[100]! += 1e-4;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    const checks = await checkAll(await KnownAnswers.open(folder));
    for (const { kind, error, limit } of checks) assert(error > limit, `${kind} was not seen: ${error}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("golden: other sounds, rates, lengths and numbers of windows, a folder without pictures", async () => {
  const checks = await checkAll(
    await KnownAnswers.open(fileURLToPath(new URL("../golden/whisper", import.meta.url))),
  );
  assertEquals(checks.map(({ cases }) => cases), [2, 27, 1, 0, 0, 0]);
  for (const { kind, error, limit } of checks) assert(error <= limit, `${kind}: ${error}, limit ${limit}`);
});

Deno.test("golden: the window of a long sound is looked for in the stream too", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rows = { 751: [1498, 1499, 1500, 1501, 1502, 1503, 1504, 1505, 1506, 1508] };
    await Deno.writeTextFile(
      `${folder}/golden.json`,
      JSON.stringify({ windows: { 25: { samples: 500_000, rows } } }),
    );
    const [, windows] = await checkAll(await KnownAnswers.open(folder));
    assertEquals(windows, { kind: "windows", cases: 1, error: 6, limit: 0 }); // the window, and five layers of it
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("golden: a folder that cannot be used is named in one line", async () => {
  await assertRejects(() => KnownAnswers.open("/nowhere"), InputFault, "wanted a JSON object");
  const folder = await Deno.makeTempDir();
  const array = (file: string, shape: number[], dtype = "float32") => ({ file, dtype, shape });
  try {
    await Deno.writeFile(`${folder}/four.bin`, new Uint8Array(16));
    for (
      const [json, wanted] of [
        [[], "golden.json: all of it"],
        [{ windows: { fast: { samples: 1, rows: {} } } }, "windows.fast"],
        [{ windows: { 0: { samples: 1, rows: {} } } }, "wanted 1 or more"],
        [{ blend: [{ box: [1, 2, 3], crop: [1, 2, 3, 4] }] }, "blend.0.box"],
        [{ decode: [{ decoder: "x", u8: 1 }] }, "decode.0.decoder"],
        [
          { blend: [{ ...{ box: [0, 0, 1, 1], crop: [0, 0, 1, 1] }, patch: "p", mask: "m", out: "o" }] },
          "frame.png",
        ],
        [{ arrays: { mel_first1: array("four.bin", [80, 1]) } }, "wanted its sound"],
        [{ arrays: { mel_pcm: array("four.bin", [4]), mel: array("four.bin", [80, 1]) } }, "wanted 320"],
        [{ arrays: { mel_pcm: array("four.bin", [4]), mel: array("four.bin", [4, 1]) } }, "wanted [80"],
        [
          { arrays: { mel_pcm: array("four.bin", [4], "int8"), mel: array("four.bin", [4, 1], "int8") } },
          "of int8",
        ],
        [{ arrays: { pe_in: array("four.bin", [1, 4]) } }, "names no array pe_out"],
        [{ arrays: { pe_in: array("../four.bin", [1, 4]) } }, "wanted a plain name"],
        [{ vae_pre: { file: "four.bin" } }, "wanted a PNG"],
      ] as const
    ) {
      await Deno.writeTextFile(`${folder}/golden.json`, JSON.stringify(json));
      const fault = await assertRejects(
        async () => await checkAll(await KnownAnswers.open(folder)),
        InputFault,
        wanted,
      );
      assert(!fault.message.includes("\n"), fault.message);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

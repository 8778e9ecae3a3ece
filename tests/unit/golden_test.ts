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

Deno.test("golden: a folder that is none is named", async () => {
  await assertRejects(() => KnownAnswers.open("/nowhere"), InputFault, "wanted a JSON object");
});

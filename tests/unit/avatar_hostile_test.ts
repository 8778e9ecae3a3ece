/** Avatar folders made to harm: each is refused in one line, by name, quickly and before anything is painted. */
import { assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { loadFace } from "../../src/avatar/mod.ts";
import { guardedSvg } from "../../src/avatar/drawn/svg_guard.ts";
import { InputFault } from "../../src/errors/mod.ts";

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
const REGRESS = decodeURIComponent(new URL("../regress", import.meta.url).pathname);
const SIZE = { width: 320, height: 180 };

/** Mai's folder with other art, or changed otherwise. */
async function refused(change: (folder: string) => void): Promise<InputFault> {
  const parent = Deno.makeTempDirSync();
  const folder = `${parent}/mai`;
  try {
    Deno.mkdirSync(folder);
    for (const file of ["avatar.json", "mai.svg"]) {
      Deno.copyFileSync(`${SHIPPED}/mai/${file}`, `${folder}/${file}`);
    }
    change(folder);
    const fault = await assertRejects(() => loadFace(folder, SIZE), InputFault) as InputFault;
    assertEquals(fault.code, "bad_avatar");
    assertEquals(fault.message.includes("\n"), false);
    assertLess(fault.message.length, 400);
    assertStringIncludes(fault.message, `avatar ${folder}: `);
    assertStringIncludes(fault.message, "wanted");
    return fault;
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

const ART: readonly [string, string][] = [
  ["avatar_laughs.svg", "grows to more than"],
  ["avatar_entities.svg", "<!DOCTYPE"],
  ["avatar_itself.svg", "refers to itself"],
  ["avatar_pattern_in_itself.svg", "refers to itself"],
  ["avatar_script.svg", "holds <script>"],
  ["avatar_file_image.svg", "holds <image>"],
  ["avatar_far_use.svg", "refers to"],
  ["avatar_in_comment.svg", "has no layer"],
  ["avatar_two_ids.svg", 'has the id "a" twice'],
  ["avatar_hidden_id.svg", "refers to itself"],
  ["avatar_cdata.svg", "<![CDATA["],
  ["avatar_blur.svg", "too much data-blur"],
];

for (const [file, message] of ART) {
  Deno.test(`loadFace refuses ${file}`, async () => {
    const fault = await refused((folder) => Deno.copyFileSync(`${REGRESS}/${file}`, `${folder}/mai.svg`));
    assertStringIncludes(fault.message, message);
    assertStringIncludes(fault.message, "mai.svg");
  });
}

const LONG: readonly [string, string, string][] = [
  ["layers that never end", '<g id="a">\n'.repeat(100_000), "nests deeper"],
  ["tags that never end", '<path d="'.repeat(200_000), "no layer"],
  ["comments that never end", "<!-- ".repeat(300_000), "comment without an end"],
  ["nesting without end", "<g>".repeat(100_000), "nests deeper"],
  ["elements without end", `<g id="a">\n${'<path d="M0 0"/>\n'.repeat(100_000)}</g>\n`, "more than 20000"],
  ["layers without end", "<g>\n</g>\n".repeat(5_000), "has 5000 layers"],
];

for (const [what, body, message] of LONG) {
  Deno.test(`loadFace refuses art with ${what}, in time linear in its length`, async () => {
    const fault = await refused((folder) =>
      Deno.writeTextFileSync(`${folder}/mai.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${body}</svg>\n`)
    );
    assertStringIncludes(fault.message, message);
  });
}

Deno.test("loadFace refuses a manifest that is nested without end, and one without measure", async () => {
  const write = (text: string) => (folder: string) => Deno.writeTextFileSync(`${folder}/avatar.json`, text);
  await refused(write("[".repeat(200_000)));
  assertStringIncludes((await refused(write(" ".repeat(300_000)))).message, "wanted at most");
  assertStringIncludes((await refused(write('{"kind":"drawn","__proto__":{"id":"x"}}'))).message, "manifest");
});

Deno.test("loadFace refuses a file that is a link out, a device or a pipe", async () => {
  const link = (target: string) => (folder: string) => {
    Deno.removeSync(`${folder}/avatar.json`);
    Deno.symlinkSync(target, `${folder}/avatar.json`);
  };
  assertStringIncludes((await refused(link("/dev/zero"))).message, "link out");
  assertStringIncludes((await refused(link("../../../../etc/passwd"))).message, "avatar.json");
  assertStringIncludes((await refused(link("avatar.json"))).message, "avatar.json");
  const pipe = (folder: string) => {
    Deno.removeSync(`${folder}/mai.svg`);
    new Deno.Command("mkfifo", { args: [`${folder}/mai.svg`] }).outputSync();
  };
  assertStringIncludes((await refused(pipe)).message, "is no file");
});

Deno.test("loadFace refuses numbers that no drawing has", async () => {
  const edit = (text: (json: string) => string) => (folder: string) =>
    Deno.writeTextFileSync(`${folder}/avatar.json`, text(Deno.readTextFileSync(`${folder}/avatar.json`)));
  await refused(edit((json) => json.replace(/"halfWidth": \d+/, '"halfWidth": 1e308')));
  await refused(edit((json) => json.replace(/"irisRadius": [\d.]+/, '"irisRadius": -1')));
});

Deno.test("guardedSvg lets the art of every shipped drawn avatar pass", () => {
  for (const { name } of Deno.readDirSync(SHIPPED)) {
    for (const { name: file } of Deno.readDirSync(`${SHIPPED}/${name}`)) {
      if (!file.endsWith(".svg")) continue;
      const svg = Deno.readTextFileSync(`${SHIPPED}/${name}/${file}`);
      assertEquals(guardedSvg(svg, file).includes("<svg"), true);
    }
  }
});

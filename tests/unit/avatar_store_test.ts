import {
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { findAvatar, listAvatars, loadFace } from "../../src/avatar/mod.ts";
import { InputFault } from "../../src/errors/mod.ts";

const SHIPPED = decodeURIComponent(new URL("../../avatars", import.meta.url).pathname);
const SIZE = { width: 320, height: 180 };

/** A copy of Mai under another parent, changed by `change`. */
async function copied(
  change: (folder: string) => void,
  run: (parent: string, folder: string) => Promise<void>,
) {
  const parent = Deno.makeTempDirSync();
  const folder = `${parent}/mai`;
  Deno.mkdirSync(folder);
  for (const file of ["avatar.json", "mai.svg"]) {
    Deno.copyFileSync(`${SHIPPED}/mai/${file}`, `${folder}/${file}`);
  }
  try {
    change(folder);
    await run(parent, folder);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

function edit(folder: string, change: (manifest: Record<string, unknown>) => void): void {
  const manifest = JSON.parse(Deno.readTextFileSync(`${folder}/avatar.json`));
  change(manifest);
  Deno.writeTextFileSync(`${folder}/avatar.json`, JSON.stringify(manifest));
}

Deno.test("findAvatar finds the shipped avatar, listAvatars names it without trouble", () => {
  assertEquals(findAvatar("mai", [SHIPPED, "/nowhere"]), `${SHIPPED}/mai`);
  const mai = listAvatars([SHIPPED, "/nowhere"]).find((entry) => entry.id === "mai")!;
  assertEquals([mai.name, mai.folder, mai.kind, mai.trouble], ["Mai", `${SHIPPED}/mai`, "drawn", undefined]);
  assertNotEquals([mai.licence, mai.author].join(""), "");
});

Deno.test("findAvatar takes a generated avatar by style and seed, whatever the seed holds", () => {
  for (const seed of ["Mai", "a/b", 'say "hi" \u{1f600}\n', "x".repeat(500)]) {
    assertEquals(findAvatar(`dicebear:lorelei/${seed}`, []), `dicebear:lorelei/${seed}`);
  }
});

for (
  const name of [
    "dicebear:",
    "dicebear:lorelei",
    "dicebear:lorelei/",
    "dicebear:../x",
    "dicebear:a/" + "x".repeat(501),
  ]
) {
  Deno.test(`findAvatar refuses ${name.slice(0, 24)} by its form, in one line`, () => {
    const fault = assertThrows(() => findAvatar(name, [SHIPPED]), InputFault, "dicebear:STYLE/SEED");
    assertEquals((fault as InputFault).code, "bad_avatar_id");
  });
}

for (const id of ["", "../mai", "Mai", "a/b", "x".repeat(41), "mai\n", "."]) {
  Deno.test(`findAvatar refuses the id ${JSON.stringify(id.slice(0, 12))} by its form`, () => {
    const fault = assertThrows(() => findAvatar(id, [SHIPPED]), InputFault, "a-z");
    assertEquals((fault as InputFault).code, "bad_avatar_id");
  });
}

Deno.test("findAvatar names the avatars there are when one is not", () => {
  assertThrows(() => findAvatar("nobody", [SHIPPED]), InputFault, "mai");
});

Deno.test("findAvatar prefers the first folder", async () => {
  await copied(() => {}, (parent) => {
    assertEquals(findAvatar("mai", [parent, SHIPPED]), `${parent}/mai`);
    assertEquals(listAvatars([parent, SHIPPED]).filter((entry) => entry.id === "mai").length, 1);
    return Promise.resolve();
  });
});

const broken: readonly [string, (folder: string) => void, string][] = [
  ["no manifest", (folder) => Deno.removeSync(`${folder}/avatar.json`), "avatar.json is missing"],
  [
    "a manifest that is not JSON",
    (folder) => Deno.writeTextFileSync(`${folder}/avatar.json`, "{"),
    "is not JSON",
  ],
  [
    "a manifest that is not text",
    (folder) => Deno.writeFileSync(`${folder}/avatar.json`, new Uint8Array([0xff, 0xfe])),
    "not UTF-8",
  ],
  ["no eyes", (folder) => edit(folder, (manifest) => delete manifest["eyes"]), "eyes"],
  ["a field of its own", (folder) => edit(folder, (manifest) => manifest["run"] = "rm"), "run"],
  ["another kind", (folder) => edit(folder, (manifest) => manifest["kind"] = "hologram"), "kind"],
  ["another id", (folder) => edit(folder, (manifest) => manifest["id"] = "eva"), "wanted the folder's name"],
  ["no art", (folder) => Deno.removeSync(`${folder}/mai.svg`), "mai.svg is missing"],
  [
    "art in another folder",
    (folder) => edit(folder, (manifest) => manifest["art"] = "../../etc/passwd"),
    "without folders",
  ],
  ["art that is a link outward", (folder) => {
    Deno.removeSync(`${folder}/mai.svg`);
    Deno.symlinkSync("/etc/hostname", `${folder}/mai.svg`);
  }, "link out of the folder"],
  [
    "art that is too large",
    (folder) => Deno.truncateSync(`${folder}/mai.svg`, 9 * 1024 * 1024),
    "wanted at most",
  ],
  ["art that is a folder", (folder) => {
    Deno.removeSync(`${folder}/mai.svg`);
    Deno.mkdirSync(`${folder}/mai.svg`);
  }, "is no file"],
  ["art without layers", (folder) => Deno.writeTextFileSync(`${folder}/mai.svg`, "<svg></svg>"), "no layer"],
  ["art that is no SVG", (folder) => Deno.writeTextFileSync(`${folder}/mai.svg`, "hello"), "no SVG"],
  [
    "art with a broken layer",
    (folder) => Deno.writeTextFileSync(`${folder}/mai.svg`, '<svg>\n<g id="a">\n<path d=<<\n</g>\n</svg>'),
    "cannot be painted",
  ],
];

for (const [what, change, message] of broken) {
  Deno.test(`loadFace refuses a folder with ${what} in one line`, async () => {
    await copied(change, async (parent, folder) => {
      const fault = await assertRejects(() => loadFace(folder, SIZE), InputFault, message);
      assertStringIncludes((fault as Error).message, folder);
      assertEquals((fault as Error).message.includes("\n"), false);
      assertEquals(listAvatars([parent]).length, 1);
    });
  });
}

Deno.test("listAvatars tells what is wrong with a broken folder", async () => {
  await copied((folder) => Deno.writeTextFileSync(`${folder}/avatar.json`, "[]"), (parent) => {
    assertStringIncludes(listAvatars([parent])[0]!.trouble!, "not an avatar's manifest");
    return Promise.resolve();
  });
});

for (const size of [{ width: 321, height: 180 }, { width: 0, height: 180 }, { width: 320, height: 10_000 }]) {
  Deno.test(`loadFace refuses ${size.width}x${size.height}`, async () => {
    await assertRejects(() => loadFace(`${SHIPPED}/mai`, size), InputFault, `${size.width}x${size.height}`);
  });
}

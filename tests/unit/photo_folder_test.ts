/** Folders of photo avatars that are broken or mean harm: refused by name before anything starts. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { loadFace } from "../../src/avatar/mod.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { i420Bytes } from "../../src/time/mod.ts";
import { makePortrait } from "./photo_portrait.ts";

const SIZE = { width: 320, height: 180 };
const portrait = makePortrait({ width: 480, height: 360, pupils: 70 });
const jpeg = await sharp(portrait.rgba, { raw: { width: 480, height: 360, channels: 4 } }).jpeg().toBuffer();
const mask = await sharp({ create: { width: 480, height: 360, channels: 3, background: "#fff" } })
  .composite([{
    input: { create: { width: 80, height: 360, channels: 3, background: "#000" } },
    left: 0,
    top: 0,
  }])
  .png().toBuffer();

type Manifest = Record<string, unknown>;

function manifest(): Manifest {
  return {
    id: "me",
    name: "Me",
    licence: "not stated",
    author: "not stated",
    kind: "photo",
    picture: "photo.jpg",
    width: 480,
    height: 360,
    points: Array.from(portrait.mesh.points, (value) => Math.round(value * 100) / 100),
  };
}

interface Folder extends Disposable {
  readonly path: string;
}

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Folder {
  const parent = Deno.makeTempDirSync({ prefix: "lipcam-photo-" });
  const path = `${parent}/me`;
  Deno.mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === "string") Deno.writeTextFileSync(`${path}/${name}`, content);
    else Deno.writeFileSync(`${path}/${name}`, content);
  }
  return { path, [Symbol.dispose]: () => Deno.removeSync(parent, { recursive: true }) };
}

async function refusal(folder: Folder): Promise<string> {
  const fault = await assertRejects(() => loadFace(folder.path, SIZE), InputFault);
  assertEquals(fault.code, "bad_avatar");
  assert(!fault.message.includes("\n"), "more than one line");
  assertStringIncludes(fault.message, "wanted");
  return fault.message;
}

Deno.test("loadFace shows a photo avatar, in every shape of frame", async () => {
  using folder = folderOf({ "avatar.json": JSON.stringify(manifest()), "photo.jpg": jpeg });
  for (const size of [SIZE, { width: 360, height: 360 }, { width: 180, height: 320 }]) {
    for (const framing of ["bust", "head"] as const) {
      using face = await loadFace(folder.path, size, { framing });
      const frame = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
      face.paintIdle(frame, 0);
      assert(new Set(frame.bytes.subarray(0, size.width * size.height)).size > 20, "an empty picture");
    }
  }
});

Deno.test("loadFace lays a cut-out photo over the wanted background, or over none", async () => {
  const content = { ...manifest(), mask: "mask.png", backdrop: "#204060" };
  using folder = folderOf({ "avatar.json": JSON.stringify(content), "photo.jpg": jpeg, "mask.png": mask });
  const corner = async (background: string) => {
    using face = await loadFace(folder.path, SIZE, { background });
    const alpha = new Uint8Array(SIZE.width * SIZE.height);
    const frame = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)), alpha };
    face.paintIdle(frame, 0);
    const at = SIZE.width * 90 + 2;
    return { luma: frame.bytes[at]!, alpha: alpha[at]!, face: alpha[SIZE.width * 90 + 160]! };
  };
  assertEquals(await corner("transparent"), { luma: 16, alpha: 0, face: 255 });
  const [own, white] = [await corner("own"), await corner("#ffffff")];
  assert(Math.abs(own.luma - 66) < 4, `own background is ${own.luma}`);
  assert(white.luma > 230, `white background is ${white.luma}`);
});

Deno.test("loadFace keeps a background that a photo cannot be cut from", async () => {
  using folder = folderOf({ "avatar.json": JSON.stringify(manifest()), "photo.jpg": jpeg });
  const fault = await assertRejects(
    () => loadFace(folder.path, SIZE, { background: "transparent" }),
    InputFault,
  );
  assertEquals(fault.code, "bad_background");
});

const ODD: readonly [string, (manifest: Manifest) => Manifest, string][] = [
  ["too few points", (all) => ({ ...all, points: (all.points as number[]).slice(3) }), "478"],
  ["too many points", (all) => ({ ...all, points: [...all.points as number[], 1, 2, 3] }), "478"],
  ["no points", (all) => ({ ...all, points: undefined }), "points"],
  ["points that are words", (all) => ({ ...all, points: (all.points as number[]).map(String) }), "points"],
  [
    "a point that is null, as NaN is written",
    (all) => ({ ...all, points: (all.points as number[]).with(7, NaN) }),
    "points",
  ],
  ["a point far outside", (all) => ({ ...all, points: (all.points as number[]).with(39, 4000) }), "points"],
  [
    "all points in one place",
    (all) => ({ ...all, points: (all.points as number[]).map(() => 100) }),
    "points",
  ],
  ["a face upside down", (all) => ({
    ...all,
    points: (all.points as number[]).map((value, at) => at % 3 === 1 ? 360 - value : value),
  }), "points"],
  ["another size than the picture's", (all) => ({ ...all, width: 640 }), "480x360"],
  ["a picture of 30 000 pixels", (all) => ({ ...all, width: 30_000 }), "width"],
  ["a size that is no number", (all) => ({ ...all, height: "360" }), "height"],
  ["a picture elsewhere", (all) => ({ ...all, picture: "../photo.jpg" }), "picture"],
  ["a picture that is missing", (all) => ({ ...all, picture: "other.jpg" }), "other.jpg"],
  ["a mask that is missing", (all) => ({ ...all, mask: "mask.png" }), "mask.png"],
  ["a key nobody knows", (all) => ({ ...all, script: "x" }), "script"],
];
for (const [name, change, says] of ODD) {
  Deno.test(`loadFace refuses a photo avatar with ${name}`, async () => {
    using folder = folderOf({ "avatar.json": JSON.stringify(change(manifest())), "photo.jpg": jpeg });
    assertStringIncludes(await refusal(folder), says);
  });
}

Deno.test("loadFace refuses a photo avatar with a number beyond all numbers", async () => {
  const text = JSON.stringify(manifest()).replace(/"points":\[[^,]+/, '"points":[1e999');
  using folder = folderOf({ "avatar.json": text, "photo.jpg": jpeg });
  assertStringIncludes(await refusal(folder), "points");
});

Deno.test("loadFace refuses a photo avatar whose picture is cut off, empty, text or SVG", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const pictures = [jpeg.subarray(0, jpeg.length / 2), new Uint8Array(), "no picture", svg];
  for (const picture of pictures) {
    using folder = folderOf({ "avatar.json": JSON.stringify(manifest()), "photo.jpg": picture });
    assertStringIncludes(await refusal(folder), "photo.jpg");
  }
});

Deno.test("loadFace refuses a photo avatar whose picture claims 30 000 pixels a side, undecoded", async () => {
  const png = new Uint8Array(
    await sharp({ create: { width: 8, height: 8, channels: 3, background: "#000" } }).png().toBuffer(),
  );
  new DataView(png.buffer, png.byteOffset).setUint32(16, 30_000);
  new DataView(png.buffer, png.byteOffset).setUint32(20, 30_000);
  using folder = folderOf({ "avatar.json": JSON.stringify(manifest()), "photo.jpg": png });
  assertStringIncludes(await refusal(folder), "photo.jpg");
});

Deno.test("loadFace refuses a photo avatar whose picture is a link out of the folder", async () => {
  using elsewhere = folderOf({ "photo.jpg": jpeg });
  using folder = folderOf({ "avatar.json": JSON.stringify(manifest()) });
  Deno.symlinkSync(`${elsewhere.path}/photo.jpg`, `${folder.path}/photo.jpg`);
  assertStringIncludes(await refusal(folder), "link");
});

Deno.test("loadFace refuses a photo avatar whose avatar.json is broken", async () => {
  using folder = folderOf({ "avatar.json": JSON.stringify(manifest()).slice(0, 900), "photo.jpg": jpeg });
  assertStringIncludes(await refusal(folder), "avatar.json");
});

/** The parts of `prepare`: cutting, lips, plain backgrounds, the folder that is there whole or not at all. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Mesh } from "../../src/avatar/mod.ts";
import { headPlace } from "../../src/avatar/photo/framing.ts";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { checkPlace, writeFolder } from "../../src/prepare/avatar_folder.ts";
import { cutOut, readBackgroundWish } from "../../src/prepare/background.ts";
import { cropToHead } from "../../src/prepare/crop.ts";
import { refineLips } from "../../src/prepare/lips.ts";
import { type Picture, readPicture } from "../../src/prepare/picture.ts";
import { findPlainBackground } from "../../src/prepare/plain_background.ts";
import { cutSquare } from "../../src/prepare/square.ts";
import { makePortrait, type PortraitOptions } from "./photo_portrait.ts";

/** Enough for backgrounds, and quick. */
const SMALL = { width: 360, height: 280, pupils: 52 };

function pictureOf(options: PortraitOptions): { picture: Picture; mesh: Mesh } {
  const { width, height, mesh, rgba } = makePortrait(options);
  return { mesh, picture: { width, height, rgb: rgba.filter((_, at) => at % 4 !== 3) } };
}

Deno.test("cutSquare puts each pixel where it belongs, also beyond the edges and mirrored", async () => {
  const [width, height] = [60, 40];
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    rgb.set([at % width * 4, Math.floor(at / width) * 6, 200], at * 3);
  }
  const picture = { width, height, rgb };
  const square = { x: -10, y: -20, side: 80 };
  const same = await cutSquare(picture, square, 80);
  const at = (
    bytes: Uint8Array,
    x: number,
    y: number,
  ) => [...bytes.subarray((y * 80 + x) * 3, (y * 80 + x) * 3 + 3)];
  assertEquals(at(same, 10 + 5, 20 + 7), [5 * 4, 7 * 6, 200]);
  assertEquals(at(same, 5, 30), [0, 0, 0]);
  assertEquals(at(same, 75, 30), [0, 0, 0]);
  const mirrored = await cutSquare(picture, square, 80, true);
  assertEquals(at(mirrored, 79 - 15, 27), [20, 42, 200]);
});

Deno.test("refineLips puts the seam of closed lips on the dark line between them", () => {
  const { picture, mesh } = pictureOf({ pupils: 140 });
  const off = mesh.points.slice();
  for (const index of [191, 80, 81, 82, 13, 312, 311, 310, 415]) off[index * 3 + 1]! += 4;
  for (const index of [95, 88, 178, 87, 14, 317, 402, 318, 324]) off[index * 3 + 1]! += 7;
  const refined = refineLips(new Mesh(off), picture);
  for (const index of [81, 13, 311, 178, 14, 402]) {
    assert(
      Math.abs(refined.y(index) - mesh.y(index)) < 1.6,
      `${index}: ${refined.y(index)}, is ${mesh.y(index)}`,
    );
  }
});

Deno.test("refineLips finds where teeth begin and end", () => {
  const { picture, mesh } = pictureOf({ pupils: 140, gap: 0.14 });
  const off = mesh.points.slice();
  for (const index of [80, 81, 82, 13, 312, 311, 310]) off[index * 3 + 1]! -= 3;
  for (const index of [88, 178, 87, 14, 317, 402, 318]) off[index * 3 + 1]! += 3;
  const refined = refineLips(new Mesh(off), picture);
  for (const index of [81, 82, 13, 312, 87, 14, 317]) {
    assert(
      Math.abs(refined.y(index) - mesh.y(index)) < 1.5,
      `${index}: ${refined.y(index)}, is ${mesh.y(index)}`,
    );
  }
});

Deno.test("cropToHead bounds the picture and moves the mesh with it", async () => {
  const { picture, mesh } = pictureOf({ width: 3000, height: 2400, pupils: 300 });
  const cropped = await cropToHead(picture, mesh);
  assert(Math.max(cropped.picture.width, cropped.picture.height) <= 2160);
  const scale = cropped.mesh.pupils / mesh.pupils;
  assert(scale <= 1);
  // The pixel under the left pupil is still a pupil.
  const { width, rgb } = cropped.picture;
  const at = (Math.round(cropped.mesh.y(473)) * width + Math.round(cropped.mesh.x(473))) * 3;
  assert(rgb[at]! < 60, `luma ${rgb[at]} where the pupil should be`);
});

function alphaAt(alpha: Uint8Array, width: number, x: number, y: number): number {
  return alpha[Math.round(y) * width + Math.round(x)]!;
}

Deno.test("findPlainBackground cuts a head from a wall with a gradient and noise", () => {
  const { picture, mesh } = pictureOf({
    ...SMALL,
    background: (context, width, height) => {
      const light = context.createLinearGradient(0, 0, width, height);
      light.addColorStop(0, "#9fb4c0");
      light.addColorStop(1, "#7d939f");
      context.fillStyle = light;
      context.fillRect(0, 0, width, height);
    },
  });
  for (let at = 0; at < picture.rgb.length; at++) {
    picture.rgb[at] = Math.max(
      0,
      Math.min(255, picture.rgb[at]! + ((Math.imul(at + 1, 2654435761) >>> 24) % 7) - 3),
    );
  }
  const found = findPlainBackground(picture, headPlace(mesh));
  assert(typeof found !== "string", String(found));
  const { width, height } = picture;
  for (const index of [4, 10, 152, 61, 291, 50, 280, 13]) {
    assertEquals(alphaAt(found.alpha, width, mesh.x(index), mesh.y(index)), 255, `point ${index}`);
  }
  for (const [x, y] of [[5, 5], [width - 6, 5], [5, height * 0.5], [width - 6, height * 0.4]]) {
    assertEquals(alphaAt(found.alpha, width, x!, y!), 0, `${x}, ${y}`);
  }
  const colour = new Float64Array(3);
  found.colourAt(width / 2, 20, colour);
  assert(Math.abs(colour[0]! - 0x90) < 14, `red ${colour[0]}`);
});

Deno.test("cutOut says why a background that is not plain stays", async () => {
  const stripes: PortraitOptions = {
    ...SMALL,
    background: (context, width, height) => {
      for (let x = 0; x < width; x += 24) {
        context.fillStyle = x % 48 === 0 ? "#c04040" : "#e0e0e0";
        context.fillRect(x, 0, 24, height);
      }
    },
  };
  const cropped = pictureOf(stripes);
  assertEquals((await cutOut(cropped, { kind: "own" }, "a.jpg")).files, {});
  for (const text of ["blur", "transparent", "#203040"]) {
    const fault = await assertRejects(() => cutOut(cropped, readBackgroundWish(text), "a.jpg"), InputFault);
    assertEquals(fault.code, "background_not_plain");
    assertStringIncludes(fault.message, "a.jpg");
    assertStringIncludes(fault.message, "wanted a plain background");
  }
});

Deno.test("cutOut writes a mask, and a backdrop where one is wished", async () => {
  const cropped = pictureOf({
    ...SMALL,
    background: (context, width, height) => {
      context.fillStyle = "#8fa0aa";
      context.fillRect(0, 0, width, height);
    },
  });
  const of = async (text: string) => await cutOut(cropped, readBackgroundWish(text), "a.jpg");
  assertEquals((await of("transparent")).fields, { mask: "mask.png" });
  assertEquals((await of("#203040")).fields, { mask: "mask.png", backdrop: "#203040" });
  const blurred = await of("blur");
  assertEquals(blurred.fields, { mask: "mask.png", backdrop: "backdrop.jpg" });
  assertEquals(Object.keys(blurred.files), ["mask.png", "backdrop.jpg"]);
});

Deno.test("readBackgroundWish refuses what is none", () => {
  for (const text of ["", "green", "#12", "blurry"]) {
    assertThrows(() => readBackgroundWish(text), InputFault, "wanted");
  }
});

Deno.test("writeFolder leaves nothing when what it wrote is no good", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const place = { parent, id: "me", isForced: false };
    await assertRejects(
      () =>
        writeFolder(
          place,
          { "avatar.json": "{}" },
          () => Promise.reject(new InputFault("no good", { code: "x" })),
        ),
      InputFault,
      "no good",
    );
    assertEquals([...Deno.readDirSync(parent)], []);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("writeFolder replaces a folder whole, and only when forced", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const place = { parent, id: "me", isForced: false };
    await writeFolder(place, { a: "1", b: new Uint8Array([2]) }, () => Promise.resolve());
    assertEquals((await assertRejects(() => checkPlace(place), InputFault)).code, "avatar_exists");
    await checkPlace({ ...place, isForced: true });
    const folder = await writeFolder({ ...place, isForced: true }, { c: "3" }, async (made) => {
      await Deno.writeTextFile(`${made}/d`, "4");
    });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), ["c", "d"]);
    assertEquals([...Deno.readDirSync(parent)].map(({ name }) => name), ["me"]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("writeFolder: an avatar whose replacement was killed or failed comes back, and no two are left", async () => {
  const parent = await Deno.makeTempDir();
  const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
  try {
    const place = { parent, id: "me", isForced: true };
    const write = (name: string) => writeFolder(place, { [name]: "" }, () => Promise.resolve());
    await write("first");
    // Killed between the two renames: the old avatar is nowhere but beside its place.
    await Deno.rename(`${parent}/me`, `${parent}/.me.old`);
    const fault = await assertRejects(() => checkPlace({ ...place, isForced: false }), InputFault);
    assertEquals([fault.code, namesIn(parent), namesIn(`${parent}/me`)], ["avatar_exists", ["me"], [
      "first",
    ]]);
    // Killed before the old one was removed.
    await Deno.mkdir(`${parent}/.me.old/x`, { recursive: true });
    await checkPlace(place);
    assertEquals([namesIn(parent), namesIn(`${parent}/me`)], [["me"], ["first"]]);
    // The new one cannot be put in its place.
    const { rename } = Deno;
    const failing = async (toWhich: (from: string) => boolean) => {
      Object.assign(Deno, {
        rename: (from: string, to: string) =>
          to === `${parent}/me` && toWhich(from) ? Promise.reject(new Error("no room")) : rename(from, to),
      });
      try {
        return await assertRejects(() => write("second"), Fault, "no room");
      } finally {
        Object.assign(Deno, { rename });
      }
    };
    await failing((from) => !from.endsWith(".me.old"));
    assertEquals([namesIn(parent), namesIn(`${parent}/me`)], [["me"], ["first"]]);
    // Nor can the old one be put back: it stays beside until the next call.
    await failing(() => true);
    assertEquals(namesIn(parent), [".me.old"]);
    await checkPlace(place);
    await write("third");
    assertEquals([namesIn(parent), namesIn(`${parent}/me`)], [["me"], ["third"]]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("writeFolder: a full disk is a full disk, whichever file it hits", async () => {
  const parent = await Deno.makeTempDir();
  const { writeTextFile } = Deno;
  Object.assign(Deno, {
    writeTextFile: () => Promise.reject(new Error("No space left on device (os error 28)")),
  });
  try {
    const place = { parent, id: "me", isForced: false };
    const fault = await assertRejects(
      () => writeFolder(place, { "avatar.json": "{}" }, () => Promise.resolve()),
      Fault,
    );
    assertEquals(fault.code, "disk_full");
    assertEquals([...Deno.readDirSync(parent)], []);
  } finally {
    Object.assign(Deno, { writeTextFile });
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("checkPlace refuses a place that cannot be written to", async () => {
  const file = await Deno.makeTempFile();
  try {
    const fault = await assertRejects(
      () => checkPlace({ parent: `${file}/avatars`, id: "me", isForced: false }),
      Fault,
    );
    assertEquals(fault.code, "not_writable");
    assertStringIncludes(fault.message, file);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("readPicture refuses what is no photo, in one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const heic = new Uint8Array(64);
    heic.set(new TextEncoder().encode("ftypheic"), 4);
    const files: [string, string | Uint8Array, string][] = [
      ["text.jpg", "hello", "no picture"],
      ["draw.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "no picture"],
      ["phone.heic", heic, "HEIC"],
      ["empty.png", "", "no picture"],
    ];
    for (const [name, content, says] of files) {
      const path = `${folder}/${name}`;
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
      const fault = await assertRejects(() => readPicture(path), InputFault);
      assertEquals(fault.code, "bad_picture");
      assertStringIncludes(fault.message, says);
      assertStringIncludes(fault.message, name);
      assert(!fault.message.includes("\n"));
    }
    for (const path of [folder, `${folder}/absent.jpg`]) {
      assertEquals((await assertRejects(() => readPicture(path), InputFault)).code, "bad_picture");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

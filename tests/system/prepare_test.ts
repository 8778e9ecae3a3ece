/**
 * `prepare` on real photos in the public domain: NASA's portrait of Eileen Collins and other pictures of Debian's
 * python3-skimage, and the U.S. Navy's of Grace Hopper in python-matplotlib-data, which comes with it. The avatar it makes speaks; what cannot speak is refused by name; no network is asked.
 */
import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { loadPuppet } from "../../src/avatar/load.ts";
import { framePhoto } from "../../src/avatar/photo/framing.ts";
import { Mesh } from "../../src/avatar/photo/mesh.ts";
import { openAvatar } from "../../src/avatar/store.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { JAW, PUCKER } from "../../src/lipsync/mod.ts";
import { preparePhoto, readBackgroundWish, STEPS } from "../../src/prepare/mod.ts";
import {
  assertAaIsTall,
  assertPressCloses,
  assertTeethOnLip,
  heightOf,
  measureMouth,
  type MouthEye,
  mouthOf,
  widthOf,
} from "../geometry/mouth_geometry.ts";
import { exists, Room } from "./live_process.ts";
import { runPrepare } from "./prepare_process.ts";

const PICTURES = "/usr/lib/python3/dist-packages/skimage/data";
const ASTRONAUT = `${PICTURES}/astronaut.png`;
const ADMIRAL = "/usr/share/matplotlib/mpl-data/sample_data/grace_hopper.jpg";
const SIZE = { width: 1280, height: 720 };

const ignore = !(exists(ASTRONAUT) && exists(ADMIRAL)) && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error("skipped: tests of prepare: the package python3-skimage is not installed");

/** The mouth of a prepared avatar, for the checker; `part` of the photo's mouth is as wide as the closed one. */
async function look(folder: string, part: number): Promise<{ eye: Omit<MouthEye, "hasLips">; mesh: Mesh }> {
  const { manifest } = openAvatar(folder);
  assert(manifest.kind === "photo");
  const mesh = new Mesh(Float64Array.from(manifest.points));
  const view = framePhoto(mesh, manifest, SIZE, "bust");
  const puppet = await loadPuppet(folder, SIZE, { background: { kind: "own" }, framing: "bust" });
  const x = (index: number) => (mesh.x(index) - view.x) * view.scale;
  const y = (index: number) => (mesh.y(index) - view.y) * view.scale;
  const eye = {
    paint(mouth: Float32Array) {
      const into = { ...puppet.figure, bytes: puppet.figure.bytes.slice() };
      puppet.paintMouth(into, mouth, 0);
      return into;
    },
    middle: { x: x(13), y: (y(13) + y(14)) / 2 },
    widthPx: (x(291) - x(61)) * part,
  };
  return { eye, mesh };
}

Deno.test({
  name: "prepare makes an avatar of a portrait, without a network, and its mouth speaks",
  ignore,
  async fn() {
    using room = new Room();
    const { code, stdout, stderr } = await runPrepare(room, ASTRONAUT, "--id", "astronaut", "--json");
    assertEquals(code, 0, stderr);
    for (const step of STEPS) assertStringIncludes(stderr, step);
    const { folder, faceWidthPx, tookMs } = JSON.parse(stdout);
    console.log(`a portrait of 512x512: ${tookMs} ms, a face of ${faceWidthPx} pixels`);
    assertEquals(folder, `${room.data}/lipcam/avatars/astronaut`);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), [
      "avatar.json",
      "photo.jpg",
      "preview.png",
    ]);
    assertEquals([...Deno.readDirSync(`${room.data}/lipcam/avatars`)].length, 1);
    const preview = await sharp(`${folder}/preview.png`).metadata();
    assertEquals([preview.width, preview.height], [640, 360]);

    const { eye, mesh } = await look(folder, 0.9);
    // The portrait smiles with her teeth; the mouth that it closes to is less wide.
    assert(mesh.y(14) - mesh.y(13) > 0.1 * (mesh.x(291) - mesh.x(61)), "the lips are not found apart");
    const seen = { ...eye, hasLips: true, toothLumaMin: 165, toothChromaMax: 14 };
    assertPressCloses(seen);
    assertAaIsTall(seen);
    assertTeethOnLip(seen);
    // Her teeth and the light on her lower lip run together in "ee": "oo" is looked at by itself.
    const { opening } = measureMouth(seen, mouthOf({ [JAW]: 0.18, [PUCKER]: 1 }));
    assertLess(widthOf(opening), 0.4 * seen.widthPx);
    assertLess(widthOf(opening) / heightOf(opening), 1.7);
    assertLess(0.6, widthOf(opening) / heightOf(opening));

    const again = await runPrepare(room, ASTRONAUT, "--id", "astronaut");
    assertEquals([again.code, again.stdout], [2, ""]);
    assertStringIncludes(again.stderr, "--force");
    assertEquals(again.stderr.trim().split("\n").length, 1, again.stderr);
    const forced = await runPrepare(room, ASTRONAUT, "--id", "astronaut", "--force");
    assertEquals(forced.code, 0, forced.stderr);
  },
});

Deno.test({
  name: "prepare makes an avatar of a face with glasses, closed lips and folds, and its mouth speaks",
  ignore,
  async fn() {
    const parent = await Deno.makeTempDir();
    try {
      const { folder } = await preparePhoto({
        path: ADMIRAL,
        parent,
        id: "me",
        isForced: false,
        background: { kind: "own" },
      });
      const { eye, mesh } = await look(folder, 1);
      assertLess(mesh.y(14) - mesh.y(13), 0.03 * (mesh.x(291) - mesh.x(61)), "closed lips are found apart");
      // Her lips have the colour of her skin, and the folds about them darken as cavities do: "oo" cannot be told so.
      const plain = { ...eye, hasLips: false, toothLumaMin: 150, toothChromaMax: 14 };
      assertPressCloses(plain);
      assertAaIsTall(plain);
      assertTeethOnLip(plain);
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  },
});

Deno.test({
  name: "prepare refuses a command line that cannot be meant, in one line",
  ignore,
  async fn() {
    using room = new Room();
    const cases: [string[], string][] = [
      [[], "wanted one"],
      [[ASTRONAUT], "--id"],
      [[ASTRONAUT, "b.jpg", "--id", "me"], "wanted one"],
      [[ASTRONAUT, "--id", "../me"], '"../me"'],
      [[ASTRONAUT, "--id", "me", "--background", "green"], '"green"'],
      [["absent.jpg", "--id", "me"], "absent.jpg"],
    ];
    for (const [args, says] of cases) {
      const { code, stdout, stderr } = await runPrepare(room, ...args);
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr.trim().split("\n").at(-1)!, says);
      assertEquals(exists(`${room.data}/lipcam/avatars/me`), false);
    }
  },
});

interface Refused {
  readonly name: string;
  readonly code: string;
  readonly says: string;
  make(): Promise<Uint8Array>;
}

const REFUSED: readonly Refused[] = [
  {
    name: "a cup of coffee",
    code: "no_face",
    says: "no face",
    make: () => Deno.readFile(`${PICTURES}/coffee.png`),
  },
  { name: "a cat", code: "no_face", says: "no face", make: () => Deno.readFile(`${PICTURES}/chelsea.png`) },
  {
    name: "two people",
    code: "several_faces",
    says: "2 faces",
    make: () =>
      sharp({ create: { width: 1024, height: 512, channels: 3, background: "#888" } })
        .composite([{ input: ASTRONAUT, left: 0, top: 0 }, { input: ASTRONAUT, left: 512, top: 0 }]).png()
        .toBuffer(),
  },
  {
    name: "a face far away",
    code: "small_face",
    says: "wanted at least 80",
    make: () => sharp(ASTRONAUT).resize(256).png().toBuffer(),
  },
  {
    name: "a man seen from the side",
    code: "turned_face",
    says: "turned to the side by",
    make: () =>
      sharp(`${PICTURES}/camera.png`).extract({ left: 180, top: 60, width: 140, height: 140 }).resize(700)
        .png()
        .toBuffer(),
  },
  {
    name: "a head that leans",
    code: "turned_face",
    says: "leaning by",
    make: () => sharp(ASTRONAUT).rotate(30, { background: "#999" }).png().toBuffer(),
  },
  {
    name: "a portrait with things behind it, to be cut out",
    code: "background_not_plain",
    says: "wanted a plain background",
    make: () => Deno.readFile(ASTRONAUT),
  },
  {
    name: "a photo that is cut off",
    code: "bad_picture",
    says: "cannot be decoded",
    make: async () => (await sharp(ASTRONAUT).jpeg().toBuffer()).subarray(0, 9000),
  },
  {
    name: "a picture of 30 000 pixels a side",
    code: "bad_picture",
    says: "30000x30000",
    make: async () => {
      const png = new Uint8Array(
        await sharp({ create: { width: 8, height: 8, channels: 3, background: "#000" } }).png().toBuffer(),
      );
      // Width and height of the header, with its checksum.
      new DataView(png.buffer, png.byteOffset).setUint32(16, 30_000);
      new DataView(png.buffer, png.byteOffset).setUint32(20, 30_000);
      new DataView(png.buffer, png.byteOffset).setUint32(29, crc32(png.subarray(12, 29)));
      return png;
    },
  },
];

for (const { name, code, says, make } of REFUSED) {
  Deno.test({
    name: `prepare refuses ${name}, and leaves nothing`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await Deno.writeFile(`${folder}/picture`, await make());
        const fault = await assertRejects(
          () =>
            preparePhoto({
              path: `${folder}/picture`,
              parent: `${folder}/avatars`,
              id: "me",
              isForced: false,
              background: readBackgroundWish(code === "background_not_plain" ? "transparent" : "own"),
            }),
          InputFault,
        );
        console.log(`${name}: ${fault.message.replace(folder, "")}`);
        assertEquals(fault.code, code, fault.message);
        assertStringIncludes(fault.message, says);
        assert(!fault.message.includes("\n"));
        assertEquals([...Deno.readDirSync(`${folder}/avatars`)], []);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test({
  name: "prepare that is stopped leaves nothing, and what was there stays",
  ignore,
  async fn() {
    const parent = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${parent}/me`);
      await Deno.writeTextFile(`${parent}/me/mine`, "1");
      for (const last of STEPS) {
        const stop = new AbortController();
        const preparing = preparePhoto({
          path: ADMIRAL,
          parent,
          id: "me",
          isForced: true,
          background: { kind: "own" },
          signal: stop.signal,
          onStep: (step) => step === last && stop.abort(new Error("stopped")),
        });
        // In the last step nothing asks any more: it is done in a moment.
        if (last === "looking") await preparing;
        else await assertRejects(() => preparing, Error, "stopped");
        const left = [...Deno.readDirSync(parent)].map(({ name }) => name);
        assertEquals([left, exists(`${parent}/me/mine`)], [["me"], last !== "looking"]);
      }
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  },
});

Deno.test({
  name: "prepare turns a photo upright by its EXIF orientation, and bounds what it keeps",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      // On its side, as a telephone held upright stores it: the mark says how to turn it back.
      const sideways = await sharp(ASTRONAUT).resize(2900).rotate(-90).jpeg({ quality: 92 }).toBuffer();
      const marked = await sharp(sideways).withMetadata({ orientation: 6 }).jpeg().toBuffer();
      await Deno.writeFile(`${folder}/picture`, marked);
      const { faceWidthPx, advice } = await preparePhoto({
        path: `${folder}/picture`,
        parent: `${folder}/avatars`,
        id: "me",
        isForced: false,
        background: { kind: "own" },
      });
      assert(faceWidthPx > 400, `the face is ${faceWidthPx} pixels wide`);
      assertEquals(advice, []);
      const { manifest } = openAvatar(`${folder}/avatars/me`);
      assert(manifest.kind === "photo");
      assertLess(Math.max(manifest.width, manifest.height), 2161);
      const photo = await sharp(`${folder}/avatars/me/photo.jpg`).metadata();
      assertEquals([photo.width, photo.height], [manifest.width, manifest.height]);
      assertEquals(photo.orientation ?? 1, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** CRC-32 of ISO 3309, as PNG's chunks have it. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

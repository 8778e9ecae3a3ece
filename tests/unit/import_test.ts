/** Avatar folders of MuseTalk and LiveTalking become ours: what is kept exactly, what is told apart, what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { describeFilm, type VideoManifest } from "../../src/avatar/mod.ts";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { BOXES, type Clip, FaceReader, LatentsReader, PackReader, TrackReader } from "../../src/film/mod.ts";
import { openForeignAvatar } from "../../src/prepare/importing/foreign_avatar.ts";
import { importAvatar, type ImportOptions, isForeignAvatar } from "../../src/prepare/importing/mod.ts";
import { centredFinder, makeForeign, pictureOf, writePictures } from "../fakes/foreign_avatar.ts";
import { pickleBytes, torchBytes } from "../fakes/pickle_bytes.ts";

const SIZE = { width: 160, height: 96 };
const COMMAND_PICKLE = new URL("../regress/pickle_os_system.pkl", import.meta.url);

/** A folder for folders, and a shorter way to call. */
class Place implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "import_test_" });
  readonly parent = `${this.path}/avatars`;
  readonly notes: string[] = [];
  readonly steps: string[] = [];

  import(path: string, more: Partial<ImportOptions> = {}) {
    return importAvatar({
      ...{ path, id: "anna", parent: this.parent, isForced: false },
      finder: centredFinder(),
      onProgress: ({ step }) => this.steps.push(step),
      onNote: (line) => this.notes.push(line),
      ...more,
    });
  }

  /** What is in the avatars' folder, but for workshops that are taken up again. */
  left(): string[] {
    return [...Deno.readDirSync(this.parent)].map(({ name }) => name).filter((name) =>
      !name.startsWith(".prepare-")
    );
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function manifestOf(folder: string): VideoManifest {
  return JSON.parse(Deno.readTextFileSync(`${folder}/avatar.json`));
}

/** Box `name` of each frame. */
function boxesIn(folder: string, clip: Clip, name: typeof BOXES[number]): number[][] {
  using track = TrackReader.open(folder, clip.track, clip.frames);
  return Array.from({ length: clip.frames }, (_, frame) => {
    track.read(frame);
    return [...track.boxes.slice(BOXES.indexOf(name) * 4, BOXES.indexOf(name) * 4 + 4)];
  });
}

async function refused(promise: Promise<unknown>): Promise<InputFault> {
  const fault = await assertRejects(() => promise, InputFault);
  assert(!fault.message.includes("\n"));
  return fault;
}

Deno.test("importAvatar: a doubled MuseTalk folder keeps its forward half, boxes, masks and latents exactly", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "musetalk", frames: 6, isDoubled: true });
  const { folder, frames, kind, clips } = await place.import(made.path);
  assertEquals([frames, kind, clips], [6, "musetalk", ["idle"]]);
  assertStringIncludes(place.notes.join("\n"), "foreign: made for musetalk, forward and backward, 6 frames");
  const manifest = manifestOf(folder);
  const clip = manifest.clips[0]!;
  assertEquals([clip.name, clip.role, clip.frames, clip.order], ["idle", "idle", 6, "pingpong"]);
  assertEquals(manifest.musetalk, { version: "1.5" });
  assertEquals(boxesIn(folder, clip, "musetalk"), made.boxes.map((box) => [...box]));
  assertEquals(boxesIn(folder, clip, "crop"), made.crops.map((box) => [...box]));
  assertEquals(boxesIn(folder, clip, "wav2lip")[0], [0, 0, 0, 0]);
  using masks = PackReader.open(folder, clip.masks, 6);
  for (const [frame, [x1, y1, x2, y2]] of made.boxes.entries()) {
    const [cx, cy, cx2] = made.crops[frame]!;
    const own = new Uint8Array((x2 - x1) * (y2 - y1));
    masks.mask(frame, own);
    const wanted = own.map((_, at) => {
      const [x, y] = [x1 + at % (x2 - x1), y1 + Math.floor(at / (x2 - x1))];
      return made.masks[frame]![(y - cy) * (cx2 - cx) + x - cx]!;
    });
    assertEquals(own, wanted);
  }
  const stored = Deno.readFileSync(`${folder}/${clip.latents}`);
  const wanted = new Uint8Array(6 * 8192 * 2);
  made.latents.forEach((one, at) => wanted.set(new Uint8Array(one.buffer), at * 8192 * 2));
  assertEquals(stored, wanted);
  assertEquals(describeFilm(folder)?.families, ["musetalk"]);
  assert(Deno.statSync(`${folder}/preview.png`).size > 100);
  assertEquals(place.left(), ["anna"]);
  assertEquals([...new Set(place.steps)], ["finding the face in foreign", "writing idle"]);
});

Deno.test("openForeignAvatar: LiveTalking's forward films are kept whole, also when only their boxes mirror", async () => {
  using place = new Place();
  for (const frames of [1, 5, 6]) {
    const made = await makeForeign(place.path, { kind: "musetalk", frames, name: `frames-${frames}` });
    // The same box throughout: it mirrors, and the pictures do not.
    await Deno.writeFile(
      `${made.path}/coords.pkl`,
      pickleBytes(made.boxes.map(() => [...made.boxes[0]!])),
    );
    const opened = await openForeignAvatar(made.path);
    assertEquals([opened.isDoubled, opened.pictures.framesExpected], [false, frames]);
  }
});

Deno.test("openForeignAvatar: pictures that were stored in another way are compared by their pixels", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "wav2lip", frames: 4, isDoubled: true });
  const last = `${made.path}/full_imgs/00000007.png`;
  await sharp(await sharp(last).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer()).toFile(
    last,
  );
  assertEquals((await openForeignAvatar(made.path)).isDoubled, true);
  await sharp(made.pictures[1]!, { raw: { ...SIZE, channels: 3 } }).png().toFile(last);
  assertEquals((await openForeignAvatar(made.path)).isDoubled, false);
});

Deno.test("openForeignAvatar: MuseTalk's version is what its info says, else 1.0 for tuples", async () => {
  using place = new Place();
  const old = await makeForeign(place.path, { kind: "musetalk", frames: 1, name: "old", version: "1.0" });
  assertEquals((await openForeignAvatar(old.path)).musetalk?.version, "1.0");
  await Deno.writeTextFile(`${old.path}/avator_info.json`, '{"version": "v15"}');
  assertEquals((await openForeignAvatar(old.path)).musetalk?.version, "1.5");
  await Deno.writeTextFile(`${old.path}/avator_info.json`, "{");
  assertEquals((await openForeignAvatar(old.path)).musetalk?.version, "1.0");
});

Deno.test("FolderPictures.about: all but the face's surroundings is black", async () => {
  using place = new Place();
  const { path, boxes } = await makeForeign(place.path, { kind: "wav2lip", frames: 1 });
  const { pictures } = await openForeignAvatar(path);
  const [left, top, right, bottom] = [...boxes[0]!] as [number, number, number, number];
  const box: [number, number, number, number] = [left + 20, top + 20, right - 20, bottom - 20];
  const [wide, high] = [box[2] - box[0], box[3] - box[1]];
  for await (const { rgb } of pictures.about([box]).pictures({})) {
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++) {
        const isNear = x >= box[0] - wide && x < box[2] + wide && y >= box[1] - high && y < box[3] + high;
        assertEquals(rgb[(y * SIZE.width + x) * 3]! > 0, isNear);
      }
    }
  }
});

Deno.test("importAvatar: Wav2Lip's boxes are y1, y2, x1, x2, and its faces are kept or cut anew", async () => {
  using place = new Place();
  for (const faceSide of [256, 96]) {
    const made = await makeForeign(place.path, {
      kind: "wav2lip",
      frames: 3,
      faceSide,
      name: `w-${faceSide}`,
    });
    const { folder, kind } = await place.import(made.path, { id: `w-${faceSide}` });
    assertEquals(kind, "wav2lip");
    const clip = manifestOf(folder).clips[0]!;
    assertEquals(boxesIn(folder, clip, "wav2lip"), made.boxes.map((box) => [...box]));
    assert(boxesIn(folder, clip, "musetalk").every(([x1, y1, x2, y2]) => x2! > x1! + 16 && y2! > y1! + 16));
    assertEquals(describeFilm(folder)?.families, ["wav2lip"]);
    using faces = FaceReader.open(folder, clip.faces!.wav2lip!, 3, 256);
    const middle = (await faces.read(1)).slice((128 * 256 + 128) * 3, (128 * 256 + 128) * 3 + 3);
    // Of face_imgs the colours of its frame; of the frame itself what lies in the middle of the box.
    const [x1, y1, x2, y2] = made.boxes[1]!;
    const at = (((y1 + y2) >> 1) * SIZE.width + ((x1 + x2) >> 1)) * 3;
    const wanted = faceSide === 256 ? [80, 110, 140] : [...made.pictures[1]!.slice(at, at + 3)];
    middle.forEach((value, channel) => assertAlmostEquals(value, wanted[channel]!, 4));
  }
});

Deno.test("importAvatar: Ultralight is told by its faces' side or its network, its boxes are x1, y1, x2, y2", async () => {
  using place = new Place();
  const bySide = await makeForeign(place.path, { kind: "ultralight", frames: 2, name: "u-side" });
  assertEquals((await openForeignAvatar(bySide.path)).kind, "ultralight");
  const made = await makeForeign(place.path, { kind: "ultralight", frames: 2, faceSide: 160 });
  await Deno.writeTextFile(`${made.path}/ultralight.pth`, "weights");
  const { folder, kind } = await place.import(made.path);
  assertEquals(kind, "ultralight");
  const clip = manifestOf(folder).clips[0]!;
  assertEquals(boxesIn(folder, clip, "ultralight"), made.boxes.map((box) => [...box]));
  assertEquals(describeFilm(folder)?.families, ["ultralight"]);
  assertStringIncludes(place.notes.join("\n"), "ultralight.pth is this avatar's own network");
});

Deno.test("importAvatar: an odd picture loses a column and a row, and says so", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, {
    kind: "musetalk",
    frames: 2,
    size: { width: 161, height: 97 },
  });
  const { folder } = await place.import(made.path);
  const { width, height } = manifestOf(folder);
  assertEquals([width, height], [160, 96]);
  assert(place.notes.includes("foreign: 161x97 pixels, cut to 160x96"));
});

Deno.test("importAvatar: frames without a face have their neighbour's box, mask and latents, for a second", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "musetalk", frames: 6, faceless: [0, 3] });
  const { folder } = await place.import(made.path);
  const clip = manifestOf(folder).clips[0]!;
  const sources = [1, 1, 2, 2, 4, 5];
  assertEquals(boxesIn(folder, clip, "musetalk"), sources.map((source) => [...made.boxes[source]!]));
  using latents = LatentsReader.open(folder, clip.latents!, 6);
  const read = new Float32Array(8192);
  sources.forEach((source, frame) => {
    latents.read(frame, read);
    assertEquals(read, Float32Array.from(made.latents[source]!));
  });
  assert(place.notes.includes("foreign: 2 frames without a face have their neighbour's box"));

  const faceless = Array.from({ length: 26 }, (_, at) => at + 1);
  const long = await makeForeign(place.path, { kind: "musetalk", frames: 28, faceless, name: "long" });
  const fault = await refused(place.import(long.path, { id: "long" }));
  assertEquals(fault.code, "no_face");
  assertStringIncludes(
    fault.message,
    "long/coords.pkl has no face in frames 1 to 26, wanted one in every frame",
  );
});

Deno.test("importAvatar: a face that the finder does not see is named by its time", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "wav2lip", frames: 2 });
  const fault = await refused(place.import(made.path, { finder: centredFinder(() => false) }));
  assertEquals(fault.code, "no_face");
  assertEquals(place.left(), []);
});

Deno.test("importAvatar: LiveTalking's actions become clips, with their sounds", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "wav2lip", frames: 3 });
  const custom = `${place.path}/data`;
  const film = (frames: number) =>
    Array.from({ length: frames }, (_, frame) => [pictureOf(frame, SIZE), SIZE, 3] as const);
  await writePictures(`${custom}/customvideo/image`, film(4));
  await writePictures(`${custom}/customvideo/reply`, film(2));
  await writePictures(`${custom}/customvideo/Wave Hand`, film(2));
  await Deno.writeTextFile(`${custom}/customvideo/reply.wav`, "RIFF");
  // As LiveTalking's own example has it: from the folder above.
  const actions = `${custom}/custom_config.json`;
  await Deno.writeTextFile(
    actions,
    JSON.stringify([
      { audiotype: 7, imgpath: "customvideo/Wave Hand", audiopath: null },
      { audiotype: 1, imgpath: "data/customvideo/image" },
      { audiotype: 2, imgpath: "data/customvideo/reply/", audiopath: "data/customvideo/reply.wav" },
    ]),
  );
  const { folder, clips, frames } = await place.import(made.path, { actions });
  assertEquals([clips, frames], [["idle", "speaking", "reply", "action-7"], 11]);
  assertEquals(
    manifestOf(folder).clips.map((
      { name, role, frames, order, sound },
    ) => [name, role, frames, order, sound]),
    [
      ["idle", "idle", 4, "pingpong", undefined],
      ["speaking", "speaking", 3, "pingpong", undefined],
      ["reply", "action", 2, "once", "reply-sound.wav"],
      ["action-7", "action", 2, "once", undefined],
    ],
  );
  assertEquals(Deno.readTextFileSync(`${folder}/reply-sound.wav`), "RIFF");
  assertEquals(describeFilm(folder)?.families, ["wav2lip"]);
});

/** Changes to a good MuseTalk folder of three frames, and what is said then. */
const HOSTILE: readonly (readonly [string, (folder: string) => Promise<void>, string, string])[] = [
  ["no coords", (f) => Deno.remove(`${f}/coords.pkl`), "bad_import", "foreign/coords.pkl is missing"],
  ["no masks", (f) => Deno.remove(`${f}/mask`, { recursive: true }), "bad_import", "foreign/mask is missing"],
  ["no latents", (f) => Deno.remove(`${f}/latents.pt`), "bad_import", "foreign/latents.pt is missing"],
  [
    "a picture less",
    (f) => Deno.remove(`${f}/full_imgs/00000002.png`),
    "bad_import",
    "coords.pkl has 3 boxes for 2 pictures",
  ],
  [
    "a mask less",
    (f) => Deno.remove(`${f}/mask/00000001.png`),
    "bad_import",
    "foreign/mask has 2 pictures for 3 pictures in full_imgs",
  ],
  [
    "a tensor less",
    (f) => Deno.writeFile(`${f}/latents.pt`, torchBytes([new Float16Array(8192)], [1, 8, 32, 32])),
    "bad_import",
    "foreign/latents.pt has 1 tensors for 3 pictures",
  ],
  [
    "tensors of another shape",
    (f) => Deno.writeFile(`${f}/latents.pt`, torchBytes([new Float16Array(8)], [1, 8])),
    "bad_import",
    "foreign/latents.pt has [1, 8] for frame 0, wanted a tensor [1, 8, 32, 32]",
  ],
  [
    "no numbers in latents",
    (f) => {
      const broken = new Float16Array(8192).fill(NaN);
      return Deno.writeFile(`${f}/latents.pt`, torchBytes([broken, broken, broken], [1, 8, 32, 32]));
    },
    "bad_import",
    "values for frame 0 that are no latents",
  ],
  [
    "a command in coords",
    (f) => Deno.copyFile(COMMAND_PICKLE, `${f}/coords.pkl`),
    "bad_pickle",
    "foreign/coords.pkl: pickle names os.system, which is not read",
  ],
  [
    "a command in latents",
    (f) => Deno.copyFile(COMMAND_PICKLE, `${f}/latents.pt`),
    "bad_pickle",
    "foreign/latents.pt: pickle names os.system",
  ],
  [
    "boxes of three numbers",
    (f) => Deno.writeFile(`${f}/coords.pkl`, pickleBytes([[1, 2, 3], [1, 2, 3], [1, 2, 3]])),
    "bad_import",
    "has no box for frame 0, wanted x1, y1, x2, y2",
  ],
  [
    "a box outside",
    (f) => Deno.writeFile(`${f}/coords.pkl`, pickleBytes(Array(3).fill([200, 20, 260, 80]))),
    "bad_import",
    "has the box 200, 20 to 260, 80 for frame 0",
  ],
  [
    "a box inside out",
    (f) => Deno.writeFile(`${f}/coords.pkl`, pickleBytes(Array(3).fill([90, 20, 30, 80]))),
    "bad_import",
    "has (90, 20, 30, 80) for frame 0, wanted a box as x1, y1, x2, y2",
  ],
  [
    "a picture of another size",
    (f) =>
      writePictures(`${f}/more`, [[pictureOf(0, { width: 80, height: 80 }), { width: 80, height: 80 }, 3]])
        .then(
          () => Deno.rename(`${f}/more/00000000.png`, `${f}/full_imgs/00000001.png`),
        ),
    "bad_import",
    "foreign/full_imgs/00000001.png has 80x80 pixels, wanted 160x96 as the first",
  ],
  [
    "a mask of another size",
    (f) =>
      writePictures(`${f}/more`, [[new Uint8Array(100), { width: 10, height: 10 }, 1]]).then(() =>
        Deno.rename(`${f}/more/00000000.png`, `${f}/mask/00000001.png`)
      ),
    "bad_import",
    "foreign/mask/00000001.png has 10x10 pixels, wanted the",
  ],
  [
    "a picture that is none",
    (f) => Deno.writeTextFile(`${f}/full_imgs/00000001.png`, "nothing"),
    "bad_picture",
    "is no picture",
  ],
  [
    "a name that is no number",
    (f) => Deno.writeTextFile(`${f}/full_imgs/cover.png`, "nothing"),
    "bad_import",
    "foreign/full_imgs/cover.png has no number as its name",
  ],
  [
    "a link out of the folder",
    (f) =>
      Deno.remove(`${f}/full_imgs/00000001.png`).then(() =>
        Deno.symlink("/etc/passwd", `${f}/full_imgs/00000001.png`)
      ),
    "bad_import",
    "foreign/full_imgs/00000001.png leads out of the folder",
  ],
  [
    "a folder that is a link",
    (f) => Deno.remove(`${f}/mask`, { recursive: true }).then(() => Deno.symlink("/etc", `${f}/mask`)),
    "bad_import",
    "foreign/mask leads out of the folder",
  ],
  [
    "neither latents nor faces",
    (f) => Deno.remove(`${f}/latents.pt`).then(() => Deno.remove(`${f}/mask_coords.pkl`)),
    "bad_import",
    "foreign has neither latents.pt (MuseTalk) nor face_imgs",
  ],
];

for (const [name, change, code, says] of HOSTILE) {
  Deno.test(`importAvatar: ${name} is named, and nothing is left`, async () => {
    using place = new Place();
    const { path } = await makeForeign(place.path, { kind: "musetalk", frames: 3 });
    await change(path);
    assertEquals(await isForeignAvatar(path), true);
    const fault = await refused(place.import(path));
    assertStringIncludes(fault.message, says);
    assertStringIncludes(fault.message, "wanted");
    assertEquals(fault.code, code);
    assertEquals(place.left(), []);
  });
}

/** Files of custom actions that are refused, and why. */
const BAD_ACTIONS: readonly (readonly [string, string, string])[] = [
  ["no JSON", "[", "actions.json is not JSON"],
  ["no list", "{}", "actions.json: the list:"],
  ["no number", '[{"audiotype": "2", "imgpath": "reply"}]', "actions.json: 0.audiotype:"],
  [
    "twice",
    '[{"audiotype": 2, "imgpath": "reply"}, {"audiotype": 2, "imgpath": "reply"}]',
    "audiotype 2 twice",
  ],
  ["a path out", '[{"audiotype": 2, "imgpath": "../foreign/full_imgs"}]', "leads out of the folder"],
  ["a whole path", '[{"audiotype": 2, "imgpath": "/etc"}]', "names /etc, wanted a path inside"],
  ["a link out", '[{"audiotype": 2, "imgpath": "link"}]', "leads out of the folder"],
  ["nothing there", '[{"audiotype": 2, "imgpath": "nowhere"}]', "names nowhere, which is missing"],
  [
    "a sound out",
    '[{"audiotype": 2, "imgpath": "reply", "audiopath": "../x.wav"}]',
    "leads out of the folder",
  ],
  ["no sound", '[{"audiotype": 2, "imgpath": "reply", "audiopath": "reply"}]', "is no sound file"],
  [
    "another size",
    '[{"audiotype": 2, "imgpath": "small"}]',
    "small has pictures of 80x80 pixels, wanted 160x96",
  ],
];

for (const [name, json, says] of BAD_ACTIONS) {
  Deno.test(`importAvatar: actions with ${name} are refused, and nothing is left`, async () => {
    using place = new Place();
    const { path } = await makeForeign(place.path, { kind: "wav2lip", frames: 1 });
    const custom = `${place.path}/custom`;
    await writePictures(`${custom}/reply`, [[pictureOf(0, SIZE), SIZE, 3]]);
    await writePictures(`${custom}/small`, [[pictureOf(0, { width: 80, height: 80 }), {
      width: 80,
      height: 80,
    }, 3]]);
    await Deno.symlink(`${path}/full_imgs`, `${custom}/link`);
    await Deno.writeTextFile(`${place.path}/x.wav`, "RIFF");
    await Deno.writeTextFile(`${custom}/actions.json`, json);
    const fault = await refused(place.import(path, { actions: `${custom}/actions.json` }));
    assertStringIncludes(fault.message, says);
    assertEquals(place.left(), []);
  });
}

Deno.test("importAvatar: an abort leaves nothing, and an avatar that is there stays as it is", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "musetalk", frames: 4 });
  const { folder } = await place.import(made.path);
  const before = Deno.readTextFileSync(`${folder}/avatar.json`);
  const exists = await refused(place.import(made.path));
  assertEquals(exists.code, "avatar_exists");
  for (const stop of ["finding", "writing"]) {
    const aborting = new AbortController();
    await assertRejects(() =>
      place.import(made.path, {
        isForced: true,
        signal: aborting.signal,
        onProgress: ({ step }) =>
          step.startsWith(stop) && aborting.abort(new Fault("stopped", { code: "stopped" })),
      }), Fault);
    assertEquals(place.left(), ["anna"]);
    assertEquals(Deno.readTextFileSync(`${folder}/avatar.json`), before);
  }
  await place.import(made.path, { isForced: true });
  assert(place.notes.some((line) => line.includes("resumed from frame 4")));
});

Deno.test("isForeignAvatar: other folders and files are none", async () => {
  using place = new Place();
  await writePictures(`${place.path}/pictures`, [[pictureOf(0, SIZE), SIZE, 3]]);
  for (
    const path of [`${place.path}/pictures`, `${place.path}/pictures/00000000.png`, `${place.path}/none`]
  ) {
    assertEquals(await isForeignAvatar(path), false);
  }
});

/** Avatar folders of MuseTalk and LiveTalking become ours: what is kept exactly, what is told apart, what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { describeFilm, type VideoManifest } from "../../src/avatar/mod.ts";
import { Fault, type InputFault } from "../../src/errors/mod.ts";
import { BOXES, type Clip, FaceReader, LatentsReader, PackReader, TrackReader } from "../../src/film/mod.ts";
import { openForeignAvatar } from "../../src/prepare/importing/foreign_avatar.ts";
import type { Progress } from "../../src/prepare/mod.ts";
import { isForeignAvatar } from "../../src/prepare/importing/mod.ts";
import { centredFinder, makeForeign, pictureOf, writePictures } from "../fakes/foreign_avatar.ts";
import { wavBytes } from "../fakes/wav.ts";
import { Place, refused } from "../fakes/import_place.ts";
import { pickleBytes } from "../fakes/pickle_bytes.ts";

const SIZE = { width: 160, height: 96 };

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

Deno.test("FolderPictures.mirrored: forward, backward and so on, both ends twice, as LiveTalking shows them", async () => {
  using place = new Place();
  const { path, pictures } = await makeForeign(place.path, { kind: "wav2lip", frames: 3 });
  const mirrored = (await openForeignAvatar(path)).pictures.mirrored(8);
  for (const [at, frame] of [0, 1, 2, 2, 1, 0, 0, 1].entries()) {
    assertEquals(await mirrored.read(at), pictures[frame]!);
  }
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

Deno.test("importAvatar: somebody else in the picture is not looked at", async () => {
  using place = new Place();
  const size = { width: 320, height: 96 };
  const { path } = await makeForeign(place.path, { kind: "wav2lip", frames: 1, size });
  const seen = centredFinder();
  // Where the right side of the square is not black, another face is there.
  const finder = Object.assign(Object.create(seen), {
    async find(rgb: Uint8Array, side: number) {
      const [face] = await seen.find(rgb, side);
      const isBright = rgb[(Math.floor(side / 2) * side + Math.floor(side * 0.9)) * 3]! > 0;
      const other = face!.points.map((value, at) => at % 3 === 0 ? value + 0.6 * side : value);
      return isBright ? [face!, { certainty: 1, points: other }] : [face!];
    },
  });
  await place.import(path, { finder });
  // The same film as an action, where no box says whose face it is.
  const actions = `${place.path}/actions.json`;
  await Deno.writeTextFile(actions, '[{"audiotype": 2, "imgpath": "foreign/full_imgs"}]');
  const fault = await refused(place.import(path, { finder, actions, id: "other" }));
  assertEquals(fault.code, "several_faces");
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
  // 0.2 s: five frames, of which the folder has two.
  const sound = wavBytes(new Float32Array(3200).fill(0.1), 16_000);
  await Deno.writeFile(`${custom}/customvideo/reply.wav`, sound);
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
  assertEquals([clips, frames], [["idle", "speaking", "reply", "action-7"], 14]);
  assertEquals(
    manifestOf(folder).clips.map((
      { name, role, frames, order, sound },
    ) => [name, role, frames, order, sound]),
    [
      ["idle", "idle", 4, "pingpong", undefined],
      ["speaking", "speaking", 3, "pingpong", undefined],
      ["reply", "action", 5, "once", "reply-sound.wav"],
      ["action-7", "action", 2, "once", undefined],
    ],
  );
  assertEquals(Deno.readFileSync(`${folder}/reply-sound.wav`), sound);
  assertEquals(describeFilm(folder)?.families, ["wav2lip"]);
});

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

Deno.test("importAvatar: it is made in its workshop, where others are kept out meanwhile", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "wav2lip", frames: 2 });
  let isAsked = false;
  let second: Promise<InputFault> | undefined;
  const onProgress = ({ step, frames }: Progress) => {
    if (!step.startsWith("writing") || frames === 0) return;
    isAsked = true;
    // What is not whole yet lies in the workshop, which is found again after a kill.
    assertEquals([...Deno.readDirSync(place.parent)].map(({ name }) => name.slice(0, 14)), [
      ".prepare-anna-",
    ]);
    second ??= refused(place.import(made.path));
  };
  await place.import(made.path, { onProgress });
  assertEquals([isAsked, (await second)?.code], [true, "prepare_running"]);
  assertEquals([...Deno.readDirSync(place.parent)].map(({ name }) => name), ["anna"]);
});

Deno.test("importAvatar: clips that are too long together are refused before a face is looked for", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "wav2lip", frames: 1 });
  const custom = `${place.path}/data`;
  await writePictures(`${custom}/long`, [[pictureOf(0, SIZE), SIZE, 3]]);
  // 1800 s, the most that a clip may last: with the avatar's own frame it is too much.
  await Deno.writeFile(`${custom}/long.wav`, wavBytes(new Float32Array(8000 * 1800), 8000));
  const actions = `${custom}/actions.json`;
  await Deno.writeTextFile(actions, '[{"audiotype": 2, "imgpath": "long", "audiopath": "long.wav"}]');
  const fault = await refused(place.import(made.path, { actions }));
  assertEquals([fault.code, place.steps], ["bad_video", []]);
  assertStringIncludes(fault.message, "the clips: 1800 s long together, wanted at most 1800 s");
});

Deno.test("importAvatar: the encoder is opened only where a silent action of MuseTalk's wants latents", async () => {
  using place = new Place();
  const custom = `${place.path}/data`;
  await writePictures(`${custom}/nod`, [[pictureOf(0, SIZE), SIZE, 3]]);
  await Deno.writeFile(`${custom}/nod.wav`, wavBytes(new Float32Array(320), 16_000));
  const action = { audiotype: 2, imgpath: "nod" };
  await Deno.writeTextFile(`${custom}/silent.json`, JSON.stringify([action]));
  await Deno.writeTextFile(`${custom}/loud.json`, JSON.stringify([{ ...action, audiopath: "nod.wav" }]));
  let opened = 0;
  const openEncoder = () => {
    opened++;
    const encode = (count: number) => Promise.resolve(new Float32Array(count * 4 * 32 * 32).fill(0.5));
    return Promise.resolve({ model: "m", mark: "-1", encode });
  };
  const cases = [
    ["musetalk", undefined, 0],
    ["musetalk", "loud", 0],
    ["wav2lip", "silent", 0],
    ["musetalk", "silent", 1],
  ] as const;
  for (const [nth, [kind, actions, wanted]] of cases.entries()) {
    const { path } = await makeForeign(place.path, { kind, frames: 2, name: `f-${nth}` });
    const more = actions ? { actions: `${custom}/${actions}.json` } : {};
    opened = 0;
    const { folder } = await place.import(path, { openEncoder, id: `a-${nth}`, ...more });
    assertEquals(opened, wanted, `${kind}, ${actions}`);
    const nod = manifestOf(folder).clips.find(({ name }) => name === "nod");
    assertEquals(nod?.latents, wanted === 1 ? "nod.latents" : undefined);
  }
});

Deno.test("importAvatar: two actions never have the same name", async () => {
  using place = new Place();
  const made = await makeForeign(place.path, { kind: "wav2lip", frames: 1 });
  const custom = `${place.path}/data`;
  for (const name of ["action-3", "Bad Name", "action-4"]) {
    await writePictures(`${custom}/${name}`, [[pictureOf(0, SIZE), SIZE, 3]]);
  }
  const actions = `${custom}/actions.json`;
  const entries = [[2, "action-3"], [3, "Bad Name"], [4, "Bad Name"], [5, "action-4"]] as const;
  await Deno.writeTextFile(
    actions,
    JSON.stringify(entries.map(([audiotype, imgpath]) => ({ audiotype, imgpath }))),
  );
  const { clips } = await place.import(made.path, { actions });
  assertEquals(clips, ["idle", "action-3", "action-3-2", "action-4", "action-5"]);
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

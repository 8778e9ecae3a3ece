/** Folders and lists of actions that are broken or mean: each is named in one line, and nothing is left of it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { isForeignAvatar } from "../../src/prepare/importing/mod.ts";
import { makeForeign, pictureOf, writePictures } from "../fakes/foreign_avatar.ts";
import { Place, refused } from "../fakes/import_place.ts";
import { pickleBytes, torchBytes } from "../fakes/pickle_bytes.ts";

const SIZE = { width: 160, height: 96 };
const COMMAND_PICKLE = new URL("../regress/pickle_os_system.pkl", import.meta.url);

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
  ["no sound", '[{"audiotype": 2, "imgpath": "reply", "audiopath": "reply"}]', "a directory, wanted a WAV"],
  ["a sound of text", '[{"audiotype": 2, "imgpath": "reply", "audiopath": "actions.json"}]', "wanted a WAV"],
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

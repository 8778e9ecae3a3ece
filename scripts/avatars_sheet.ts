/**
 * One contact sheet an avatar: every mouth, expression, blink, glance, brow and action, how far the head goes, a fade
 * into speech and three shapes of frame, to be looked at by a person.
 *
 *   deno task avatars:sheet                  every shipped avatar
 *   deno task avatars:sheet ID... --preview  those alone; also writes their preview.png (640x360)
 */
import sharp from "sharp";
import { findAvatar, listAvatars } from "../src/avatar/mod.ts";
import { loadPuppet } from "../src/avatar/load.ts";
import { InputFault, oneLine } from "../src/errors/mod.ts";
import { Poser } from "./sheet/poser.ts";
import { drawSheet } from "./sheet/sheet.ts";

const SHIPPED = decodeURIComponent(new URL("../avatars", import.meta.url).pathname);
const OUT = decodeURIComponent(new URL("../out", import.meta.url).pathname);
const PREVIEW = { width: 640, height: 360 };

const USAGE = `usage: deno task avatars:sheet [ID ...] [--from FOLDER] [--preview]

Draws out/avatar-ID.png: every viseme and expression, blinks, glances, actions, a fade into speech and three shapes
of frame, to be looked at. Without an ID: of every avatar that comes along.

  ID             an avatar's id, or dicebear:STYLE/SEED
  --from FOLDER  looks for the avatars in that folder first
  --preview      also writes preview.png into the avatar's folder
  --help         this text`;

function refuse(line: string): never {
  console.error(`avatars:sheet: ${line}`);
  Deno.exit(2);
}

async function writePreview(folder: string): Promise<void> {
  using puppet = await loadPuppet(folder, PREVIEW, { background: { kind: "own" }, framing: "bust" });
  const png = new Poser(puppet).paint().encodeSync("png");
  Deno.writeFileSync(
    `${folder}/preview.png`,
    await sharp(png).png({ palette: true, colours: 256 }).toBuffer(),
  );
}

async function writeSheet(id: string, folders: readonly string[], isPreviewToo: boolean): Promise<void> {
  const source = findAvatar(id, folders);
  const sheet = await (await drawSheet(source)).encode("png");
  Deno.mkdirSync(OUT, { recursive: true });
  const file = `avatar-${id.replace(/[^a-zA-Z0-9]+/g, "-").slice(0, 80)}.png`;
  Deno.writeFileSync(`${OUT}/${file}`, sheet);
  console.error(`written: out/${file}`);
  if (!isPreviewToo) return;
  if (source === id) throw new InputFault(`${id} has no folder for a preview`, { code: "no_folder" });
  await writePreview(source);
  console.error(`written: ${source}/preview.png`);
}

const ids: string[] = [];
const folders: string[] = [];
let isPreviewToo = false;
const rest = [...Deno.args];
for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
  if (argument === "--help" || argument === "-h") {
    console.log(USAGE);
    Deno.exit(0);
  } else if (argument === "--preview") isPreviewToo = true;
  else if (argument === "--from") {
    folders.push(rest.shift() ?? refuse("--from has no folder, wanted --from FOLDER"));
  } else if (argument.startsWith("-")) {
    refuse(`no flag is called "${argument}", wanted --from, --preview or --help`);
  } else ids.push(argument);
}
folders.push(SHIPPED);
try {
  const all = ids.length > 0 ? ids : listAvatars(folders).map((entry) => entry.id);
  for (const id of all) await writeSheet(id, folders, isPreviewToo);
} catch (error) {
  if (!(error instanceof InputFault)) throw error;
  refuse(oneLine(error));
}

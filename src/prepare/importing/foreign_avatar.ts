/**
 * What a MuseTalk or LiveTalking avatar folder holds: which program's network it is for, its frames and their boxes.
 *
 * In: a folder. Out: a ForeignAvatar, everything counted against everything else; InputFault `bad_import`, `bad_pickle` or
 * `no_face` that names the file. Main thread; reads the small files and looks at a few pictures.
 */
import type { Edges } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { MuseTalkVersion } from "../video/face_boxes.ts";
import { BOX_SIDE_MIN } from "../video/write_clip.ts";
import { type Coords, type CoordsOrder, readCoords } from "./coords.ts";
import { isDoubled } from "./doubled.ts";
import { FolderPictures } from "./folder_pictures.ts";
import { badImport, checkCount, ForeignFolder } from "./foreign_folder.ts";
import { nearestWithFace } from "./frames_without_face.ts";
import { MuseTalkParts } from "./musetalk_parts.ts";

export type ForeignKind = "musetalk" | "wav2lip" | "ultralight";

const FRAMES = "full_imgs";
const FACES = "face_imgs";
const COORDS = "coords.pkl";
const NETWORK = "ultralight.pth";
const PICKLE_BYTES_MAX = 64 << 20;
const PICTURE_BYTES_MAX = 64 << 20;
/** LiveTalking cuts Ultralight's faces to this side, Wav2Lip's to 96 or 256. */
const ULTRALIGHT_SIDE = 168;

export interface ForeignAvatar {
  readonly kind: ForeignKind;
  readonly folder: ForeignFolder;
  /** Forward only. */
  readonly pictures: FolderPictures;
  /** Where the network's patch goes, of each frame; bridged ones have their neighbour's. */
  readonly boxes: readonly Edges[];
  /** For each frame, the frame whose box, mask, latents and face it has. */
  readonly sources: readonly number[];
  readonly isDoubled: boolean;
  /** Of kind "musetalk". */
  readonly musetalk?: { readonly version: MuseTalkVersion; readonly parts: MuseTalkParts };
  /** Of the other kinds: the pictures that their network sees. */
  readonly faces?: readonly string[];
}

/** Whether a folder looks like one of theirs; opening it says what is missing. */
export async function isForeignAvatar(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(`${path}/${FRAMES}`)).isDirectory;
  } catch {
    return false; // no folder, or another one
  }
}

export async function openForeignAvatar(path: string): Promise<ForeignAvatar> {
  const folder = new ForeignFolder(path);
  const kind = await kindOf(folder);
  const label = `${folder.name}/${COORDS}`;
  const names = folder.pictures(FRAMES);
  const all = await FolderPictures.open(folder, names);
  const order: CoordsOrder = kind === "wav2lip" ? "y1, y2, x1, x2" : "x1, y1, x2, y2";
  const coords = readCoords(folder.read(COORDS, PICKLE_BYTES_MAX), label, order);
  checkCount(label, coords.boxes.length, "boxes", names.length);
  checkBoxes(coords.boxes, label, all.whole, kind);
  const doubled = await isDoubled(
    coords.boxes,
    (frame) => folder.read(names[frame]!, PICTURE_BYTES_MAX),
    (frame) => all.read(frame),
  );
  const frames = doubled ? names.length / 2 : names.length;
  const sources = nearestWithFace(coords.boxes.slice(0, frames).map((box) => box !== undefined), label);
  const common = {
    kind,
    folder,
    pictures: all.first(frames),
    boxes: sources.map((source) => coords.boxes[source]!),
    sources,
    isDoubled: doubled,
  };
  if (kind === "musetalk") {
    const parts = MuseTalkParts.open(folder, coords.boxes);
    return { ...common, musetalk: { version: versionOf(folder, coords), parts } };
  }
  const faces = folder.pictures(FACES);
  checkCount(`${folder.name}/${FACES}`, faces.length, "pictures", names.length);
  return { ...common, faces };
}

/** MuseTalk's folders have latents; Ultralight's have its network or faces of its network's side. */
async function kindOf(folder: ForeignFolder): Promise<ForeignKind> {
  if (folder.has("latents.pt") || folder.has("mask_coords.pkl")) return "musetalk";
  if (!folder.has(FACES)) {
    throw badImport(
      `${folder.name} has neither latents.pt (MuseTalk) nor ${FACES} (Wav2Lip, Ultralight), wanted one of them`,
    );
  }
  if (folder.has(NETWORK)) return "ultralight";
  const { default: sharp } = await import("sharp");
  const { width } = await sharp(folder.file(folder.pictures(FACES)[0]!)).metadata().catch(
    (error: unknown) => {
      throw badImport(`${folder.name}/${FACES}: its first picture cannot be read, wanted PNG or JPEG`, error);
    },
  );
  return width === ULTRALIGHT_SIDE ? "ultralight" : "wav2lip";
}

/**
 * MuseTalk's boxes may reach over the picture's edges, as the landmarks did that they come from; the others' faces were
 * cut out of the picture.
 */
function checkBoxes(
  boxes: readonly (Edges | undefined)[],
  what: string,
  { width, height }: FrameSize,
  kind: ForeignKind,
): void {
  boxes.forEach((box, frame) => {
    if (box === undefined) return;
    const [x1, y1, x2, y2] = box;
    const [seenX, seenY] = [
      Math.min(width, x2) - Math.max(0, x1),
      Math.min(height, y2) - Math.max(0, y1),
    ];
    const isSeen = seenX >= BOX_SIDE_MIN && seenY >= BOX_SIDE_MIN;
    const isInside = x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height;
    const isBounded = x2 - x1 <= 2 * width && y2 - y1 <= 2 * height;
    if (isSeen && isBounded && (isInside || kind === "musetalk")) return;
    throw badImport(
      `${what} has the box ${x1}, ${y1} to ${x2}, ${y2} for frame ${frame}, ` +
        `wanted at least ${BOX_SIDE_MIN} pixels a side within ${width}x${height}`,
    );
  });
}

/** By avator_info.json where it says so, else by the lists that 1.5 puts in place of tuples. */
function versionOf(folder: ForeignFolder, { hasLists }: Coords): MuseTalkVersion {
  const said = folder.has("avator_info.json")
    ? saidVersion(folder.read("avator_info.json", 1 << 16))
    : undefined;
  return said ?? (hasLists ? "1.5" : "1.0");
}

function saidVersion(bytes: Uint8Array): MuseTalkVersion | undefined {
  let info: unknown;
  try {
    info = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // nothing else of it is wanted
  }
  const version = typeof info === "object" && info !== null && "version" in info ? info.version : undefined;
  return version === "v15" ? "1.5" : version === "v1" ? "1.0" : undefined;
}

/**
 * LiveTalking's list of custom actions: `[{"audiotype": 2, "imgpath": "customvideo/reply", "audiopath": "reply.wav"}]`.
 *
 * In: the JSON file. Out: clips by their names; InputFault `bad_actions` or `bad_import` that names the entry. Main thread.
 * audiotype 1 is what is shown while nothing is said (without a sound here), 2 and up are actions (avatars/base_avatar.py). Paths are looked for
 * in the folder that holds the file, and nowhere else; LiveTalking writes them from where it is started
 * ("data/customvideo/reply" in data/custom_config.json), so a beginning that is that folder's own name is left off.
 */
import { basename, dirname, resolve } from "node:path";
import { z } from "zod";
import { CLIP_NAME, CLIPS_MAX } from "../../film/mod.ts";
import { InputFault, oneLine } from "../../errors/mod.ts";
import { badImport, ForeignFolder, plainName } from "./foreign_folder.ts";

const CONFIG_BYTES_MAX = 1 << 20;
const SILENCE = 1;
const PATH_MAX = 500;
const RESERVED = new Set(["idle", "speaking"]);

const action = z.looseObject({
  audiotype: z.int().min(SILENCE).max(1000),
  imgpath: z.string().min(1).max(PATH_MAX),
  audiopath: z.string().max(PATH_MAX).nullish(),
});
/** Beside idle and speaking. */
const config = z.array(action).max(CLIPS_MAX - 2);

export interface ForeignAction {
  /** "idle" for audiotype 1, else the folder's name where it can be one, else "action-2" and so on; no two are the same. */
  readonly name: string;
  readonly role: "idle" | "action";
  readonly folder: ForeignFolder;
  /** Real path of its sound. */
  readonly sound?: string;
}

/** In the order of their audiotypes. */
export function readActions(path: string): ForeignAction[] {
  const folder = new ForeignFolder(dirname(path));
  const name = basename(path);
  const entries = parse(folder.read(name, CONFIG_BYTES_MAX), name).toSorted((a, b) =>
    a.audiotype - b.audiotype
  );
  const taken = new Set<string>(RESERVED);
  return entries.map(({ audiotype, imgpath, audiopath }, at) => {
    if (entries[at + 1]?.audiotype === audiotype) {
      throw badActions(`${name} has audiotype ${audiotype} twice, wanted one of each`);
    }
    const place = new ForeignFolder(placeOf(folder, imgpath, name));
    const sound = audiopath ? { sound: placeOf(folder, audiopath, name) } : {};
    if (audiotype === SILENCE) return { name: "idle", role: "idle", folder: place };
    const own = place.name.toLowerCase();
    const called = CLIP_NAME.test(own) && !taken.has(own) ? own : freeName(`action-${audiotype}`, taken);
    taken.add(called);
    return { name: called, role: "action", folder: place, ...sound };
  });
}

/** Folders may be called action-2 themselves. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let nth = 2; taken.has(free); nth++) free = `${name}-${nth}`;
  return free;
}

function parse(bytes: Uint8Array, name: string): z.infer<typeof config> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw badActions(`${name} is not JSON (${oneLine(error)}), wanted a list of actions`, error);
  }
  const parsed = config.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw badActions(
    `${name}: ${issue.path.join(".") || "the list"}: ${issue.message}, ` +
      'wanted [{"audiotype": 2, "imgpath": "...", "audiopath": "..."}]',
  );
}

/** A file's or folder's real path inside the folder. */
function placeOf(folder: ForeignFolder, path: string, config: string): string {
  if (path.startsWith("/") || /^[a-z]:|\\|\0/i.test(path)) {
    throw badImport(`${config} names ${plainName(path)}, wanted a path inside the folder of ${config}`);
  }
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const above = resolve(folder.path).split("/").filter((part) => part !== "");
  for (let dropped = 0; dropped < parts.length; dropped++) {
    const isOwnName = dropped === 0 || parts.slice(0, dropped).join("/") === above.slice(-dropped).join("/");
    const rest = parts.slice(dropped).join("/");
    if (isOwnName && folder.has(rest)) return folder.place(rest);
  }
  throw badImport(
    `${config} names ${plainName(path)}, which is missing, wanted a path inside the folder of ${config}`,
  );
}

function badActions(message: string, cause?: unknown): InputFault {
  return new InputFault(message, { code: "bad_actions", cause });
}

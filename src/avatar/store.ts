/**
 * Finds avatars on disk and reads what their folders say about themselves, trusting nothing in them.
 *
 * In: a name and the folders to look in, first found wins (the user's own before the shipped). Out: a source (a
 * folder, or the name of a generated avatar), or an opened folder. Main thread and, at loading, the stage's.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { AvatarFolder, badAvatar } from "./folder.ts";
import { type AvatarManifest, avatarManifest, firstIssue } from "./manifest.ts";
import { AVATAR_ID } from "./manifest_fields.ts";

const MANIFEST = "avatar.json";
/** Text, longer than any honest one. */
const MANIFEST_BYTES_MAX = 256 * 1024;
const GENERATED = /^dicebear:([^/]*)\/(.*)$/su;
const STYLE = /^[A-Za-z0-9-]{1,40}$/;
const SEED_LENGTH_MAX = 500;

export interface AvatarEntry {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly kind?: AvatarManifest["kind"];
  /** Whom to name and on which terms it may be used. */
  readonly licence?: string;
  readonly author?: string;
  /** Why it cannot be used, in one line. */
  readonly trouble?: string;
}

export interface OpenedAvatar {
  readonly manifest: AvatarManifest;
  readonly folder: AvatarFolder;
}

/** An avatar that is made of a style's name and a seed, and has no folder. */
export interface GeneratedName {
  readonly style: string;
  readonly seed: string;
}

/**
 * The source that loadFace takes: the folder of avatar `name`, or `name` itself where it is "dicebear:STYLE/SEED".
 * Throws InputFault where the name is malformed or nobody has it.
 */
export function findAvatar(name: string, folders: readonly string[]): string {
  if (name.startsWith("dicebear:")) {
    generatedName(name);
    return name;
  }
  if (!AVATAR_ID.test(name)) {
    throw new InputFault(
      `avatar id ${
        JSON.stringify(name.slice(0, 60))
      }, wanted 1 to 40 of a-z, 0-9 and -, or dicebear:STYLE/SEED`,
      { code: "bad_avatar_id" },
    );
  }
  for (const parent of folders) {
    const folder = `${parent}/${name}`;
    if (isFolder(folder)) return folder;
  }
  const known = listAvatars(folders).map((entry) => entry.id).join(", ");
  throw new InputFault(
    `avatar "${name}" does not exist, wanted one of: ${known === "" ? "none is installed" : known}`,
    { code: "no_such_avatar" },
  );
}

/** Style and seed of "dicebear:STYLE/SEED"; undefined for every other source. Throws InputFault `bad_avatar_id`. */
export function generatedName(source: string): GeneratedName | undefined {
  if (!source.startsWith("dicebear:")) return undefined;
  const [, style = "", seed = ""] = GENERATED.exec(source) ?? [];
  if (!STYLE.test(style) || seed === "" || seed.length > SEED_LENGTH_MAX) {
    throw new InputFault(
      `avatar ${
        JSON.stringify(source.slice(0, 60))
      }, wanted dicebear:STYLE/SEED with a seed of 1 to ${SEED_LENGTH_MAX} ` +
        `characters, such as dicebear:lorelei/Mai`,
      { code: "bad_avatar_id" },
    );
  }
  return { style, seed };
}

/** Every avatar in the folders, by id; broken ones with their trouble. A missing parent folder has none. */
export function listAvatars(folders: readonly string[]): AvatarEntry[] {
  const entries = new Map<string, AvatarEntry>();
  for (const parent of folders) {
    for (const id of folderNames(parent)) {
      if (!AVATAR_ID.test(id) || entries.has(id)) continue;
      const folder = `${parent}/${id}`;
      if (!isFolder(folder)) continue;
      try {
        const { name, kind, licence, author } = openAvatar(folder).manifest;
        entries.set(id, { id, name, folder, kind, licence, author });
      } catch (error) {
        entries.set(id, { id, name: id, folder, trouble: oneLine(error) });
      }
    }
  }
  return [...entries.values()].toSorted((a, b) => a.id < b.id ? -1 : 1);
}

/** Reads and checks the manifest. Throws InputFault `bad_avatar`. */
export function openAvatar(path: string): OpenedAvatar {
  const folder = new AvatarFolder(path);
  const what = folder.label(MANIFEST);
  const text = folder.text(MANIFEST, "a manifest", MANIFEST_BYTES_MAX);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badAvatar(`${what} is not JSON (${oneLine(error)}), wanted a manifest`, error);
  }
  const parsed = avatarManifest.safeParse(value);
  if (!parsed.success) {
    throw badAvatar(`${what} is not an avatar's manifest (${firstIssue(parsed.error)}), wanted one`);
  }
  if (parsed.data.id !== folder.name) {
    throw badAvatar(`${what} has the id "${parsed.data.id}", wanted the folder's name "${folder.name}"`);
  }
  return { manifest: parsed.data, folder };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // not there, or not for us: the same to a search
  }
}

function folderNames(parent: string): string[] {
  try {
    return Array.from(Deno.readDirSync(parent), (entry) => entry.name).toSorted();
  } catch {
    return []; // most people have no avatars of their own
  }
}

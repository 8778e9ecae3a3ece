/**
 * Finds avatars on disk and reads their folders, trusting nothing in them.
 *
 * In: an id and the folders to look in, first found wins (the user's own before the shipped). Out: a folder, or an opened avatar.
 * Main thread and, at loading, the stage's. Limits: 8 MB a file; files that are links out of the folder are refused.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { AVATAR_ID, type AvatarManifest, avatarManifest, firstIssue } from "./manifest.ts";

const FILE_BYTES_MAX = 8 * 1024 * 1024;
const MANIFEST = "avatar.json";

export interface AvatarEntry {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  /** Why it cannot be used, in one line. */
  readonly trouble?: string;
}

export interface OpenedAvatar {
  readonly manifest: AvatarManifest;
  readonly folder: string;
  /** The source of the art. */
  readonly svg: string;
}

function fault(message: string, cause?: unknown): InputFault {
  return new InputFault(
    message,
    cause === undefined ? { code: "bad_avatar" } : { code: "bad_avatar", cause },
  );
}

/** The folder of avatar `id`. Throws InputFault where the id is malformed or nobody has it. */
export function findAvatar(id: string, folders: readonly string[]): string {
  if (!AVATAR_ID.test(id)) {
    throw new InputFault(`avatar id ${JSON.stringify(id.slice(0, 60))}, wanted 1 to 40 of a-z, 0-9 and -`, {
      code: "bad_avatar_id",
    });
  }
  for (const parent of folders) {
    const folder = `${parent}/${id}`;
    if (isFolder(folder)) return folder;
  }
  const known = listAvatars(folders).map((entry) => entry.id).join(", ");
  throw new InputFault(
    `avatar "${id}" does not exist, wanted one of: ${known === "" ? "none is installed" : known}`,
    {
      code: "no_such_avatar",
    },
  );
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
        entries.set(id, { id, name: readManifest(folder).name, folder });
      } catch (error) {
        entries.set(id, { id, name: id, folder, trouble: oneLine(error) });
      }
    }
  }
  return [...entries.values()].toSorted((a, b) => a.id < b.id ? -1 : 1);
}

/** Reads and checks the manifest and the art. Throws InputFault `bad_avatar`. */
export function openAvatar(folder: string): OpenedAvatar {
  const manifest = readManifest(folder);
  const svg = readText(folder, manifest.art, "the file that avatar.json names as art");
  if (!svg.includes("<svg")) throw fault(`avatar ${folder}: ${manifest.art} is no SVG, wanted one`);
  return { manifest, folder, svg };
}

function readManifest(folder: string): AvatarManifest {
  const text = readText(folder, MANIFEST, "a manifest");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fault(`avatar ${folder}: ${MANIFEST} is not JSON (${oneLine(error)}), wanted a manifest`, error);
  }
  const parsed = avatarManifest.safeParse(value);
  if (!parsed.success) {
    throw fault(
      `avatar ${folder}: ${MANIFEST} is not a drawn avatar's manifest: ${firstIssue(parsed.error)}`,
    );
  }
  const name = folder.replace(/\/+$/, "").split("/").at(-1)!;
  if (parsed.data.id !== name) {
    throw fault(
      `avatar ${folder}: ${MANIFEST} has the id "${parsed.data.id}", wanted the folder's name "${name}"`,
    );
  }
  return parsed.data;
}

/** `file` is a plain name, checked by the manifest's shape; a link may lead elsewhere inside the folder only. */
function readText(folder: string, file: string, wanted: string): string {
  const path = `${folder}/${file}`;
  try {
    const real = Deno.realPathSync(path);
    if (!real.startsWith(`${Deno.realPathSync(folder)}/`)) {
      throw fault(`avatar ${folder}: ${file} is a link out of the folder, wanted a file in it`);
    }
    const { size, isFile } = Deno.statSync(real);
    if (!isFile) throw fault(`avatar ${folder}: ${file} is no file, wanted ${wanted}`);
    if (size > FILE_BYTES_MAX) {
      throw fault(`avatar ${folder}: ${file} has ${size} bytes, wanted at most ${FILE_BYTES_MAX}`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(real));
  } catch (error) {
    if (error instanceof InputFault) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw fault(`avatar ${folder}: ${file} is missing, wanted ${wanted}`, error);
    }
    if (error instanceof TypeError) {
      throw fault(`avatar ${folder}: ${file} is not UTF-8 text, wanted ${wanted}`, error);
    }
    throw fault(`avatar ${folder}: ${file} cannot be read (${oneLine(error)}), wanted ${wanted}`, error);
  }
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

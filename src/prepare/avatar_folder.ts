/**
 * Writes a prepared avatar as one folder: all of it or nothing.
 *
 * In: files by name. Out: the folder, which appears by a rename after everything in it was written and looked at. A
 * folder of that name is replaced only when told so; until the new one is in its place the old one lies beside it as
 * `.ID.old`, from where it comes back, whatever fails and whoever is killed. Main thread.
 */
import { AVATAR_ID } from "../avatar/mod.ts";
import { InputFault } from "../errors/mod.ts";
import { writeFault } from "../film/mod.ts";

export interface FolderPlace {
  /** The folder that holds avatars; made where it is missing. */
  readonly parent: string;
  readonly id: string;
  readonly isForced: boolean;
}

/**
 * Also brings back an avatar whose replacement was killed. Throws InputFault `bad_avatar_id` or `avatar_exists`, Fault
 * `not_writable` or `disk_full`.
 */
export async function checkPlace(place: FolderPlace): Promise<void> {
  const { parent, id, isForced } = place;
  if (!AVATAR_ID.test(id)) {
    throw new InputFault(`--id is ${JSON.stringify(id.slice(0, 60))}, wanted 1 to 40 of a-z, 0-9 and -`, {
      code: "bad_avatar_id",
    });
  }
  const folder = `${parent}/${id}`;
  await writing(parent, () => recover(folder, oldOf(place)));
  if (!isForced && await exists(folder)) {
    throw new InputFault(
      `avatar "${id}" is there already (${folder}), wanted another --id, or --force to replace it`,
      {
        code: "avatar_exists",
      },
    );
  }
  await writing(parent, async () => {
    await Deno.mkdir(parent, { recursive: true });
    const probe = `${parent}/.${crypto.randomUUID()}.partial`;
    await Deno.mkdir(probe);
    await Deno.remove(probe);
  });
}

/**
 * As writeFolder, for what is too large to be held: `build` writes into the empty folder, which has the avatar's id as its
 * name, and what it throws is thrown when nothing is left. It is made in `workshop`, which must lie in the same file
 * system and may hold what a killed process left.
 */
export async function buildFolder(
  place: FolderPlace,
  build: (folder: string) => Promise<void>,
  // Names that begin with a dot are no avatars, whoever looks meanwhile.
  workshop: string = `${place.parent}/.${crypto.randomUUID()}.partial`,
): Promise<string> {
  const { parent, id } = place;
  const folder = `${parent}/${id}`;
  try {
    await Deno.remove(workshop, { recursive: true }).catch(() => {}); // mostly there is none
    await writing(parent, () => Deno.mkdir(`${workshop}/${id}`, { recursive: true }));
    await build(`${workshop}/${id}`);
    await writing(parent, () => swap(`${workshop}/${id}`, folder, oldOf(place), place.isForced));
    return folder;
  } finally {
    await Deno.remove(workshop, { recursive: true }).catch(() => {}); // what was to go wrong has been said
  }
}

/**
 * `check` sees the finished folder, which has the avatar's id as its name, before anybody else does, and may add files;
 * when it throws nothing is left.
 */
export async function writeFolder(
  place: FolderPlace,
  files: Readonly<Record<string, Uint8Array | string>>,
  check: (folder: string) => Promise<void>,
): Promise<string> {
  return await buildFolder(place, async (made) => {
    for (const [name, content] of Object.entries(files)) await put(`${made}/${name}`, content);
    await check(made);
  });
}

/** A whole file. Throws Fault `not_writable` or `disk_full`. */
export async function put(path: string, content: Uint8Array | string): Promise<void> {
  await writing(
    path,
    () => typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content),
  );
}

function oldOf({ parent, id }: FolderPlace): string {
  return `${parent}/.${id}.old`;
}

/** Undoes what was killed between the two renames of `swap`, or before the old avatar was removed. */
async function recover(folder: string, old: string): Promise<void> {
  if (!await exists(old)) return;
  if (await exists(folder)) await removeOld(old);
  else await Deno.rename(old, folder);
}

async function swap(made: string, folder: string, old: string, isForced: boolean): Promise<void> {
  const isReplaced = isForced && await exists(folder);
  if (isReplaced) {
    await removeOld(old);
    await Deno.rename(folder, old);
  }
  try {
    await Deno.rename(made, folder);
  } catch (error) {
    // Where this fails too the old one stays beside, and the next call brings it back.
    if (isReplaced) await Deno.rename(old, folder).catch(() => {});
    throw error;
  }
  if (isReplaced) await removeOld(old);
}

/** Only where there is an avatar in its place. */
async function removeOld(old: string): Promise<void> {
  await Deno.remove(old, { recursive: true }).catch(() => {}); // mostly there is none; else the next call tries again
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw writeFault(path, error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false; // not there, or not to be seen: writing will say which
  }
}

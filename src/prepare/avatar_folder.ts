/**
 * Writes a prepared avatar as one folder: all of it or nothing.
 *
 * In: files by name. Out: the folder, which appears by a rename after everything in it was written and looked at. A
 * folder of that name is replaced only when told so, and comes back where replacing it fails. Main thread.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";

export interface FolderPlace {
  /** The folder that holds avatars; made where it is missing. */
  readonly parent: string;
  readonly id: string;
  readonly isForced: boolean;
}

/** Throws InputFault `avatar_exists`, or Fault `not_writable`. */
export async function checkPlace({ parent, id, isForced }: FolderPlace): Promise<void> {
  const folder = `${parent}/${id}`;
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
    await writing(parent, () => swap(`${workshop}/${id}`, folder, `${workshop}/old`, place.isForced));
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
  const { parent } = place;
  return await buildFolder(place, async (made) => {
    await writing(parent, async () => {
      for (const [name, content] of Object.entries(files)) {
        const path = `${made}/${name}`;
        if (typeof content === "string") await Deno.writeTextFile(path, content);
        else await Deno.writeFile(path, content);
      }
    });
    await check(made);
  });
}

async function swap(made: string, folder: string, old: string, isForced: boolean): Promise<void> {
  const isReplaced = isForced && await exists(folder);
  if (isReplaced) await Deno.rename(folder, old);
  try {
    await Deno.rename(made, folder);
  } catch (error) {
    if (isReplaced) await Deno.rename(old, folder);
    throw error;
  }
}

async function writing(parent: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new Fault(
      `writing into ${parent} failed: ${oneLine(error)}, wanted a folder that can be written to`,
      {
        code: "not_writable",
        cause: error,
      },
    );
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

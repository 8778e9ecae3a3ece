/**
 * Where things lie on this machine: configuration, data, run-time files, avatars, models, the project itself.
 *
 * In: environment variables and the working folder. Out: absolute paths. Nothing here reads a clock or a device;
 * only `runtimeFolder` touches the disk, because a folder for secrets must be proven ours before it is used.
 */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { homedir, tmpdir, userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { lstatSync, mkdirSync } from "node:fs";
import { Fault } from "../errors/mod.ts";

export type Environment = Readonly<Record<string, string>>;

export interface Folders {
  /** Of this checkout: holds main.ts, avatars and models. */
  readonly project: string;
  readonly working: string;
  /** Ours under XDG_CONFIG_HOME. Need not exist. */
  readonly config: string;
  /** Ours under XDG_DATA_HOME. Need not exist. */
  readonly data: string;
  /** Folders that hold one folder an avatar, the first wins. */
  readonly avatars: readonly string[];
  /** Folders that hold one folder a model, the first wins. */
  readonly models: readonly string[];
}

export function findFolders(environment: Environment, working: string): Folders {
  const home = environment["HOME"] || homedir();
  const project = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const config = join(xdg(environment["XDG_CONFIG_HOME"], join(home, ".config")), "lipcam");
  const data = join(xdg(environment["XDG_DATA_HOME"], join(home, ".local", "share")), "lipcam");
  const inBoth = (name: string) => [join(data, name), join(project, name)];
  return { project, working, config, data, avatars: inBoth("avatars"), models: inBoth("models") };
}

/** The base-directory rules ignore relative paths. */
function xdg(value: string | undefined, fallback: string): string {
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

/**
 * The folder for the token file and the run-time state, made if need be: $XDG_RUNTIME_DIR/lipcam, else
 * lipcam-<uid> under the temporary folder. Either is refused unless it is a real folder of ours with mode 0700.
 */
export function runtimeFolder(environment: Environment, temporary: string = tmpdir()): string {
  const base = environment["XDG_RUNTIME_DIR"];
  if (base !== undefined && isAbsolute(base) && isFolder(base)) return claim(join(base, "lipcam"));
  return claim(join(temporary, `lipcam-${userInfo().uid}`));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function claim(path: string): string {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new Fault(`making the run-time folder ${path} failed: wanted a writable ${dirname(path)}`, {
        code: "runtime_folder",
        cause: error,
      });
    }
  }
  const found = lstatSync(path); // not stat: somebody else's link in a shared folder must not be followed
  const problem = found.isSymbolicLink()
    ? "is a symbolic link"
    : !found.isDirectory()
    ? "is not a folder"
    : Deno.build.os === "windows"
    ? undefined
    : found.uid !== userInfo().uid
    ? `belongs to user ${found.uid}`
    : (found.mode & 0o077) !== 0
    ? `has mode ${(found.mode & 0o777).toString(8)}`
    : undefined;
  if (problem !== undefined) {
    throw new Fault(
      `the run-time folder ${path} ${problem}, wanted a folder of yours with mode 700: remove ${
        basename(path)
      }`,
      { code: "runtime_folder" },
    );
  }
  return path;
}

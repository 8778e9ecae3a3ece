/**
 * Where things lie on this machine: configuration, data, avatars, models, the project itself.
 *
 * In: environment variables and the working folder. Out: absolute paths; nothing is looked at or made. The run-time
 * folder is control's, which keeps its secret there.
 */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

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

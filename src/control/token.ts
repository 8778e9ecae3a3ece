/**
 * The token file: how commands of the same user find a running programme and prove that they are that user's.
 * `lipcam/PORT.json` under XDG_RUNTIME_DIR, or under the temporary folder in `lipcam-UID` where there is none; the folder
 * is 0700 and ours, the file 0600. A folder that is a link, another user's or open to others is refused, not mended.
 */
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { InputFault, oneLine } from "../errors/mod.ts";

export interface TokenRecord {
  readonly port: number;
  readonly pid: number;
  readonly token: string;
  /** Where it is asked; default 127.0.0.1. */
  readonly host?: string;
  readonly isTls?: boolean;
}

export type Environment = (name: string) => string | undefined;

/** 32 random bytes, URL-safe. */
export function randomKey(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The folder of the token files, made when it is missing. Throws InputFault `bad_runtime_folder`. */
export function tokenFolder(env: Environment = Deno.env.get): string {
  const uid = Deno.uid();
  const runtime = env("XDG_RUNTIME_DIR");
  const folder = runtime && isFolder(runtime)
    ? join(runtime, "lipcam")
    : join(env("TMPDIR") || "/tmp", `lipcam-${uid ?? "user"}`);
  const refuse = (found: string, cause?: unknown): never => {
    throw new InputFault(
      `keeping the token in ${folder}: ${found}, wanted a folder that only this user can enter; XDG_RUNTIME_DIR chooses another`,
      { code: "bad_runtime_folder", cause },
    );
  };
  try {
    Deno.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      refuse(oneLine(error).replace(/, mkdir '.*$/, ""), error);
    }
  }
  const found = Deno.lstatSync(folder);
  if (found.isSymlink) refuse("it is a link");
  if (!found.isDirectory) refuse("it is not a folder");
  if (uid !== null && found.uid !== uid) refuse("it belongs to another user");
  if (found.mode !== null && (found.mode & 0o077) !== 0) refuse("others may enter it");
  return folder;
}

function isFolder(path: string): boolean {
  try {
    return isAbsolute(path) && Deno.statSync(path).isDirectory;
  } catch {
    return false; // after `su` it may name a folder that is not there: as good as unset
  }
}

/** Writes the file of this process; disposing removes it. Throws InputFault when it cannot be written. */
export function writeToken(record: TokenRecord, env?: Environment): Disposable {
  const folder = tokenFolder(env);
  const path = join(folder, `${record.port}.json`);
  const fresh = `${path}.${record.pid}`;
  try {
    Deno.writeTextFileSync(fresh, JSON.stringify(record) + "\n", { mode: 0o600, createNew: true });
    Deno.renameSync(fresh, path); // replaces a stale one at once and whole
  } catch (error) {
    throw new InputFault(
      `writing the token file ${path}: ${oneLine(error)}, wanted a folder that can be written`,
      {
        code: "token_unwritable",
        cause: error,
      },
    );
  }
  return {
    [Symbol.dispose]() {
      if (parseToken(path)?.token === record.token) Deno.removeSync(path);
    },
  };
}

/** The programmes of this user that are running. Files of processes that have died are passed over. */
export function readTokens(env?: Environment): TokenRecord[] {
  const folder = tokenFolder(env);
  return [...Deno.readDirSync(folder)]
    .filter((entry) => entry.isFile && /^\d+\.json$/.test(entry.name))
    .map((entry) => parseToken(join(folder, entry.name)))
    .filter((record) => record !== undefined)
    .filter((record) => isAlive(record.pid))
    .sort((one, other) => one.port - other.port);
}

function parseToken(path: string): TokenRecord | undefined {
  try {
    const { port, pid, token, host, isTls } = JSON.parse(Deno.readTextFileSync(path));
    if (!Number.isInteger(port) || !Number.isInteger(pid) || typeof token !== "string") return undefined;
    return { port, pid, token, host: typeof host === "string" ? host : "127.0.0.1", isTls: isTls === true };
  } catch {
    return undefined; // removed meanwhile, or not ours: as good as none
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"; // it lives, as another user
  }
}

/**
 * A unix socket at a path, for one of any number of programmes that may want it in the same moment.
 *
 * In: a path. Out: a listener that answers there, or undefined where another programme has it; an InputFault for what is
 * in the way. The socket's folder is locked from the look to the listening, so that two never take over the same left
 * socket; a file for the lock would stay behind. It is bound under a passing name and renamed: the runtime removes the name it bound on closing, whoever has it
 * by then, and this one nobody has. Waits at most LOCK_MS_MAX and CONNECT_MS_MAX. Feed worker.
 */
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { delay, MonotonicClock, withDeadline } from "../../time/mod.ts";

export interface TakenSocket extends Disposable {
  readonly listener: Deno.Listener;
}

/** Of sun_path, without the zero behind it. */
export const PATH_BYTES_MAX = Deno.build.os === "darwin" ? 103 : 107;
const CONNECT_MS_MAX = 1000;
/** Who holds a lock longer has been stopped. */
const LOCK_MS_MAX = 3000;
const LOCK_LOOK_MS = 20;

/** A dot, five letters of the process, two of chance: as long as "obs.sock". */
const PASSING_NAME = /^\.([0-9a-z]{5})[0-9a-z]{2}$/;
const PASSING_BYTES = 8;
const RADIX = 36;

const clock = new MonotonicClock();

/** `path` is absolute. Disposing ends the listening and removes the path, where it still is this socket. */
export async function takeSocket(path: string): Promise<TakenSocket | undefined> {
  checkLength(path);
  look(path); // what is in the way needs no lock beside it
  using lock = await lockFolder(path);
  if (lock === undefined || !await makeFree(path)) return undefined;
  await removeLeftNames(dirname(path));
  return open(path);
}

function checkLength(path: string): void {
  const bytes = byteLength(path);
  // A name shorter than the passing one must leave room for that.
  const bytesMax = PATH_BYTES_MAX - Math.max(0, PASSING_BYTES - byteLength(basename(path)));
  if (bytes <= bytesMax) return;
  throw new InputFault(
    `the OBS socket ${path} is ${bytes} bytes long, wanted at most ${bytesMax}; obs.socket chooses another path`,
    { code: "obs_socket_too_long" },
  );
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Undefined where nothing is there. Throws InputFault for what is no socket. */
function look(path: string): Deno.FileInfo | undefined {
  let found: Deno.FileInfo;
  try {
    found = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw failed(`looking at the OBS socket ${path}`, error, "a path in a folder of ours");
  }
  if (found.isSocket) return found;
  const kind = found.isFile ? "a file" : found.isDirectory ? "a folder" : "no socket";
  throw new InputFault(`the OBS socket ${path} is ${kind}, wanted a path that is free`, {
    code: "obs_socket_in_the_way",
  });
}

/** Undefined where somebody does not let go of it. */
async function lockFolder(path: string): Promise<Disposable | undefined> {
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(dirname(path));
    for (const endMs = clock.nowMs() + LOCK_MS_MAX; !file.tryLockSync(true);) {
      if (clock.nowMs() > endMs) return void file.close();
      await delay(LOCK_LOOK_MS);
    }
    return file;
  } catch (error) {
    file?.close();
    throw failed(`opening the OBS socket ${path}`, error, "a folder for a socket");
  }
}

/** Whether `path` can be listened at now; a socket left by a programme that is gone is removed. */
async function makeFree(path: string): Promise<boolean> {
  if (look(path) === undefined) return true;
  try {
    if (!await isLeft(path)) return false;
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true; // its owner has just removed it
    throw failed(`looking at the OBS socket ${path}`, error, "a path of ours");
  }
}

/** Whether nobody listens at a socket any more. Rejects where that cannot be found out. */
async function isLeft(path: string): Promise<boolean> {
  const connecting = Deno.connect({ transport: "unix", path });
  try {
    (await withDeadline(connecting, CONNECT_MS_MAX, "connecting")).close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return true;
    // Full or stopped, but somebody's.
    if (error instanceof Deno.errors.WouldBlock) return false;
    if (!(error instanceof Fault && error.code === "deadline")) throw error;
    connecting.then((late) => late.close(), () => {});
    return false;
  }
}

function open(path: string): TakenSocket {
  const passing = join(dirname(path), passingName());
  let listener: Deno.Listener | undefined;
  try {
    listener = Deno.listen({ transport: "unix", path: passing });
    Deno.chmodSync(passing, 0o600);
    Deno.renameSync(passing, path);
    const { dev, ino } = Deno.lstatSync(path);
    return taken(listener, path, dev, ino);
  } catch (error) {
    listener?.close();
    throw failed(`opening the OBS socket ${path}`, error, "a place for a socket");
  }
}

function taken(listener: Deno.Listener, path: string, dev: number, ino: number | null): TakenSocket {
  return {
    listener,
    [Symbol.dispose]() {
      // Removed while it still answers: a silent one would be taken for left, and taken over meanwhile.
      try {
        const now = Deno.lstatSync(path);
        if (now.dev === dev && now.ino === ino) Deno.removeSync(path);
      } catch {
        // Removed by somebody, or its folder is: either way there is nothing of ours.
      } finally {
        listener.close();
      }
    },
  };
}

function passingName(): string {
  const letters = Math.floor(Math.random() * RADIX ** 2).toString(RADIX).padStart(2, "0");
  return `.${Deno.pid.toString(RADIX).padStart(5, "0")}${letters}`;
}

/** Of programmes that were killed between binding and renaming. What cannot be removed is nobody's trouble. */
async function removeLeftNames(folder: string): Promise<void> {
  for (const { name } of [...Deno.readDirSync(folder)]) {
    const pid = PASSING_NAME.exec(name)?.[1];
    if (pid === undefined || isAlive(parseInt(pid, RADIX))) continue;
    const path = join(folder, name);
    try {
      if (Deno.lstatSync(path).isSocket && await isLeft(path)) Deno.removeSync(path);
    } catch {
      // It has gone, or is another user's.
    }
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

function failed(action: string, error: unknown, wanted: string): InputFault {
  return new InputFault(`${action}: ${oneLine(error)}, wanted ${wanted}`, {
    code: "obs_socket_failed",
    cause: error,
  });
}

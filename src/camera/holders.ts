/**
 * Who has a node open. In: its path. Out: names and pids, from /proc. Main side, slow (every process is looked at),
 * for error messages and the doctor. Processes of other users show nothing to us: an empty answer proves nothing.
 */
export interface Holder {
  readonly pid: number;
  /** The program's name as the kernel keeps it, at most 15 characters. */
  readonly name: string;
}

/** Processes with `path` open, this one too. */
export function holdersOf(path: string, procRoot = "/proc"): Holder[] {
  const real = orUndefined(() => Deno.realPathSync(path)) ?? path;
  const holders: Holder[] = [];
  for (const entry of orUndefined(() => [...Deno.readDirSync(procRoot)]) ?? []) {
    const pid = Number(entry.name);
    if (!Number.isInteger(pid)) continue;
    const process = `${procRoot}/${pid}`;
    const descriptors = orUndefined(() => [...Deno.readDirSync(`${process}/fd`)]) ?? [];
    const isHolder = descriptors.some((fd) =>
      orUndefined(() => Deno.readLinkSync(`${process}/fd/${fd.name}`)) === real
    );
    if (!isHolder) continue;
    holders.push({
      pid,
      name: orUndefined(() => Deno.readTextFileSync(`${process}/comm`).trim()) ?? "unknown",
    });
  }
  return holders.sort((one, other) => one.pid - other.pid);
}

/** "held by zoom (pid 4711)", with all of them; says so where none can be seen. */
export function heldBy(holders: readonly Holder[]): string {
  if (holders.length === 0) return "held by a program that this user cannot see";
  return `held by ${holders.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ")}`;
}

/** What a file of /proc or /sys says. A process or node may go while we look, or not be ours: nothing to see then. */
export function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    // ESRCH of a process that ended, EINVAL of what is no link, ENODEV, EAGAIN of a driver: the same answer. Anything else is ours.
    if (error instanceof Error && /os error (3|11|19|22)\b/.test(error.message)) return undefined;
    throw error;
  }
}

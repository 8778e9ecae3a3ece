/** This machine's processes, from /proc (proc(5)); Linux only. */

/** Children of every thread of the process: who is spawned by a worker is a child of that worker's thread. */
export function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim().split(/\s+/)
  ).filter((one) => one !== "").map(Number);
}

/** Children, their children and so on, of every thread of each. What ends meanwhile is left out. */
export function descendantsOf(pid: number): number[] {
  let children: number[];
  try {
    children = childrenOf(pid);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Memory the process holds now, in MB. */
export function residentMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 102.4) / 10;
}

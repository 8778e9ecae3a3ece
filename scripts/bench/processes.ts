/** This machine's processes, from /proc (proc(5)); Linux only. */

/** Children of every thread of the process: who is spawned by a worker is a child of that worker's thread. */
export function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim().split(/\s+/)
  ).filter((one) => one !== "").map(Number);
}

/** Memory the process holds now, in MB. */
export function residentMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 102.4) / 10;
}

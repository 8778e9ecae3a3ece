/**
 * Makes room for the tick: a thread that does heavy work without a deadline (an encoder, a voice) steps back, so that
 * on a busy machine the stage is not the one that waits. Linux only, where a nice value belongs to a thread; elsewhere
 * nothing happens. Threads started afterwards by this one inherit it.
 */

const PRIO_PROCESS = 0;
const CALLING_THREAD = 0;
/** For work that nobody waits for: it takes what the others leave. */
const FAR = 15;

/**
 * Lowers the priority of the calling thread by `steps` of nineteen; never raises one, so it needs no right. Work that
 * somebody waits for goes back a few steps only: on a machine whose cores are all busy with something else, a thread
 * fifteen steps back hardly runs at all.
 */
export function stepBack(steps: number = FAR): void {
  if (Deno.build.os !== "linux") return;
  try {
    const libc = Deno.dlopen("libc.so.6", {
      setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
    });
    libc.symbols.setpriority(PRIO_PROCESS, CALLING_THREAD, steps);
    libc.close();
  } catch {
    // No such libc (musl): the work is done at the usual priority.
  }
}

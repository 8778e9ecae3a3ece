/**
 * How the C library gives large blocks back: at once, instead of keeping them for the thread that had them.
 *
 * Its own rule learns from the first large block that is freed and keeps those of up to 32 MB from then on, in as many
 * places as there are threads. A programme's rings are such blocks; where programmes come and go they would add up.
 * Once, in any thread, for the process; only where the C library is glibc.
 */

/** From its malloc.h. */
const M_MMAP_THRESHOLD = -3;
/** Below the rings and the pictures; at 4 MB it was hardly better than the library's own rule. */
const LARGE_BYTES = 1024 * 1024;

export function giveBackLargeBlocks(): void {
  if (Deno.build.os !== "linux") return;
  try {
    const libc = Deno.dlopen("libc.so.6", {
      mallopt: { parameters: ["i32", "i32"], result: "i32" },
    });
    libc.symbols.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    libc.close();
  } catch {
    // Another C library: memory comes back as it sees fit.
  }
}

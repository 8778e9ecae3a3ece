/**
 * The five calls of the C library that a camera needs, by FFI. In: paths, descriptors, preallocated bytes. Out: what
 * the call answered, or minus errno. Any thread; each isolate opens its own. Nothing is allocated by write().
 *
 * Deno.FsFile shows no descriptor and a second open is another opener to the driver, so open, ioctl, write and close
 * all go this way, on one descriptor. LIPCAM_LIBC (tests only) names another library with the same five symbols,
 * see tests/fakes/v4l2; a preloaded library would catch every call of the runtime, not just ours.
 */

/** fcntl.h, the same on x86-64 and arm64. */
const O_RDWR = 0o2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

/** errno.h, the same on x86-64 and arm64. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOTTY: 25,
  ENOSPC: 28,
} as const;

/** "ENODEV" of 19; "errno 999" of what is not listed. */
export function errnoName(errno: number): string {
  for (const [name, value] of Object.entries(ERRNO)) if (value === errno) return name;
  return `errno ${errno}`;
}

// open and ioctl are variadic in C; on the Linux ABIs integers travel in the same registers either way. The result
// of write is a ssize_t: its lower half is read, which holds every size we write, because a 64-bit result would
// be a new BigInt a frame.
const SYMBOLS = {
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

export class Libc {
  readonly #symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  readonly #errno: Deno.UnsafePointerView;

  constructor(library: string = Deno.env.get("LIPCAM_LIBC") ?? "libc.so.6") {
    this.#symbols = Deno.dlopen(library, SYMBOLS).symbols;
    // The address is the calling thread's own and never moves; an isolate stays on its thread.
    this.#errno = new Deno.UnsafePointerView(this.#symbols.__errno_location()!);
  }

  /** Opens for reading and writing, not inherited by children, never waiting. A descriptor, or minus errno. */
  open(path: string): number {
    const name = new TextEncoder().encode(`${path}\0`);
    return this.#answer(this.#symbols.open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0));
  }

  /** 0 or more, or minus errno. `argument` is read and overwritten. */
  ioctl(fd: number, request: number, argument: Uint8Array<ArrayBuffer>): number {
    return this.#answer(this.#symbols.ioctl(fd, BigInt(request), argument));
  }

  /** Bytes taken, or minus errno. The bytes may lie in shared memory; make `count` once, it is an object. */
  write(fd: number, bytes: Uint8Array, count: bigint): number {
    return this.#answer(this.#symbols.write(fd, bytes as Uint8Array<ArrayBuffer>, count));
  }

  /** 0, or minus errno; the descriptor is gone either way. */
  close(fd: number): number {
    return this.#answer(this.#symbols.close(fd));
  }

  #answer(result: number): number {
    return result < 0 ? -this.#errno.getInt32() : result;
  }
}

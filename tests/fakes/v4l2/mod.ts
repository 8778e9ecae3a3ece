/**
 * A loopback camera without a kernel module, for tests of whole programmes: it checks bytes and can misbehave.
 *
 *   using node = new FakeNode(await buildFakeV4l2());
 *   new Deno.Command(..., { env: node.env() }) with --camera node.path; then node.writes(), node.frames()
 *
 * Variables (see fake_v4l2.c): LIPCAM_LIBC the library, LIPCAM_FAKE_NODE the node's path, LIPCAM_FAKE_DUMP where
 * frames are appended, LIPCAM_FAKE_LOG where each call leaves a line. Faults are lines in the node's file and may be
 * changed while a programme runs; unplug() and replug() too. One node a process.
 */
const SOURCE = new URL("./fake_v4l2.c", import.meta.url);

/** Compiles the library with `cc` where it is not there already; the path of the .so. Kept under .cache. */
export async function buildFakeV4l2(): Promise<string> {
  const source = await Deno.readFile(SOURCE);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", source)).toHex().slice(0, 16);
  const folder = new URL("../../../.cache/fake_v4l2/", import.meta.url).pathname;
  const library = `${folder}${digest}.so`;
  if (await Deno.stat(library).then(() => true, () => false)) return library;
  await Deno.mkdir(folder, { recursive: true });
  const unfinished = `${library}.${crypto.randomUUID()}.partial`;
  const args = ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", unfinished, SOURCE.pathname];
  const { success, stderr } = await new Deno.Command("cc", { args, stderr: "piped" }).output();
  if (!success) throw new Error(`building the fake camera: ${new TextDecoder().decode(stderr)}`);
  await Deno.rename(unfinished, library); // two test processes may build at once
  return library;
}

export type Fault =
  | `card=${string}`
  | `driver=${string}`
  | "streamon_einval"
  | "streamon_ebusy"
  | "s_fmt_ebusy"
  | "no_output"
  | "neither"
  | `sticky=${string}:${number}x${number}`
  | `${"eio" | "enodev" | "eagain" | "short"}@${number}`;

/** One frame as the node took it. */
export interface FakeWrite {
  readonly monotonicNs: number;
  readonly bytes: number;
  /** {@linkcode frameHash} of the bytes. */
  readonly hash: number;
}

export interface FakeNodeOptions {
  readonly faults?: readonly Fault[];
  /** Keep every frame's bytes for frames(): 1.4 MB each at 1280x720. Default false. */
  readonly dump?: boolean;
}

export class FakeNode implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "lipcam-node-" });
  readonly path = `${this.folder}/video10`;
  readonly #library: string;
  readonly #isDumped: boolean;
  #faults: readonly Fault[];

  constructor(library: string, options: FakeNodeOptions = {}) {
    this.#library = library;
    this.#isDumped = options.dump ?? false;
    this.#faults = options.faults ?? [];
    this.replug();
  }

  /** For a child process; or set them in this one before anything of src/camera is made. */
  env(): Record<string, string> {
    const env: Record<string, string> = {
      LIPCAM_LIBC: this.#library,
      LIPCAM_FAKE_NODE: this.path,
      LIPCAM_FAKE_LOG: `${this.folder}/log`,
    };
    if (this.#isDumped) env["LIPCAM_FAKE_DUMP"] = `${this.folder}/dump`;
    return env;
  }

  /** Other faults from the next call on. */
  setFaults(...faults: Fault[]): void {
    this.#faults = faults;
    Deno.writeTextFileSync(this.path, faults.join("\n"));
  }

  unplug(): void {
    Deno.removeSync(this.path);
  }

  replug(): void {
    // Under another name first, so that nobody opens a node without its faults.
    Deno.writeTextFileSync(`${this.path}.new`, this.#faults.join("\n"));
    Deno.renameSync(`${this.path}.new`, this.path);
  }

  /** Every call so far, one line each. */
  log(): string[] {
    try {
      return Deno.readTextFileSync(`${this.folder}/log`).split("\n").filter((line) => line !== "");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return []; // never opened
      throw error;
    }
  }

  writes(): FakeWrite[] {
    return this.log().filter((line) => line.startsWith("write ")).map((line) => {
      const [, ns, bytes, hash] = line.split(" ");
      return { monotonicNs: Number(ns), bytes: Number(bytes), hash: Number.parseInt(hash!, 16) };
    });
  }

  /** All bytes written, one frame after the other. Needs `dump`. */
  frames(): Uint8Array<ArrayBuffer> {
    return Deno.readFileSync(`${this.folder}/dump`);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** The hash in the log, of a frame whose length is a multiple of 16 bytes (others: without the rest). */
export function frameHash(frame: Uint8Array): number {
  const words = new Uint32Array(frame.slice().buffer, 0, (frame.byteLength >> 4) * 4);
  const sums = [0x811c9dc5, 0x811c9dc5, 0x811c9dc5, 0x811c9dc5];
  for (let at = 0; at < words.length; at++) {
    sums[at & 3] = Math.imul(sums[at & 3]! ^ words[at]!, 0x01000193);
  }
  return sums.reduce((sum, lane) => Math.imul(sum ^ lane, 0x01000193), 0x811c9dc5) >>> 0;
}

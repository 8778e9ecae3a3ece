/**
 * The probe of the real machine. `root` puts another folder in the place of "/", so that tests can build a machine
 * out of files; PATH and the other variables come from `environment`. Every program run has a deadline.
 */
import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
} from "node:fs";
import { createSocket } from "node:dgram";
import { delimiter, join } from "node:path";
import { oneLine } from "../errors/mod.ts";
import type { Holder, Probe, Ran } from "./probe.ts";
import { askStun } from "./stun.ts";

const RUN_MS_MAX = 5_000;

export interface SystemProbeOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly os?: string;
}

export class SystemProbe implements Probe {
  readonly os: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly denoVersion: string = Deno.version.deno;
  readonly #root: string;

  constructor(options: SystemProbeOptions) {
    this.environment = options.environment;
    this.os = options.os ?? Deno.build.os;
    this.#root = options.root ?? "/";
  }

  readText(path: string): string | undefined {
    return attempt(() => readFileSync(this.#at(path), "utf8"));
  }

  readBytes(path: string): Uint8Array | undefined {
    return attempt(() => readFileSync(this.#at(path)));
  }

  list(path: string): readonly string[] {
    return attempt(() => readdirSync(this.#at(path)).sort()) ?? [];
  }

  exists(path: string): boolean {
    return attempt(() => statSync(this.#at(path))) !== undefined;
  }

  access(path: string): "ok" | "denied" | "missing" {
    if (!this.exists(path)) return "missing";
    const isAllowed = attempt(() => (accessSync(this.#at(path), constants.R_OK | constants.W_OK), true));
    return isAllowed ? "ok" : "denied";
  }

  which(name: string): string | undefined {
    const folders = (this.environment["PATH"] ?? "").split(delimiter).filter(Boolean);
    return folders.map((folder) => join(folder, name)).find((path) =>
      attempt(() => (accessSync(path, constants.X_OK), statSync(path).isFile()))
    );
  }

  async run(name: string, args: readonly string[]): Promise<Ran | undefined> {
    const program = this.which(name);
    if (program === undefined) return undefined;
    try {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...args],
        env: { ...this.environment, LC_ALL: "C" },
        clearEnv: true,
        stdin: "null",
        signal: AbortSignal.timeout(RUN_MS_MAX),
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, text: text(stdout) + text(stderr) };
    } catch {
      return undefined; // it could not be started: the same to a check as a program that is not there
    }
  }

  holders(path: string): readonly Holder[] {
    const wanted = new Set([path, this.#at(path), attempt(() => realpathSync(this.#at(path)))]);
    return this.list("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      const isHeld = this.list(`/proc/${pid}/fd`).some((descriptor) =>
        wanted.has(attempt(() => readlinkSync(this.#at(`/proc/${pid}/fd/${descriptor}`))) ?? "")
      );
      return isHeld ? [{ pid: Number(pid), name: this.readText(`/proc/${pid}/comm`)?.trim() ?? "?" }] : [];
    });
  }

  hasLibrary(name: string): boolean {
    const machine = { x86_64: "x86_64-linux-gnu", aarch64: "aarch64-linux-gnu" }[Deno.build.arch as string];
    const own = (this.environment["LD_LIBRARY_PATH"] ?? "").split(":").filter(Boolean);
    const usual = [
      "/lib",
      "/usr/lib",
      "/lib64",
      "/usr/lib64",
      "/usr/local/lib",
      "/run/current-system/sw/lib",
    ];
    const folders = [...own, ...usual, ...usual.slice(0, 2).map((folder) => `${folder}/${machine}`)];
    return folders.some((folder) => this.exists(`${folder}/${name}`));
  }

  async mediaError(): Promise<string | undefined> {
    try {
      await import("node-av");
      return undefined;
    } catch (error) {
      return oneLine(error);
    }
  }

  isPortTaken(port: number): boolean {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return false;
    } catch (error) {
      return error instanceof Deno.errors.AddrInUse;
    }
  }

  isUdpPortTaken(port: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = createSocket("udp4");
    socket.on("error", () => resolve(true));
    socket.bind(port, () => socket.close(() => resolve(false)));
    return promise;
  }

  askStun(host: string, port: number): Promise<string | undefined> {
    return askStun(host, port);
  }

  freeBytes(path: string): number | undefined {
    return attempt(() => {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    });
  }

  #at(path: string): string {
    return this.#root === "/" ? path : join(this.#root, path);
  }
}

/** Missing and unreadable are answers here, not faults. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

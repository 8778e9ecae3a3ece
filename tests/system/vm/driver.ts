/**
 * Kernel and driver modules for the virtual machine. In: what Debian packages are installed (linux-image,
 * linux-headers, v4l2loopback-dkms), whichever their version. Out: paths of a kernel and of modules built for it, kept
 * under .cache by content. A newer generation of the driver is taken from Debian's next release where that can be
 * reached. Every command has a deadline.
 */
export const CACHE = new URL("../../../.cache/vm/", import.meta.url).pathname;

export interface Kernel {
  readonly version: string;
  readonly image: string;
}

export interface Driver {
  readonly version: string;
  /** The built v4l2loopback.ko. */
  readonly module: string;
}

/** Runs a command to its end; its stdout. Throws with its stderr. */
export async function command(program: string, args: string[], options: { cwd?: string; ms?: number } = {}) {
  const { ms = 60_000, ...rest } = options;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    ...rest,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(ms),
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout);
}

export async function contentKey(...parts: (string | Uint8Array)[]): Promise<string> {
  const all = parts.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part);
  const bytes = new Uint8Array(await new Blob(all as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

/** The newest installed kernel whose image and modules are there. */
export function newestKernel(): Kernel | undefined {
  const found: Kernel[] = [];
  for (const entry of list("/lib/modules")) {
    const image = `/boot/vmlinuz-${entry}`;
    if (exists(image) && exists(`/lib/modules/${entry}/kernel`)) found.push({ version: entry, image });
  }
  const order = new Intl.Collator("en", { numeric: true });
  return found.sort((one, other) => order.compare(one.version, other.version)).at(-1);
}

/** The driver of Debian's v4l2loopback-dkms, built by dkms already or here. */
export async function installedDriver(kernel: Kernel): Promise<Driver | undefined> {
  const source = list("/usr/src").filter((name) => name.startsWith("v4l2loopback-")).sort().at(-1);
  if (source === undefined) return undefined;
  const version = source.slice("v4l2loopback-".length);
  const built = `/lib/modules/${kernel.version}/updates/dkms/v4l2loopback.ko`;
  if (exists(built)) return { version, module: built };
  return await builtDriver(`/usr/src/${source}`, version, kernel);
}

/** Releases of Debian and the generation of the driver in each: the one that counts writers, and the one of tokens. */
export const NEWER_RELEASES = ["bookworm-backports", "trixie"] as const;

/**
 * A newer generation from another release's package: apt with lists of its own under .cache, so that the system's
 * stay as they are. Throws where Debian cannot be reached.
 */
export async function newerDriver(kernel: Kernel, release: typeof NEWER_RELEASES[number]): Promise<Driver> {
  const folder = `${CACHE}${release}`;
  let sources = list(`${folder}/unpacked/usr/src`);
  if (sources.length === 0) {
    await Deno.mkdir(`${folder}/lists/partial`, { recursive: true });
    await Deno.mkdir(`${folder}/cache/archives/partial`, { recursive: true });
    const key = "/usr/share/keyrings/debian-archive-keyring.gpg";
    await Deno.writeTextFile(
      `${folder}/sources.list`,
      `deb [signed-by=${key}] http://deb.debian.org/debian ${release} main\n`,
    );
    const apt = [
      `Dir::Etc::sourcelist=${folder}/sources.list`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::lists=${folder}/lists`,
      `Dir::Cache=${folder}/cache`,
      "APT::Sandbox::User=",
      "Acquire::Retries=1",
      "Acquire::http::Timeout=10",
    ].flatMap((setting) => ["-o", setting]);
    await command("apt-get", [...apt, "update"]);
    await command("apt-get", [...apt, "download", `v4l2loopback-dkms/${release}`], { cwd: folder });
    const deb = list(folder).find((name) => name.endsWith(".deb"));
    await command("dpkg-deb", ["-x", `${folder}/${deb}`, `${folder}/unpacked`]);
    await Deno.remove(`${folder}/lists`, { recursive: true }); // 25 MB that nobody reads again
    sources = list(`${folder}/unpacked/usr/src`);
  }
  const source = sources[0]!;
  return await builtDriver(
    `${folder}/unpacked/usr/src/${source}`,
    source.slice("v4l2loopback-".length),
    kernel,
  );
}

async function builtDriver(source: string, version: string, kernel: Kernel): Promise<Driver> {
  const headers = `/lib/modules/${kernel.version}/build`;
  if (!exists(`${headers}/Makefile`)) {
    throw new Error(`no headers of kernel ${kernel.version}, wanted linux-headers`);
  }
  const code = await Promise.all(
    list(source).filter((name) => /\.[ch]$/.test(name)).sort()
      .map((name) => Deno.readFile(`${source}/${name}`)),
  );
  const folder = `${CACHE}driver-${await contentKey(kernel.version, ...code)}`;
  const module = `${folder}/v4l2loopback.ko`;
  if (!exists(module)) {
    await Deno.mkdir(CACHE, { recursive: true });
    const work = await Deno.makeTempDir({ dir: CACHE, prefix: "build-" });
    await command("cp", ["-rT", source, work]);
    await command("make", ["-s", "-C", headers, `M=${work}`, "modules"], { ms: 120_000 });
    await Deno.mkdir(folder, { recursive: true });
    await Deno.rename(`${work}/v4l2loopback.ko`, module);
    await Deno.remove(work, { recursive: true });
  }
  return { version, module };
}

export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export function list(folder: string): string[] {
  return exists(folder) ? [...Deno.readDirSync(folder)].map(({ name }) => name) : [];
}

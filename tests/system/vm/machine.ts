/**
 * A virtual machine with this machine's files and a real kernel. In: a kernel, modules, a shell job. Out: the job's
 * exit status, its log and whatever it left in /out. The guest sees the host's root read-only and writes to memory;
 * only /out comes back. KVM is not asked for: where the tests run it often is there and does not work.
 */
import { CACHE, command, contentKey, exists, type Kernel } from "./driver.ts";

/** Loaded at boot, with what they depend on. */
const BOOT_MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "videodev"];

export interface MachineJob {
  readonly kernel: Kernel;
  /** Further modules of the kernel to carry, not loaded: the job finds them under /vm-mods. */
  readonly carried: readonly string[];
  /** Built modules to carry: name in /vm-mods -> file here. */
  readonly drivers: Readonly<Record<string, string>>;
  /** Run by /bin/sh inside. */
  readonly script: string;
  /** An empty folder; /out inside. */
  readonly out: string;
  /** The machine is ended after this. */
  readonly msMax: number;
  /** Its memory, which also holds everything it writes. Default 1536. */
  readonly memoryMb?: number;
}

export interface MachineResult {
  /** The job's exit status, -1 where it never came so far. */
  readonly status: number;
  readonly log: string;
  readonly console: string;
}

export async function runMachine(job: MachineJob): Promise<MachineResult> {
  await Deno.writeTextFile(`${job.out}/job.sh`, job.script);
  const initrd = await initialDisk(job);
  const share = (id: string, path: string, tag: string, more: string) => [
    "-fsdev",
    `local,id=${id},path=${path},security_model=none${more}`,
    "-device",
    `virtio-9p-pci,fsdev=${id},mount_tag=${tag}`,
  ];
  const args = [
    ..."-accel tcg,thread=multi,tb-size=512 -M q35 -cpu max -smp 2".split(" "),
    "-m",
    `${job.memoryMb ?? 1536}M`,
    ..."-nodefaults -no-user-config -display none -serial stdio -no-reboot".split(" "),
    "-kernel",
    job.kernel.image,
    "-initrd",
    initrd,
    "-append",
    "console=ttyS0 quiet panic=-1 tsc=unstable mitigations=off nokaslr random.trust_cpu=on",
    ...share("h", "/", "host", ",readonly=on,multidevs=remap"),
    ...share("o", job.out, "out", ""),
  ];
  const { stdout, stderr } = await new Deno.Command("qemu-system-x86_64", {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(job.msMax),
  }).output();
  const text = (bytes: Uint8Array<ArrayBuffer>) => new TextDecoder().decode(bytes);
  const read = (name: string) =>
    exists(`${job.out}/${name}`) ? Deno.readTextFileSync(`${job.out}/${name}`) : "";
  return {
    status: Number(read("rc") || -1),
    log: read("job.log"),
    console: text(stdout) + text(stderr),
  };
}

/** Busybox, the modules and our init, made once for the same content. */
async function initialDisk(job: MachineJob): Promise<string> {
  const order: string[] = [];
  for (const name of BOOT_MODULES) order.push(...await withDependencies(job.kernel, name));
  const carried: string[] = [];
  for (const name of job.carried) carried.push(...await withDependencies(job.kernel, name));
  const files = new Map<string, string>();
  for (const file of [...order, ...carried]) files.set(moduleName(file), file);
  for (const [name, file] of Object.entries(job.drivers)) files.set(name, file);

  const init = await Deno.readTextFile(new URL("./init.sh", import.meta.url));
  const drivers = await Promise.all(Object.values(job.drivers).map((file) => Deno.readFile(file)));
  const key = await contentKey(job.kernel.version, [...files].join("\n"), init, ...drivers);
  const disk = `${CACHE}initrd-${key}.gz`;
  if (exists(disk)) return disk;

  await Deno.mkdir(CACHE, { recursive: true });
  const root = await Deno.makeTempDir({ prefix: "lipcam-initrd-" });
  try {
    for (const folder of ["bin", "proc", "sys", "dev", "mods", "lower", "rw", "root"]) {
      await Deno.mkdir(`${root}/${folder}`);
    }
    await Deno.copyFile("/bin/busybox", `${root}/bin/busybox`);
    await Deno.symlink("busybox", `${root}/bin/sh`);
    for (const [name, file] of files) {
      const copy = `${root}/mods/${name}`;
      if (file.endsWith(".xz")) await Deno.writeFile(copy, await decompressed("xz", file));
      else if (file.endsWith(".zst")) await Deno.writeFile(copy, await decompressed("zstd", file));
      else await Deno.copyFile(file, copy);
      await command("strip", ["--strip-debug", copy]);
    }
    await Deno.writeTextFile(`${root}/mods/order`, [...new Set(order.map(moduleName))].join("\n"));
    await Deno.writeTextFile(`${root}/mods/carried`, [...new Set(carried.map(moduleName))].join("\n"));
    await Deno.writeTextFile(`${root}/init`, init, { mode: 0o755 });
    const partial = `${disk}.${crypto.randomUUID()}.partial`;
    await command("sh", ["-c", `find . | cpio -o -H newc --quiet | gzip -1 >"$0"`, partial], { cwd: root });
    await Deno.rename(partial, disk);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return disk;
}

/** Files of a module and of what it needs, in the order of loading; none where the kernel has it not. */
async function withDependencies(kernel: Kernel, name: string): Promise<string[]> {
  const text = await command("/sbin/modprobe", ["-S", kernel.version, "--show-depends", name])
    .catch((error: unknown) => {
      if (error instanceof Error && error.message.includes("not found in directory")) return "";
      throw error;
    });
  return text.split("\n").filter((line) => line.startsWith("insmod ")).map((line) => line.split(" ")[1]!);
}

function moduleName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.(xz|zst)$/, "");
}

async function decompressed(program: string, file: string): Promise<Uint8Array> {
  const { success, stdout } = await new Deno.Command(program, { args: ["-dc", file], stdout: "piped" })
    .output();
  if (!success) throw new Error(`${program} cannot read ${file}`);
  return stdout;
}

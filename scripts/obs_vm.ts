/**
 * `deno task obs:vm [--newer] [--options "..."]`: does OBS's virtual camera work beside Lipcam on nodes as the doctor
 * makes them? Real OBS, real driver, in a virtual machine; run by hand before a release, its result is committed.
 *
 * Out: a table on stdout, docs/obs-virtual-camera.md, exit code 0 only where every check held, 1 where one did not, 2
 * where it cannot be used. On two cores without KVM it takes two and a half to four minutes, two to three more for
 * each newer driver; 3 GB of memory. Every wait is bounded, the machine is ended after ten minutes and five a newer driver.
 */
import { MODPROBE_COMMAND } from "../src/camera/mod.ts";
import { oneLine } from "../src/errors/mod.ts";
import { MonotonicClock, stepBack } from "../src/time/mod.ts";
import {
  type Driver,
  exists,
  installedDriver,
  type Kernel,
  NEWER_RELEASES,
  newerDriver,
  newestKernel,
} from "../tests/system/vm/driver.ts";
import { runMachine } from "../tests/system/vm/machine.ts";
import type { ObsOrder, ObsResults } from "../tests/system/vm/obs_job.ts";
import { pageOf, tableOf } from "./obs_vm/page.ts";
import { checksOf } from "./obs_vm/verdict.ts";

const USAGE = `usage: deno task obs:vm [--newer] [--options "devices=2 video_nr=..."]

Proves in a virtual machine that OBS's virtual camera works beside Lipcam; writes docs/obs-virtual-camera.md.

  --newer         newer generations of the driver too, from Debian's next releases; for information
  --options TEXT  options of v4l2loopback to try in place of the doctor's; nothing is written then
  --help          this text

Needs Debian's qemu-system-x86 linux-image-amd64 linux-headers-amd64 v4l2loopback-dkms busybox-static cpio
binutils obs-studio xvfb libgl1-mesa-dri ffmpeg, a checkout whose node_modules are installed, 3 GB of memory.`;

/** Ended after this, and as much again for each driver. */
const MS_MAX = 300_000;
const PAGE = new URL("../docs/obs-virtual-camera.md", import.meta.url);
const PROJECT = decodeURIComponent(new URL("../", import.meta.url).pathname);
const PROGRAMS = ["qemu-system-x86_64", "busybox", "cpio", "strip", "obs", "Xvfb", "ffmpeg", "ip"];

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const at = args.indexOf("--options");
  const tried = at < 0 ? undefined : args[at + 1];
  const unknown = args.find((arg, index) =>
    arg !== "--newer" && index !== at && (at < 0 || index !== at + 1)
  );
  if (unknown !== undefined || (at >= 0 && tried === undefined)) {
    console.error(
      `obs:vm: ${unknown ?? "--options without a value"} cannot be used, wanted ${
        USAGE.split("\n")[0]!.slice(7)
      }`,
    );
    return 2;
  }
  const kernel = newestKernel();
  const missing = PROGRAMS.filter((name) => !isInstalled(name));
  if (kernel === undefined) missing.push("a kernel in /boot with its modules");
  if (missing.length > 0) {
    console.error(`obs:vm: ${missing.join(", ")} not installed, see deno task obs:vm --help`);
    return 2;
  }
  stepBack(10); // whoever works on this machine comes first; the machine inherits it
  const clock = new MonotonicClock();
  const startMs = clock.nowMs();
  const drivers = await driversFor(kernel!, args.includes("--newer"));
  const options = optionsOf(tried ?? MODPROBE_COMMAND);
  const versions = drivers.map(({ version }) => version);
  console.error(`obs:vm: booting, driver ${versions.join(", ")}; this takes minutes`);
  const results = await observed(kernel!, drivers, { drivers: versions, options });
  const checks = checksOf(results, versions[0]!);
  console.log(tableOf(checks));
  const seconds = (clock.nowMs() - startMs) / 1000;
  if (tried === undefined) {
    const date = new Date().toISOString().slice(0, 10);
    await writePage(pageOf({ results, checks, drivers: versions, options, date, seconds }));
  }
  const failed = checks.filter(({ isOk }) => !isOk).length;
  const where = tried === undefined ? "; written to docs/obs-virtual-camera.md" : "";
  console.log(`${checks.length - failed} of ${checks.length} checks held, ${Math.round(seconds)} s${where}`);
  return failed === 0 ? 0 : 1;
}

function isInstalled(program: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin", "/bin"];
  return folders.some((folder) => exists(`${folder}/${program}`));
}

/** `devices=2 ... card_label="A,B C"` of a modprobe command, each option by itself, quotes kept for the kernel. */
function optionsOf(command: string): string[] {
  return [...command.matchAll(/\w+=(?:"[^"]*"|\S+)/g)].map(([option]) => option);
}

/** The installed driver first. */
async function driversFor(kernel: Kernel, areNewerWanted: boolean): Promise<Driver[]> {
  const installed = await installedDriver(kernel);
  if (installed === undefined) {
    throw new Error("v4l2loopback-dkms is not installed, see deno task obs:vm --help");
  }
  const drivers = [installed];
  for (const release of areNewerWanted ? NEWER_RELEASES : []) {
    try {
      const newer = await newerDriver(kernel, release);
      if (drivers.every(({ version }) => version !== newer.version)) drivers.push(newer);
    } catch (error) {
      console.error(`obs:vm: the driver of Debian's ${release} is skipped: ${oneLine(error)}`);
    }
  }
  return drivers;
}

/** Boots the machine and answers what was seen in it. */
async function observed(kernel: Kernel, drivers: readonly Driver[], order: ObsOrder): Promise<ObsResults> {
  const out = await Deno.makeTempDir({ prefix: "lipcam-obs-vm-" });
  try {
    await Deno.writeTextFile(`${out}/order.json`, JSON.stringify(order));
    const machine = await runMachine({
      kernel,
      carried: [],
      drivers: Object.fromEntries(
        drivers.map(({ version, module }) => [`v4l2loopback-${version}.ko`, module]),
      ),
      // Packages from the checkout's node_modules; nothing of the host's module cache.
      script: `ip link set lo up\nulimit -c 0\nexport DENO_DIR=/run/deno NO_COLOR=1\ncd '${PROJECT}'\n` +
        `exec '${Deno.execPath()}' run -A --no-lock --node-modules-dir=manual --cached-only ` +
        `tests/system/vm/obs_job.ts\n`,
      out,
      msMax: MS_MAX * (1 + drivers.length),
      memoryMb: 3072,
    });
    if (!exists(`${out}/results.json`)) {
      throw new Error(`the job did not come to its end\n${(machine.log + machine.console).slice(-4000)}`);
    }
    return JSON.parse(await Deno.readTextFile(`${out}/results.json`)) as ObsResults;
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

async function writePage(text: string): Promise<void> {
  await Deno.writeTextFile(PAGE, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PAGE.pathname], cwd: PROJECT }).output();
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`obs:vm: ${error instanceof Error ? error.message : String(error)}`);
    Deno.exit(1);
  }
}

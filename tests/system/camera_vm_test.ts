/**
 * The shipped camera on the real v4l2loopback driver, in a virtual machine with Debian's kernel: one boot for all
 * checks, the installed driver and the newer generations where they can be had. Needs qemu-system-x86, linux-image-amd64,
 * linux-headers-amd64, v4l2loopback-dkms, busybox-static, cpio and v4l-utils. What the guest captured is compared here.
 */
import { assert, assertEquals } from "@std/assert";
import { i420ToYuyv } from "../../src/camera/mod.ts";
import {
  type Driver,
  exists,
  installedDriver,
  NEWER_RELEASES,
  newerDriver,
  newestKernel,
} from "./vm/driver.ts";
import type { Results } from "./vm/job.ts";
import { runMachine } from "./vm/machine.ts";
import { Pattern, SIZE } from "./vm/pattern.ts";

const isRequired = Deno.env.get("LIPCAM_REQUIRE_SYSTEM") === "1";
const kernel = newestKernel();
const missing = [
  ...["/usr/bin/qemu-system-x86_64", "/bin/busybox", "/usr/bin/cpio", "/usr/bin/v4l2-ctl", "/usr/bin/strip"]
    .filter((path) => !exists(path)),
  ...(kernel === undefined ? ["a kernel in /boot with its modules"] : []),
  ...(!exists("/usr/src") ||
      ![...Deno.readDirSync("/usr/src")].some(({ name }) => name.startsWith("v4l2loopback-"))
    ? ["v4l2loopback-dkms"]
    : []),
];
if (missing.length > 0 && !isRequired) console.log(`camera_vm_test is skipped: no ${missing.join(", no ")}`);

/** One comparison of a capture with what the stage showed. */
function compared(
  bytes: Uint8Array,
  format: "I420" | "YUYV",
): { exact: number; whole: number; gaps: number } {
  const pattern = new Pattern();
  const i420 = new Uint8Array(SIZE.width * SIZE.height * 3 / 2);
  const packed = new Uint32Array(SIZE.width * SIZE.height / 2);
  const wanted = format === "I420" ? i420 : new Uint8Array(packed.buffer);
  const whole = Math.floor(bytes.length / wanted.length);
  assertEquals(bytes.length, whole * wanted.length, "the capture is not a whole number of frames");
  let exact = 0;
  let gaps = 0;
  let last = -1;
  for (let index = 0; index < whole; index++) {
    const frame = bytes.subarray(index * wanted.length, (index + 1) * wanted.length);
    // The number is in the first four luma bytes; in YUYV every other byte is luma.
    const step = format === "I420" ? 1 : 2;
    const number = [0, 1, 2, 3].reduce((sum, byte) => sum + frame[byte * step]! * 256 ** byte, 0);
    pattern.fill(i420, number);
    if (format === "YUYV") i420ToYuyv(i420, SIZE, packed);
    if (frame.every((value, at) => value === wanted[at])) exact++;
    if (last >= 0 && number !== last + 1) gaps++;
    assert(number > last, `frame ${number} came after frame ${last}`);
    last = number;
  }
  return { exact, whole, gaps };
}

Deno.test({
  name: "camera on the real driver: frames byte-exact, busy, lost and back, refused",
  ignore: missing.length > 0 && !isRequired,
  fn: async (t) => {
    assertEquals(missing, [], "packages are missing");
    const old = await installedDriver(kernel!);
    const drivers: [string, Driver][] = [[old!.version, old!]];
    for (const release of NEWER_RELEASES) {
      try {
        const newer = await newerDriver(kernel!, release);
        if (newer.version !== old!.version) drivers.push([newer.version, newer]);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        console.log(`the driver of Debian's ${release} is skipped: ${why}`);
      }
    }
    const out = await Deno.makeTempDir({ prefix: "lipcam-vm-" });
    try {
      const here = new URL("./vm/", import.meta.url).pathname;
      const names = drivers.map(([version]) => version);
      const machine = await runMachine({
        kernel: kernel!,
        carried: ["vivid"],
        drivers: Object.fromEntries(drivers.map(([name, { module }]) => [`v4l2loopback-${name}.ko`, module])),
        // Nothing of the host's module cache: the camera needs no package.
        script:
          `export DENO_DIR=/run/deno NO_COLOR=1\nexec '${Deno.execPath()}' run -A --no-config --no-lock ` +
          `'${here}job.ts' ${names.join(" ")}\n`,
        out,
        msMax: 280_000,
      });
      console.log(machine.log);
      assertEquals(machine.status, 0, `the job did not end well\n${machine.console.slice(-3000)}`);
      const results = JSON.parse(await Deno.readTextFile(`${out}/results.json`)) as Results;
      for (const { name, isOk, detail } of results.checks) {
        await t.step(name, () => assert(isOk, detail));
      }
      for (const { name, file, format, frames } of results.captures) {
        await t.step(`${name}: every frame exact`, async () => {
          const { exact, whole, gaps } = compared(await Deno.readFile(`${out}/${file}`), format);
          console.log(`${name}: frames exact ${exact}/${whole}, ${gaps} gaps`);
          assertEquals([exact, whole], [frames, frames]);
        });
      }
      assert(results.captures.length >= 7 * names.length, "captures are missing");
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
});

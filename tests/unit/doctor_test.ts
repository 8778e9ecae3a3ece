/**
 * Each line of the doctor, by breaking the thing it is about: a machine made of files under a temporary root and a
 * PATH of little scripts, looked at by the real probe.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { examine, SystemProbe } from "../../src/doctor/mod.ts";
import { KERNEL, test } from "../fakes/machine.ts";

const SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

test("finds nothing lacking on a whole machine, and has advice for four programs", async (machine) => {
  const found = await machine.examine();
  assertEquals(found.filter(({ state }) => state === "lacks"), []);
  assertEquals(found.filter(({ id }) => id === "node").length, 2);
  const advice = found.filter(({ id }) => id.startsWith("advice_")).map(({ id }) => id);
  assertEquals(advice, ["advice_zoom", "advice_chrome", "advice_teams", "advice_obs"]);
});

test("module never installed: the package, both files and modprobe", async (machine) => {
  machine.unload();
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["module_missing"]);
  const { mends } = one("module_missing");
  assertStringIncludes(mends, `sudo apt install linux-headers-${KERNEL} v4l2loopback-dkms`);
  assertStringIncludes(
    mends,
    `echo 'options v4l2loopback devices=2 video_nr=10,11 exclusive_caps=1,1 card_label="OBS Virtual Camera,Lipcam" ` +
      `max_buffers=8' | sudo tee /etc/modprobe.d/lipcam.conf`,
  );
  assertStringIncludes(mends, "echo v4l2loopback | sudo tee /etc/modules-load.d/lipcam.conf");
});

test("other distributions get their own commands", async (machine) => {
  machine.unload();
  for (
    const [release, wanted] of [
      ["ID=fedora", "sudo dnf install akmod-v4l2loopback"],
      ["ID=manjaro\nID_LIKE=arch", "sudo pacman -S linux-headers v4l2loopback-dkms"],
      ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', "sudo zypper install v4l2loopback-kmp-default"],
    ] as const
  ) {
    machine.file("/etc/os-release", release);
    assertStringIncludes((await machine.lacking()).one("module_missing").mends, wanted);
  }
});

test("module installed but not loaded", async (machine) => {
  machine.unload();
  machine.file(`/lib/modules/${KERNEL}/updates/dkms/v4l2loopback.ko.xz`, "");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["module_not_loaded"]);
  assertStringIncludes(one("module_not_loaded").mends, "sudo modprobe v4l2loopback");
});

test("headers missing after a kernel update", async (machine) => {
  machine.unload();
  machine.file("/usr/src/v4l2loopback-0.12.7/dkms.conf", "");
  machine.file("/lib/modules/6.1.0-older/updates/dkms/v4l2loopback.ko", "");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["headers_missing"]);
  assertStringIncludes(one("headers_missing").mends, `linux-headers-${KERNEL}\nsudo dkms autoinstall`);
});

test("headers there but the module not built, with what dkms says", async (machine) => {
  machine.unload();
  machine.file("/usr/src/v4l2loopback-0.12.7/dkms.conf", "");
  machine.file(`/lib/modules/${KERNEL}/build/Makefile`, "");
  machine.script("dkms", "echo 'v4l2loopback/0.12.7, 6.1.0-older, x86_64: installed'");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["module_not_built"]);
  assertStringIncludes(one("module_not_built").says, "6.1.0-older, x86_64: installed");
});

test("Secure Boot with a key that is not enrolled, by the firmware's variable and by mokutil", async (machine) => {
  machine.unload();
  machine.file(`/lib/modules/${KERNEL}/updates/dkms/v4l2loopback.ko`, "");
  machine.file(SECURE_BOOT, new Uint8Array([6, 0, 0, 0, 1]));
  machine.file("/var/lib/dkms/mok.pub", "");
  machine.script("mokutil", 'echo "$2 is not enrolled"');
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["secure_boot"]);
  assertStringIncludes(one("secure_boot").mends, "sudo mokutil --import /var/lib/dkms/mok.pub");

  machine.script("mokutil", 'echo "$2 is already enrolled"');
  assertEquals((await machine.lacking()).ids, ["module_not_loaded"]);

  machine.remove(SECURE_BOOT);
  machine.script(
    "mokutil",
    'case "$1" in --sb-state) echo "SecureBoot enabled";; *) echo "not enrolled";; esac',
  );
  assertEquals((await machine.lacking()).ids, ["secure_boot"]);

  machine.file(SECURE_BOOT, new Uint8Array([6, 0, 0, 0, 0]));
  assertEquals((await machine.lacking()).ids, ["module_not_loaded"]);
});

test("Secure Boot without a key and without mokutil: both are made first", async (machine) => {
  machine.unload();
  machine.file(`/lib/modules/${KERNEL}/updates/dkms/v4l2loopback.ko`, "");
  machine.file(SECURE_BOOT, new Uint8Array([6, 0, 0, 0, 1]));
  const { mends } = (await machine.lacking()).one("secure_boot");
  assertStringIncludes(mends, "sudo apt install mokutil\nsudo dkms generate_mok");
});

test("module loaded without a node", async (machine) => {
  machine.remove("/sys/devices/virtual/video4linux");
  assertEquals((await machine.lacking()).ids, ["no_node"]);
});

test("node that the kernel has and /dev has not", async (machine) => {
  machine.remove("/dev/video10");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["node_hidden"]);
  assertStringIncludes(one("node_hidden").mends, "--device /dev/video10");
});

test("node written by another program names its pid; by Lipcam itself it is fine", async (machine) => {
  machine.file("/sys/devices/virtual/video4linux/video11/state", "capture\n");
  machine.file("/proc/4711/comm", "obs\n");
  Deno.mkdirSync(join(machine.root, "proc/4711/fd"), { recursive: true });
  Deno.symlinkSync("/dev/video11", join(machine.root, "proc/4711/fd/9"));
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["node_busy"]);
  assertStringIncludes(one("node_busy").says, '/dev/video11 ("Lipcam") is in use by obs (pid 4711)');
  machine.runningPid = 4711;
  assertEquals((await machine.lacking()).ids, []);
  machine.runningPid = undefined;
  machine.file("/sys/devices/virtual/video4linux/video11/state", "output\n");
  assertEquals((await machine.lacking()).ids, [], "a program that only has it open is no harm");
  machine.file("/sys/devices/virtual/video4linux/video10/state", "capture\n");
  Deno.symlinkSync("/dev/video10", join(machine.root, "proc/4711/fd/8"));
  assertEquals((await machine.lacking()).ids, [], "OBS may have the node that is OBS's");
});

test("exclusive_caps off", async (machine) => {
  machine.file("/sys/module/v4l2loopback/parameters/exclusive_caps", "N,N,N,N,N,N,N,N\n");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["exclusive_caps"]);
  assertStringIncludes(one("exclusive_caps").mends, "exclusive_caps=1,1");
});

test("no libasound", async (machine) => {
  machine.remove("/usr/lib/libasound.so.2");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["libasound"]);
  assertStringIncludes(one("libasound").mends, "sudo apt install libasound2");
});

test("no sound at all, a card alone, PipeWire without its PulseAudio service, no pactl", async (machine) => {
  machine.remove("/run/pulse/native");
  assertEquals((await machine.lacking()).ids, ["pulse_service"]);
  machine.remove("/run/pipewire-0");
  assertEquals((await machine.lacking()).ids, ["no_sound"]);
  machine.file("/proc/asound/cards", "--- no soundcards ---\n");
  assertEquals((await machine.lacking()).ids, ["no_sound"]);
  machine.file("/proc/asound/cards", " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n");
  assertEquals((await machine.lacking()).ids, []);
  assert((await machine.examine()).some(({ id, state }) => id === "alsa_only" && state === "note"));
  machine.file("/run/pulse/native", "");
  machine.remove("/bin/pactl");
  assertEquals((await machine.lacking()).ids, ["pactl"]);
});

test("naudiodon not built: compiler, then headers, then set-up again", async (machine) => {
  machine.remove("/project/node_modules");
  assertEquals((await machine.lacking()).ids, ["no_compiler"]);
  machine.script("g++", "");
  machine.script("make", "");
  const without = (await machine.lacking()).one("no_compiler");
  assertStringIncludes(without.says, "python3 missing");
  machine.script("python3", "");
  machine.script("aplay", "");
  const headers = (await machine.lacking()).one("no_node_headers");
  assertStringIncludes(headers.mends, "sudo apt install libnode-dev\ndeno task setup");
  assertStringIncludes(headers.without!, "aplay plays instead");
  machine.file("/usr/include/node/node_api.h", "");
  assertEquals((await machine.lacking()).ids, ["not_built"]);
});

test("Flatpak without devices, until it is allowed", async (machine) => {
  const flatpak = (devices: string) =>
    machine.script(
      "flatpak",
      `case "$1" in list) echo us.zoom.Zoom; echo org.gimp.GIMP;; info) echo "[Context]"; echo "devices=${devices}";; esac`,
    );
  flatpak("dri;");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["flatpak_devices"]);
  assertStringIncludes(one("flatpak_devices").mends, "flatpak override --user --device=all us.zoom.Zoom");
  flatpak("all;");
  assertEquals((await machine.lacking()).ids, []);
});

test("Snap whose camera plug is not connected, until it is", async (machine) => {
  const snap = (slot: string) =>
    machine.script(
      "snap",
      `case "$1" in list) echo "Name Version"; echo "chromium 1";; *) echo "camera chromium:camera ${slot} -";; esac`,
    );
  snap("-");
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["snap_camera"]);
  assertStringIncludes(one("snap_camera").mends, "sudo snap connect chromium:camera");
  snap(":camera");
  assertEquals((await machine.lacking()).ids, []);
});

test("port taken; Lipcam itself running is no fault", async (machine) => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  machine.port = listener.addr.port;
  const { ids, one } = await machine.lacking();
  assertEquals(ids, ["port"]);
  assertStringIncludes(one("port").mends, `deno task live --port ${machine.port + 1}`);
  machine.runningPid = 4711;
  const running = (await machine.examine()).find(({ id }) => id === "running");
  assertEquals(running?.state, "note");
});

test("XDG_RUNTIME_DIR unset is a note, missing is a lack", async (machine) => {
  delete machine.environment["XDG_RUNTIME_DIR"];
  machine.environment["HOME"] = "/home"; // where the server keeps its socket without XDG_RUNTIME_DIR
  machine.file("/home/.config/pulse/0123-runtime/native", "");
  assert((await machine.examine()).some(({ id, state }) => id === "runtime_unset" && state === "note"));
  assertEquals((await machine.lacking()).ids, []);
  machine.environment["XDG_RUNTIME_DIR"] = "/absent";
  assertEquals((await machine.lacking()).ids, ["runtime_folder"]);
});

/** The real probe with some answers replaced: things that a test cannot break on the machine it runs on. */
class BrokenProbe extends SystemProbe {
  override readonly denoVersion = "1.46.3";
  override mediaError(): Promise<string | undefined> {
    return Promise.resolve("libfoo.so: cannot open shared object file");
  }
  override freeBytes(): number {
    return 5e6;
  }
  override access(path: string): "ok" | "denied" | "missing" {
    return path.startsWith("/dev/video") ? "denied" : super.access(path);
  }
}

test("old Deno, media library that does not load, full disk, node that may not be written", async (machine) => {
  const look = async () => {
    const { environment, root } = machine;
    const probe = new BrokenProbe({ environment, root, os: "linux" });
    const situation = {
      projectFolder: "/project",
      workingFolder: machine.root,
      port: 0,
      obsUrl: "ws://127.0.0.1:4455",
      isObsWanted: false,
    };
    return (await examine(probe, situation)).filter(({ state }) => state === "lacks");
  };
  const found = await look();
  assertEquals(found.map(({ id }) => id), ["node_denied", "node_denied", "deno_old", "media", "disk"]);
  assertStringIncludes(found[0]!.mend!.join("\n"), 'sudo usermod -aG video "$USER"');
  assertStringIncludes(found[3]!.says, "libfoo.so");
  machine.file("/etc/group", "root:x:0:\nvideo:x:44:bob,ann\n");
  const again = await look();
  assertEquals(again[0]!.mend, ["# log out and in again, so that the new group counts"]);
});

test("other systems get words for their own roads", async (machine) => {
  const says = async (os: string) => JSON.stringify(await machine.examine(os));
  assertStringIncludes(await says("windows"), "VB-Cable");
  assertStringIncludes(await says("darwin"), "BlackHole");
});

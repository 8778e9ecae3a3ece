/**
 * Is the kernel's v4l2loopback module there and loaded, and if not, which of the usual causes is it: never
 * installed, not built for this kernel because its headers are missing, refused by Secure Boot, or just not loaded.
 */
import { type Finding, lacks, ok } from "./finding.ts";
import { headersPackage, MAKE_NODES, modulePackage, WITHOUT_CAMERA } from "./mends.ts";
import type { Probe } from "./probe.ts";
import { secureBootProblem } from "./secure_boot.ts";

const LOADED = "/sys/module/v4l2loopback";

export function isModuleLoaded(probe: Probe): boolean {
  return probe.exists(LOADED);
}

export async function checkCameraModule(probe: Probe): Promise<Finding[]> {
  const kernel = probe.readText("/proc/sys/kernel/osrelease")?.trim() ?? "unknown";
  if (isModuleLoaded(probe)) {
    const version = probe.readText(`${LOADED}/version`)?.trim();
    return [ok("camera", "module", `v4l2loopback ${version ?? ""} is loaded`.replace("  ", " "))];
  }
  if (hasModule(probe, kernel)) {
    const refused = await secureBootProblem(probe);
    if (refused !== undefined) return [refused];
    return [
      lacks(
        "camera",
        "module_not_loaded",
        "v4l2loopback is installed but not loaded",
        WITHOUT_CAMERA,
        MAKE_NODES,
      ),
    ];
  }
  const isSourceThere = probe.list("/usr/src").some((name) => name.startsWith("v4l2loopback-"));
  if (!isSourceThere) {
    return [
      lacks(
        "camera",
        "module_missing",
        "v4l2loopback is not installed, so there is no camera",
        WITHOUT_CAMERA,
        [
          ...modulePackage(probe, kernel),
          ...MAKE_NODES,
        ],
      ),
    ];
  }
  const rebuild = ["sudo dkms autoinstall", "sudo modprobe v4l2loopback"];
  if (!probe.exists(`/lib/modules/${kernel}/build`)) {
    return [
      lacks(
        "camera",
        "headers_missing",
        `v4l2loopback is not built for the running kernel ${kernel}: its headers are missing, as after an update`,
        WITHOUT_CAMERA,
        [headersPackage(probe, kernel), ...rebuild],
      ),
    ];
  }
  return [
    lacks(
      "camera",
      "module_not_built",
      `v4l2loopback is installed but not built for the running kernel ${kernel}${await dkmsSays(probe)}`,
      WITHOUT_CAMERA,
      rebuild,
    ),
  ];
}

/** Where distributions put modules that are not the kernel's own; walking the whole tree would take seconds. */
function hasModule(probe: Probe, kernel: string): boolean {
  const tree = `/lib/modules/${kernel}`;
  if (/(^|\/)v4l2loopback\.ko/m.test(probe.readText(`${tree}/modules.dep`) ?? "")) return true;
  const folders = [
    "updates/dkms",
    "updates",
    "extra",
    "extra/v4l2loopback",
    "kernel/drivers/media/v4l2-core",
  ];
  return folders.some((folder) =>
    probe.list(`${tree}/${folder}`).some((name) => name.startsWith("v4l2loopback.ko"))
  );
}

async function dkmsSays(probe: Probe): Promise<string> {
  const status = await probe.run("dkms", ["status", "v4l2loopback"]);
  const line = status?.text.split("\n").find((text) => text.includes("v4l2loopback"));
  return line === undefined ? "" : ` (dkms says: ${line.trim()})`;
}

/**
 * Secure Boot refuses modules that are signed with a key the firmware does not know; dkms signs with the machine
 * owner's key (MOK), which a person must enrol once, at a blue screen during the next start.
 */
import { type Finding, lacks } from "./finding.ts";
import { WITHOUT_CAMERA } from "./mends.ts";
import type { Probe } from "./probe.ts";

const VARIABLE = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const KEYS = [
  "/var/lib/shim-signed/mok/MOK.der",
  "/var/lib/dkms/mok.pub",
  "/etc/pki/akmods/certs/public_key.der",
];

export async function isSecureBootOn(probe: Probe): Promise<boolean> {
  const bytes = probe.readBytes(VARIABLE); // four bytes of attributes, then the value
  if (bytes !== undefined && bytes.length >= 5) return bytes[4] === 1;
  const said = await probe.run("mokutil", ["--sb-state"]);
  return said !== undefined && /SecureBoot enabled/i.test(said.text);
}

export async function secureBootProblem(probe: Probe): Promise<Finding | undefined> {
  if (!await isSecureBootOn(probe)) return undefined;
  const key = KEYS.find((path) => probe.exists(path));
  if (key !== undefined) {
    const said = await probe.run("mokutil", ["--test-key", key]);
    if (said !== undefined && /already enrolled/i.test(said.text)) return undefined;
  }
  const path = key ?? KEYS[1]!;
  const make = key === undefined ? ["sudo dkms generate_mok && sudo dkms autoinstall --force"] : [];
  const tool = probe.which("mokutil") === undefined ? ["sudo apt install mokutil"] : [];
  return lacks(
    "camera",
    "secure_boot",
    "Secure Boot is on and the key that v4l2loopback is signed with is not enrolled, so it cannot be loaded",
    WITHOUT_CAMERA,
    [
      ...tool,
      ...make,
      "# choose a password; the blue screen of the next start asks for it (Enroll MOK):",
      `sudo mokutil --import ${path}`,
      "sudo reboot",
    ],
  );
}

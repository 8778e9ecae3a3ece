/** The mends that several checks share: how this distribution installs things, and what makes the camera nodes. */
import type { Probe } from "./probe.ts";

/**
 * Two nodes, so that OBS's virtual camera has one of its own. OBS takes the one with the lowest number whatever it is called,
 * even where it is written to already; Lipcam finds its own by the label. docs/obs-virtual-camera.md has what was seen.
 */
export const MODULE_OPTIONS = "options v4l2loopback devices=2 video_nr=10,11 exclusive_caps=1,1 " +
  'card_label="OBS Virtual Camera,Lipcam" max_buffers=8';

export const WITHOUT_CAMERA = "the page on this machine, the speakers and recordings work without a camera";
export const WITHOUT_SOUND = "the camera and recordings work without sound on the speakers";

/** Makes the two nodes now and at every start of the machine. */
export const MAKE_NODES: readonly string[] = [
  "# these two files make the cameras at every start of the machine:",
  `echo '${MODULE_OPTIONS}' | sudo tee /etc/modprobe.d/lipcam.conf`,
  "echo v4l2loopback | sudo tee /etc/modules-load.d/lipcam.conf",
  "# and this makes them now (close programs that use a loopback camera first):",
  "sudo modprobe -r v4l2loopback; sudo modprobe v4l2loopback",
];

type Family = "apt" | "dnf" | "pacman" | "zypper";

export function family(probe: Probe): Family {
  const release = probe.readText("/etc/os-release") ?? "";
  const ids = [...release.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) =>
    match[1]!.split(" ")
  );
  if (ids.includes("fedora") || ids.includes("rhel")) return "dnf";
  if (ids.includes("arch")) return "pacman";
  if (ids.some((id) => id.includes("suse"))) return "zypper";
  return "apt";
}

/** The command that installs a package, by its name in each family of distributions. */
export function install(probe: Probe, names: Readonly<Record<Family, string>>): string {
  const which = family(probe);
  const command = {
    apt: "sudo apt install",
    dnf: "sudo dnf install",
    pacman: "sudo pacman -S",
    zypper: "sudo zypper install",
  };
  return `${command[which]} ${names[which]}`;
}

export function headersPackage(probe: Probe, kernel: string): string {
  return install(probe, {
    apt: `linux-headers-${kernel}`,
    dnf: `kernel-devel-${kernel}`,
    pacman: "linux-headers",
    zypper: "kernel-default-devel",
  });
}

export function modulePackage(probe: Probe, kernel: string): readonly string[] {
  return {
    apt: [`sudo apt install linux-headers-${kernel} v4l2loopback-dkms v4l2loopback-utils`],
    dnf: ["# from the RPM Fusion repository:", "sudo dnf install akmod-v4l2loopback"],
    pacman: ["sudo pacman -S linux-headers v4l2loopback-dkms"],
    zypper: ["sudo zypper install v4l2loopback-kmp-default"],
  }[family(probe)];
}

/** The loopback nodes once the module is loaded: are there any, may we write, do browsers see them, who has them. */
import { isModuleLoaded } from "./camera_module.ts";
import { type Finding, lacks, note, ok, type Situation } from "./finding.ts";
import { MAKE_NODES, WITHOUT_CAMERA } from "./mends.ts";
import type { Probe } from "./probe.ts";

const VIRTUAL = "/sys/devices/virtual/video4linux";
const PARAMETERS = "/sys/module/v4l2loopback/parameters";

export function checkCameraNodes(probe: Probe, situation: Situation): Finding[] {
  if (!isModuleLoaded(probe)) return []; // the module's own check has said why
  const nodes = probe.list(VIRTUAL).filter((name) => /^video\d+$/.test(name));
  if (nodes.length === 0) {
    return [
      lacks("camera", "no_node", "v4l2loopback is loaded but has made no camera", WITHOUT_CAMERA, MAKE_NODES),
    ];
  }
  return [...nodes.flatMap((node) => checkNode(probe, node, situation)), ...exclusiveCaps(probe)];
}

function checkNode(probe: Probe, node: string, situation: Situation): Finding[] {
  const path = `/dev/${node}`;
  const label = probe.readText(`${VIRTUAL}/${node}/name`)?.trim() ?? "no name";
  const access = probe.access(path);
  if (access === "missing") {
    const says = `the kernel has ${node} ("${label}") but ${path} is missing, as in a container`;
    return [
      lacks("camera", "node_hidden", says, WITHOUT_CAMERA, [
        `# give the container the device, e.g. --device ${path}; outside of one: sudo udevadm trigger`,
      ]),
    ];
  }
  if (access === "denied") return [denied(probe, path, label)];
  const holders = probe.holders(path);
  const isWritten = probe.readText(`${VIRTUAL}/${node}/state`)?.trim() === "capture";
  const others = holders.filter(({ pid }) => pid !== situation.runningPid);
  const isObs = /\bOBS\b/i.test(label); // what is meant for OBS may be OBS's
  if (isWritten && !isObs && holders.length > 0 && others.length === holders.length) {
    const names = others.map(({ pid, name }) => `${name} (pid ${pid})`).join(", ");
    const says = `${path} ("${label}") is in use by ${names}`;
    return [
      lacks(
        "camera",
        "node_busy",
        says,
        "any other loopback camera; else the page, the speakers, recordings",
        [
          `# end that program, or take another camera: deno task live --camera /dev/videoN`,
        ],
      ),
    ];
  }
  if (others.length > 0) {
    const names = others.map(({ pid, name }) => `${name} (pid ${pid})`).join(", ");
    return [note("camera", "node_opened", `${path} ("${label}") is ready; opened by ${names}`)];
  }
  return [ok("camera", "node", `${path} ("${label}") is ready`)];
}

function denied(probe: Probe, path: string, label: string): Finding {
  const user = probe.environment["USER"] ?? "";
  const members = /^video:[^:]*:\d*:(.*)$/m.exec(probe.readText("/etc/group") ?? "")?.[1]?.split(",") ?? [];
  const isMember = user !== "" && members.includes(user);
  const why = isMember
    ? "this login is older than the user's place in the group video"
    : "the user is not in the group video";
  const mend = ["# log out and in again, so that the new group counts"];
  if (!isMember) mend.unshift('sudo usermod -aG video "$USER"');
  return lacks(
    "camera",
    "node_denied",
    `${path} ("${label}") may not be written: ${why}`,
    WITHOUT_CAMERA,
    mend,
  );
}

/** Without exclusive_caps a node offers writing and reading at once, and Chrome and Zoom do not list it. */
function exclusiveCaps(probe: Probe): Finding[] {
  const flags = probe.readText(`${PARAMETERS}/exclusive_caps`)?.trim().split(",");
  if (flags === undefined || flags[0] === "Y" || flags[0] === "1") return [];
  return [
    lacks(
      "camera",
      "exclusive_caps",
      "v4l2loopback was loaded without exclusive_caps, so Chrome, Teams and Zoom do not list the camera",
      "OBS, Firefox and ffmpeg see the camera all the same",
      MAKE_NODES,
    ),
  ];
}

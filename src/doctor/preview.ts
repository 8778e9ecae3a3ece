/** Whether viewers can reach the WebRTC preview: its UDP ports, what STUN servers see, whether TURN servers are named whole. */
import { type Finding, lacks, note, ok, type PreviewSituation, type Situation } from "./finding.ts";
import type { Probe } from "./probe.ts";

const STUN_PORT = 3478;
const PICTURES_ONLY = "the page shows the pictures without sound, and viewers on this machine may connect";

export async function checkPreview(probe: Probe, { preview, runningPid }: Situation): Promise<Finding[]> {
  if (preview === undefined) return [];
  return [
    ...(runningPid === undefined ? await checkPorts(probe, preview) : []), // its own viewers hold some
    ...await Promise.all(
      preview.iceServers.filter((server) => server.startsWith("stun:")).map((server) =>
        checkStun(probe, preview, server)
      ),
    ),
  ];
}

async function checkPorts(probe: Probe, { ports }: PreviewSituation): Promise<Finding[]> {
  if (ports === "any") {
    return [
      note("preview", "preview_ports", "the preview takes any UDP port: no firewall can be told which"),
    ];
  }
  const [first, last = first] = ports.split("-").map(Number);
  const all = Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
  const taken = await Promise.all(all.map((port) => probe.isUdpPortTaken(port)));
  const free = taken.filter((isTaken) => !isTaken).length;
  if (free > 0) {
    return [ok("preview", "preview_ports", `${free} of the preview's UDP ports ${ports} are free`)];
  }
  return [
    lacks(
      "preview",
      "preview_ports",
      `none of the preview's UDP ports ${ports} is free`,
      PICTURES_ONLY,
      ["ss -lunp   # who has them", "# or choose others: --webrtc-ports 8200-8231"],
    ),
  ];
}

async function checkStun(probe: Probe, preview: PreviewSituation, server: string): Promise<Finding> {
  const [, host, port] = /^stun:([^:?]+)(?::(\d+))?/.exec(server)!;
  const seen = await probe.askStun(host!, Number(port ?? STUN_PORT));
  if (seen === undefined) {
    return lacks(
      "preview",
      "stun",
      `${server} does not answer`,
      "viewers in the same network connect",
      [
        "# is UDP let out by the firewall? else a TURN server by TCP:",
        "# turn:user:password@host:443?transport=tcp",
      ],
    );
  }
  const { publicAddress } = preview;
  if (publicAddress !== undefined && publicAddress !== seen) {
    return note(
      "preview",
      "stun",
      `${server} sees us at ${seen}, the settings say webrtc.publicAddress ${publicAddress}`,
      [`# if viewers come from the internet: --webrtc-public-address ${seen}`],
    );
  }
  return ok("preview", "stun", `${server} sees us at ${seen}`);
}

/**
 * OBS: is it there, does it have our source, does its websocket listen where we look, and has its virtual camera a node of
 * its own. OBS is nobody's duty: what is missing is a note, and a lack only where the settings ask for OBS.
 */
import { isLoopback, parseOwnSettings, settingsFiles, WIRE_VERSION } from "../obs/mod.ts";
import { type Finding, lacks, note, ok, type Situation } from "./finding.ts";
import { install, MAKE_NODES } from "./mends.ts";
import type { Probe } from "./probe.ts";

const FLATPAK = "com.obsproject.Studio";
const VIRTUAL = "/sys/devices/virtual/video4linux";
const SWITCH_ON = "# in OBS: Tools, WebSocket Server Settings, Enable WebSocket server";

export async function checkObs(probe: Probe, situation: Situation): Promise<Finding[]> {
  const { isObsWanted, obsUrl } = situation;
  if (!isLoopback(obsUrl)) {
    return [note("obs", "obs_elsewhere", `OBS is looked for at ${obsUrl}, which is not this machine`)];
  }
  const program = probe.which("obs");
  const flatpak = flatpakFolder(probe);
  if (program === undefined && flatpak === undefined) {
    const says = "OBS is not installed";
    const mend = [
      install(probe, { apt: "obs-studio", dnf: "obs-studio", pacman: "obs-studio", zypper: "obs-studio" }),
    ];
    if (!isObsWanted) return [note("obs", "no_obs", `${says}; nothing else needs it`)];
    return [
      lacks(
        "obs",
        "no_obs",
        `${says}, and the settings ask for it`,
        "camera, page, sound and recordings",
        mend,
      ),
    ];
  }
  const version = program === undefined ? "" : await versionOf(probe);
  const where = program === undefined ? " in a Flatpak" : version;
  return [
    ok("obs", "obs", `OBS${where} is installed`),
    ...checkPlugin(probe, program === undefined),
    ...checkWebsocket(probe, situation),
    ...checkVirtualCamera(probe),
  ];
}

/** By the package: OBS itself makes folders in the home when it is asked. "" where nobody knows. */
async function versionOf(probe: Probe): Promise<string> {
  if (probe.which("dpkg-query") === undefined) return "";
  const ran = await probe.run("dpkg-query", ["-W", "-f", "${Version}", "obs-studio"]);
  const found = /^(?:\d+:)?(\d+\.\d+[\d.]*)/.exec(ran?.code === 0 ? ran.text : "")?.[1];
  return found === undefined ? "" : ` ${found}`;
}

function flatpakFolder(probe: Probe): string | undefined {
  const home = probe.environment["HOME"] ?? "";
  return [`/var/lib/flatpak/app/${FLATPAK}`, `${home}/.local/share/flatpak/app/${FLATPAK}`].find((folder) =>
    probe.exists(folder)
  );
}

function checkPlugin(probe: Probe, isFlatpak: boolean): Finding[] {
  if (isFlatpak) {
    return [
      note(
        "obs",
        "plugin_flatpak",
        "an OBS in a Flatpak does not see the source Lipcam; a media source shows the avatar",
        [
          '# in lipcam.json, a port instead of a socket: { "obs": { "mediaPort": 8012 } }',
        ],
      ),
    ];
  }
  const path = pluginPaths(probe).find((one) => probe.exists(one));
  if (path === undefined) {
    const says = "OBS does not have the source Lipcam; a media source shows the avatar some 50 ms later";
    return [note("obs", "no_plugin", says, ["deno task obs:install"])];
  }
  const text = new TextDecoder("latin1").decode(probe.readBytes(path) ?? new Uint8Array());
  const [, version = "of no known version", protocol] =
    /\[lipcam\] version (\S{1,20}) loaded, protocol version (\d+)/.exec(text) ?? [];
  if (Number(protocol) === WIRE_VERSION) return [ok("obs", "plugin", `OBS has the source Lipcam ${version}`)];
  return [
    lacks(
      "obs",
      "plugin_version",
      `OBS's source Lipcam, ${version}, speaks version ${
        protocol ?? "?"
      } of the protocol, wanted ${WIRE_VERSION}`,
      "a media source in OBS",
      ["deno task obs:install", "# and restart OBS"],
    ),
  ];
}

/** Of this user, then of the machine. */
function pluginPaths(probe: Probe): string[] {
  const { HOME = "", XDG_CONFIG_HOME = "" } = probe.environment;
  const config = XDG_CONFIG_HOME === "" ? `${HOME}/.config` : XDG_CONFIG_HOME;
  const machine = ["/usr/lib", "/usr/lib64", ...probe.list("/usr/lib").map((name) => `/usr/lib/${name}`)];
  return [
    `${config}/obs-studio/plugins/lipcam/bin/64bit/lipcam.so`,
    ...machine.map((folder) => `${folder}/obs-plugins/lipcam.so`),
  ];
}

function checkWebsocket(probe: Probe, { obsUrl, isObsWanted }: Situation): Finding[] {
  const port = portOf(obsUrl);
  const settings = settingsFiles(probe).flatMap((file) => {
    const text = probe.readText(file);
    return text === undefined ? [] : [parseOwnSettings(file, text)];
  }).filter((one) => one !== undefined);
  const [first] = settings;
  if (first === undefined) {
    return [
      note("obs", "websocket_unknown", "OBS has not been started yet, so its websocket is not set up", [
        SWITCH_ON,
      ]),
    ];
  }
  const enabled = settings.filter(({ isEnabled }) => isEnabled);
  if (enabled.length === 0) {
    const says = "OBS's websocket is switched off, so cues, rules and panic cannot reach OBS";
    if (!isObsWanted) return [note("obs", "websocket_off", says, [SWITCH_ON])];
    return [lacks("obs", "websocket_off", says, "the source in OBS shows the avatar", [SWITCH_ON])];
  }
  const found = enabled.find((one) => one.port === port);
  if (found === undefined) {
    const there = enabled.map((one) => one.port).join(" and ");
    const says = `OBS's websocket listens on port ${there}, the settings say ${obsUrl}`;
    const mend = [`# in lipcam.json: { "obs": { "url": "ws://127.0.0.1:${enabled[0]!.port}" } }`];
    return [
      isObsWanted
        ? lacks("obs", "websocket_port", says, "the source in OBS", mend)
        : note("obs", "websocket_port", says, mend),
    ];
  }
  const is = probe.isPortTaken(port) ? "and answers" : "and OBS is not running";
  const secret = found.isPasswordWanted
    ? "with a password"
    : "without a password: every program here may steer OBS";
  return [ok("obs", "websocket", `OBS's websocket is switched on at port ${port}, ${secret}, ${is}`)];
}

/** OBS takes a free loopback node; it and Lipcam each need one. */
function checkVirtualCamera(probe: Probe): Finding[] {
  const nodes = probe.list(VIRTUAL).filter((name) => /^video\d+$/.test(name)).map((name) => ({
    path: `/dev/${name}`,
    label: probe.readText(`${VIRTUAL}/${name}/name`)?.trim() ?? "",
  }));
  if (nodes.length === 0) return []; // the camera's own checks have said so
  const own = nodes.find(({ label }) => /\bOBS\b/i.test(label));
  const ours = nodes.find(({ label }) => /lipcam/i.test(label));
  if (own !== undefined && ours !== undefined && numberOf(ours.path) < numberOf(own.path)) {
    const says =
      `OBS's virtual camera takes the node with the lowest number, ${ours.path} ("${ours.label}"), and may write into Lipcam's picture`;
    return [note("obs", "virtual_camera_order", says, MAKE_NODES)];
  }
  if (own !== undefined) {
    const holders = probe.holders(own.path).map(({ name, pid }) => `${name} (pid ${pid})`);
    const who = holders.length === 0 ? "free" : `opened by ${holders.join(", ")}`;
    return [ok("obs", "virtual_camera", `OBS's virtual camera has ${own.path} ("${own.label}"), ${who}`)];
  }
  if (nodes.length > 1) return [];
  const [{ path, label }] = nodes as [typeof nodes[number]];
  return [
    note(
      "obs",
      "virtual_camera_shared",
      `${path} ("${label}") is the only camera node: whichever of Lipcam and OBS's virtual camera starts second finds it busy`,
      MAKE_NODES,
    ),
  ];
}

/** A URL without a port means the usual one of its scheme, which OBS never has. */
function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port);
}

function numberOf(path: string): number {
  return Number(path.replace(/\D/g, ""));
}

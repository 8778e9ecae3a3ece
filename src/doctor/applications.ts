/**
 * The programs that shall see the camera. Flatpak and Snap keep /dev/video* from them until told otherwise; the rest
 * is advice for each program that people ask about.
 */
import { type Finding, lacks, note } from "./finding.ts";
import type { Probe } from "./probe.ts";

const WITHOUT = "the same program installed as a normal package sees the camera";

/** Application ids on Flathub; those not installed are of no interest. */
const FLATPAKS: Readonly<Record<string, string>> = {
  "us.zoom.Zoom": "Zoom",
  "com.google.Chrome": "Chrome",
  "org.chromium.Chromium": "Chromium",
  "com.brave.Browser": "Brave",
  "com.microsoft.Edge": "Edge",
  "org.mozilla.firefox": "Firefox",
  "com.github.IsmaelMartinez.teams_for_linux": "Teams for Linux",
  "com.obsproject.Studio": "OBS",
  "com.discordapp.Discord": "Discord",
};

const SNAPS: Readonly<Record<string, string>> = {
  "zoom-client": "Zoom",
  "chromium": "Chromium",
  "brave": "Brave",
  "firefox": "Firefox",
  "teams-for-linux": "Teams for Linux",
  "obs-studio": "OBS",
  "discord": "Discord",
};

export async function checkApplications(probe: Probe): Promise<Finding[]> {
  return [...await checkFlatpaks(probe), ...await checkSnaps(probe)];
}

async function checkFlatpaks(probe: Probe): Promise<Finding[]> {
  const listed = await probe.run("flatpak", ["list", "--app", "--columns=application"]);
  const installed = (listed?.code === 0 ? listed.text : "").split("\n").map((line) => line.trim());
  const found: Finding[] = [];
  for (const id of installed.filter((one) => Object.hasOwn(FLATPAKS, one))) {
    const permissions = await probe.run("flatpak", ["info", "--show-permissions", id]);
    const overrides = await probe.run("flatpak", ["override", "--user", "--show", id]);
    const devices = [permissions, overrides].map((ran) => /^devices=(.*)$/m.exec(ran?.text ?? "")?.[1] ?? "");
    const words = devices.flatMap((text) => text.split(";"));
    if (words.includes("all") && !words.includes("!all")) continue;
    found.push(lacks(
      "applications",
      "flatpak_devices",
      `${FLATPAKS[id]} is a Flatpak that may not use devices, so it cannot see the camera`,
      WITHOUT,
      [`flatpak override --user --device=all ${id}`, "# then start it again"],
    ));
  }
  return found;
}

async function checkSnaps(probe: Probe): Promise<Finding[]> {
  const listed = await probe.run("snap", ["list"]);
  const installed = (listed?.code === 0 ? listed.text : "").split("\n").map((line) => line.split(/\s+/)[0]!);
  const found: Finding[] = [];
  for (const name of installed.filter((one) => Object.hasOwn(SNAPS, one))) {
    const connections = await probe.run("snap", ["connections", name]);
    // Columns: interface, plug, slot, notes; a dash for a slot means not connected.
    const camera = (connections?.text ?? "").split("\n").map((line) => line.trim().split(/\s+/))
      .find((columns) => columns[0] === "camera");
    if (camera === undefined || camera[2] !== "-") continue;
    found.push(lacks(
      "applications",
      "snap_camera",
      `${SNAPS[name]} is a Snap whose camera plug is not connected, so it cannot see the camera`,
      WITHOUT,
      [`sudo snap connect ${name}:camera`, "# then start it again"],
    ));
  }
  return found;
}

/** What to choose where; the camera is listed only while Lipcam runs. */
export function applicationAdvice(): Finding[] {
  const advice = (id: string, says: string, more: readonly string[]) => note("applications", id, says, more);
  return [
    advice("advice_zoom", "Zoom: Settings, Video, Camera: Lipcam", [
      "# start Lipcam first; turn off HD and Touch up my appearance if the picture stutters",
      "# with --mic also Settings, Audio, Microphone: Lipcam Microphone, and Original sound on",
    ]),
    advice("advice_chrome", "Chrome: chrome://settings/content/camera, choose Lipcam", [
      "# a page that was open before Lipcam started must be loaded again",
    ]),
    advice("advice_teams", "Teams (in Chrome or Edge): the dots in a call, Device settings, Camera: Lipcam", [
      "# start Lipcam before joining; Teams keeps the list of cameras it saw on joining",
    ]),
    advice("advice_obs", "OBS: Sources, +, Video Capture Device (V4L2), Device: Lipcam", [
      "# OBS's own virtual camera takes the node with the lowest number, which must be OBS's and not Lipcam's",
    ]),
  ];
}

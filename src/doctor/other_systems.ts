/** Windows and macOS: no loopback camera of ours there, so words for the roads that exist. */
import { type Finding, note } from "./finding.ts";

export function adviceFor(os: string): Finding[] {
  const cable = os === "windows"
    ? [
      "# install VB-Cable, then:",
      'deno task live --sound "CABLE Input"',
      "# and choose CABLE Output as microphone",
    ]
    : [
      "# install BlackHole 2ch, then:",
      'deno task live --sound "BlackHole 2ch"',
      "# and choose BlackHole 2ch as microphone",
    ];
  return [
    note("camera", "obs_camera", "on this system the camera is OBS's virtual camera", [
      "# in OBS: Sources, +, Browser, address http://127.0.0.1:8010/, then Start Virtual Camera",
      "# and choose OBS Virtual Camera in Zoom, Chrome or Teams",
    ]),
    note(
      "sound",
      "cable",
      `for a virtual microphone use ${os === "windows" ? "VB-Cable" : "BlackHole"}`,
      cable,
    ),
  ];
}

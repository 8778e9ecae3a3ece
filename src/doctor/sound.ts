/**
 * Sound: a server (PipeWire or PulseAudio) or bare ALSA, the library that everything plays through, a device, and
 * naudiodon, the module that plays; where it is not built, what its building lacks.
 */
import { type Finding, lacks, note, ok, type Situation } from "./finding.ts";
import { install, WITHOUT_SOUND } from "./mends.ts";
import type { Probe } from "./probe.ts";

const PACTL = {
  apt: "pulseaudio-utils",
  dnf: "pulseaudio-utils",
  pacman: "libpulse",
  zypper: "pulseaudio-utils",
};

export function checkSound(probe: Probe, situation: Situation): Finding[] {
  return [...checkServer(probe), ...checkLibrary(probe), ...checkPlayer(probe, situation)];
}

function checkServer(probe: Probe): Finding[] {
  const runtime = probe.environment["XDG_RUNTIME_DIR"] ?? "";
  const hasPipeWire = runtime !== "" && probe.exists(`${runtime}/pipewire-0`);
  const hasPulse = hasPulseSocket(probe, runtime);
  const cards = probe.readText("/proc/asound/cards") ?? "";
  const hasCard = /^\s*\d+ \[/m.test(cards);
  if (hasPipeWire || hasPulse) {
    const name = hasPipeWire
      ? (hasPulse ? "PipeWire with its PulseAudio service" : "PipeWire")
      : "PulseAudio";
    const found = [ok("sound", "server", `${name} is running`)];
    if (hasPipeWire && !hasPulse) {
      found.push(lacks(
        "sound",
        "pulse_service",
        "PipeWire runs without its PulseAudio service, so --mic cannot make the virtual microphone",
        "the camera and the speakers",
        [
          install(probe, {
            apt: "pipewire-pulse",
            dnf: "pipewire-pulseaudio",
            pacman: "pipewire-pulse",
            zypper: "pipewire-pulseaudio",
          }),
          "systemctl --user enable --now pipewire-pulse",
        ],
      ));
    } else if (probe.which("pactl") === undefined) {
      found.push(lacks(
        "sound",
        "pactl",
        "pactl is missing, so --mic cannot make the virtual microphone",
        "the camera and the speakers",
        [install(probe, PACTL)],
      ));
    }
    return found;
  }
  if (hasCard) {
    return [
      note(
        "sound",
        "alsa_only",
        "a sound card without PipeWire or PulseAudio: one program at a time plays, and --mic is not possible",
        [
          install(probe, {
            apt: "pipewire-audio wireplumber pulseaudio-utils",
            dnf: "pipewire-pulseaudio wireplumber pulseaudio-utils",
            pacman: "pipewire-pulse wireplumber libpulse",
            zypper: "pipewire-pulseaudio wireplumber pulseaudio-utils",
          }),
          "systemctl --user enable --now pipewire pipewire-pulse wireplumber",
        ],
      ),
    ];
  }
  return [
    lacks("sound", "no_sound", "there is no sound card and no sound server", WITHOUT_SOUND, [
      "# on a machine without a card, a server with a silent device does for --mic and for tests:",
      install(probe, {
        apt: "pulseaudio pulseaudio-utils",
        dnf: "pulseaudio pulseaudio-utils",
        pacman: "pulseaudio libpulse",
        zypper: "pulseaudio pulseaudio-utils",
      }),
      "pulseaudio --start && pactl load-module module-null-sink norewinds=1",
    ]),
  ];
}

/** Looks for the socket only: asking by pactl would make files in the home folder. */
function hasPulseSocket(probe: Probe, runtime: string): boolean {
  const { PULSE_SERVER, PULSE_RUNTIME_PATH, HOME = "" } = probe.environment;
  if (PULSE_SERVER !== undefined && !PULSE_SERVER.startsWith("unix:")) return true; // on another machine
  const own = `${HOME}/.config/pulse`;
  const folders = [
    ...(PULSE_RUNTIME_PATH === undefined ? [] : [PULSE_RUNTIME_PATH]),
    ...(runtime === "" ? [] : [`${runtime}/pulse`]),
    "/run/pulse",
    ...probe.list(own).filter((name) => name.endsWith("-runtime")).map((name) => `${own}/${name}`),
  ];
  const sockets = folders.map((folder) => `${folder}/native`);
  if (PULSE_SERVER !== undefined) sockets.unshift(PULSE_SERVER.slice("unix:".length));
  return sockets.some((path) => probe.exists(path));
}

function checkLibrary(probe: Probe): Finding[] {
  if (probe.hasLibrary("libasound.so.2")) return [ok("sound", "libasound", "libasound is installed")];
  return [
    lacks("sound", "libasound", "libasound is missing, so naudiodon cannot play", WITHOUT_SOUND, [
      install(probe, {
        apt: "libasound2 libasound2-plugins",
        dnf: "alsa-lib alsa-plugins-pulseaudio",
        pacman: "alsa-lib alsa-plugins",
        zypper: "libasound2 alsa-plugins-pulse",
      }),
    ]),
  ];
}

const BUILD_AGAIN = "deno task setup";

function checkPlayer(probe: Probe, { projectFolder }: Situation): Finding[] {
  const built = `${projectFolder}/node_modules/naudiodon/build/Release/naudiodon.node`;
  if (probe.exists(built)) return [ok("sound", "naudiodon", "naudiodon is built")];
  const other = ["pw-cat", "aplay", "paplay"].find((name) => probe.which(name) !== undefined);
  const without = other === undefined ? WITHOUT_SOUND : `${other} plays instead, with more latency`;
  const compiler = ["c++", "g++", "clang++"].some((name) => probe.which(name) !== undefined);
  const tools = ["make", "python3"].filter((name) => probe.which(name) === undefined);
  if (!compiler || tools.length > 0) {
    const missing = [...(compiler ? [] : ["a C++ compiler"]), ...tools].join(", ");
    return [
      lacks("sound", "no_compiler", `naudiodon is not built and cannot be: ${missing} missing`, without, [
        install(probe, {
          apt: "g++ make python3",
          dnf: "gcc-c++ make python3",
          pacman: "base-devel python",
          zypper: "gcc-c++ make python3",
        }),
        BUILD_AGAIN,
      ]),
    ];
  }
  if (!hasNodeHeaders(probe)) {
    return [
      lacks(
        "sound",
        "no_node_headers",
        "naudiodon is not built; there are no Node headers on this machine and no network may bring them",
        without,
        [
          install(probe, {
            apt: "libnode-dev",
            dnf: "nodejs-devel",
            pacman: "nodejs",
            zypper: "nodejs-devel",
          }),
          BUILD_AGAIN,
        ],
      ),
    ];
  }
  return [lacks("sound", "not_built", "naudiodon is not built", without, [BUILD_AGAIN])];
}

function hasNodeHeaders(probe: Probe): boolean {
  const given = probe.environment["npm_config_nodedir"];
  const folders = [
    ...(given ? [`${given}/include/node`] : []),
    "/usr/include/node",
    "/usr/include/nodejs/src",
    "/usr/local/include/node",
  ];
  const home = probe.environment["HOME"] ?? "";
  return folders.some((folder) => probe.exists(`${folder}/node_api.h`)) ||
    probe.list(`${home}/.cache/node-gyp`).length > 0;
}

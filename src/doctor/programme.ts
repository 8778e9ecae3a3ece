/** What Lipcam itself needs: Deno, the media library, disk space, the run-time folder, its port. */
import { type Finding, lacks, note, ok, type Situation } from "./finding.ts";
import type { Probe } from "./probe.ts";

const DENO_WANTED = [2, 9] as const;
/** A recording of an hour at 1280x720 is about 1 GB. */
const FREE_BYTES_WANTED = 1e9;

export async function checkProgramme(probe: Probe, situation: Situation): Promise<Finding[]> {
  return [
    checkDeno(probe),
    await checkMedia(probe),
    ...checkDisk(probe, situation),
    ...checkRuntimeFolder(probe),
    checkPort(probe, situation),
  ];
}

function checkDeno(probe: Probe): Finding {
  const [major = 0, minor = 0] = probe.denoVersion.split(".").map(Number);
  const isNewEnough = major > DENO_WANTED[0] || (major === DENO_WANTED[0] && minor >= DENO_WANTED[1]);
  if (isNewEnough) return ok("programme", "deno", `Deno ${probe.denoVersion}`);
  const wanted = `${DENO_WANTED.join(".")} or newer`;
  return lacks(
    "programme",
    "deno_old",
    `Deno is ${probe.denoVersion}, wanted ${wanted}`,
    "perhaps most of it; only newer ones are tested",
    ["deno upgrade", "# or, with npm: npx -y deno@2 task live"],
  );
}

async function checkMedia(probe: Probe): Promise<Finding> {
  const error = await probe.mediaError();
  if (error === undefined) return ok("programme", "media", "the media library (FFmpeg by node-av) loads");
  return lacks(
    "programme",
    "media",
    `the media library node-av does not load: ${error}`,
    "text to speech on camera and speakers works without it; sound files and recording do not",
    ["rm -rf node_modules", "deno task setup"],
  );
}

function checkDisk(probe: Probe, { workingFolder }: Situation): Finding[] {
  const freeBytes = probe.freeBytes(workingFolder);
  if (freeBytes === undefined || freeBytes >= FREE_BYTES_WANTED) return [];
  const freeMb = Math.floor(freeBytes / 1e6);
  return [
    lacks(
      "programme",
      "disk",
      `${freeMb} MB are free in ${workingFolder}, wanted 1000 MB to record an hour`,
      "everything but long recordings",
      ["df -h .", "# make room, or record to another disk: --record /path/file.mp4"],
    ),
  ];
}

function checkRuntimeFolder(probe: Probe): Finding[] {
  if (probe.os !== "linux") return [];
  const path = probe.environment["XDG_RUNTIME_DIR"];
  if (path === undefined || path === "") {
    return [
      note(
        "programme",
        "runtime_unset",
        "XDG_RUNTIME_DIR is not set; a private folder under the temporary folder is used instead",
        ["# it is set by a login through systemd; in a service: loginctl enable-linger"],
      ),
    ];
  }
  if (probe.access(path) === "ok") return [];
  const what = probe.exists(path) ? "may not be written" : "does not exist";
  return [
    lacks(
      "programme",
      "runtime_folder",
      `XDG_RUNTIME_DIR is ${path}, which ${what}`,
      what === "does not exist"
        ? "a private folder under the temporary folder is used instead"
        : "render works",
      ["unset XDG_RUNTIME_DIR", '# or, as root: install -d -m 700 -o "$USER" "$XDG_RUNTIME_DIR"'],
    ),
  ];
}

function checkPort(probe: Probe, { port, runningPid }: Situation): Finding {
  if (runningPid !== undefined) {
    return note("programme", "running", `Lipcam is running, pid ${runningPid}`, [
      "# to end it: deno task stop",
    ]);
  }
  if (port === 0 || !probe.isPortTaken(port)) {
    return ok("programme", "port", `port ${port} of 127.0.0.1 is free`);
  }
  return lacks(
    "programme",
    "port",
    `port ${port} of 127.0.0.1 is taken by another program`,
    "everything on another port",
    [`deno task live --port ${port + 1}`, `# who has it: ss -ltnp 'sport = :${port}'`],
  );
}

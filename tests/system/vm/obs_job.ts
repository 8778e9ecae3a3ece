/**
 * Runs inside the machine: OBS's virtual camera beside a Lipcam, on nodes of the real driver. In: /out/order.json,
 * the drivers being in /vm-mods. Out: /out/results.json, what was seen in each case; what is right is for the script
 * outside to say. Every wait has a deadline.
 */
import { chooseCamera, holdersOf, listCameras } from "../../../src/camera/mod.ts";
import { oneLine } from "../../../src/errors/mod.ts";
import { delay } from "../../../src/time/mod.ts";
import { clock, until } from "../live_process.ts";
import { Lipcam, LIPCAM_FRAME_BYTES } from "./obs_lipcam.ts";
import { FRAMES_READ, look, OBS_FRAME_BYTES, type Seen } from "./obs_picture.ts";
import { Studio } from "./obs_studio.ts";

const READ_MS_MAX = 40_000;
const LIPCAM_MS_MAX = 30_000;
/** A start that fails is told by no event: silence for so long is the answer. */
const SILENCE_MS = 12_000;
const STOP_MS_MAX = 15_000;

export interface ObsOrder {
  /** Versions of the drivers. */
  readonly drivers: readonly string[];
  /** Options of the module as the doctor gives them. */
  readonly options: readonly string[];
}

/** "doctor": its own options; else nodes of ours: OBS's with a lower number, Lipcam's lower, Lipcam's alone, none. */
export type Layout = "doctor" | "obs first" | "lipcam first" | "lipcam alone" | "no driver";

export interface NodeSeen {
  readonly path: string;
  readonly label: string;
  /** Programs that have it open: "obs", "Lipcam". */
  readonly holders: readonly string[];
  /** What ffmpeg read from it while somebody held it; a text where it could not. */
  readonly seen?: Seen | string;
}

export interface Case {
  readonly driver: string;
  readonly layout: Layout;
  readonly isLipcamOn: boolean;
  /** "accepted", or code and text of the refusal. */
  readonly answer: string;
  /** Milliseconds from StartVirtualCam to the event; undefined where none came. */
  readonly startMs?: number;
  /** Of VirtualcamStateChanged, in order, the stop's too: "STARTED". */
  readonly events: readonly string[];
  readonly nodes: readonly NodeSeen[];
  /** Of OBS's log. */
  readonly said: readonly string[];
  /** Frames that Lipcam wrote between start and stop, and how often it lost its node. */
  readonly written: number;
  readonly lostCount: number;
  /** Where Lipcam is not on: the node that it would get while OBS's camera runs, or why none. */
  readonly lipcamWould: string;
  /** OBS after StopVirtualCam: "runs", "holds the node still", "SIGSEGV". */
  readonly obsAfter: string;
}

export interface ObsResults {
  readonly obs: string;
  readonly websocket: string;
  readonly ffmpeg: string;
  readonly kernel: string;
  readonly cases: Case[];
  readonly troubles: string[];
}

function log(text: string): void {
  console.log(`[${Deno.readTextFileSync("/proc/uptime").split(" ")[0]}] ${text}`);
}

async function run(program: string, args: readonly string[], ms = 60_000) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(ms),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}`);
  return { said: text(stdout), complained: text(stderr) };
}

/** Two nodes by these numbers, or Lipcam's alone. */
function options(lipcam: number, obs?: number): string[] {
  const two = obs === undefined ? undefined : `${lipcam},${obs}`;
  return [
    `devices=${two ? 2 : 1}`,
    `video_nr=${two ?? lipcam}`,
    `exclusive_caps=${two ? "1,1" : "1"}`,
    `card_label="Lipcam${two ? ",OBS Virtual Camera" : ""}"`,
    "max_buffers=8",
  ];
}

/** Frames of a node as an application takes them, byte for byte. */
async function read(path: string, frameBytes: number): Promise<Seen | string> {
  const file = "/dev/shm/read.raw";
  const take = [
    "-f",
    "v4l2",
    "-i",
    path,
    "-frames:v",
    `${FRAMES_READ}`,
    "-c",
    "copy",
    "-f",
    "rawvideo",
    file,
  ];
  try {
    const quiet = ["-hide_banner", "-loglevel", "warning", "-nostdin", "-y"];
    const { complained } = await run("ffmpeg", [...quiet, ...take], READ_MS_MAX);
    const complaints = complained.split("\n").filter((line) => /dequeued|corrupt/i.test(line));
    const complaint = (complaints[0] ?? "").replace(/^\[.*?\] /, "");
    return { ...await look(Deno.readFileSync(file), frameBytes), ...complaint === "" ? {} : { complaint } };
  } catch (error) {
    return oneLine(error).replace(/^.*read\.raw:? ?/, "") ||
      `no ${FRAMES_READ} frames in ${READ_MS_MAX / 1000} s`;
  }
}

/** Every node, who has it open and what comes out of it. */
async function lookAtNodes(): Promise<NodeSeen[]> {
  const nodes: NodeSeen[] = [];
  for (const { path, card } of listCameras()) {
    const holders = holdersOf(path).map(({ pid, name }) => pid === Deno.pid ? "Lipcam" : name);
    // Where two write, the format is still the one that Lipcam set.
    const frameBytes = holders.includes("Lipcam") ? LIPCAM_FRAME_BYTES : OBS_FRAME_BYTES;
    const seen = holders.length > 0 ? { seen: await read(path, frameBytes) } : {};
    nodes.push({ path, label: card, holders, ...seen });
  }
  return nodes;
}

function lipcamWouldGet(): string {
  try {
    return chooseCamera("auto").path;
  } catch (error) {
    return oneLine(error).split(", wanted")[0]!.replace(/ \(pid \d+\)/, "");
  }
}

/** Stops the virtual camera and says what became of OBS. */
async function stop(studio: Studio): Promise<string> {
  const answer = await studio.ask("StopVirtualCam");
  const isHeld = () => listCameras().some(({ holders }) => holders.some(({ name }) => name === "obs"));
  await until("the stop", STOP_MS_MAX, () => studio.events.includes("STOPPED") && !isHeld()).catch(() => {});
  await delay(1000);
  const end = await studio.end();
  if (end !== undefined) return end;
  if (isHeld()) return "holds the node still";
  return answer === "accepted" ? "runs" : answer;
}

/** One case from start to stop; OBS is renewed afterwards where it was lost. */
async function observe(studio: Studio, driver: string, layout: Layout, isLipcamOn: boolean) {
  const lipcam = isLipcamOn ? new Lipcam() : undefined;
  try {
    if (lipcam) await until("Lipcam writing", LIPCAM_MS_MAX, () => lipcam.status().written > 3);
    const before = lipcam?.status().written ?? 0;
    using _moving = studio.begin();
    const startMs = clock.nowMs();
    const answer = await studio.ask("StartVirtualCam");
    const isStarted = await until("the start", SILENCE_MS, () => studio.events.includes("STARTED"))
      .catch(() => false);
    const tookMs = Math.round(clock.nowMs() - startMs);
    const nodes = await lookAtNodes();
    const lipcamWould = lipcam ? "" : lipcamWouldGet();
    const status = lipcam?.status();
    const obsAfter = isStarted ? await stop(studio) : "runs";
    const seen: Case = {
      ...{ driver, layout, isLipcamOn, answer, nodes, lipcamWould, obsAfter },
      ...isStarted ? { startMs: tookMs } : {},
      events: [...studio.events],
      said: studio.said(),
      written: (status?.written ?? 0) - before,
      lostCount: status?.lostCount ?? 0,
    };
    results.cases.push(seen);
    log(JSON.stringify(seen));
  } finally {
    await lipcam?.[Symbol.asyncDispose]();
  }
  if (results.cases.at(-1)!.obsAfter !== "runs") {
    await studio.renew();
    log("another OBS answers");
  }
}

const studio = await Studio.start();
log("OBS answers");
const { obsVersion, obsWebSocketVersion } = await studio.client.call("GetVersion");
const results: ObsResults = {
  obs: obsVersion,
  websocket: obsWebSocketVersion,
  ffmpeg: /version (\S+)/.exec((await run("ffmpeg", ["-version"])).said)![1]!,
  kernel: Deno.osRelease(),
  cases: [],
  troubles: [],
};
const order = JSON.parse(Deno.readTextFileSync("/out/order.json")) as ObsOrder;
/** Options of the module, and whether Lipcam is on in the cases with them. What may cost an OBS comes last. */
const LAYOUTS: readonly (readonly [Layout, options: readonly string[], isLipcamOn: readonly boolean[]])[] = [
  ["doctor", order.options, [false, true, true]],
  ["obs first", options(11, 10), [false, true]],
  ["lipcam first", options(10, 11), [false, true]],
  ["lipcam alone", options(10), [true]],
];
await observe(studio, "none", "no driver", false);
for (const driver of order.drivers) {
  for (const [layout, given, isLipcamOn] of LAYOUTS) {
    try {
      await run("insmod", [`/vm-mods/v4l2loopback-${driver}.ko`, ...given]);
      for (const isOn of isLipcamOn) await observe(studio, driver, layout, isOn);
      await run("rmmod", ["v4l2loopback"]);
    } catch (error) {
      results.troubles.push(`driver ${driver}, ${layout}: ${oneLine(error)}`);
      log(results.troubles.at(-1)!);
      await studio.renew();
      await run("rmmod", ["v4l2loopback"]).catch(() => {});
    }
  }
}
Deno.writeTextFileSync("/out/results.json", JSON.stringify(results));
await studio[Symbol.asyncDispose]();
Deno.exit(0);

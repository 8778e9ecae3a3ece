/**
 * Which cameras there are and which one to take. In: the sysfs list of video nodes, each node's own answer to
 * QUERYCAP, the module's parameters. Out: CameraInfo, or a DeviceFault that names what is there and what to do. Main
 * side, at start and while reopening. A node is open only for the moment of the question.
 */
import { DeviceFault } from "../errors/mod.ts";
import { cameraFault, MAKE_A_NODE } from "./fault.ts";
import { type Holder, holdersOf, orUndefined } from "./holders.ts";
import { ERRNO, Libc } from "./libc.ts";
import { type Capability, queryCapability } from "./v4l2.ts";

export interface CameraInfo {
  readonly path: string;
  readonly card: string;
  readonly driver: string;
  readonly isLoopback: boolean;
  readonly canOutput: boolean;
  /** A real camera, or a loopback node that somebody writes to. */
  readonly isCaptureOnly: boolean;
  /** A loopback node that another program writes to. Readers alone do not make it busy. */
  readonly isBusy: boolean;
  /** Processes that have it open, as far as this user can see. */
  readonly holders: readonly Holder[];
  /** 0, or why the node could not be asked, e.g. 13 (EACCES). */
  readonly errno: number;
}

/** Where to look; tests look elsewhere. */
export interface CameraPlaces {
  readonly sysRoot?: string;
  readonly devRoot?: string;
}

/** Every video node, in the order of their numbers; an empty list where there is no video at all. */
export function listCameras(places: CameraPlaces = {}): CameraInfo[] {
  const { sysRoot = "/sys", devRoot = "/dev" } = places;
  return nodeNames(sysRoot).map((name) => lookAt(`${devRoot}/${name}`, places));
}

/**
 * Whether the loaded driver lets a second program write to a node that is written to already, with the first one's format:
 * 0.12 does, 0.13 and later do not. False where none is loaded.
 */
export function letsTwoWrite({ sysRoot = "/sys" }: CameraPlaces = {}): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(readLine(`${sysRoot}/module/v4l2loopback/version`)) ?? [];
  return major !== undefined && Number(major) === 0 && Number(minor) < 13;
}

/** Paths of the nodes with this label, from sysfs alone: no node is opened. */
export function nodesLabelled(card: string, places: CameraPlaces = {}): string[] {
  const { sysRoot = "/sys", devRoot = "/dev" } = places;
  return nodeNames(sysRoot)
    .filter((name) => readLine(`${sysRoot}/class/video4linux/${name}/name`) === card)
    .map((name) => `${devRoot}/${name}`);
}

/** One node's answer. Never throws: what could not be asked is in `errno`. */
export function lookAt(path: string, places: CameraPlaces = {}): CameraInfo {
  const { sysRoot = "/sys" } = places;
  const answer = ask(path);
  const holders = holdersOf(path);
  if (typeof answer === "number") {
    return {
      path,
      card: readLine(`${sysRoot}/class/video4linux/${nodeName(path)}/name`),
      driver: "",
      isLoopback: false,
      canOutput: false,
      isCaptureOnly: false,
      isBusy: answer === -ERRNO.EBUSY,
      holders,
      errno: -answer,
    };
  }
  const isLoopback = answer.driver === "v4l2 loopback";
  const { canOutput, canCapture, card, driver } = answer;
  return {
    path,
    card,
    driver,
    isLoopback,
    canOutput,
    isCaptureOnly: canCapture && !canOutput,
    isBusy: isLoopback && isWritten(path, answer, holders, places),
    holders,
    errno: 0,
  };
}

/**
 * Takes a node: the one at a path, or with "auto" a free loopback node labelled Lipcam, else any free loopback node
 * that is not OBS's own. Throws DeviceFault camera_missing, camera_busy, camera_not_loopback or camera_denied.
 */
export function chooseCamera(wanted: "auto" | string, places: CameraPlaces = {}): CameraInfo {
  if (wanted !== "auto") return usable(lookAt(wanted, places));
  const cameras = listCameras(places);
  const loopbacks = cameras.filter((camera) => camera.isLoopback);
  const isOurs = (camera: CameraInfo) => /lipcam/i.test(camera.card);
  const candidates = [
    ...loopbacks.filter(isOurs),
    ...loopbacks.filter((camera) => !isOurs(camera) && !/\bOBS\b/i.test(camera.card)),
  ];
  const free = candidates.find((camera) => !camera.isBusy);
  if (free !== undefined) return free;
  if (candidates[0] !== undefined) return usable(candidates[0]);
  const denied = cameras.find((camera) => camera.errno === ERRNO.EACCES || camera.errno === ERRNO.EPERM);
  if (denied !== undefined) return usable(denied);
  const there = cameras.map(({ path, card }) => `${path} (${card})`).join(", ");
  throw new DeviceFault(
    `looking for a camera to write to: ${
      there === "" ? "there is no video device" : `only ${there}`
    }, wanted a free v4l2loopback node; ${MAKE_A_NODE}`,
    { code: "camera_missing", retryable: true },
  );
}

function usable(camera: CameraInfo): CameraInfo {
  const { path, card, driver } = camera;
  if (camera.errno !== 0) throw cameraFault(path, camera.errno, () => camera.holders);
  if (!camera.isLoopback) {
    throw new DeviceFault(
      `opening camera ${path}: it is "${card}" (driver ${driver}), wanted a v4l2loopback node; ${MAKE_A_NODE}`,
      { code: "camera_not_loopback" },
    );
  }
  if (camera.isBusy) throw cameraFault(path, ERRNO.EBUSY, () => camera.holders);
  return camera;
}

function ask(path: string): Capability | number {
  const libc = new Libc();
  const fd = libc.open(path);
  if (fd < 0) return fd;
  try {
    return queryCapability(libc, fd);
  } finally {
    libc.close(fd);
  }
}

/**
 * Whether one of `holders` writes to a loopback node. With exclusive_caps the output side vanishes while somebody
 * writes. Without it newer drivers tell in `state`; older ones tell only that a format is set, and then anybody who
 * holds the node may be the writer. Nobody there means that nobody writes, whatever the driver remembers.
 */
export function isWritten(
  path: string,
  capability: Capability,
  holders: readonly Holder[],
  { sysRoot = "/sys" }: CameraPlaces = {},
): boolean {
  if (!capability.canOutput) return holders.length > 0 || capability.canCapture;
  const attributes = `${sysRoot}/class/video4linux/${nodeName(path)}`;
  if (isExclusive(path, capability, `${sysRoot}/module/v4l2loopback/parameters`)) return false;
  const state = readLine(`${attributes}/state`);
  if (state !== "") return state === "capture" && holders.length > 0;
  return holders.length > 0 && readLine(`${attributes}/format`) !== "";
}

/** Whether the module was told exclusive_caps for this node: by its number where it has one, else by its place. */
function isExclusive(path: string, { busInfo }: Capability, parameters: string): boolean {
  const numbers = readLine(`${parameters}/video_nr`).split(",");
  const byNumber = numbers.indexOf(nodeName(path).replace("video", ""));
  const place = Number(/-(\d+)$/.exec(busInfo)?.[1] ?? Number.NaN);
  return readLine(`${parameters}/exclusive_caps`).split(",")[byNumber >= 0 ? byNumber : place] === "Y";
}

/** "video10" of /dev/video10, also through a link such as those in /dev/v4l/by-path. */
function nodeName(path: string): string {
  const real = orUndefined(() => Deno.realPathSync(path)) ?? path;
  return real.slice(real.lastIndexOf("/") + 1);
}

/** "video0", "video2", ... in the order of their numbers. */
function nodeNames(sysRoot: string): string[] {
  const names: string[] = [];
  try {
    for (const entry of Deno.readDirSync(`${sysRoot}/class/video4linux`)) {
      if (/^video\d+$/.test(entry.name)) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // no video4linux in this kernel yet: no cameras
  }
  return names.sort((one, other) => Number(one.slice(5)) - Number(other.slice(5)));
}

/** The first line of a small file, "" where it is not there. */
function readLine(path: string): string {
  return orUndefined(() => Deno.readTextFileSync(path).split("\n")[0]) ?? "";
}

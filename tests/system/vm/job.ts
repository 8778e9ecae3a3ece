/**
 * Runs inside the machine: the shipped src/camera against the real driver, every generation that was brought. In:
 * modules in /vm-mods. Out: /out/results.json with one entry a check and the captures that the test outside
 * compares byte by byte. Every wait has a deadline.
 */
import { closeSync, openSync } from "node:fs";
import {
  type CameraFormat,
  CameraSupervisor,
  chooseCamera,
  listCameras,
  openCamera,
} from "../../../src/camera/mod.ts";
import { DeviceFault } from "../../../src/errors/mod.ts";
import { delay } from "../../../src/time/mod.ts";
import { SIZE } from "./pattern.ts";
import type { StageOrder } from "./stage.ts";

export interface Results {
  readonly checks: { readonly name: string; readonly isOk: boolean; readonly detail: string }[];
  readonly captures: {
    readonly name: string;
    readonly file: string;
    readonly format: CameraFormat;
    readonly frames: number;
  }[];
}

const results: Results = { checks: [], captures: [] };
const FPS = 25;
const BUFFERS = 16;
let generation = "";

function log(text: string): void {
  const uptime = Deno.readTextFileSync("/proc/uptime").split(" ")[0];
  console.log(`[${uptime}] ${generation}: ${text}`);
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(40_000),
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}

/** One named check; a throw is its failure, and the next one goes on. */
async function check(name: string, work: () => Promise<string> | string): Promise<void> {
  const full = `${generation}: ${name}`;
  try {
    const detail = await work();
    results.checks.push({ name: full, isOk: true, detail });
    log(`ok ${name} ${detail}`);
  } catch (error) {
    results.checks.push({ name: full, isOk: false, detail: String(error) });
    log(`FAILED ${name} ${error}`);
  }
}

/** The fault that `work` throws, which must be of this code and name this. */
function faultOf(work: () => unknown, code: string, part: string): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DeviceFault && error.code === code && error.message.includes(part)) {
      return error.message;
    }
    throw error;
  }
  throw new Error(`nothing was thrown, wanted ${code}`);
}

async function until(what: string, is: () => boolean): Promise<void> {
  for (let waits = 0; !is(); waits++) {
    if (waits > 400) throw new Error(`waited 20 s: ${what}`);
    await delay(50);
  }
}

/** A camera and a stage in another isolate that shows frames on it. */
class Show implements AsyncDisposable {
  readonly camera: CameraSupervisor;
  readonly #control = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor(worker: Worker, wanted: string, format: CameraFormat, retryMs = 200) {
    this.camera = new CameraSupervisor({ wanted, size: SIZE, fps: FPS, format, retryMs });
    this.#worker = worker;
    const { shape, buffer: link } = this.camera.link;
    worker.postMessage({ shape, link, control: this.#control.buffer, fps: FPS } satisfies StageOrder);
  }

  async written(frames: number): Promise<void> {
    const from = this.camera.state().written;
    await until(`${frames} more frames written`, () => this.camera.state().written >= from + frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#worker.onmessage = resolve);
    Atomics.store(this.#control, 0, 1);
    await ended;
    await this.camera[Symbol.asyncDispose]();
  }
}

/** Frames off a node as an application takes them; compared outside. */
async function capture(name: string, path: string, format: CameraFormat, frames: number): Promise<string> {
  const file = `${generation}-${name}.raw`.replaceAll(/[^\w.-]/g, "_");
  const take = [`--stream-count=${frames}`, `--stream-to=/dev/shm/${file}`];
  // As many buffers as the module has: a reader that asks for fewer makes drivers up to 0.13 renumber theirs under the
  // writer, and its first frames may come out of order.
  await run("v4l2-ctl", "-d", path, `--stream-mmap=${BUFFERS}`, ...take);
  await keep(name, file, format, frames);
  return `${frames} frames from ${path}`;
}

async function keep(name: string, file: string, format: CameraFormat, frames: number): Promise<void> {
  await run("mv", `/dev/shm/${file}`, `/out/${file}`);
  results.captures.push({ name: `${generation}: ${name}`, file, format, frames });
}

async function load(module: string, numbers: string): Promise<void> {
  await run(
    "insmod",
    `/vm-mods/${module}`,
    "devices=2",
    `video_nr=${numbers}`,
    "exclusive_caps=1,1",
    `card_label="Lipcam,OBS Virtual Camera"`, // the kernel would split at the blanks
    `max_buffers=${BUFFERS}`,
  );
}

const dup2 = Deno.dlopen("libc.so.6", { dup2: { parameters: ["i32", "i32"], result: "i32" } }).symbols.dup2;

/** A program of somebody else's that writes I420 to a node. */
function otherWriter(path: string): Deno.ChildProcess {
  const { width, height } = SIZE;
  const format = `--set-fmt-video-out=width=${width},height=${height},pixelformat=YU12`;
  const args = ["-d", path, format, "--stream-out-mmap"];
  return new Deno.Command("v4l2-ctl", { args, stdout: "null", stderr: "null" }).spawn();
}

async function driverChecks(module: string, worker: Worker): Promise<void> {
  await load(module, "10,11");

  await check("the Lipcam node is found and free", () => {
    const { path, card, isBusy } = chooseCamera("auto");
    if (path !== "/dev/video10" || isBusy) throw new Error(`${path} ${card} busy ${isBusy}`);
    return `${path} ${card}, of ${listCameras().map((camera) => `${camera.path} ${camera.card}`).join(", ")}`;
  });

  {
    await using show = new Show(worker, "auto", "I420");
    await show.written(3);
    await check("I420, writer first", () => capture("I420, writer first", "/dev/video10", "I420", 50));
    await check(
      "a node that we write to is busy for others",
      () => faultOf(() => chooseCamera("/dev/video10"), "camera_busy", `(pid ${Deno.pid})`),
    );
  }

  {
    await using show = new Show(worker, "/dev/video10", "I420");
    await show.written(1);
    await check(
      "closed and opened again",
      () => capture("closed and opened again", "/dev/video10", "I420", 10),
    );
  }

  {
    await using show = new Show(worker, "/dev/video10", "YUYV");
    await show.written(3);
    await check("YUYV", () => capture("YUYV", "/dev/video10", "YUYV", 50));
  }

  await check("reader first", async () => {
    // An application that keeps the node open before, while and after we write.
    const reader = new Deno.Command("sh", { args: ["-c", "exec sleep 60 <>/dev/video10"] }).spawn();
    try {
      await until("the reader has it open", () => chooseCamera("/dev/video10").holders.length > 0);
      for (const round of ["reader first", "reader stays while we close and open"]) {
        await using show = new Show(worker, "auto", "I420");
        await show.written(3);
        await capture(round, "/dev/video10", "I420", 10);
      }
    } finally {
      reader.kill("SIGKILL");
      await reader.status;
    }
    return "with the node held open by another program";
  });

  await check("a writer was killed while a reader stays", async () => {
    const reader = new Deno.Command("sh", { args: ["-c", "exec sleep 60 <>/dev/video10"] }).spawn();
    try {
      const writer = otherWriter("/dev/video10");
      await until("the other program writes", () => listCameras()[0]?.isBusy === true);
      writer.kill("SIGKILL");
      await writer.status;
      await using show = new Show(worker, "auto", "I420");
      await show.written(3);
      return await capture("after a killed writer", "/dev/video10", "I420", 10);
    } finally {
      reader.kill("SIGKILL");
      await reader.status;
    }
  });

  await check("busy: another program writes", async () => {
    const writer = otherWriter("/dev/video11");
    try {
      const look = () => listCameras().find(({ path }) => path === "/dev/video11");
      await until("the other program writes", () => look()?.isBusy === true);
      const part = `held by v4l2-ctl (pid ${writer.pid})`;
      const open = { size: SIZE, fps: FPS, format: "I420" } as const;
      faultOf(() => openCamera("/dev/video11", open), "camera_busy", part);
      return faultOf(() => chooseCamera("/dev/video11"), "camera_busy", part);
    } finally {
      writer.kill("SIGKILL");
      await writer.status;
    }
  });

  await check("a node left neither output nor capture is put right", async () => {
    // A plain write without STREAMON; it may fail, what it leaves behind is the point.
    await new Deno.Command("dd", {
      args: ["if=/dev/zero", "of=/dev/video11", "bs=460800", "count=1"],
      stderr: "null",
    })
      .output();
    const before = listCameras().find(({ path }) => path === "/dev/video11");
    openCamera("/dev/video11", { size: SIZE, fps: FPS, format: "I420" }).close();
    const after = listCameras().find(({ path }) => path === "/dev/video11");
    if (after?.canOutput !== true) throw new Error("it cannot output afterwards");
    return `output before ${before?.canOutput}, after ${after.canOutput}`;
  });

  await check("lost and back under another number", async () => {
    // The module must be out before the first attempt to get the node back, also on a slow machine.
    await using show = new Show(worker, "auto", "I420", 1500);
    await show.written(3);
    // The descriptor turns into one whose writes fail: the driver's node is let go, the stage gets ENOSPC.
    const fullFd = openSync("/dev/full", "w");
    if (dup2(fullFd, show.camera.link.fd) < 0) throw new Error("dup2");
    closeSync(fullFd);
    await until("the loss is seen", () => show.camera.state().state === "lost");
    await run("rmmod", "v4l2loopback");
    faultOf(
      () => openCamera("/dev/video10", { size: SIZE, fps: FPS, format: "I420" }),
      "camera_missing",
      "no such node",
    );
    await until("the supervisor has tried in vain", () => show.camera.state().problem !== "");
    await load(module, "20,21");
    await until("it is back", () => show.camera.state().state === "open");
    await capture("frames go on after the loss", "/dev/video20", "I420", 25);
    const { path, lostCount, dropped } = show.camera.state();
    if (path !== "/dev/video20" || lostCount !== 1) throw new Error(`${path}, lost ${lostCount} times`);
    return `${path}, ${dropped} frames dropped meanwhile`;
  });

  await check("a node without a driver behind it", async () => {
    await run("mknod", "/dev/video77", "c", "81", "77");
    const open = () => openCamera("/dev/video77", { size: SIZE, fps: FPS, format: "I420" });
    return faultOf(open, "camera_missing", "no driver is behind the node");
  });
  await run("rm", "-f", "/dev/video77");
  await run("rmmod", "v4l2loopback");
}

async function otherDeviceCheck(): Promise<void> {
  const modules = Deno.readTextFileSync("/vm-mods/carried").split("\n").filter((name) => name !== "");
  if (!modules.includes("vivid.ko")) return log("skipped: this kernel has no vivid module");
  for (const module of modules) {
    if (Deno.readTextFileSync("/proc/modules").includes(`${module.slice(0, -3).replaceAll("-", "_")} `)) {
      continue;
    }
    await run(
      "insmod",
      `/vm-mods/${module}`,
      ...(module === "vivid.ko" ? ["node_types=0x101", "num_inputs=1"] : []),
    );
  }
  await check("a device that is no loopback is refused by name", () => {
    const others = listCameras().filter(({ isLoopback }) => !isLoopback);
    if (others.length === 0) throw new Error("vivid made no node");
    return others.map(({ path }) => faultOf(() => chooseCamera(path), "camera_not_loopback", "vivid")).join(
      "; ",
    );
  });
  await check("auto does not take it", () => faultOf(() => chooseCamera("auto"), "camera_missing", "vivid"));
}

const worker = new Worker(import.meta.resolve("./stage.ts"), { type: "module" });
for (const name of Deno.args) {
  generation = name;
  try {
    await driverChecks(`v4l2loopback-${name}.ko`, worker);
  } catch (error) {
    results.checks.push({ name: `${name}: to its end`, isOk: false, detail: String(error) });
    log(`FAILED ${error}`);
  }
}
worker.terminate();
generation = "vivid";
await otherDeviceCheck();
Deno.writeTextFileSync("/out/results.json", JSON.stringify(results));

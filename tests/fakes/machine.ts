/**
 * A machine on which nothing is lacking, made of files under a temporary root and a PATH of little scripts, for the doctor's
 * tests: each takes something away, and the real probe looks.
 */
import { assert } from "@std/assert";
import { dirname, join } from "node:path";
import { examine, type Finding, type PreviewSituation, SystemProbe } from "../../src/doctor/mod.ts";

export const KERNEL = "6.1.0-test";

/** The disk of the machine that runs the tests may be as full as it likes. */
class WholeProbe extends SystemProbe {
  override freeBytes(): number {
    return 1e12;
  }
}

/** A machine on which nothing is lacking; each test takes something away. */
export class Machine implements Disposable {
  readonly root = Deno.makeTempDirSync({ prefix: "lipcam_doctor_" });
  readonly environment: Record<string, string> = {
    PATH: join(this.root, "bin"),
    XDG_RUNTIME_DIR: "/run",
    USER: "ann",
    HOME: join(this.root, "home"),
  };
  port = 0;
  runningPid: number | undefined;
  obsUrl = "ws://127.0.0.1:4455";
  isObsWanted = false;
  preview: PreviewSituation | undefined;

  constructor() {
    this.file("/proc/sys/kernel/osrelease", `${KERNEL}\n`);
    this.file("/etc/os-release", 'ID=ubuntu\nID_LIKE="debian"\n');
    this.file("/sys/module/v4l2loopback/version", "0.12.7\n");
    this.file("/sys/module/v4l2loopback/parameters/exclusive_caps", "Y,Y,N,N,N,N,N,N\n");
    for (const [node, label] of [["video10", "OBS Virtual Camera"], ["video11", "Lipcam"]]) {
      this.file(`/sys/devices/virtual/video4linux/${node}/name`, `${label}\n`);
      this.file(`/sys/devices/virtual/video4linux/${node}/state`, "output\n");
      this.file(`/dev/${node}`, "");
    }
    this.file("/usr/lib/libasound.so.2", "");
    this.file("/project/node_modules/naudiodon/build/Release/naudiodon.node", "");
    this.script("pactl", "");
    this.file("/run/pipewire-0", "");
    this.file("/run/pulse/native", "");
  }

  file(path: string, text: string | Uint8Array): void {
    Deno.mkdirSync(dirname(join(this.root, path)), { recursive: true });
    if (typeof text === "string") Deno.writeTextFileSync(join(this.root, path), text);
    else Deno.writeFileSync(join(this.root, path), text);
  }

  script(name: string, body: string): void {
    this.file(`/bin/${name}`, `#!/bin/sh\n${body}\n`);
    Deno.chmodSync(join(this.root, "bin", name), 0o755);
  }

  remove(path: string): void {
    Deno.removeSync(join(this.root, path), { recursive: true });
  }

  /** The module is not loaded; whether it could be is up to the test. */
  unload(): void {
    this.remove("/sys/module/v4l2loopback");
    this.remove("/sys/devices/virtual/video4linux");
  }

  async examine(os = "linux"): Promise<readonly Finding[]> {
    const { environment, root } = this;
    return await examine(new WholeProbe({ environment, root, os }), {
      projectFolder: "/project",
      workingFolder: this.root,
      port: this.port,
      runningPid: this.runningPid,
      obsUrl: this.obsUrl,
      isObsWanted: this.isObsWanted,
      ...(this.preview ? { preview: this.preview } : {}),
    });
  }

  /** What is lacking, with every mend in one text. */
  async lacking(): Promise<{ ids: string[]; one: (id: string) => Finding & { mends: string } }> {
    const found = (await this.examine()).filter(({ state }) => state === "lacks");
    for (const finding of found) {
      assert(!finding.says.includes("\n") && finding.without !== undefined, finding.id);
      assert((finding.mend ?? []).length > 0, `${finding.id} has no mend`);
    }
    return {
      ids: found.map(({ id }) => id),
      one: (id) => {
        const finding = found.find((each) => each.id === id)!;
        return { ...finding, mends: (finding.mend ?? []).join("\n") };
      },
    };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** On Linux only: the made-up machine is one. */
export function test(name: string, run: (machine: Machine) => Promise<void>): void {
  Deno.test({
    name: `doctor: ${name}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using machine = new Machine();
      await run(machine);
    },
  });
}

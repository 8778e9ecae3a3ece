/**
 * A PulseAudio of our own for the tests: private folder and socket, a null sink as its only device, ALSA's default
 * device leading to it. The environment of this process points there until it is disposed.
 */
import { delay } from "../../src/time/mod.ts";

const PROGRAMS = ["pulseaudio", "pactl", "parec", "pacat"];

/** Why the sound tests cannot run here; undefined where they can. */
export function missingForPulse(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const isThere = (program: string) =>
    folders.some((folder) => {
      try {
        return Deno.statSync(`${folder}/${program}`).isFile;
      } catch {
        return false;
      }
    });
  const missing = PROGRAMS.filter((program) => !isThere(program));
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  return undefined;
}

/** Whether to skip, unless everything is required; says so. */
export function skipWithoutPulse(): boolean {
  const missing = missingForPulse();
  if (missing === undefined || Deno.env.get("LIPCAM_REQUIRE_SYSTEM") === "1") return false;
  console.warn(
    `sound tests skipped: ${missing} (sudo apt install pulseaudio pulseaudio-utils libasound2-plugins)`,
  );
  return true;
}

export async function pactl(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("pactl", { args }).output();
  if (!success) throw new Error(`pactl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

export class PrivatePulse implements AsyncDisposable {
  readonly #before = new Map<string, string | undefined>();

  private constructor(
    readonly folder: string,
    readonly server: Deno.ChildProcess,
    environment: [string, string][],
  ) {
    for (const [name, value] of environment) {
      this.#before.set(name, Deno.env.get(name));
      Deno.env.set(name, value);
    }
  }

  /** Starts it with one null sink named `speakers`. */
  static async start(): Promise<PrivatePulse> {
    const folder = await Deno.makeTempDir({ prefix: "lipcam-pulse-" });
    const environment: [string, string][] = [
      ["PULSE_RUNTIME_PATH", `${folder}/run`],
      ["PULSE_SERVER", `unix:${folder}/native`],
      ["PULSE_COOKIE", `${folder}/cookie`],
      ["ALSA_CONFIG_PATH", `${folder}/asound.conf`],
    ];
    await Deno.writeTextFile(
      `${folder}/pulse.conf`,
      `load-module module-native-protocol-unix auth-anonymous=1 socket=${folder}/native\n` +
        "load-module module-null-sink sink_name=speakers rate=48000 channels=2 format=s16le norewinds=1\n" +
        "set-default-sink speakers\n",
    );
    await Deno.writeTextFile(
      `${folder}/asound.conf`,
      "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n",
    );
    const server = new Deno.Command("pulseaudio", {
      args: [
        "-n",
        "-F",
        `${folder}/pulse.conf`,
        "--exit-idle-time=-1",
        "--use-pid-file=no",
        "--disable-shm=1",
      ],
      env: { ...Object.fromEntries(environment), HOME: folder },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const pulse = new PrivatePulse(folder, server, environment);
    for (let attempt = 0;; attempt++) {
      try {
        await pactl("info");
        return pulse;
      } catch (error) {
        if (attempt === 100) throw error;
        await delay(50);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.server.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the test ended it already
    }
    await this.server.status;
    for (const [name, value] of this.#before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

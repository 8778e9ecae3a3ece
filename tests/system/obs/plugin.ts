/**
 * The source plugin of obs/, built once for all tests below .cache: warnings are errors. Two tests at once: one builds,
 * one waits. Needs cmake, a C compiler and libobs.
 */
import { withDeadline } from "../../../src/time/mod.ts";

const PROJECT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);
export const PLUGIN_SOURCES = `${PROJECT}obs`;
const BUILD_MS_MAX = 180_000;

/** As ObsRoom's option `plugin` wants it. */
export interface BuiltPlugin {
  readonly library: string;
  readonly data: string;
}

/** Runs a program to its end; fails with what it said where its exit code is not 0. */
export async function runTool(program: string, args: readonly string[], cwd = PROJECT): Promise<string> {
  const child = new Deno.Command("nice", {
    args: ["-n", "5", program, ...args],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await withDeadline(child.output(), BUILD_MS_MAX, program).catch(
    (error) => {
      child.kill("SIGKILL");
      throw error;
    },
  );
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${code}: ${said.slice(-4000)}`);
  return said;
}

/** Configures and builds obs/ with these settings in a folder of its own below .cache; answers the folder. */
export async function buildObs(name: string, ...settings: string[]): Promise<string> {
  const folder = `${PROJECT}.cache/${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  using lock = await Deno.open(`${folder}/lock`, { create: true, write: true });
  await lock.lock(true); // freed by the system when its holder ends, and the holder's build is bounded
  await runTool("cmake", ["-S", PLUGIN_SOURCES, "-B", folder, ...settings]);
  await runTool("cmake", ["--build", folder, "-j2"]);
  return folder;
}

export async function buildPlugin(): Promise<BuiltPlugin> {
  const folder = await buildObs("obs-plugin-test");
  return { library: `${folder}/lipcam.so`, data: `${PLUGIN_SOURCES}/data` };
}

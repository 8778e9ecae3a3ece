/**
 * Makes naudiodon usable before the first start: compiles its addon where that has not been done.
 *
 * In: the installed package under node_modules, the local Node headers, a compiler. Out: build/Release/naudiodon.node,
 * or one line on stderr saying what is missing and what mends it; the exit code is 0 either way, because Lipcam also
 * plays through a pipe or not at all. Done already: a few milliseconds. Two starts at once: one builds, one waits.
 */
import { delay } from "../src/time/wait.ts";

const PACKAGE = new URL("../node_modules/.deno/naudiodon@2.3.6/node_modules/naudiodon/", import.meta.url);
const NODE_GYP = new URL(
  "../node_modules/.deno/node-gyp@11.5.0/node_modules/node-gyp/bin/node-gyp.js",
  import.meta.url,
);
const BUILD_MS_MAX = 90_000;
const INSTEAD = "sound goes through a pipe player (pw-cat, pacat, aplay) or nowhere";
const BUILD_TOOLS = "sudo apt install build-essential python3 && deno task setup";

function isThere(path: string | URL): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // absent or unreadable: for us the same
  }
}

/** Where `program` lies on PATH, or undefined. */
function findProgram(program: string): string | undefined {
  const isWindows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(isWindows ? ";" : ":").filter((folder) => folder !== "");
  return folders.map((folder) => `${folder}/${program}${isWindows ? ".exe" : ""}`).find(isThere);
}

/** The prefix that holds include/node/node.h, or undefined: then node-gyp asks the network. */
function findNodeHeaders(): string | undefined {
  const prefixes = ["/usr", "/usr/local"];
  const node = findProgram("node");
  if (node !== undefined) prefixes.unshift(Deno.realPathSync(node).replace(/[/\\][^/\\]+[/\\][^/\\]+$/, ""));
  return prefixes.find((prefix) => isThere(`${prefix}/include/node/node.h`));
}

/** What keeps the addon from being compiled, as [what is missing, the mend]; undefined when nothing is known to. */
function missingTool(): readonly [string, string] | undefined {
  if (Deno.build.os !== "linux") return undefined;
  if (!["c++", "g++", "clang++"].some(findProgram)) return ["no C++ compiler", BUILD_TOOLS];
  if (findProgram("make") === undefined) return ["no make", BUILD_TOOLS];
  if (findProgram("python3") === undefined) return ["no python3", BUILD_TOOLS];
  return undefined;
}

/** The addon links to ALSA at run time; without it it is built and never loads. */
function missingLibrary(): readonly [string, string] | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    Deno.dlopen("libasound.so.2", {}).close();
    return undefined;
  } catch {
    return ["no libasound.so.2", "sudo apt install libasound2"];
  }
}

async function build(): Promise<readonly [string, string] | undefined> {
  const missing = missingTool();
  if (missing) return missing;
  const headers = findNodeHeaders();
  const args = ["run", "--allow-all", "--no-config", "--unstable-detect-cjs", Deno.realPathSync(NODE_GYP)];
  args.push("rebuild", ...(headers === undefined ? [] : [`--nodedir=${headers}`]));
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: PACKAGE,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const limit = new AbortController();
  delay(BUILD_MS_MAX, limit.signal).then(() => child.kill("SIGKILL"), () => {}); // aborted: the build was in time
  const { success, stderr } = await child.output();
  limit.abort();
  if (success && isThere(new URL("build/Release/naudiodon.node", PACKAGE))) return undefined;
  const lines = new TextDecoder().decode(stderr).split("\n");
  const reason = lines.find((line) => /fatal error|error:|ERR! stack/.test(line)) ??
    "the compiler did not end in time";
  const mend = headers === undefined ? "sudo apt install libnode-dev && deno task setup" : BUILD_TOOLS;
  return [reason.replace(/^gyp ERR! stack /, "").trim().slice(0, 160), mend];
}

/** Builds what is missing. Never throws; answers whether the addon is there now. */
export async function setup(say: (line: string) => void = (line) => console.error(line)): Promise<boolean> {
  const addon = new URL("build/Release/naudiodon.node", PACKAGE);
  let problem: readonly [string, string] | undefined;
  try {
    if (!isThere(addon)) {
      using lock = await Deno.open(new URL(".lipcam-build.lock", PACKAGE), { create: true, write: true });
      await lock.lock(true); // freed by the system when its holder ends, and the holder's build is bounded
      if (!isThere(addon)) problem = await build();
    }
  } catch (error) {
    const text = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    problem = [
      isThere(PACKAGE) ? text : "the naudiodon package is not installed",
      "deno install && deno task setup",
    ];
  }
  problem ??= missingLibrary();
  if (problem) say(`naudiodon cannot be used: ${problem[0]}; ${INSTEAD}; mend: ${problem[1]}`);
  return problem === undefined;
}

if (import.meta.main) await setup();

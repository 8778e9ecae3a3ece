/**
 * Builds the OBS plugin with the machine's own tools. In: obs/ of this checkout. Out: a build folder below .cache, kept so
 * that the next build is a matter of a second, or a Fault that names what is missing and the command that installs it.
 */
import { DeviceFault, Fault } from "../../src/errors/mod.ts";
import { withDeadline } from "../../src/time/mod.ts";

const PROJECT = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const SOURCES = `${PROJECT}obs`;
export const BUILD = `${PROJECT}.cache/obs-plugin`;
const TOOL_MS_MAX = 300_000;

interface Need {
  readonly what: string;
  /** Any one of them will do. */
  readonly programs: readonly string[];
  readonly debian: string;
}

const TO_BUILD: readonly Need[] = [
  { what: "cmake", programs: ["cmake"], debian: "cmake" },
  { what: "C compiler", programs: ["cc", "gcc", "clang"], debian: "gcc libc6-dev" },
  { what: "make", programs: ["make", "ninja"], debian: "make" },
];
const TO_PACK: readonly Need[] = [{
  what: "dpkg-shlibdeps",
  programs: ["dpkg-shlibdeps"],
  debian: "dpkg-dev",
}];
const LIBOBS: Need = { what: "libobs with its headers", programs: [], debian: "libobs-dev" };

/** Where a program lies on PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return folders.map((folder) => `${folder}/${program}`).find(isThere);
}

export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false; // absent or unreadable: for us the same
  }
}

function missing(needs: readonly Need[]): DeviceFault {
  const what = needs.map((need) => need.what).join(", no ");
  const packages = needs.map((need) => need.debian).join(" ");
  return new DeviceFault(
    `building the plugin: there is no ${what}; mend: sudo apt install ${packages} && deno task obs:install`,
    { code: "obs_build_tools" },
  );
}

async function run(action: string, program: string, args: readonly string[]): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: PROJECT,
    env: { LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { success, stdout, stderr } = await withDeadline(child.output(), TOOL_MS_MAX, action).catch(
    (error) => {
      child.kill("SIGKILL");
      throw error;
    },
  );
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (success) return said;
  if (said.includes("libobs not found")) throw missing([LIBOBS]);
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const reason = lines.find((line) => /error\b/i.test(line)) ?? lines.at(-1) ?? "no word of it";
  throw new Fault(`${action}: ${program} failed: ${reason.trim().slice(0, 200)}`, { code: "obs_build" });
}

/** CMake refuses a folder that was made for another checkout; what lies in it is only worth building time. */
function dropForeign(folder: string): void {
  try {
    const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(
      Deno.readTextFileSync(`${folder}/CMakeCache.txt`),
    );
    if (home?.[1] !== SOURCES) Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // never built here
  }
}

async function build(kind: string, needs: readonly Need[], settings: readonly string[]): Promise<string> {
  const lacking = needs.filter(({ programs }) => !programs.some(findProgram));
  if (lacking.length > 0) throw missing(lacking);
  const folder = `${BUILD}/${kind}`;
  dropForeign(folder);
  Deno.mkdirSync(folder, { recursive: true });
  const generator = findProgram("make") === undefined ? ["-G", "Ninja"] : [];
  await run("preparing the build", "cmake", ["-S", SOURCES, "-B", folder, ...generator, ...settings]);
  await run("building the plugin", "cmake", ["--build", folder]);
  return folder;
}

/** Builds the plugin and puts it, in the layout of a user's plugin folder, below `prefix`. */
export async function buildInto(prefix: string): Promise<void> {
  using _lock = await onlyOne();
  const folder = await build("user", TO_BUILD, ["-DLIPCAM_USER_LAYOUT=ON"]);
  await run("copying the plugin", "cmake", ["--install", folder, "--prefix", prefix, "--strip"]);
}

/** Builds the Debian package; answers its path. */
export async function buildDeb(): Promise<string> {
  using _lock = await onlyOne();
  const folder = await build("deb", [...TO_BUILD, ...TO_PACK], ["-DLIPCAM_USER_LAYOUT=OFF"]);
  const said = await run("packing the plugin", "cmake", ["--build", folder, "--target", "package"]);
  const path = /package: (\S+\.deb) generated/.exec(said)?.[1];
  if (path === undefined) {
    throw new Fault("packing the plugin: CPack named no package", { code: "obs_build" });
  }
  return path;
}

/** Two at once: one builds, one waits; freed by the system when its holder ends, and the holder's build is bounded. */
async function onlyOne(): Promise<Disposable> {
  Deno.mkdirSync(BUILD, { recursive: true });
  const lock = await Deno.open(`${BUILD}/lock`, { create: true, write: true });
  await lock.lock(true);
  return lock;
}

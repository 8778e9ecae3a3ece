/**
 * `deno task obs:install`: builds the OBS plugin of obs/ and installs it for this user; --remove takes it away, --deb
 * builds a package for the whole machine instead. Exit code 2 for a wrong flag, 3 where something is missing to build it.
 */
import { DeviceFault, EXIT, Fault, InputFault, oneLine } from "../src/errors/mod.ts";
import { buildDeb, buildInto, findProgram } from "./obs/build.ts";
import { placePlugin, pluginFolder, remarks, removePlugin } from "./obs/place.ts";

const USAGE = `usage: deno task obs:install [--remove | --deb]

Builds the OBS plugin "Lipcam" and installs it for this user. Needs cmake, make, a C compiler and libobs-dev.

  --remove  takes it away again
  --deb     builds a Debian package for the whole machine instead, and prints its path
  --help    this text`;

async function install(): Promise<void> {
  const place = await placePlugin(buildInto);
  console.log(`installed: ${place}`);
  for (const line of remarks(findProgram("obs") !== undefined)) console.log(`note: ${line}`);
  console.log(`next: restart OBS and add the source "Lipcam", or let "deno task obs:setup" do it`);
}

function remove(): void {
  const place = pluginFolder();
  console.log(removePlugin() ? `removed: ${place}` : `nothing to remove: there is no ${place}`);
}

async function main([flag, ...more]: readonly string[]): Promise<number> {
  if (flag === "--help" || flag === "-h") {
    console.log(USAGE);
    return EXIT.ok;
  }
  try {
    if (more.length > 0 || (flag !== undefined && flag !== "--remove" && flag !== "--deb")) {
      const what = more.length > 0 ? [flag, ...more].join(" ") : flag;
      throw new InputFault(`what is "${what}"? wanted nothing, --remove, --deb or --help`, {
        code: "bad_flag",
      });
    }
    if (Deno.build.os !== "linux") {
      throw new DeviceFault(
        `the plugin is untested on ${Deno.build.os} and not installed there; a media source in OBS shows the avatar too`,
        { code: "obs_untested_system" },
      );
    }
    if (flag === "--remove") remove();
    else if (flag === "--deb") console.log(await buildDeb());
    else await install();
    return EXIT.ok;
  } catch (error) {
    if (error instanceof Fault) {
      console.error(`obs:install: ${oneLine(error)}`);
      return error.exitCode;
    }
    if (error instanceof Error && error.constructor.name in Deno.errors) { // a disk that is full, a folder of root's
      console.error(`obs:install: ${oneLine(error)}`);
      return EXIT.failed;
    }
    throw error;
  }
}

Deno.exit(await main(Deno.args));

/**
 * The plugin folder of this user's OBS. In: the environment. Out: the plugin in its place, whole or not at all: it is made
 * beside its place and renamed. A running OBS keeps the file it has loaded.
 */
import { Fault } from "../../src/errors/mod.ts";
import { isThere } from "./build.ts";

/** OBS's own folder of this user; XDG_CONFIG_HOME before HOME, as OBS looks. */
export function obsFolder(): string {
  const config = Deno.env.get("XDG_CONFIG_HOME") || undefined;
  const home = Deno.env.get("HOME") || undefined;
  if (config === undefined && home === undefined) {
    throw new Fault(
      "finding OBS's plugin folder: neither HOME nor XDG_CONFIG_HOME is set, wanted one of them",
      {
        code: "obs_no_home",
      },
    );
  }
  return `${config ?? `${home}/.config`}/obs-studio`;
}

export function pluginFolder(): string {
  return `${obsFolder()}/plugins/lipcam`;
}

/** Lets `make` fill a folder with lipcam/..., and puts that in place of what was there; answers its path. */
export async function placePlugin(make: (prefix: string) => Promise<void>): Promise<string> {
  const place = pluginFolder();
  // beside plugins/, not in it: an OBS that starts now must not see half a plugin, and a rename needs the same disk
  const beside = `${Deno.realPathSync(parentOf(place))}/../.lipcam-${Deno.pid}`;
  const old = `${beside}/old`;
  Deno.mkdirSync(beside);
  try {
    await make(beside);
    const isReplaced = isThere(place);
    if (isReplaced) Deno.renameSync(place, old);
    try {
      Deno.renameSync(`${beside}/lipcam`, place);
    } catch (error) {
      if (isReplaced) Deno.renameSync(old, place);
      throw error;
    }
  } finally {
    Deno.removeSync(beside, { recursive: true });
  }
  return place;
}

function parentOf(place: string): string {
  const parent = place.slice(0, place.lastIndexOf("/"));
  Deno.mkdirSync(parent, { recursive: true });
  return parent;
}

/** Answers whether there was one. */
export function removePlugin(): boolean {
  const place = pluginFolder();
  if (!isThere(place)) return false;
  Deno.removeSync(place, { recursive: true });
  return true;
}

/** What the person should know about the OBS there is; a line each. */
export function remarks(hasObs: boolean): string[] {
  const home = Deno.env.get("HOME") ?? "";
  const lines: string[] = [];
  const flatpak = [`${home}/.var/app/com.obsproject.Studio`, "/var/lib/flatpak/app/com.obsproject.Studio"];
  if (flatpak.some(isThere)) {
    lines.push("an OBS from Flatpak does not see this plugin: it looks in its own folders only");
  }
  if ([`${home}/snap/obs-studio`, "/snap/obs-studio"].some(isThere)) {
    lines.push("an OBS from Snap does not see this plugin: it looks in its own folders only");
  }
  if (!hasObs) lines.push("there is no obs on PATH: the plugin is used as soon as there is one");
  if (systemPlugins().length > 0) {
    lines.push(
      `there is one in ${systemPlugins()[0]} too, and OBS loads only one: sudo apt remove lipcam-obs`,
    );
  }
  return lines;
}

function systemPlugins(): string[] {
  const folders = ["/usr/lib", "/usr/lib64"];
  if (isThere("/usr/lib")) {
    for (const { name } of Deno.readDirSync("/usr/lib")) {
      if (name.includes("-linux-")) folders.push(`/usr/lib/${name}`);
    }
  }
  return folders.map((folder) => `${folder}/obs-plugins/lipcam.so`).filter(isThere);
}

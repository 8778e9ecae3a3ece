/**
 * What an OBS of this user says about its websocket, in its own settings. In: files of OBS <= 29 (global.ini) and of the
 * newer ones (config.json). Out: port, password, whether it is switched on. Small files, read anew each time.
 */
import { join } from "node:path";

export interface Places {
  /** HOME, XDG_CONFIG_HOME, APPDATA and LIPCAM_OBS_PASSWORD are looked at. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: this machine's. */
  readonly os?: string;
}

export interface OwnSettings {
  readonly file: string;
  readonly isEnabled: boolean;
  readonly port: number;
  readonly isPasswordWanted: boolean;
  readonly password: string;
}

/** Of every OBS of this user that has been started. */
export function readOwnSettings(places: Places): OwnSettings[] {
  return settingsFiles(places).flatMap((file) => {
    const text = readIfThere(file);
    const found = text === undefined ? undefined : parseOwnSettings(file, text);
    return found === undefined ? [] : [found];
  });
}

/** Where they may be: of its package, of its Flatpak; the newer form before the older. */
export function settingsFiles(places: Places): string[] {
  return settingsFolders(places).flatMap((folder) => [
    join(folder, "plugin_config", "obs-websocket", "config.json"),
    join(folder, "global.ini"),
  ]);
}

/** Undefined for a file that says nothing of the websocket, or is cut off: OBS writes it anew. */
export function parseOwnSettings(file: string, text: string): OwnSettings | undefined {
  return file.endsWith(".json") ? ofJson(file, text) : ofIni(file, text.replace(/^\uFEFF/, ""));
}

function settingsFolders(
  { environment, os = Deno.build.os }: Places,
): string[] {
  const { HOME = "", XDG_CONFIG_HOME, APPDATA = "" } = environment;
  if (os === "windows") return [join(APPDATA, "obs-studio")];
  if (os === "darwin") return [join(HOME, "Library", "Application Support", "obs-studio")];
  const config = XDG_CONFIG_HOME === undefined || XDG_CONFIG_HOME === ""
    ? join(HOME, ".config")
    : XDG_CONFIG_HOME;
  return [
    join(config, "obs-studio"),
    join(HOME, ".var", "app", "com.obsproject.Studio", "config", "obs-studio"),
  ];
}

function ofJson(file: string, text: string): OwnSettings | undefined {
  try {
    const { server_enabled, server_port, auth_required, server_password } = JSON.parse(text);
    return settings(file, server_enabled, server_port, auth_required, server_password);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function ofIni(file: string, text: string): OwnSettings | undefined {
  const section = /^\[OBSWebSocket\]\r?\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text)?.[1];
  if (section === undefined) return undefined;
  const value = (name: string) => new RegExp(`^${name}=(.*?)\\r?$`, "m").exec(section)?.[1];
  const isTrue = (name: string) => value(name) === "true";
  return settings(
    file,
    isTrue("ServerEnabled"),
    value("ServerPort"),
    isTrue("AuthRequired"),
    value("ServerPassword"),
  );
}

function settings(
  file: string,
  isEnabled: unknown,
  port: unknown,
  isWanted: unknown,
  password: unknown,
): OwnSettings {
  return {
    file,
    isEnabled: isEnabled === true,
    port: Number(port ?? 4455),
    isPasswordWanted: isWanted === true,
    password: typeof password === "string" ? password : "",
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

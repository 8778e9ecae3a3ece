/**
 * The password of OBS's websocket. In: the environment, a file that a setting names, and, for an OBS on this machine,
 * OBS's own settings. Out: the first of them. Never from the command line, which everybody on the machine can read.
 *
 * Main thread, small files, read anew for every attempt: OBS makes a password up at its first start.
 */
import { InputFault, oneLine } from "../../errors/mod.ts";
import { type Places, readOwnSettings } from "./own_settings.ts";

const PASSWORD_VARIABLE = "LIPCAM_OBS_PASSWORD";
const FILE_CHARACTERS_MAX = 4096;

export interface PasswordPlaces extends Places {
  /** Of the setting obs.passwordFile. */
  readonly file?: string | undefined;
  readonly url: string;
}

/** Undefined where there is none. Throws InputFault `obs_password_file` for a file that cannot be read. */
export function findPassword(places: PasswordPlaces): string | undefined {
  const { environment, file, url } = places;
  const given = environment[PASSWORD_VARIABLE];
  if (given !== undefined && given !== "") return given;
  if (file !== undefined) return readPasswordFile(file);
  if (!isLoopback(url)) return undefined;
  const port = Number(new URL(url).port);
  const own = readOwnSettings(places).filter((settings) => settings.isPasswordWanted && settings.password);
  return (own.find((settings) => settings.port === port) ?? own[0])?.password;
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function readPasswordFile(path: string): string {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new InputFault(`reading OBS's password from ${path}: ${oneLine(error)}, wanted a file to read`, {
      code: "obs_password_file",
      cause: error,
    });
  }
  const password = text.replace(/^\uFEFF/, "").replace(/[\r\n]+$/, "");
  if (password === "" || password.length > FILE_CHARACTERS_MAX || /[\r\n]/.test(password)) {
    throw new InputFault(
      `the file ${path} has ${
        text.split(/\r?\n/).length
      } lines and ${text.length} characters, wanted OBS's password alone`,
      { code: "obs_password_file" },
    );
  }
  return password;
}

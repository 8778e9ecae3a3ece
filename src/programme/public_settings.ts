/** The settings as others may see them: without passwords, and without paths of this machine. */
import { type Config, type Setting, SETTINGS, valueAt } from "../app/mod.ts";

/** Nested as the configuration is. */
export function publicSettings(config: Config): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const value = valueAt(config, setting.key);
    if (value !== undefined && !isHidden(setting)) put(shown, setting.key.split("."), value);
  }
  return shown;
}

/** Servers come with passwords, commands and rules with whatever a person wrote into them. */
function isHidden({ key, isPath, kind }: Setting): boolean {
  return isPath || kind === "list" || key === "obs.url";
}

function put(into: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) into[name!] = value;
  else put((into[name!] ??= {}) as Record<string, unknown>, rest, value);
}

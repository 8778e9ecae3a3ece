/** `config`: prints every setting in force and where it comes from. Reads files and the environment only. */
import { environmentName, flagName, SETTINGS, valueAt } from "../app/mod.ts";
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG, PICTURE_FLAGS, VOICE_FLAG } from "./flags.ts";

export const command: Command = {
  name: "config",
  summary: "print the settings in force and where each comes from",
  usage: "[flags]",
  about:
    `Settings come from flags, else from the environment, else from a file, else from defaults. The file is
the one given by --config (or LIPCAM_CONFIG), else lipcam.json in the working folder, else
lipcam/lipcam.json under XDG_CONFIG_HOME (~/.config). One rule gives all names: the setting
tts.deadlineMs is LIPCAM_TTS_DEADLINE_MS in the environment and --tts-deadline-ms as a flag; in the
file it is "deadlineMs" inside "tts". Lists are written as JSON or separated as in PATH.`,
  examples: [
    { command: "deno task config", does: "every setting, its value and where that comes from" },
    { command: "deno task config --explain", does: "the same with what each setting means" },
    { command: "LIPCAM_FPS=30 deno task config --json", does: "for a program" },
  ],
  flags: [
    ...PICTURE_FLAGS,
    VOICE_FLAG,
    { name: "explain", kind: "switch", doc: "say what each setting means and how it is called elsewhere" },
    JSON_FLAG,
  ],
  takesSettings: true,
  async run(context) {
    const loaded = await context.loadConfig();
    context.openLog(loaded);
    if (context.flags.isOn("json")) {
      const rows = SETTINGS.map((
        { key },
      ) => [key, { value: valueAt(loaded.config, key), ...loaded.sources.get(key) }]);
      context.out(JSON.stringify({ file: loaded.file ?? null, settings: Object.fromEntries(rows) }, null, 2));
      return EXIT.ok;
    }
    const rows = SETTINGS.map((setting) => ({
      setting,
      value: shown(valueAt(loaded.config, setting.key)),
      source: loaded.sources.get(setting.key)!.name,
    }));
    const keyWidth = Math.max(...rows.map((row) => row.setting.key.length)) + 2;
    const valueWidth = Math.min(24, Math.max(...rows.map((row) => row.value.length))) + 2;
    for (const { setting, value, source } of rows) {
      context.out(`${setting.key.padEnd(keyWidth)}${value.padEnd(valueWidth)}${source}`);
      if (!context.flags.isOn("explain")) continue;
      context.out(`    ${setting.doc}; wanted: ${setting.wanted}`);
      context.out(`    --${flagName(setting.key)}, ${environmentName(setting.key)}`);
    }
    return EXIT.ok;
  },
};

function shown(value: unknown): string {
  return value === undefined ? "-" : typeof value === "string" ? value : JSON.stringify(value);
}

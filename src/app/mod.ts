export {
  type Config,
  ConfigSchema,
  environmentName,
  flagName,
  hasPreview,
  type Setting,
  SETTINGS,
} from "./config.ts";
export { type FlagSetting, loadConfig, type LoadedConfig, type LoadOptions, valueAt } from "./config_load.ts";
export type { Source } from "./config_text.ts";
export { type Environment, findFolders, type Folders } from "./folders.ts";
export { LineLog, type Log, LOG_LEVELS, type LogFields, type LogLevel, type LogOptions } from "./log.ts";
export { readReactions, readRules } from "./obs_rules.ts";

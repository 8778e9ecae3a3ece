/**
 * The programme and OBS: the feed that OBS reads, and (obs.connect) the director that steers it.
 *
 * In: the programme's units, what is aired of its speech, panic. Out: connections, orders to OBS, wishes from it. Nothing
 * of OBS ever stops the programme: what does not work is a line in the log and in the state. Main thread.
 */
import { type Config, type Environment, type Log } from "../app/mod.ts";
import { tokenFolder } from "../control/mod.ts";
import { InputFault, oneLine } from "../errors/mod.ts";
import { type FeedPlace, type Hotkey, ObsFeed } from "../obs/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";

export interface ObsPartOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly memory: ProgrammeMemory;
  readonly version: string;
  readonly log: Log;
  readonly onHotkey: (hotkey: Hotkey) => void;
  readonly signal: AbortSignal;
}

export async function startFeed(options: ObsPartOptions): Promise<ObsFeed | undefined> {
  const { config, environment, memory: { units }, version, log, onHotkey, signal } = options;
  if (!config.obs.serve) return undefined;
  try {
    return await ObsFeed.start({
      units: { shape: units.shape, buffer: units.buffer },
      places: feedPlaces(config, environment),
      about: { programme: config.avatar, lipcam: version },
      onHotkey: (hotkey) => onHotkey(hotkey),
      onTrouble: (line) => log.warn(line),
      signal,
    });
  } catch (error) {
    // What was asked for by name must work; what is only offered may be missing.
    const isAsked = config.obs.socket !== undefined || config.obs.mediaPort > 0;
    if (isAsked || !(error instanceof InputFault)) throw error;
    log.warn(`OBS cannot show the programme: ${oneLine(error)}`);
    return undefined;
  }
}

/** Where OBS's source of ours and its media source find the programme. */
export function feedPlaces({ obs }: Config, environment: Environment): FeedPlace[] {
  const port = { kind: "media", port: obs.mediaPort } as const;
  if (Deno.build.os === "windows") return [port];
  const path = obs.socket ?? `${tokenFolder((name) => environment[name])}/obs.sock`;
  const isFixed = obs.socket !== undefined;
  const beside = { kind: "media", path: path.replace(/(\.[^./]*)?$/, "-feed$1"), isFixed } as const;
  return [{ kind: "plugin", path, isFixed }, obs.mediaPort > 0 ? port : beside];
}

/** The speech engine that the configuration asks for, and whether it can do what it is asked. */
import { InputFault } from "../errors/mod.ts";
import { CommandTts, EspeakTts, espeakVoice, type Tts, type Voice } from "../speech/mod.ts";
import type { Config } from "../app/mod.ts";

export function openTts(config: Config): Tts {
  const { engine, command, output, deadlineMs } = config.tts;
  if (engine === "command") return new CommandTts({ command, output, deadlineMs });
  return new EspeakTts({ deadlineMs });
}

/** Throws InputFault `unknown_voice` where the engine has no such voice; a command may know any. */
export function checkVoice(config: Config, voice: string, voices: readonly Voice[]): void {
  if (config.tts.engine === "espeak") espeakVoice(voice, voices);
}

/** Before anything is made: throws InputFault where the configured voice or the engine's program is not there. */
export async function probeTts(config: Config, tts: Tts): Promise<void> {
  if (config.voice !== undefined) checkVoice(config, config.voice, await tts.voices());
  if (config.tts.engine !== "command") return;
  await tts.synthesize("a", config.voice === undefined ? {} : { voice: config.voice }).catch((error) => {
    if (error instanceof InputFault) throw error; // any other fault is told by the text that meets it
  });
}

/** The speech engine that the configuration asks for. */
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

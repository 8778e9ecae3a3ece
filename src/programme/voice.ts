/** The speech engine that the configuration asks for. */
import { CommandTts, EspeakTts, type Tts } from "../speech/mod.ts";
import type { Config } from "../app/mod.ts";

export function openTts(config: Config): Tts {
  const { engine, command, output, deadlineMs } = config.tts;
  if (engine === "command") return new CommandTts({ command, output, deadlineMs });
  return new EspeakTts({ deadlineMs });
}

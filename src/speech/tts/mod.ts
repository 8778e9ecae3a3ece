export { CommandTts, type CommandTtsOptions } from "./command.ts";
export { type EspeakOptions, EspeakTts } from "./espeak.ts";
export type { Spoken, SpokenWord, SynthesizeOptions, Tts, Voice } from "./tts.ts";
export { espeakVoice, guessLanguage, voiceFor, voiceNamed } from "./voice.ts";
export { sampleAt } from "./words.ts";

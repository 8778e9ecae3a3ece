export { cleanText, isSpoken, TEXT_LENGTH_MAX } from "./clean.ts";
export { type AudioFileInfo, decodeAudioFile, probeAudioFile } from "./decode.ts";
export { type EmitFrame, Framer, type Placed } from "./framer.ts";
export { Resampler } from "./resample.ts";
export { type Segment, Segmenter, type SegmentLimits, segmentText, spokenLength } from "./segment.ts";
export { type SayOptions, Speaker, type SpeakerOptions, type SpeakerState } from "./speaker.ts";
export { SPEECH_FLAG, type SpeechFrame, SpeechRing } from "./speech_ring.ts";
export * from "./tts/mod.ts";
export type { Outcome, SpeechEvent, Utterance, UtteranceOptions } from "./utterance.ts";

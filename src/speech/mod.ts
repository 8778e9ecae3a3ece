export { cleanText, isSpoken, TEXT_LENGTH_MAX } from "./clean.ts";
export { type AudioFileInfo, decodeAudioFile, probeAudioFile } from "./decode.ts";
export { type EmitFrame, Framer, type Placed } from "./framer.ts";
export { Resampler } from "./resample.ts";
export { type Segment, Segmenter, type SegmentLimits, segmentText, spokenLength } from "./segment.ts";
export { SPEECH_FLAG, type SpeechFrame, SpeechRing } from "./speech_ring.ts";
export * from "./tts/mod.ts";

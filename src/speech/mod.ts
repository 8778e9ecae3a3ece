export { Resampler } from "./resample.ts";
export { SPEECH_FLAG, type SpeechFrame, SpeechRing } from "./speech_ring.ts";

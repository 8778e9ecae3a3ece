export { isSpoken, TEXT_LENGTH_MAX } from "./clean.ts";
export {
  clipCueCode,
  clipOfCue,
  type Cue,
  cueCode,
  cueNamed,
  type CueNames,
  STAGE_CUE_NAMES,
  STAGE_CUES,
  type StageCue,
  stageCueCode,
} from "./cue.ts";
export { type AudioFileInfo, decodeAudioFile, probeAudioFile } from "./decode.ts";
export { type EmitFrame, Framer, type Placed } from "./framer.ts";
export {
  PCM_FORMATS,
  PCM_RATE_HZ_MAX,
  PCM_RATE_HZ_MIN,
  type PcmFormat,
  type PcmShape,
  rawPcm,
} from "./raw_pcm.ts";
export { Resampler } from "./resample.ts";
export { cleanText } from "./script.ts";
export {
  type Segment,
  Segmenter,
  type SegmenterOptions,
  type SegmentLimits,
  segmentText,
  spokenLength,
} from "./segment.ts";
export { type SayOptions, Speaker, type SpeakerOptions, type SpeakerState } from "./speaker.ts";
export { CUES_PER_FRAME, SPEECH_FLAG, type SpeechFrame, SpeechRing } from "./speech_ring.ts";
export * from "./tts/mod.ts";
export type { AiredMark, Outcome, SpeechEvent, Utterance, UtteranceOptions } from "./utterance.ts";

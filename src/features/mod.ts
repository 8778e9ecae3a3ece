export type { FeatureStream } from "./feature_stream.ts";
export { HOP_SAMPLES, type SpeechBandFeatures, SpeechBands } from "./bands.ts";
export { RealFft } from "./fft.ts";
export { LogMel, type OnColumn } from "./log_mel.ts";
export { MEL_COUNT, MelBank } from "./mel_bank.ts";
export { scaleForWhisper, scaleFromFloor } from "./mel_scale.ts";

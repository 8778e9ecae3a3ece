export { HOP_SAMPLES, type SpeechBandFeatures, SpeechBands } from "./bands.ts";
export type { FeatureStream } from "./feature_stream.ts";
export { RealFft } from "./fft.ts";
export {
  decodedByte,
  decodedPatch,
  encoderImage,
  LATENT_IMAGE_SIDE,
  LATENT_IMAGE_VALUES,
  roundHalfEven,
} from "./latent_image.ts";
export { LogMel, type OnColumn } from "./log_mel.ts";
export { MEL_COUNT, MelBank } from "./mel_bank.ts";
export { scaleForWhisper, scaleFromFloor } from "./mel_scale.ts";
export { addPositionalEncoding, FEATURE_SIZE, WINDOW_ROWS } from "./positional_encoding.ts";
export { WAV2LIP_COLUMNS, Wav2LipFeatures } from "./wav2lip_features.ts";
export { Wav2LipMel } from "./wav2lip_mel.ts";
export {
  HIDDEN_STATES,
  type HiddenStateEncoder,
  PIECE_COLUMNS,
  WhisperFeatures,
  type WhisperVersion,
} from "./whisper_features.ts";
export {
  clampedWindowOf,
  featureCount,
  firstFeature,
  frameCount,
  WINDOW_FEATURES,
  windowOf,
} from "./whisper_window.ts";
export { HUBERT_VALUES, HubertFeatures, type SequenceEncoder } from "./hubert_features.ts";
export { FBANK_BINS, KaldiFbank } from "./kaldi_fbank.ts";
export { WENET_COLUMNS, WenetFeatures } from "./wenet_features.ts";

export { HOP_SAMPLES, type SpeechBandFeatures, SpeechBands } from "./bands.ts";
export { RealFft } from "./fft.ts";

export { type AudioCoding, AudioEncoder } from "./audio_encoder.ts";
export { type VideoCoding, VideoEncoder } from "./video_encoder.ts";

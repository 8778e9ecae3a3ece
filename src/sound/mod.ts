export {
  HIGH_WATER_MS,
  LOW_WATER_MS,
  PlaybackBuffer,
  type PlaybackShape,
  type PlaybackUnit,
  type ReadResult,
} from "./playback_buffer.ts";
export { openSoundGauges, SOUND_GAUGES, type SoundGauge, type SoundGauges } from "./sound_gauges.ts";
export { listSoundDevices, type SoundDevice } from "./naudiodon_player.ts";
export {
  SOUND_LATENCY_MS,
  type SoundOptions,
  type SoundSink,
  type SoundState,
  startSound,
} from "./sound_sink.ts";
export {
  openVirtualMicrophone,
  type VirtualMicrophone,
  type VirtualMicrophoneOptions,
} from "./virtual_microphone.ts";

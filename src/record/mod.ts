export { RECORD_GAUGES, type RecordGauge } from "./messages.ts";
export { Recorder, type RecorderOptions, type RecordingResult } from "./recorder.ts";
export {
  type Recording,
  type RecordingEnd,
  type RecordingState,
  startRecording,
  type StartRecordingOptions,
} from "./start.ts";

export { Recorder, type RecorderOptions, type RecordingResult } from "./recorder.ts";

/** A programme's numbers for a monitor: which of its state is worth watching, and what it means. A table, nothing runs here. */
import type { Metric } from "../metrics/mod.ts";
import type { ProgrammeState } from "./state.ts";

type Row = readonly [
  name: string,
  type: Metric["type"],
  help: string,
  value: (state: ProgrammeState) => number | undefined,
];

const ROWS: readonly Row[] = [
  ["lipcam_uptime_seconds", "gauge", "Since the programme began.", ({ uptimeMs }) => uptimeMs / 1000],
  [
    "lipcam_units_total",
    "counter",
    "Units composed: a picture and the samples under it.",
    (s) => s.picture.units,
  ],
  ["lipcam_fps", "gauge", "Units a second, measured over the last one.", (s) => s.picture.fps],
  [
    "lipcam_lagged_frames_total",
    "counter",
    "Units later than a whole period.",
    (s) => s.picture.laggedFrames,
  ],
  [
    "lipcam_repeated_frames_total",
    "counter",
    "Mouths shown again: the next was late.",
    (s) => s.picture.repeatedFrames,
  ],
  ["lipcam_reanchors_total", "counter", "Times the clock was set anew.", (s) => s.picture.reanchors],
  ["lipcam_skew_ms", "gauge", "Sound against mouth in what was handed out last.", (s) => s.picture.skewMs],
  ["lipcam_skew_max_ms", "gauge", "The most there was.", (s) => s.picture.skewMsMax],
  ["lipcam_compose_ms", "gauge", "The last unit's composing.", (s) => s.picture.composeMs],
  [
    "lipcam_tick_error_ms",
    "gauge",
    "The last unit's hand-over after its deadline.",
    (s) => s.picture.tickErrorMs,
  ],
  ["lipcam_hold_frames", "gauge", "Frames the camera is held back.", (s) => s.picture.holdFrames],
  ["lipcam_queued_utterances", "gauge", "Utterances that wait.", (s) => s.speech.queued],
  ["lipcam_queued_ms", "gauge", "Speech not heard yet, known or guessed.", (s) => s.speech.queuedMs],
  ["lipcam_accepted_utterances_total", "counter", "Utterances taken.", (s) => s.speech.accepted],
  [
    "lipcam_rejected_utterances_total",
    "counter",
    "Utterances refused: the queue was full.",
    (s) => s.speech.rejected,
  ],
  ["lipcam_interrupts_total", "counter", "Interrupts that cut speech off.", (s) => s.speech.interrupts],
  ["lipcam_starved_pauses_total", "counter", "Pauses for want of speech.", (s) => s.speech.starvedPauses],
  ["lipcam_late_pauses_total", "counter", "Pauses for want of mouths.", (s) => s.speech.latePauses],
  ["lipcam_camera_frames_total", "counter", "Frames written to the camera.", (s) => s.camera.written],
  ["lipcam_camera_dropped_total", "counter", "Frames the camera did not take.", (s) => s.camera.dropped],
  ["lipcam_camera_lost_total", "counter", "Times the camera went away.", (s) => s.camera.lostCount],
  ["lipcam_sound_latency_ms", "gauge", "Sound in flight to the device.", (s) => s.sound.latencyMs],
  ["lipcam_sound_depth_ms", "gauge", "Depth of the playback buffer.", (s) => s.sound.depthMs],
  ["lipcam_sound_underruns_total", "counter", "Times the device ran dry.", (s) => s.sound.underruns],
  ["lipcam_sound_restarts_total", "counter", "Times the device was opened again.", (s) => s.sound.restarts],
  ["lipcam_recorded_frames", "gauge", "Frames of the running recording.", (s) => s.recording?.frames],
  [
    "lipcam_recording_lost_units",
    "gauge",
    "Units the running recording lost.",
    (s) => s.recording?.lostUnits,
  ],
  ["lipcam_recording", "gauge", "1 while something is recorded.", (s) => s.recording === undefined ? 0 : 1],
  ["lipcam_sound_device", "gauge", "1 while a sound device plays.", (s) => s.sound.kind === "null" ? 0 : 1],
  ["lipcam_camera", "gauge", "1 while there is a camera.", (s) => s.camera.state === "none" ? 0 : 1],
  [
    "lipcam_held",
    "gauge",
    "1 while the avatar is held still.",
    (s) => s.still.isHeld || s.still.isPanic ? 1 : 0,
  ],
  [
    "lipcam_obs_connected",
    "gauge",
    "1 while OBS's websocket is connected.",
    (s) => s.obs.director === undefined ? undefined : s.obs.director.state === "connected" ? 1 : 0,
  ],
];

/** `gauges`: every station's own numbers, by name, beside those of the state; what is none is left out. */
export function programmeMetrics(
  state: ProgrammeState,
  gauges: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Metric[] {
  const rows = ROWS.flatMap(([name, type, help, read]): Metric[] => {
    const value = read(state);
    return value === undefined ? [] : [{ name, type, help, samples: [{ value }] }];
  });
  const own = Object.entries(gauges).map(([part, values]): Metric => ({
    name: `lipcam_${part}`,
    type: "gauge",
    help: `Numbers of the ${part}, by name.`,
    samples: Object.entries(values).flatMap(([name, value]) =>
      typeof value === "number" ? [{ value, labels: { name } }] : []
    ),
  }));
  return [...rows, ...own.filter(({ samples }) => samples.length > 0)];
}

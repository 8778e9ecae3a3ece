/** The live view as lines of text: a state in, what a terminal shows out. Pure, so that it is tested as text. */
import type { ProgrammeState } from "../programme/mod.ts";
import { ACT_KEYS_HELP } from "./act_keys.ts";
import { clip, Paint, wrap } from "./paint.ts";
import { type TypedLine, typedLine } from "./typed_line.ts";

export interface DashboardInput {
  readonly state: ProgrammeState;
  /** What the person has typed so far. */
  readonly line: string;
  /** Where in it the next character goes, in UTF-16 units. */
  readonly cursor: number;
  /** The newest message (a refused line, a lost camera), shown above the input. */
  readonly message: string;
  readonly columns: number;
  /** Height of the terminal: what does not fit is left out above the input line. */
  readonly rows: number;
  readonly hasColor: boolean;
}

/** One string a row; none is wider than `columns`. */
export function dashboardLines(input: DashboardInput): string[] {
  const { state, columns } = input;
  const paint = new Paint(input.hasColor);
  const rows = [
    paint.bold(`Lipcam  ${state.avatar}`) +
    paint.dim(`  ${state.size} at ${state.picture.fps.toFixed(1)} fps  ${elapsed(state.uptimeMs)}`),
    spokenRow(state, paint),
    "",
    row(paint, "face", faceText(state, paint)),
    row(paint, "picture", pictureText(state, paint)),
    row(paint, "speech", speechText(state)),
    row(paint, "camera", cameraText(state, paint)),
    row(paint, "sound", soundText(state, paint)),
  ];
  if (state.sound.microphone) rows.push(row(paint, "mic", state.sound.microphone));
  const obs = obsText(state.obs, paint);
  if (obs !== "") rows.push(row(paint, "obs", obs));
  if (state.recording) rows.push(row(paint, "record", recordText(state.recording, paint)));
  if (state.page) rows.push(row(paint, "page", state.page));
  for (const note of state.notes) rows.push(...noteRows(note, columns, paint));
  const foot = [
    "",
    input.message === "" ? "" : paint.yellow(input.message),
    `${paint.bold("say >")} ${typed(input).text}`,
    ...helpRows(input).map((help) => paint.dim(help)),
  ].slice(-Math.max(2, input.rows));
  const shown = [...rows.slice(0, Math.max(0, input.rows - foot.length)), ...foot];
  return shown.map((text) => clip(text, columns));
}

/** Zero-based place of the cursor. */
export function cursorAt(input: DashboardInput): { row: number; column: number } {
  const row = dashboardLines(input).length - 1 - helpRows(input).length;
  return { row, column: PROMPT_COLUMNS + typed(input).cursorColumn };
}

const HELP = "Enter says it   Esc interrupts   Ctrl-O holds   F12 panic   Ctrl-C ends";

/** Where there is room for the second one. */
function helpRows({ rows }: DashboardInput): string[] {
  return rows < KEYS_ROWS_MIN ? [HELP] : [HELP, ACT_KEYS_HELP];
}

function row(paint: Paint, name: string, text: string): string {
  return `${paint.dim(name.padEnd(NAME_COLUMNS - 1))} ${text}`;
}

const NAME_COLUMNS = 10;
const PROMPT_COLUMNS = "say > ".length;
/** The keys are shown only in a terminal that has rows to spare. */
const KEYS_ROWS_MIN = 14;

/** A note is read once and then acted on: it is shown whole. */
function noteRows(note: string, columns: number, paint: Paint): string[] {
  const lines = wrap(note, Math.max(20, columns - NAME_COLUMNS));
  return lines.map((line, index) => row(paint, index === 0 ? "note" : "", paint.yellow(line)));
}

function spokenRow(state: ProgrammeState, paint: Paint): string {
  const { phase } = state.picture;
  const mark = phase === "speaking"
    ? paint.green("● speaking")
    : phase === "paused"
    ? paint.yellow("● paused  ")
    : phase === "held"
    ? paint.yellow(state.still.isPanic ? "● panic   " : "● held    ")
    : "○ idle    ";
  const speaking = state.speech.speaking;
  if (!speaking) return mark;
  const { text, word } = speaking;
  const at = word === "" ? -1 : text.indexOf(word);
  if (at < 0) return `${mark}  ${text}`;
  return `${mark}  ${text.slice(0, at)}${paint.bold(word)}${text.slice(at + word.length)}`;
}

/** "" where nobody has to do with OBS. */
function obsText({ feed, director }: ProgrammeState["obs"], paint: Paint): string {
  const readers = feed?.readers ?? 0;
  const shown = readers === 0
    ? ""
    : `${readers} ${readers === 1 ? "source" : "sources"}  sent ${feed!.sentFrames}` +
      `  skipped ${count(feed!.skippedFrames, paint)}`;
  if (director === undefined) return shown;
  const { state, scene, isRecording, isStreaming, problem } = director;
  const where = state === "connected" ? `scene ${scene}` : paint.yellow(problem === "" ? state : problem);
  const on = [isStreaming ? "streaming" : "", isRecording ? "recording" : ""].filter((word) => word !== "");
  return [where, ...on, shown].filter((part) => part !== "").join("  ");
}

function pictureText(state: ProgrammeState, paint: Paint): string {
  const { picture } = state;
  const counts = `lagged ${count(picture.laggedFrames, paint)}  repeated ${
    count(picture.repeatedFrames, paint)
  }`;
  return `${counts}  skew ${picture.skewMs.toFixed(0)} ms (max ${picture.skewMsMax.toFixed(0)})  ` +
    `compose ${picture.composeMs.toFixed(1)} ms  tick error ${picture.tickErrorMs.toFixed(2)} ms`;
}

function faceText(state: ProgrammeState, paint: Paint): string {
  const { expression, action } = state.picture;
  return action === undefined ? expression : `${expression}, ${paint.green(action)}`;
}

function speechText(state: ProgrammeState): string {
  const { speech } = state;
  return `queue ${speech.queued}/${speech.capacity} (${(speech.queuedMs / 1000).toFixed(1)} s)  ` +
    `said ${speech.accepted}  refused ${speech.rejected}  interrupted ${speech.interrupts}`;
}

function cameraText(state: ProgrammeState, paint: Paint): string {
  const { camera, picture } = state;
  if (camera.state === "none") return paint.dim("none");
  const name = `${camera.path} ${camera.card ?? ""} ${camera.format ?? ""}`;
  if (camera.written === undefined) {
    return camera.state === "open" ? name : `${paint.yellow(camera.state)}  ${name}`;
  }
  const counts = `written ${camera.written}  dropped ${
    count(camera.dropped ?? 0, paint)
  }  held ${picture.holdFrames}`;
  return camera.state === "open" ? `${name}  ${counts}` : `${paint.yellow(camera.state)}  ${name}  ${counts}`;
}

function soundText(state: ProgrammeState, paint: Paint): string {
  const { sound } = state;
  const clock = sound.isDeviceClock ? `following the device (${state.picture.slewPpm} ppm)` : "own clock";
  const name = sound.kind === "null" ? "none" : `${sound.kind} ${sound.device}`;
  return `${name}  latency ${sound.latencyMs.toFixed(0)} ms  ` +
    `underruns ${count(sound.underruns, paint)}  ${clock}`;
}

function recordText(recording: NonNullable<ProgrammeState["recording"]>, paint: Paint): string {
  return `${recording.path}  frames ${recording.frames}  lost ${count(recording.lostUnits, paint)}`;
}

function count(value: number, paint: Paint): string {
  return value === 0 ? "0" : paint.yellow(String(value));
}

/** Behind the prompt, with a column left for the cursor. */
function typed({ line, cursor, columns }: DashboardInput): TypedLine {
  return typedLine(line, cursor, Math.max(10, columns - PROMPT_COLUMNS - 1));
}

function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const part = (value: number) => String(value).padStart(2, "0");
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

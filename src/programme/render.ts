/**
 * The same programme on no clock at all: stage, engine and speaker take turns in one thread, as fast as they can, and
 * every unit waits until its mouth is there. Same input, same frames and samples.
 *
 * In: what to say. Out: units, one after another, to `onUnit`. The frames depend only on what is said, since the
 * stage is pulled only when it can answer fully: either the next speech frame and its mouth are there, or nothing is
 * left to be fed.
 */
import { type FaceOptions, loadFace } from "../avatar/mod.ts";
import { createEngine, type EngineChoice, type EngineProcessOrder, EngineStation } from "../lipsync/mod.ts";
import { RenderedPatches } from "./rendered_patches.ts";
import type { VideoPlan } from "./video_part.ts";
import { type CueNames, Speaker, type SpeechEvent, type Tts } from "../speech/mod.ts";
import { Stage } from "../stage/mod.ts";
import { type UnitSlot } from "../unit/mod.ts";
import { delay } from "../time/mod.ts";
import { ProgrammeMemory, type ProgrammeShape } from "./programme_memory.ts";

export interface RenderOptions {
  readonly shape: ProgrammeShape;
  /** A folder or the name of a generated avatar, and how it is shown. */
  readonly avatar: string;
  readonly look: FaceOptions;
  /** Index into EXPRESSIONS of the one it begins with. Default 0, neutral. */
  readonly expression?: number;
  readonly engine: EngineChoice;
  /** Of a film avatar: what may speak on it, and how it is computed. */
  readonly video?: {
    readonly plan: VideoPlan;
    readonly order: Omit<EngineProcessOrder, "avatar" | "families">;
  };
  readonly tts: Tts;
  readonly crossfadeMs: number;
  readonly syncThresholdMs: number;
  readonly synthesisAhead: number;
  /** Queues everything; called once, before the first unit. */
  readonly say: (speaker: Speaker) => void;
  /** Takes each unit; the slot is reused after the promise settles. */
  readonly onUnit: (slot: UnitSlot) => Promise<void>;
  readonly onEvent?: (event: SpeechEvent) => void;
  /** What in brackets is done instead of spoken. Default: expressions and actions. */
  readonly cues?: CueNames;
  /** Told once an utterance, in one line, when the engine fails and loudness takes over. */
  readonly onFault?: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Idle shown before the first and after the last word, besides the crossfade. */
const MARGIN_MS = 240;
const LOOK_AGAIN_MS = 50;
/** A film's frame is waited for, however long its decoding takes. */
const PATIENCE_MS = 30_000;

/** Resolves with the number of units made. Rejects with the signal's reason when it aborts. */
export async function render(options: RenderOptions): Promise<number> {
  const memory = new ProgrammeMemory(options.shape);
  const { rate, speech, mouths, epoch, units } = memory;
  using face = await loadFace(options.avatar, options.shape.size, {
    ...options.look,
    patienceMs: PATIENCE_MS,
  });
  using engine = await createEngine(options.engine);
  const station = new EngineStation({
    engine,
    speech: memory.engineSpeech,
    mouths,
    epoch,
    onFault: (line) => options.onFault?.(line),
  });
  await using patches = options.video
    ? await RenderedPatches.open(memory, options.video.plan, options.video.order, options.onFault)
    : undefined;
  const stage = new Stage({
    rate,
    face,
    speech,
    mouths,
    epoch,
    gauges: memory.stageGauges,
    crossfadeMs: options.crossfadeMs,
    syncThresholdMs: options.syncThresholdMs,
    expression: options.expression ?? 0,
    ...(patches ? { neural: patches.forStage } : {}),
  });
  await using speaker = new Speaker({
    rings: [speech, memory.engineSpeech],
    ...(patches ? { taps: [memory.neuralSpeech] } : {}),
    ...(options.cues ? { cues: options.cues } : {}),
    epoch,
    tts: options.tts,
    samplesPerFrame: rate.samplesPerFrame,
    crossfadeMs: options.crossfadeMs,
    capacity: 1_000_000,
    synthesisAhead: options.synthesisAhead,
    onEvent: (event) => options.onEvent?.(event),
  });
  const marginUnits = Math.ceil((MARGIN_MS + options.crossfadeMs) / rate.periodMs);

  const pull = async () => {
    options.signal.throwIfAborted();
    const slot = units.begin();
    stage.compose(slot, units.published);
    units.publish();
    if (slot.speechFrame >= 0) speaker.heard(slot.speechFrame);
    await options.onUnit(slot);
  };

  for (let unit = 0; unit < Math.ceil(MARGIN_MS / rate.periodMs); unit++) await pull();
  options.say(speaker);
  for (;;) {
    await station.step();
    const isPatched = await patches?.step() ?? true;
    if (isAnswered(memory) && isPatched) {
      await pull();
    } else if (speaker.isFed() && speech.ring.queued === 0) {
      break;
    } else {
      options.signal.throwIfAborted();
      // The voice is still speaking, or the engine wants more of it.
      await Promise.race([memory.engineSpeech.ring.readable(LOOK_AGAIN_MS), delay(LOOK_AGAIN_MS)]);
    }
  }
  for (let unit = 0; unit < marginUnits; unit++) await pull();
  return units.published;
}

/** Whether the next speech frame and its mouth are both there. */
function isAnswered(memory: ProgrammeMemory): boolean {
  const { speech, mouths } = memory;
  const head = speech.ring.peek();
  const mouth = mouths.ring.peek();
  return head >= 0 && mouth >= 0 && mouths.speechFrame(mouth) === speech.speechFrame(head);
}

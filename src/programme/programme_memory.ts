/**
 * All shared memory of one programme: the rings between its threads, the epoch, the stop flag and the gauges.
 *
 * Made once on the main thread, sent to each worker as plain buffers and seen there through the same classes.
 * Nothing else is shared, so several programmes can live in one process.
 */
import {
  ENGINE_GAUGES,
  type EngineGauges,
  MouthRing,
  type NeuralGauges,
  neuralGauges,
  PATCH_SLOTS,
  PatchRing,
  WalkBoard,
} from "../lipsync/mod.ts";
import { Gauges } from "../metrics/mod.ts";
import { openSoundGauges, PlaybackBuffer, type PlaybackShape, type SoundGauges } from "../sound/mod.ts";
import { SpeechRing } from "../speech/mod.ts";
import { CueRing, STAGE_GAUGES, type StageGauge } from "../stage/mod.ts";
import { UnitRing } from "../unit/mod.ts";
import { Epoch, type FrameRate, frameRate, type FrameSize } from "../time/mod.ts";
import { FreezeSwitch } from "./freeze_switch.ts";
import { StopFlag } from "./stop_flag.ts";

export interface ProgrammeShape {
  readonly fps: number;
  readonly size: FrameSize;
  /** Whether pictures have an alpha plane: a transparent background. */
  readonly hasAlpha: boolean;
  /** Margins of the playback buffer. */
  readonly lowWaterMs: number;
  readonly highWaterMs: number;
  /** Most sound in flight to the device; with the margins it says how far the camera is held back. */
  readonly soundLatencyMs: number;
}

/** Finished units kept for readers, at least: two thirds of a second at 25 fps, 22 MB at 1280x720. Overwritten. */
const UNIT_SLOTS_MIN = 16;
/** Units beyond those that a held-back camera needs: the one being written, and room for a late reader. */
const UNIT_SLOTS_SPARE = 8;
/** Speech waiting to be shown: ten seconds at 25 fps. Policy: the feeder waits. */
const SPEECH_SLOTS = 256;
/** Mouths ready ahead of the stage. Policy: the engine waits. */
const MOUTH_SLOTS = 64;

type BufferName =
  | "speech"
  | "engineSpeech"
  | "neuralSpeech"
  | "mouths"
  | "patches"
  | "board"
  | "cues"
  | "units"
  | "playback"
  | "epoch"
  | "stop"
  | "freeze"
  | "stageGauges"
  | "engineGauges"
  | "neuralGauges"
  | "soundGauges";
type Buffers = Record<BufferName, SharedArrayBuffer>;

/** What is posted to a worker. */
export interface ProgrammeMessage {
  readonly shape: ProgrammeShape;
  readonly buffers: Buffers;
}

export class ProgrammeMemory {
  readonly rate: FrameRate;
  /** Speech on its way to the stage. */
  readonly speech: SpeechRing;
  /** The same speech on its way to the lip-sync engine. */
  readonly engineSpeech: SpeechRing;
  readonly mouths: MouthRing;
  /** The same speech once more, on its way to a video engine; lossy where none takes it. */
  readonly neuralSpeech: SpeechRing;
  /** Patches of a video engine on their way to the stage. */
  readonly patches: PatchRing;
  /** Where the stage is, for the video engine. */
  readonly board: WalkBoard;
  /** Expressions and actions asked for, on their way to the stage. */
  readonly cues: CueRing;
  readonly units: UnitRing;
  readonly playback: PlaybackBuffer;
  readonly epoch: Epoch;
  readonly stop: StopFlag;
  readonly freeze: FreezeSwitch;
  readonly stageGauges: Gauges<StageGauge>;
  readonly engineGauges: EngineGauges;
  readonly neuralGauges: NeuralGauges;
  readonly soundGauges: SoundGauges;

  /** New memory, or with `buffers` the same memory seen from another isolate. */
  constructor(readonly shape: ProgrammeShape, buffers?: Buffers) {
    this.rate = frameRate(shape.fps);
    const { samplesPerFrame } = this.rate;
    this.speech = new SpeechRing(samplesPerFrame, SPEECH_SLOTS, buffers?.speech);
    this.engineSpeech = new SpeechRing(samplesPerFrame, SPEECH_SLOTS, buffers?.engineSpeech);
    this.mouths = new MouthRing(MOUTH_SLOTS, buffers?.mouths);
    this.neuralSpeech = new SpeechRing(samplesPerFrame, SPEECH_SLOTS, buffers?.neuralSpeech);
    this.patches = new PatchRing(PATCH_SLOTS, buffers?.patches);
    this.board = new WalkBoard(buffers?.board);
    this.neuralGauges = neuralGauges(buffers?.neuralGauges);
    this.cues = new CueRing(buffers?.cues);
    const { size, hasAlpha } = shape;
    this.units = new UnitRing(
      { ...size, hasAlpha, slots: unitSlots(shape), samplesPerFrame },
      buffers?.units,
    );
    this.epoch = new Epoch(buffers?.epoch);
    this.stop = new StopFlag(buffers?.stop);
    this.freeze = new FreezeSwitch(buffers?.freeze);
    this.stageGauges = new Gauges(STAGE_GAUGES, buffers?.stageGauges);
    this.engineGauges = new Gauges(ENGINE_GAUGES, buffers?.engineGauges);
    this.soundGauges = openSoundGauges(buffers?.soundGauges);
    this.playback = new PlaybackBuffer(this.playbackShape, this.epoch, this.soundGauges, buffers?.playback);
  }

  static from(message: ProgrammeMessage): ProgrammeMemory {
    return new ProgrammeMemory(message.shape, message.buffers);
  }

  get playbackShape(): PlaybackShape {
    const { lowWaterMs, highWaterMs } = this.shape;
    return { samplesPerFrame: this.rate.samplesPerFrame, lowWaterMs, highWaterMs };
  }

  message(): ProgrammeMessage {
    return {
      shape: this.shape,
      buffers: {
        speech: this.speech.ring.buffer,
        engineSpeech: this.engineSpeech.ring.buffer,
        neuralSpeech: this.neuralSpeech.ring.buffer,
        mouths: this.mouths.ring.buffer,
        patches: this.patches.ring.buffer,
        board: this.board.buffer,
        cues: this.cues.buffer,
        units: this.units.buffer,
        playback: this.playback.buffer,
        epoch: this.epoch.buffer,
        stop: this.stop.buffer,
        freeze: this.freeze.buffer,
        stageGauges: this.stageGauges.buffer,
        engineGauges: this.engineGauges.buffer,
        neuralGauges: this.neuralGauges.buffer,
        soundGauges: this.soundGauges.buffer,
      },
    };
  }

  /** Ends every thread that works on this memory. */
  raiseStop(): void {
    this.stop.raise();
    this.units.wake();
    this.speech.ring.wake();
    this.engineSpeech.ring.wake();
    this.mouths.ring.wake();
    this.neuralSpeech.ring.wake();
    this.patches.ring.wake();
  }
}

function unitSlots({ fps, highWaterMs, soundLatencyMs }: ProgrammeShape): number {
  const heldUnits = Math.ceil((highWaterMs + soundLatencyMs) * fps / 1000);
  return Math.max(UNIT_SLOTS_MIN, heldUnits + UNIT_SLOTS_SPARE);
}

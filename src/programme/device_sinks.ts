/**
 * The sinks that live in the stage's own thread: the camera, held back to what is being heard, and the playback
 * buffer. Neither waits; each takes the unit at its deadline.
 */
import type { SoundGauges } from "../sound/mod.ts";
import type { PlaybackBuffer } from "../sound/mod.ts";
import type { CameraOutput } from "../camera/mod.ts";
import type { Gauges } from "../metrics/mod.ts";
import { Hold, type StageGauge, type UnitSink } from "../stage/mod.ts";
import { UNIT_FLAG, type UnitSlot } from "../unit/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";

/** Writes every unit's samples to the playback buffer, late or not: no sample is lost. */
export class PlaybackSink implements UnitSink {
  readonly #playback: PlaybackBuffer;
  constructor(playback: PlaybackBuffer) {
    this.#playback = playback;
  }
  take(slot: UnitSlot, unit: number): void {
    this.#playback.write(slot, unit);
  }
}

/** Shows the frame whose samples are heard now; a late one is dropped, never followed by a burst. */
export class CameraSink implements UnitSink {
  readonly #camera: CameraOutput;
  readonly #hold: Hold;
  readonly #sound: SoundGauges;
  readonly #stage: Gauges<StageGauge>;
  readonly #periodMs: number;
  readonly #offsetMs: number;

  /** `offsetMs` shows the picture later (positive) or earlier than the sound. */
  constructor(camera: CameraOutput, memory: ProgrammeMemory, offsetMs: number) {
    this.#camera = camera;
    this.#hold = new Hold(memory.units, memory.epoch);
    this.#sound = memory.soundGauges;
    this.#stage = memory.stageGauges;
    this.#periodMs = memory.rate.periodMs;
    this.#offsetMs = offsetMs;
  }

  take(slot: UnitSlot, unit: number, isLate: boolean): void {
    const wantedFrames = (this.#sound.get("latencyMs") + this.#offsetMs) / this.#periodMs;
    const held = this.#hold.pick(slot, unit, wantedFrames, this.#sound.get("staleFromSample"));
    // Held still is seen at once; let go, the camera goes on with what it is held back to, which stands still as well.
    const shown = (slot.flags & UNIT_FLAG.held) !== 0 ? slot : held;
    this.#stage.set("holdFrames", this.#hold.frames);
    if (isLate) this.#stage.add("cameraSkipped");
    else this.#camera.show(shown.frame);
  }
}

/**
 * One programme on its way to its viewers: reads the broadcast ring as a recording does, encodes sound once and the
 * picture once a rung and codec that somebody watches, and hands both to every viewer.
 *
 * Runs in the preview isolate while it has viewers, encoding on threads of the media library. Sound of every unit is sent
 * (silence in place of one that was overwritten); of pictures the newest: a slow machine loses pictures, never time.
 */
import { oneLine } from "../../errors/mod.ts";
import { Gauges } from "../../metrics/mod.ts";
import { type Clock, delay, SAMPLE_RATE_HZ } from "../../time/mod.ts";
import { UNIT_FLAG, UnitRing, type UnitRingShape } from "../../unit/mod.ts";
import { LiveSound } from "./live_sound.ts";
import { type CodedPicture, LiveVideo } from "./live_video.ts";
import type { VideoCodec } from "./offer.ts";
import { type Rung, rungsFor } from "./rungs.ts";
import { SOURCE_GAUGES, type SourceGauge } from "./source_gauges.ts";
import { measureLevels, TICKS_A_SAMPLE, type UnitNote } from "./unit_note.ts";
import type { Viewer } from "./viewer.ts";

const LOOK_MS = 200;
const REPORT_MS = 1000;
/** The first reports come sooner: a player begins to match sound and picture with them. */
const FIRST_REPORTS_MS = 250;
const EAGER_MS = 2000;
/** Events that wait for a unit; the oldest go. */
const EVENTS_MAX = 64;

export interface SourceOptions {
  readonly shape: UnitRingShape;
  readonly units: SharedArrayBuffer;
  /** Bits a second of the best rung at 1280x720 and 25 frames a second. */
  readonly bits720: number;
  readonly clock: Clock;
  readonly wallMs: () => number;
  readonly gauges: SharedArrayBuffer;
  readonly onTrouble: (error: unknown) => void;
}

export class Source implements AsyncDisposable {
  readonly fps: number;
  readonly rungs: readonly Rung[];
  readonly #options: SourceOptions;
  readonly #units: UnitRing;
  readonly #gauges: Gauges<SourceGauge>;
  readonly #viewers = new Set<Viewer>();
  readonly #videos = new Map<string, LiveVideo>();
  readonly #silence: Float32Array;
  readonly #samples: Float32Array;
  readonly #levels = [0, 0, 0, 0];
  #events: unknown[] = [];
  #sound: LiveSound | undefined;
  #running: Promise<void> | undefined;
  #isEnded = false;
  #utterance = -1;
  #utteranceFrame = -1;
  #nextReportMs = 0;
  #eagerUntilMs = 0;

  constructor(options: SourceOptions) {
    const { shape, units, bits720, gauges } = options;
    this.#options = options;
    this.#units = new UnitRing(shape, units);
    this.#gauges = new Gauges(SOURCE_GAUGES, gauges);
    this.fps = SAMPLE_RATE_HZ / shape.samplesPerFrame;
    this.rungs = rungsFor(shape, this.fps, bits720);
    this.#silence = new Float32Array(shape.samplesPerFrame);
    this.#samples = new Float32Array(shape.samplesPerFrame);
  }

  join(viewer: Viewer): void {
    this.#viewers.add(viewer);
    this.#eagerUntilMs = this.#options.clock.nowMs() + EAGER_MS;
    this.#nextReportMs = 0;
    this.wantKeyFrame(viewer);
    this.#running ??= this.#run().catch((error) => this.#failed(error)).finally(() =>
      this.#running = undefined
    );
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  /** The viewer lost its picture, has none yet, or is to change its rung. */
  wantKeyFrame({ codec, wantedRung }: Viewer): void {
    if (codec !== undefined) this.#videos.get(`${codec} ${wantedRung}`)?.wantKeyFrame();
  }

  /** Goes with the next unit. */
  tell(event: unknown): void {
    if (this.#viewers.size === 0) return;
    this.#events.push(event);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  async #run(): Promise<void> {
    const units = this.#units;
    let unit = Math.max(0, units.published - 1);
    try {
      while (this.#viewers.size > 0 && !this.#isEnded) {
        await units.available(unit, LOOK_MS);
        if (units.published <= unit) continue;
        let newest = -1;
        for (; unit < units.published; unit++) if (this.#takeSound(unit)) newest = unit;
        if (newest < 0) continue;
        await this.#takePicture(newest);
        this.#report(newest);
        this.#gauges.set("queueUnits", units.published - unit);
      }
    } finally {
      this.#sound?.[Symbol.dispose]();
      this.#sound = undefined;
      for (const video of this.#videos.values()) video[Symbol.dispose]();
      this.#videos.clear();
      this.#events = [];
    }
  }

  /** Whether the unit was whole. */
  #takeSound(unit: number): boolean {
    const slot = this.#units.at(unit);
    const mediaSample = slot?.mediaSample ?? unit * this.#samples.length;
    let note: Omit<UnitNote, "levels" | "events"> | undefined;
    if (slot !== undefined) {
      this.#samples.set(slot.samples);
      const { utterance, flags } = slot;
      this.#utteranceFrame = utterance < 0
        ? -1
        : utterance === this.#utterance
        ? this.#utteranceFrame + 1
        : 0;
      this.#utterance = utterance;
      const isSpeaking = (flags & UNIT_FLAG.speech) !== 0;
      note = { unit, mediaSample, isSpeaking, utterance, utteranceFrame: this.#utteranceFrame };
    }
    const isWhole = note !== undefined && this.#units.isIntact(unit);
    if (!isWhole) this.#gauges.add("lostUnits");
    if (isWhole) {
      measureLevels(this.#samples, this.#levels);
      const whole: UnitNote = { ...note!, levels: this.#levels, events: this.#events };
      this.#each((viewer) => viewer.note(whole));
      if (this.#events.length > 0) this.#events = [];
    }
    this.#sound ??= new LiveSound(mediaSample, (packet, at) => {
      this.#each((viewer) => viewer.sendSound(packet, at));
    });
    this.#sound.take(isWhole ? this.#samples : this.#silence);
    this.#gauges.add("units");
    return isWhole;
  }

  async #takePicture(unit: number): Promise<void> {
    const { clock } = this.#options;
    let videos = this.#watched().filter(({ rung }) => unit % rung.everyFrames === 0);
    const slot = this.#units.at(unit);
    if (slot === undefined) return;
    const ticks = Math.round(slot.mediaSample * TICKS_A_SAMPLE);
    const composedMs = slot.monotonicMs;
    videos = videos.filter((video) => this.#loads(video, slot.frame));
    if (!this.#units.isIntact(unit)) return this.#gauges.add("lostUnits");
    const coded = await Promise.all(videos.map((video) => this.#coded(video)));
    this.#each((viewer) => {
      const of = (rung: number) => {
        const at = videos.indexOf(this.#videos.get(`${viewer.codec} ${rung}`)!);
        return at < 0 ? undefined : coded[at];
      };
      if (viewer.wantedRung !== viewer.rung && of(viewer.wantedRung)?.isKey) viewer.rung = viewer.wantedRung;
      const picture = of(viewer.rung);
      if (picture !== undefined) viewer.sendPicture(picture.payloads, ticks, picture.isKey);
    });
    if (videos.length > 0) {
      this.#gauges.add("pictures");
      this.#gauges.set("encodeMs", Math.max(...videos.map(({ encodeMs }) => encodeMs)));
      this.#gauges.set("sentAfterMs", clock.nowMs() - composedMs);
    }
  }

  #loads(video: LiveVideo, frame: Uint8Array): boolean {
    try {
      video.load(frame, this.#options.clock.nowMs());
      return true;
    } catch (error) {
      this.#letGo(video, error);
      return false;
    }
  }

  /** Never rejects: the others' encoders are at work meanwhile. */
  async #coded(video: LiveVideo): Promise<CodedPicture | undefined> {
    try {
      return await video.encode(() => this.#options.clock.nowMs());
    } catch (error) {
      this.#letGo(video, error);
      return undefined;
    }
  }

  /** An encoder that failed, and who watches what it made: they are told, and may come again. */
  #letGo(video: LiveVideo, error: unknown): void {
    for (const [key, one] of this.#videos) {
      if (one !== video) continue;
      this.#videos.delete(key);
      video[Symbol.dispose]();
      const isOfIt = ({ codec, rung, wantedRung }: Viewer) =>
        [rung, wantedRung].some((at) => key === `${codec} ${at}`);
      this.#failed(error, [...this.#viewers].filter(isOfIt));
    }
  }

  #failed(error: unknown, viewers = [...this.#viewers]): void {
    this.#options.onTrouble(error);
    for (const viewer of viewers) viewer.end(`failed: ${oneLine(error)}`);
  }

  /** Encoders of what is watched now; those that nobody watches any more are let go. */
  #watched(): LiveVideo[] {
    const wanted = new Map<string, [VideoCodec, number]>();
    for (const { codec, rung, wantedRung } of this.#viewers) {
      if (codec === undefined) continue;
      for (const one of [rung, wantedRung]) wanted.set(`${codec} ${one}`, [codec, one]);
    }
    for (const [key, video] of this.#videos) {
      if (wanted.has(key)) continue;
      video[Symbol.dispose]();
      this.#videos.delete(key);
    }
    for (const [key, [codec, rung]] of wanted) {
      if (!this.#videos.has(key)) {
        this.#videos.set(key, new LiveVideo(codec, this.rungs[rung]!, this.#options.shape, this.fps));
      }
    }
    this.#gauges.set("encoders", this.#videos.size);
    return [...this.#videos.values()];
  }

  #report(unit: number): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs < this.#nextReportMs) return;
    const slot = this.#units.at(unit);
    if (slot === undefined) return;
    const { mediaSample, monotonicMs } = slot;
    this.#nextReportMs = nowMs + (nowMs < this.#eagerUntilMs ? FIRST_REPORTS_MS : REPORT_MS);
    const wallMs = this.#options.wallMs();
    const nowSample = mediaSample + (nowMs - monotonicMs) * SAMPLE_RATE_HZ / 1000;
    this.#each((viewer) => viewer.report(nowSample, wallMs));
  }

  /** One that fails is let go; the others do not notice. */
  #each(act: (viewer: Viewer) => void): void {
    for (const viewer of this.#viewers) {
      try {
        act(viewer);
      } catch (error) {
        this.#failed(error, [viewer]);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    for (const viewer of [...this.#viewers]) viewer.end("the programme has ended");
    this.#units.wake();
    await Promise.race([this.#running, delay(LOOK_MS * 2)]);
  }
}

/**
 * Plays the sound of a stream through Web Audio, where it can be muted, delayed and measured at the place where it is heard.
 * In: a track. Out: sound, and every 10 ms how loud it is and when that is heard. A browser lets it be heard only after
 * a click or a key; until then it is silent and says so. The stream must also play in a muted element, or Chromium
 * gives Web Audio silence.
 */
/// <reference lib="dom" />
import type { HeardLevel } from "./offset_meter.ts";

/** Served beside the page. */
const METER_URL = "/level_meter.js";

export class AudioPlayer {
  readonly #context = new AudioContext({ latencyHint: "interactive", sampleRate: 48_000 });
  readonly #delay = this.#context.createDelay(2);
  readonly #gain = this.#context.createGain();
  #source: MediaStreamAudioSourceNode | undefined;
  #instead: MediaElementAudioSourceNode | undefined;
  #isMuted = false;
  #volume = 1;

  /** `onLevel` is called about every 10 ms while sound comes. */
  constructor(onLevel: (level: HeardLevel) => void) {
    this.#delay.connect(this.#gain).connect(this.#context.destination);
    this.#meter(onLevel).catch(() => {}); // without it nothing is measured, and all the same heard
  }

  get isBlocked(): boolean {
    return this.#context.state !== "running";
  }

  /** From a click or a key press. */
  async start(): Promise<void> {
    await this.#context.resume();
  }

  play(track: MediaStreamTrack): void {
    this.#source?.disconnect();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    if (this.#instead === undefined) this.#source.connect(this.#delay);
  }

  /** Lets an element be heard in place of the stream, until goOn(). An element can be given once only. */
  playInstead(audio: HTMLAudioElement): void {
    this.goOn();
    this.#source?.disconnect();
    this.#instead = this.#context.createMediaElementSource(audio);
    this.#instead.connect(this.#delay);
  }

  /** The stream is heard again. */
  goOn(): void {
    if (this.#instead === undefined) return;
    this.#instead.disconnect();
    this.#instead = undefined;
    this.#source?.connect(this.#delay);
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#turn();
  }

  /** 0..1. */
  set volume(volume: number) {
    this.#volume = volume;
    this.#turn();
  }

  /** Delays what is heard, in ms, at most 2000. */
  set delayMs(ms: number) {
    this.#delay.delayTime.value = ms / 1000;
  }

  #turn(): void {
    this.#gain.gain.setTargetAtTime(this.#isMuted ? 0 : this.#volume, this.#context.currentTime, 0.01);
  }

  async #meter(onLevel: (level: HeardLevel) => void): Promise<void> {
    await this.#context.audioWorklet.addModule(METER_URL);
    const meter = new AudioWorkletNode(this.#context, "level-meter", { numberOfOutputs: 0 });
    meter.port.onmessage = ({ data }: MessageEvent<readonly [timeS: number, level: number]>) => {
      const { contextTime, performanceTime } = this.#context.getOutputTimestamp();
      if (contextTime === undefined || performanceTime === undefined) return;
      onLevel({ atMs: performanceTime + (data[0] - contextTime) * 1000, level: data[1] });
    };
    this.#delay.connect(meter); // before the gain: muted sound is measured too
  }

  close(): void {
    this.#context.close().catch(() => {}); // closed already
  }
}

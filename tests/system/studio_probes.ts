/**
 * What a person would see and hear of the page: the sound that reaches the loudspeaker, the picture's mouth, frames. In: a
 * page. Out: numbers, each over a time that the caller chooses.
 */
/// <reference lib="dom" />
import type { Page } from "playwright-core";

interface Ears {
  /** At the loudspeakers of every AudioContext: what is muted is silent here. */
  readonly ears: AnalyserNode[];
  /** Sound files that the page itself has played. */
  readonly players: HTMLMediaElement[];
}

/** Where Mai's mouth is, of width and height, with room for a head that sways. */
const MOUTH = { x: 0.46, y: 0.52, width: 0.08, height: 0.08 } as const;

/** Before the page is loaded. */
export async function lendEars(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ears: AnalyserNode[] = [];
    const players: HTMLMediaElement[] = [];
    Object.assign(globalThis, { ears, players });
    const source = AudioContext.prototype.createMediaElementSource;
    AudioContext.prototype.createMediaElementSource = function (element) {
      players.push(element);
      return source.call(this, element);
    };
    const connect = AudioNode.prototype.connect as (
      this: AudioNode,
      to: AudioNode,
      ...rest: number[]
    ) => AudioNode;
    Object.assign(AudioNode.prototype, {
      connect(this: AudioNode, to: AudioNode, ...rest: number[]) {
        if (to instanceof AudioDestinationNode) {
          const ear = new AnalyserNode(this.context, { fftSize: 2048 });
          connect.call(this, ear);
          ears.push(ear);
        }
        return connect.call(this, to, ...rest);
      },
    });
  });
}

/**
 * Before the page is loaded: no sound before a click or a key, as browsers have it. The one that is steered here takes
 * every question for a click.
 */
export async function forbidAutoplay(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let isTouched = false;
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => isTouched = true, true);
    globalThis.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options);
        if (!isTouched) this.suspend();
      }
    };
  });
}

/** The loudest moment (RMS of 43 ms) of the next `ms`; 0 where nothing is heard. */
export async function loudness(page: Page, ms = 400): Promise<number> {
  return await page.evaluate(async (ms) => {
    const { ears } = globalThis as unknown as Ears;
    const samples = new Float32Array(2048);
    let most = 0;
    for (const end = performance.now() + ms; performance.now() < end;) {
      for (const ear of ears.filter(({ context }) => context.state === "running")) {
        ear.getFloatTimeDomainData(samples);
        most = Math.max(
          most,
          Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return most;
  }, ms);
}

/** How much the mouth changes from picture to picture over `ms`: grey levels of 255, the middle of all pixels. */
export async function mouthMotion(page: Page, ms: number): Promise<number> {
  return await page.evaluate(async ({ mouth, ms }) => {
    const video = document.querySelector<HTMLVideoElement>("#video")!;
    const [width, height] = [32, 18];
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
    const look = () => {
      const [x, y] = [mouth.x * video.videoWidth, mouth.y * video.videoHeight];
      const [w, h] = [mouth.width * video.videoWidth, mouth.height * video.videoHeight];
      context.drawImage(video, x, y, w, h, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      return Float32Array.from({ length: width * height }, (_, pixel) => data[4 * pixel + 1]!);
    };
    let [before, sum, count] = [look(), 0, 0];
    for (const end = performance.now() + ms; performance.now() < end; count++) {
      await new Promise((resolve) => setTimeout(resolve, 80));
      const now = look();
      sum += now.reduce((all, level, pixel) => all + Math.abs(level - before[pixel]!), 0) / now.length;
      before = now;
    }
    return sum / count;
  }, { mouth: MOUTH, ms });
}

/** Where the sound file is that the page itself plays, in seconds; NaN where none plays. */
export async function filePlayedS(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const player = (globalThis as unknown as Ears).players.at(-1);
    return player === undefined || player.paused ? NaN : player.currentTime;
  });
}

export async function framesSeen(page: Page): Promise<number> {
  return await page.evaluate(() =>
    document.querySelector<HTMLVideoElement>("#video")!.getVideoPlaybackQuality().totalVideoFrames
  );
}

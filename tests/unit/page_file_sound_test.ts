/** A sound file that the page plays in place of the stream: only while its utterance is heard, whatever comes when. */
import { assertEquals, assertRejects } from "@std/assert";
import { FileSound, type FileSoundPlace } from "../../src/control/page/file_sound.ts";
import type { SyncNote } from "../../src/control/page/webrtc.ts";

const FPS = 25;
/** Longer than the page asks, where it asks again and again. */
const ASKS_MS = 450;

/** The parts of a browser that it needs; files are decoded when the test says so. */
class Browser {
  readonly decodings: PromiseWithResolvers<AudioBuffer>[] = [];
  readonly sounds: Sound[] = [];
  asks = 0;

  constructor() {
    const { decodings, sounds } = this;
    Object.assign(globalThis, {
      OfflineAudioContext: class {
        decodeAudioData() {
          decodings.push(Promise.withResolvers());
          return decodings.at(-1)!.promise;
        }
      },
      Audio: class extends Sound {
        constructor() {
          super();
          sounds.push(this);
        }
      },
      fetch: () => {
        this.asks++;
        return Promise.resolve(Response.json({ last_frame_idx: -1 }));
      },
    });
  }

  async decoded(file: number): Promise<void> {
    const samples = new Float32Array(480).fill(0.5);
    const sound = { length: 480, numberOfChannels: 1, sampleRate: 48_000, getChannelData: () => samples };
    this.decodings[file]!.resolve(sound as unknown as AudioBuffer);
    await settled();
  }
}

class Sound {
  currentTime = 0;
  paused = true;
  ended = false;
  onerror: (() => void) | null = null;

  play(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }
  pause(): void {
    this.paused = true;
  }
}

/** What is heard: the stream, or a file in its place. */
class Player {
  instead: unknown;

  playInstead(audio: unknown): void {
    this.instead = audio;
  }
  goOn(): void {
    this.instead = undefined;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const file = () => new Blob([new Uint8Array(10)]);

function note(utterance: number, utterance_frame = 0): SyncNote {
  const rest = { pts: 1, audio_rtp: 0, speaking: true, levels: [], events: [] };
  return {
    ...rest,
    frame_idx: 25 + utterance_frame,
    rtp: 3600 * utterance_frame,
    utterance,
    utterance_frame,
  };
}

function stage() {
  const browser = new Browser();
  const player = new Player();
  const video = { requestVideoFrameCallback: () => 1, cancelVideoFrameCallback() {} };
  const place = { player, video, session: "s", fps: FPS, leadMs: 100 } as unknown as FileSoundPlace;
  let swaps = 0;
  const sound = new FileSound(() => swaps++);
  const play = (utterance: number, by: "rvfc" | "datachannel" | "polling" = "datachannel") =>
    sound.play(file(), utterance, place, by, 100);
  return { browser, player, sound, play, swaps: () => swaps };
}

Deno.test("file sound: the stream is heard until the first note of the file's utterance, and again after its end", async () => {
  const { browser, player, sound, play, swaps } = stage();
  const playing = play(9);
  await settled();
  await browser.decoded(0);
  await playing;
  sound.hear(note(8, 70)); // speech before it
  assertEquals([player.instead, sound.utterance], [undefined, undefined]);
  sound.hear(note(9));
  assertEquals([player.instead, sound.utterance], [browser.sounds[0], 9]);
  sound.over(8);
  assertEquals(sound.utterance, 9);
  sound.over(9);
  assertEquals([player.instead, sound.utterance, swaps()], [undefined, undefined, 2]);
});

Deno.test("file sound: its first note may be lost, or come before the file is decoded", async () => {
  const { browser, player, sound, play } = stage();
  const playing = play(9);
  await settled();
  sound.hear(note(9, 2));
  assertEquals(player.instead, undefined);
  await browser.decoded(0);
  await playing;
  assertEquals(player.instead, browser.sounds[0]);
  sound.stop();
});

Deno.test("file sound: an utterance that is over before its file is decoded, or before it is known, silences nothing", async () => {
  const { browser, player, sound, play } = stage();
  const early = play(7);
  await settled();
  sound.hear(note(7));
  sound.over(7);
  await browser.decoded(0);
  await early;
  assertEquals([player.instead, sound.utterance], [undefined, undefined]);
  sound.hear(note(8));
  sound.over(8);
  await play(8); // the answer to the upload was slower than the programme spoke
  sound.hear(note(8, 1));
  assertEquals([player.instead, browser.decodings.length], [undefined, 1]);
});

Deno.test("file sound: a file that the browser cannot decode is told; nothing is asked, the stream is heard", async () => {
  const { browser, player, sound, play } = stage();
  const refused = assertRejects(() => play(8, "polling"), Error, "cannot");
  await settled();
  sound.hear(note(8));
  browser.decodings[0]!.reject(new Error("cannot"));
  await refused;
  await new Promise((resolve) => setTimeout(resolve, ASKS_MS));
  assertEquals([browser.asks, player.instead], [0, undefined]);
});

Deno.test("file sound: a file that breaks while it plays leaves the stream to be heard", async () => {
  const { browser, player, sound, play } = stage();
  const playing = play(8);
  await settled();
  await browser.decoded(0);
  await playing;
  sound.hear(note(8));
  browser.sounds[0]!.onerror!();
  assertEquals([player.instead, sound.utterance], [undefined, undefined]);
});

Deno.test("file sound: of two files close together the first plays to its end, then the second; each clock ends", async () => {
  const { browser, player, sound, play } = stage();
  const both = [play(1, "polling"), play(2, "polling")];
  await settled();
  await browser.decoded(0);
  await browser.decoded(1);
  await Promise.all(both);
  sound.hear(note(1));
  const [first] = browser.sounds;
  assertEquals([player.instead, sound.utterance], [first, 1]);
  sound.hear(note(2)); // before the event that says the first is over
  assertEquals([player.instead, sound.utterance, first!.paused], [browser.sounds[1], 2, true]);
  sound.over(1);
  assertEquals(sound.utterance, 2);
  sound.stop();
  await new Promise((resolve) => setTimeout(resolve, ASKS_MS));
  assertEquals([browser.asks, player.instead], [0, undefined]);
});

Deno.test("file sound: stopped as when the line breaks, it waits for no file, and old numbers mean nothing", async () => {
  const { browser, player, sound, play } = stage();
  const before = play(3);
  await settled();
  sound.hear(note(3));
  sound.over(2);
  sound.stop();
  await browser.decoded(0);
  await before;
  sound.hear(note(3, 1));
  assertEquals(player.instead, undefined);
  const after = play(2); // of a programme that was started anew
  await settled();
  await browser.decoded(1);
  await after;
  sound.hear(note(2));
  assertEquals(sound.utterance, 2);
  sound.stop();
});

import { assert, assertEquals, assertGreater } from "@std/assert";
import { render, type RenderOptions } from "../../src/programme/mod.ts";
import { EspeakTts, type SpeechEvent, type Tts } from "../../src/speech/mod.ts";
import { UNIT_FLAG } from "../../src/unit/mod.ts";
import { delay } from "../../src/time/mod.ts";

const TEXT = "Mama moves out. Then papa sings, and everybody is happy.";
const SHAPE = {
  fps: 25,
  size: { width: 320, height: 180 },
  hasAlpha: false,
  lowWaterMs: 20,
  highWaterMs: 160,
  soundLatencyMs: 100,
};

interface Rendered {
  readonly units: number;
  readonly samplesDigest: string;
  readonly framesDigest: string;
  readonly speaking: string;
  readonly events: readonly SpeechEvent[];
}

async function rendered(tts: Tts, options: Partial<RenderOptions> = {}): Promise<Rendered> {
  const samples: Uint8Array[] = [];
  const frames: number[] = [];
  let speaking = "";
  const events: SpeechEvent[] = [];
  const units = await render({
    shape: SHAPE,
    avatar: new URL("../../avatars/mai", import.meta.url).pathname,
    look: { fps: 25 },
    engine: { kind: "loudness" },
    tts,
    crossfadeMs: 160,
    syncThresholdMs: 100,
    synthesisAhead: 2,
    signal: new AbortController().signal,
    say: (speaker) => void speaker.say(TEXT),
    onEvent: (event) => events.push(event),
    onUnit(slot) {
      const pcm = Int16Array.from(slot.samples, (sample) => Math.round(sample * 32767));
      samples.push(new Uint8Array(pcm.buffer));
      let sum = 0;
      for (let at = 0; at < slot.frame.length; at++) sum = (Math.imul(sum, 31) + slot.frame[at]!) | 0;
      frames.push(sum);
      speaking += (slot.flags & UNIT_FLAG.repeated) !== 0 ? "r" : slot.speechFrame >= 0 ? "s" : ".";
      return Promise.resolve();
    },
    ...options,
  });
  const digest = async (bytes: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
  const whole = new Uint8Array(samples.reduce((sum, part) => sum + part.length, 0));
  samples.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return {
    units,
    samplesDigest: await digest(whole),
    framesDigest: await digest(new Uint8Array(Int32Array.from(frames).buffer)),
    speaking,
    events,
  };
}

/** espeak-ng that answers each segment after an irregular while. */
class Slow implements Tts {
  readonly name = "slow";
  #calls = 0;
  constructor(readonly inner: Tts) {}
  voices() {
    return this.inner.voices();
  }
  async synthesize(...args: Parameters<Tts["synthesize"]>) {
    const spoken = await this.inner.synthesize(...args);
    await delay([180, 5, 90][this.#calls++ % 3]!);
    return spoken;
  }
  async [Symbol.asyncDispose]() {}
}

Deno.test("render gives the same frames and samples however long the voice takes, and never repeats a mouth", async () => {
  await using espeak = new EspeakTts();
  const one = await rendered(espeak);
  const other = await rendered(new Slow(espeak));
  assertEquals(other.samplesDigest, one.samplesDigest);
  assertEquals(other.framesDigest, one.framesDigest);
  assertEquals(other.speaking, one.speaking);
  assert(/^\.{6}s+\.{10}$/.test(one.speaking), one.speaking);
});

Deno.test("render's samples are those of the known answer", async () => {
  await using espeak = new EspeakTts();
  const { units, samplesDigest } = await rendered(espeak);
  // Taken on 2026-11-20 from espeak-ng-emscripten 0.3.5, voice en-us; a new voice engine may change it.
  assertEquals({ units, samplesDigest }, { units: 116, samplesDigest: "8862d7a02ba536d5" });
});

Deno.test("render tells every word when its sample is played, in order", async () => {
  await using espeak = new EspeakTts();
  const { events } = await rendered(espeak);
  const words = events.flatMap((event) => event.kind === "word" ? [event] : []);
  assertEquals(
    words.map((word) => word.text.replace(/\W/g, "")),
    TEXT.split(/\W+/).filter((word) => word !== ""),
  );
  for (const [index, word] of words.entries()) {
    assertGreater(word.endSample, word.startSample);
    if (index > 0) assertGreater(word.startSample, words[index - 1]!.startSample);
  }
  assertEquals(events.at(0)!.kind, "utterance_start");
  assertEquals(events.at(-1)!.kind, "utterance_end");
});

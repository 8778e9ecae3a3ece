/** The framer's frames against what was put in: lead, pauses, fades, padding. */
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { Framer } from "../../src/speech/mod.ts";

const SPF = 1920;

function tone(count: number, lead = 0, trail = 0): Float32Array {
  const samples = new Float32Array(lead + count + trail);
  for (let k = 0; k < count; k++) {
    // Cut off where it fills the source to its end, rounded off where silence surrounds it.
    const attack = lead > 0 ? Math.min(1, k / 240) : 1;
    const decay = trail > 0 ? Math.min(1, (count - 1 - k) / 240) : 1;
    samples[lead + k] = 0.5 * attack * decay * Math.cos(2 * Math.PI * 440 * k / 48_000);
  }
  return samples;
}

async function framed(leadSamples: number, feed: (framer: Framer) => Promise<void>) {
  const frames: number[][] = [];
  const lasts: boolean[] = [];
  const framer = new Framer(SPF, leadSamples, (samples, isLast) => {
    frames.push([...samples]);
    lasts.push(isLast);
  });
  await feed(framer);
  await framer.finish();
  return { samples: frames.flat(), lasts };
}

function stepMax(samples: readonly number[]): number {
  return samples.reduce((max, sample, k) => Math.max(max, Math.abs(sample - (samples[k - 1] ?? 0))), 0);
}

const TONE_STEP = 0.5 * 2 * Math.PI * 440 / 48_000 * 1.5 + 0.5 / 240;

Deno.test("Framer marks only the last frame and pads it with silence", async () => {
  const { samples, lasts } = await framed(0, async (framer) => void await framer.segment(tone(5000), 0));
  assertEquals(lasts, [false, false, true]);
  assertEquals(samples.length, 3 * SPF);
  assert(samples.slice(5000).every((sample) => sample === 0));
});

Deno.test("Framer does not send an empty frame after an utterance of whole frames", async () => {
  const { lasts } = await framed(0, async (framer) => void await framer.segment(tone(2 * SPF), 0));
  assertEquals(lasts, [false, true]);
});

for (const lead of [0, 100, 7680]) {
  for (const silence of [0, 50, 20_000]) {
    Deno.test(`Framer leads with ${lead} samples whatever the ${silence} of silence in the source`, async () => {
      const source = tone(9000, silence, silence);
      const whole = await framed(lead, async (framer) => {
        const placed = await framer.segment(source, 0);
        assertEquals(placed!.startSample, lead);
        assertEquals(placed!.offset, lead - source.findIndex((sample) => Math.abs(sample) > 0.002));
        assertAlmostEquals(placed!.endSample, lead + 9000, 60);
      });
      const streamed = await framed(lead, async (framer) => {
        for (let at = 0; at < source.length; at += 777) await framer.push(source.slice(at, at + 777));
      });
      for (const { samples } of [whole, streamed]) {
        const first = samples.findIndex((sample) => Math.abs(sample) > 0.05);
        assert(first >= lead && first < lead + 240);
        assertLess(stepMax(samples), TONE_STEP);
      }
    });
  }
}

Deno.test("Framer joins segments by exactly the pause asked for, without a click", async () => {
  for (const pause of [0, 480, 1000, 14_400]) {
    let gap = 0;
    const { samples } = await framed(480, async (framer) => {
      const one = await framer.segment(tone(10_000, 3000, 9000), pause);
      const two = await framer.segment(tone(10_000, 6000, 9000), pause);
      gap = two!.startSample - one!.endSample;
    });
    assertAlmostEquals(gap, Math.max(pause, 480), pause === 0 ? 480 : 60);
    assertLess(stepMax(samples), TONE_STEP);
  }
});

Deno.test("Framer gives out a segment's end before the next segment comes", async () => {
  let given = 0;
  const framer = new Framer(SPF, 0, (samples) => {
    given += samples.length;
  });
  const placed = await framer.segment(tone(5000), 7200);
  assert(given >= placed!.endSample);
});

Deno.test("Framer leaves a silent segment out and gives one silent frame for a silent utterance", async () => {
  const { samples, lasts } = await framed(7680, async (framer) => {
    assertEquals(await framer.segment(new Float32Array(30_000), 4800), undefined);
    await framer.push(new Float32Array(100));
  });
  assertEquals(lasts, [true]);
  assert(samples.every((sample) => sample === 0));
});

Deno.test("Framer gives a stream the same frames for every way of cutting it", async () => {
  const source = tone(12_345, 700, 100);
  const wanted = await framed(480, (framer) => framer.push(source));
  for (const size of [1, 239, 240, 241, 480, 1920, 5000]) {
    const got = await framed(480, async (framer) => {
      for (let at = 0; at < source.length; at += size) await framer.push(source.slice(at, at + size));
    });
    assertEquals(got.lasts, wanted.lasts);
    assert(got.samples.every((sample, k) => sample === wanted.samples[k]));
  }
});

Deno.test("Framer plays a stream shorter than a fade", async () => {
  const { samples, lasts } = await framed(0, (framer) => framer.push(tone(100)));
  assertEquals(lasts, [true]);
  assert(samples.some((sample) => Math.abs(sample) > 0.01));
  assertLess(stepMax(samples), 0.1);
});

/** The espeak-ng engine, listened to by measuring, and its pool when a worker must be ended. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { EspeakTts, type Spoken } from "../../src/speech/mod.ts";

function measure({ samples, words }: Spoken): void {
  let peak = 0;
  let step = 0;
  for (let k = 0; k < samples.length; k++) {
    peak = Math.max(peak, Math.abs(samples[k]!));
    if (k > 0) step = Math.max(step, Math.abs(samples[k]! - samples[k - 1]!));
  }
  assertGreater(peak, 0.05);
  assertLess(peak, 1);
  assertLess(Math.abs(samples[0]!), 1e-3);
  assertLess(Math.abs(samples.at(-1)!), 1e-3);
  let end = 0;
  for (const word of words) {
    assert(word.startSample >= end && word.endSample > word.startSample, `${word.text} is out of order`);
    end = word.endSample;
  }
  assert(end <= samples.length);
}

Deno.test("EspeakTts", async (t) => {
  await using tts = new EspeakTts();
  await tts.warm();

  const cases: readonly (readonly [string, string | undefined, string])[] = [
    [
      "Hello world, this isn't a test of 3.14 apples.",
      undefined,
      "Hello world this isn't a test of 3.14 apples",
    ],
    ["Xin chào các bạn! Tôi sống ở đây.", undefined, "Xin chào các bạn Tôi sống ở đây"],
    ["大家好，今天的天气很好！", undefined, "大 家 好 今 天 的 天 气 很好"],
    ["Bonjour à tous, mes amis.", "fr", "Bonjour à tous mes amis"],
  ];
  for (const [text, voice, words] of cases) {
    await t.step(`speaks ${text} whole, without clicks, every word in order`, async () => {
      const spoken = await tts.synthesize(text, voice === undefined ? {} : { voice });
      measure(spoken);
      assertEquals(spoken.words.map((word) => word.text).join(" "), words);
      assertGreater(spoken.samples.length, 48_000 / 2);
    });
  }

  await t.step("speaks Japanese with the Japanese voice", async () => {
    const spoken = await tts.synthesize("こんにちは、私は山田です。", {});
    measure(spoken);
    const named = await tts.synthesize("こんにちは、私は山田です。", { voice: "ja" });
    assertEquals(spoken.samples.length, named.samples.length);
  });

  await t.step("gives the same samples for the same text on a worker that said something else", async () => {
    const first = await tts.synthesize("One and the same.", { voice: "en-gb" });
    await tts.synthesize("Something else.", { voice: "vi", rate: 1.5 });
    const again = await Promise.all(
      [1, 2, 3].map(() => tts.synthesize("One and the same.", { voice: "en-gb" })),
    );
    for (const spoken of again) {
      assertEquals(spoken.words, first.words);
      assert(spoken.samples.every((sample, k) => sample === first.samples[k]));
    }
  });

  await t.step("speaks faster at a higher rate", async () => {
    const slow = await tts.synthesize("A sentence to be measured.", { rate: 0.8 });
    const fast = await tts.synthesize("A sentence to be measured.", { rate: 1.6 });
    assertLess(fast.samples.length, slow.samples.length * 0.75);
    await assertRejects(() => tts.synthesize("Too fast.", { rate: 9 }), InputFault, "0.5..3");
  });

  await t.step("takes markup for text", async () => {
    const spoken = await tts.synthesize("hello <break time='3s'/> [[you]]", {});
    assertEquals(spoken.words.at(0)!.text, "hello");
    assertLess(spoken.words.at(0)!.endSample, 48_000);
  });

  await t.step(
    "knows voices by name, language and variant, and names the nearest to an unknown one",
    async () => {
      for (const voice of ["en-us", "EN-US", "English (America)", "en-us+f3", "vi", "vn"]) {
        assertGreater((await tts.synthesize("Yes.", { voice })).samples.length, 1000);
      }
      const error = await assertRejects(() => tts.synthesize("No.", { voice: "en-uz" }), InputFault);
      assertEquals(error.code, "unknown_voice");
      assertStringIncludes(error.message, "en-US");
      for (const [voice, first] of [["en-su", "en-US"], ["vietnamse", "vi"], ["englsh", "en"]] as const) {
        await assertRejects(() => tts.synthesize("No.", { voice }), InputFault, `for example ${first}, `);
      }
      await assertRejects(() => tts.synthesize("No.", { voice: "en-us+nobody" }), InputFault, "nobody");
    },
  );

  await t.step("rejects with the signal's reason when aborted, and speaks on", async () => {
    const aborts = Array.from({ length: 6 }, () => new AbortController());
    const calls = aborts.map((abort) =>
      tts.synthesize("A rather long sentence that takes a while. ".repeat(60), { signal: abort.signal })
    );
    aborts.forEach((abort, index) => abort.abort(new Error(`reason ${index}`)));
    for (const [index, call] of calls.entries()) await assertRejects(() => call, Error, `reason ${index}`);
    assertGreater((await tts.synthesize("Still here.", {})).samples.length, 1000);
  });
});

Deno.test("EspeakTts ends a worker that is past its deadline and speaks with a new one", async () => {
  await using tts = new EspeakTts({ workers: 1, deadlineMs: 2500 });
  await tts.warm();
  const error = await assertRejects(() => tts.synthesize("Nine hundred words. ".repeat(2000), {}), Fault);
  assertEquals(error.code, "deadline");
  assertGreater((await tts.synthesize("Here again.", {})).samples.length, 1000);
});

Deno.test("EspeakTts closed rejects what runs and what comes", async () => {
  const tts = new EspeakTts({ workers: 1 });
  const call = tts.synthesize("Never heard.", {});
  const rejected = assertRejects(() => call, Fault, "closed");
  await tts[Symbol.asyncDispose]();
  await rejected;
  await assertRejects(() => tts.synthesize("Nor this.", { voice: "en" }), Fault, "closed");
});

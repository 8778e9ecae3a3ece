/** The rungs of one process: down to the next family and up again while speech goes on, and what cannot be opened. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type PatchResult, RungStack } from "../../src/lipsync/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { writeNeuralModel } from "../fakes/neural_models.ts";
import { makeVideoAvatar } from "../fakes/video_avatar.ts";

const UP_SECONDS = 20;

interface Open {
  readonly stack: RungStack;
  readonly models: string;
  readonly results: PatchResult[];
  /** A second of which most frames came too late, or none. */
  second(isBad: boolean): ReturnType<RungStack["climb"]>;
}

/** Two families, both taken whatever they cost: what is measured is not the test's business. */
async function withStack(body: (open: Open) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const models = `${folder}/models`;
    await Deno.mkdir(models);
    await writeNeuralModel(models, "wav2lip/96");
    await writeNeuralModel(models, "ultralight/wenet");
    const avatar = { folder: await makeVideoAvatar(folder), number: 3 };
    const results: PatchResult[] = [];
    await using stack = await RungStack.open({
      order: {
        avatar,
        models: [models],
        families: ["wav2lip", "ultralight"],
        isForced: true,
        fps: 25,
        leadMsMax: 400,
        provider: "cpu",
        threads: 1,
      },
      clock: new SimulatedClock(),
      emit: ({ patch: _, ...result }) => results.push(result),
    });
    const second = (isBad: boolean) => {
      const engine = stack.engine!;
      engine.renderedFrames += isBad ? 5 : 25;
      if (isBad) engine.skippedFrames += 20;
      return stack.climb();
    };
    await body({ stack, models, results, second });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Half a second of a tone, as it is told. */
function speak(stack: RungStack): void {
  for (let at = 0; at < 12; at++) {
    const pcm = new Float32Array(640).map((_, n) => 0.3 * Math.sin(n * 0.3));
    const about = { firstFrame: 0, epoch: 0, isProtected: false };
    stack.hear({ pcm, isLast: at === 11, action: -1, ...(at === 0 ? { about } : {}) });
  }
}

async function settle(stack: RungStack): Promise<void> {
  for (let n = 0; n < 1000 && await stack.step(); n++);
}

Deno.test("RungStack.climb: three bad seconds take the next family, a calm time the better one, speech goes on", async () => {
  await withStack(async ({ stack, results, second }) => {
    assertEquals(stack.family, "wav2lip");
    assertEquals(await stack.climb(), undefined);
    speak(stack);
    for (let n = 0; n < 2; n++) assertEquals(await second(true), undefined);
    let changes = 0;
    stack.engine!.skippedFrames += 25;
    const down = await stack.climb(() => {
      changes++;
      assertEquals(stack.family, "wav2lip", "told before it changes");
      return Promise.resolve();
    });
    assertEquals([down?.family, down?.model, down?.trouble, changes], [
      "ultralight",
      "ultralight",
      undefined,
      1,
    ]);
    assertEquals([stack.family, stack.status().family], ["ultralight", "ultralight"]);
    // What the one before was told and nobody has shown yet is told to this one.
    await settle(stack);
    assertEquals(new Set(results.map(({ family }) => family)), new Set(["ultralight"]));
    // As far ahead as leadMsMax lets it.
    assertEquals(results.map(({ speechFrame }) => speechFrame), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

    for (let n = 1; n < UP_SECONDS; n++) assertEquals(await second(false), undefined, `second ${n}`);
    const up = await second(false);
    assertEquals([up?.family, up?.trouble, stack.family], ["wav2lip", undefined, "wav2lip"]);
    // Each second counts for itself: what was rendered before the change is not told again.
    assertEquals([stack.engine!.renderedFrames, stack.engine!.skippedFrames], [0, 0]);
  });
});

Deno.test("RungStack.climb: where the next family cannot be opened the one before comes back, and the ladder is shorter", async () => {
  await withStack(async ({ stack, models, results, second }) => {
    await Deno.remove(`${models}/ultralight`, { recursive: true });
    speak(stack);
    for (let n = 0; n < 2; n++) await second(true);
    const report = await second(true);
    assertEquals([report?.family, stack.family], ["ultralight", "wav2lip"]);
    assertStringIncludes(report!.trouble!, "no ultralight model is installed");
    assert(stack.engine !== undefined);
    await settle(stack);
    assertEquals(new Set(results.map(({ family }) => family)), new Set(["wav2lip"]));
    for (let n = 0; n < 10; n++) assertEquals(await second(true), undefined);
    assertEquals(stack.family, "wav2lip");
  });
});

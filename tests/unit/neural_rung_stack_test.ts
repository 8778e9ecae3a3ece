/** The rungs of one process: down to the next family and up again while speech goes on, and what cannot be opened. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { emptyPlace, type PatchResult, RungStack } from "../../src/lipsync/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { writeNeuralModel } from "../fakes/neural_models.ts";
import { makeVideoAvatar } from "../fakes/video_avatar.ts";

const UP_SECONDS = 20;

interface Open {
  readonly stack: RungStack;
  readonly models: string;
  readonly results: PatchResult[];
  /** What each seat's came to. */
  readonly bySeat: Map<number, number[]>;
  /** What was said of seats. */
  readonly news: string[];
  readonly folder: string;
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
    const bySeat = new Map<number, number[]>();
    const news: string[] = [];
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
      emit: ({ patch: _, ...result }, seat) => {
        results.push(result);
        bySeat.set(seat, [...bySeat.get(seat) ?? [], result.speechFrame]);
      },
      onSeat: (seat, trouble) => void news.push(`${seat}: ${trouble ?? "well"}`),
    });
    const second = (isBad: boolean) => {
      const engine = stack.engine!;
      engine.renderedFrames += isBad ? 5 : 25;
      if (isBad) engine.skippedFrames += 20;
      return stack.climb();
    };
    await body({ stack, models, results, second, bySeat, news, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Half a second of a tone, as it is told. */
function speak(stack: RungStack, seat = 0, firstFrame = 0): void {
  for (let at = 0; at < 12; at++) {
    const pcm = new Float32Array(640).map((_, n) => 0.3 * Math.sin(n * 0.3));
    const about = { firstFrame, epoch: 0, isProtected: false };
    stack.hear({ pcm, isLast: at === 11, action: -1, ...(at === 0 ? { about } : {}) }, seat);
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

const FIRST_TEN = Array.from({ length: 10 }, (_, n) => n);

Deno.test("RungStack: seats share the network and its runs, each gets its own answers, and one leaves alone", async () => {
  await withStack(async ({ stack, folder, bySeat, news }) => {
    stack.show({ folder: await makeVideoAvatar(folder, { id: "other" }), number: 7 }, 4);
    assertEquals(news, ["0: well", "4: well"]);
    speak(stack);
    speak(stack, 4, 100);
    await settle(stack);
    assertEquals(bySeat.get(0), FIRST_TEN);
    assertEquals(bySeat.get(4), FIRST_TEN.map((frame) => 100 + frame));
    assert(stack.status(4).sharedRuns > 0, "no run was shared");
    stack.leave(4);
    assertEquals([...stack.statuses()].map(([seat]) => seat), [0]);
    speak(stack, 4, 200);
    stack.interrupt(1, 4);
    speak(stack, 0, 300);
    stack.follow({ ...emptyPlace(), nextSpeechFrame: 300 });
    await settle(stack);
    assertEquals(bySeat.get(4)!.length, 10);
    assert(bySeat.get(0)!.length > 20);
  });
});

Deno.test("RungStack: an interrupt of one seat drops nothing of another's", async () => {
  await withStack(async ({ stack, folder, bySeat }) => {
    stack.show({ folder: await makeVideoAvatar(folder, { id: "other" }), number: 7 }, 1);
    speak(stack, 0);
    speak(stack, 1);
    stack.interrupt(1, 0);
    await settle(stack);
    assertEquals([bySeat.get(0), bySeat.get(1)], [undefined, FIRST_TEN]);
  });
});

Deno.test("RungStack: an avatar that was not prepared for the family in use mutes its seat, until another family is", async () => {
  await withStack(async ({ stack, folder, bySeat, news, second }) => {
    const only = await makeVideoAvatar(folder, { id: "only", families: ["ultralight"] });
    stack.show({ folder: only, number: 0 }, 1);
    assertStringIncludes(news[1]!, "was not prepared for wav2lip");
    speak(stack, 0);
    speak(stack, 1);
    await settle(stack);
    assertEquals([bySeat.get(0), bySeat.get(1)], [FIRST_TEN, undefined]);
    for (let n = 0; n < 3; n++) await second(true);
    assertEquals([stack.family, news.slice(2)], ["ultralight", ["0: well", "1: well"]]);
    await settle(stack);
    assertEquals(bySeat.get(1), FIRST_TEN);
    stack.show({ folder: `${folder}/nowhere`, number: 1 }, 1);
    assertStringIncludes(news.at(-1)!, "nowhere");
    assertEquals(stack.status(0).family, "ultralight");
    assert(stack.engine !== undefined, "the other seat goes on");
  });
});

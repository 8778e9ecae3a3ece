/** The Speaker with the real espeak-ng and rings: order, capacity, interrupts, failures, events. */
import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { CapacityFault, Fault, InputFault } from "../../src/errors/mod.ts";
import { EspeakTts, SPEECH_FLAG, type SpeechEvent } from "../../src/speech/mod.ts";
import { delay, samplesToMs } from "../../src/time/mod.ts";
import { Moody, Room, SPF } from "../fakes/room.ts";

async function* arriving(...pieces: string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    await delay(5);
    yield piece;
  }
}

function texts(events: readonly SpeechEvent[], kind: "segment" | "word"): string[] {
  return events.flatMap((event) => event.kind === kind && "text" in event ? [event.text] : []);
}

function pcmOf(room: Room): Float32Array {
  return Float32Array.from(room.heard.flatMap((frame) => [...frame.samples]));
}

function sameSamples(a: Float32Array, b: Float32Array): void {
  assertEquals(a.length, b.length);
  assert(a.every((sample, k) => sample === b[k]));
}

Deno.test("Speaker", async (t) => {
  await using tts = new EspeakTts();
  await tts.warm();

  await t.step(
    "speaks an utterance whole: lead, frames, events in order with positions in range",
    async () => {
      await using room = new Room(tts);
      const said = room.speaker.say("Hello everybody, this is a test. It has two sentences.", {
        metadata: { a: 1 },
      });
      assertEquals(said.id, 1);
      await room.listen(said.outcome);
      const outcome = await said.outcome;
      assertEquals(outcome, { state: "completed", playedMs: samplesToMs(room.heard.length * SPF) });
      const flags = room.heard.map((frame) => frame.flags);
      assertEquals(flags.at(0), SPEECH_FLAG.first);
      assertEquals(flags.at(-1), SPEECH_FLAG.last);
      assert(flags.slice(1, -1).every((flag) => flag === 0));
      const pcm = pcmOf(room);
      const first = pcm.findIndex((sample) => Math.abs(sample) > 0.002);
      assert(first >= 7680 && first < 7680 + 1200, `sound begins at ${first}`);
      assertEquals(room.events.at(0)!.kind, "utterance_start");
      assertEquals(room.events.at(-1)!.kind, "utterance_end");
      assertEquals(texts(room.events, "segment"), [
        "Hello everybody,",
        "this is a test.",
        "It has two sentences.",
      ]);
      assertEquals(
        texts(room.events, "word").join(" "),
        "Hello everybody this is a test It has two sentences",
      );
      let position = 0;
      for (const event of room.events) {
        assertEquals(event.utterance, 1);
        assertEquals(event.metadata, { a: 1 });
        if (event.kind !== "word") continue;
        assert(event.startSample >= position && event.endSample > event.startSample);
        position = event.startSample;
        assertLess(event.endSample, pcm.length + 1);
      }
      await room.speaker.idle;
      assertEquals(room.speaker.isFed(), true);
    },
  );

  await t.step("tells a word when its sample is heard, not before", async () => {
    await using room = new Room(tts);
    const said = room.speaker.say("One two three four five six seven.");
    const told: number[] = [];
    for (let frames = 1; frames <= 40; frames++) {
      await room.hearFrames(1);
      told.push(texts(room.events, "word").length);
    }
    assertEquals(room.speaker.state().speaking?.text, "One two three four five six seven.");
    await room.listen(said.outcome);
    const starts = room.events.flatMap((event) => event.kind === "word" ? [event.startSample] : []);
    assertEquals(starts.length, 7);
    const due = told.map((_, frame) => starts.filter((start) => start < (frame + 1) * SPF).length);
    assertEquals(told, due);
  });

  await t.step("keeps the order and the samples when one segment is slow", async () => {
    const text = "The first sentence is slow. The second one is quick. The third one is quick too.";
    await using plain = new Room(tts);
    const wanted = [plain.speaker.say(text), plain.speaker.say("And another utterance.")];
    await plain.listen(wanted[1]!.outcome);
    const moody = new Moody(tts, (segment) => segment.includes("first") ? delay(400) : undefined);
    await using room = new Room(moody);
    const said = [room.speaker.say(text), room.speaker.say("And another utterance.")];
    await room.listen(said[1]!.outcome);
    assertEquals(texts(room.events, "segment"), texts(plain.events, "segment"));
    sameSamples(pcmOf(room), pcmOf(plain));
    assertEquals(moody.runningMax, 2);
  });

  await t.step("takes 1000 say() up to its capacity and refuses the rest, undisturbed", async () => {
    await using room = new Room(tts, { capacity: 8 });
    const said = [];
    let refused = 0;
    for (let n = 0; n < 1000; n++) {
      try {
        said.push(room.speaker.say(`Number ${n}.`));
      } catch (error) {
        assert(error instanceof CapacityFault && error.code === "queue_full" && error.retryable);
        refused++;
      }
    }
    assertEquals([said.length, refused], [8, 992]);
    const { accepted, rejected, queued, capacity, queuedMs } = room.speaker.state();
    assertEquals({ accepted, rejected, queued, capacity }, {
      accepted: 8,
      rejected: 992,
      queued: 8,
      capacity: 8,
    });
    assertGreater(queuedMs, 1000);
    await room.listen(room.speaker.idle);
    assertEquals(
      texts(room.events, "segment"),
      Array.from({ length: 8 }, (_, n) => `Number ${n}.`),
    );
    room.speaker.say("There is room again.");
  });

  await t.step(
    "interrupts in the middle: queue dropped, protected stays, later ones have the new epoch",
    async () => {
      await using room = new Room(tts);
      const first = room.speaker.say("This one is interrupted in the middle of its sentence.", {
        metadata: "a",
      });
      const kept = room.speaker.say("This one is kept.", { interruptible: false });
      const dropped = room.speaker.say("This one is never heard.");
      await room.hearFrames(20);
      assertEquals(room.speaker.interrupt(), { interrupted: [1, 3], kept: [2] });
      assertEquals(await first.outcome, { state: "interrupted", playedMs: 800 });
      assertEquals(await dropped.outcome, { state: "interrupted", playedMs: 0 });
      const ends = room.events.filter((event) => event.kind === "utterance_end");
      assertEquals(ends.map((event) => [event.utterance, event.metadata]), [[1, "a"], [3, undefined]]);
      const later = room.speaker.say("This one came afterwards.");
      await room.listen(later.outcome);
      assertEquals((await kept.outcome).state, "completed");
      assertEquals((await later.outcome).state, "completed");
      assertEquals([...new Set(room.heard.map((frame) => frame.utterance))], [1, 2, 4]);
      for (const { utterance, flags, epoch } of room.heard) {
        assertEquals((flags & SPEECH_FLAG.protected) !== 0, utterance === 2);
        assertEquals(epoch, utterance === 4 ? 1 : 0);
      }
      const segments = texts(room.events, "segment");
      assertEquals(segments.slice(-2), ["This one is kept.", "This one came afterwards."]);
    },
  );

  await t.step("interrupts what has not spoken yet and what waits for room", async () => {
    await using room = new Room(tts, { aheadMsMax: 400 });
    const said = [
      room.speaker.say("A long sentence that fills the little room there is."),
      room.speaker.say("B."),
    ];
    await delay(100);
    assertEquals(room.speaker.isFed(), false);
    assert(room.ring.ring.queued <= 10);
    room.speaker.interrupt();
    for (const one of said) assertEquals((await one.outcome).state, "interrupted");
    assertEquals(room.speaker.isFed(), true);
    await room.speaker.idle;
    const next = room.speaker.say("Next.");
    await room.listen(next.outcome);
    assertEquals((await next.outcome).state, "completed");
    assertEquals(room.speaker.interrupt(), { interrupted: [], kept: [] });
  });

  await t.step("ends a failed utterance with its last frame and goes on with the next", async () => {
    const moody = new Moody(tts, (segment) => {
      if (segment.includes("breaks")) throw new Fault("the voice broke", { code: "test" });
    });
    await using room = new Room(moody);
    const middle = room.speaker.say("This much is well. Here it breaks. This is not heard.", { metadata: 7 });
    const whole = room.speaker.say("It breaks at once.");
    const next = room.speaker.say("The next one is well.");
    await room.listen(next.outcome);
    const outcome = await middle.outcome;
    assert(outcome.state === "failed" && outcome.error === "the voice broke" && outcome.playedMs > 500);
    assertEquals(await whole.outcome, { state: "failed", error: "the voice broke", playedMs: 0 });
    assertEquals((await next.outcome).state, "completed");
    assertEquals(texts(room.events, "segment"), ["This much is well.", "The next one is well."]);
    const last = room.heard.findLast((frame) => frame.utterance === 1)!;
    assertEquals(last.flags & SPEECH_FLAG.last, SPEECH_FLAG.last);
    const ends = room.events.filter((event) => event.kind === "utterance_end").map((event) =>
      event.utterance
    );
    assertEquals(ends, [1, 2, 3]);
    const unknown = room.speaker.say("Who?", { voice: "nobody-knows" });
    await room.listen(unknown.outcome);
    const { state, error } = await unknown.outcome as { state: string; error: string };
    assertEquals([state, error.includes("nobody-knows")], ["failed", true]);
  });

  await t.step("speaks streaming text as the whole text, and fails by the stream's own error", async () => {
    const text = "Streaming text arrives, piece by piece. Its sound is the same. Always.";
    await using plain = new Room(tts);
    await plain.listen(plain.speaker.say(text).outcome);
    await using room = new Room(tts);
    await room.listen(room.speaker.say(arriving(...text)).outcome);
    sameSamples(pcmOf(room), pcmOf(plain));
    assertEquals(texts(room.events, "word"), texts(plain.events, "word"));
    async function* broken() {
      yield* arriving("This much arrived. ", "Then ");
      throw new Error("line cut");
    }
    const cut = room.speaker.say(broken());
    const empty = room.speaker.say(arriving(" ", "..."));
    const long = room.speaker.say(arriving("word ".repeat(5000)));
    const endless = room.speaker.say(
      arriving("Well, this ", ...Array.from({ length: 1000 }, () => "never ends ")),
    );
    await room.listen(long.outcome);
    const errors = await Promise.all(
      [cut, empty, long].map(async ({ outcome }) => (await outcome as { error: string }).error),
    );
    assertEquals(errors[0], "line cut");
    assert(errors[1]!.includes("no letter or digit"));
    assert(errors[2]!.includes("25000 characters"));
    room.speaker.interrupt();
    assertEquals((await endless.outcome).state, "interrupted");
  });

  await t.step("speaks a text in the language of its letters throughout", async () => {
    await using vi = new Room(tts);
    await vi.listen(vi.speaker.say("Xin chào các bạn. Toi ten la Nam. Cảm ơn.").outcome);
    await using named = new Room(tts);
    await named.listen(
      named.speaker.say("Xin chào các bạn. Toi ten la Nam. Cảm ơn.", { voice: "vi" }).outcome,
    );
    sameSamples(pcmOf(vi), pcmOf(named));
  });

  await t.step("plays files and PCM, and refuses what is not there", async () => {
    await using room = new Room(tts);
    const wav = fileURLToPath(new URL("../golden/speech/sine440.wav", import.meta.url));
    const file = room.speaker.sayFile(wav, { metadata: "tone" });
    async function* pcm() {
      for (let n = 0; n < 10; n++) {
        await delay(1);
        yield Float32Array.from({ length: 4800 }, (_, k) => 0.3 * Math.sin(k / 10));
      }
    }
    const stream = room.speaker.sayPcm(pcm());
    await room.listen(stream.outcome);
    assertEquals(await file.outcome, { state: "completed", playedMs: 680 }); // 160 + 500, whole frames
    assertEquals(await stream.outcome, { state: "completed", playedMs: 1160 });
    for (const path of ["/no/such/file.wav", "/tmp", ""]) {
      const error = assertThrows(() => room.speaker.sayFile(path), InputFault);
      assertEquals(error.code, "bad_audio_file");
    }
    const text = room.speaker.sayFile(fileURLToPath(import.meta.url));
    await room.listen(text.outcome);
    assertEquals((await text.outcome).state, "failed");
  });

  await t.step("refuses unspeakable text at once and takes nothing of it", async () => {
    await using room = new Room(tts);
    assertThrows(() => room.speaker.say("😀"), InputFault, "no letter or digit");
    assertThrows(() => room.speaker.say("word ".repeat(200_000)), InputFault, "1000000 characters");
    assertEquals(room.speaker.state().accepted, 0);
    await room.speaker.idle;
  });

  await t.step("closed ends everything as interrupted and refuses more", async () => {
    const room = new Room(tts);
    const said = [room.speaker.say("One."), room.speaker.say("Two.", { interruptible: false })];
    await room.speaker[Symbol.asyncDispose]();
    for (const one of said) assertEquals((await one.outcome).state, "interrupted");
    assertThrows(() => room.speaker.say("Three."), Fault, "closed");
    await room.speaker.idle;
  });

  await t.step("bears a listener that interrupts and speaks from inside an event", async () => {
    const room: Room = new Room(tts, {
      onEvent: (event) => {
        if (event.kind !== "utterance_end" || event.utterance !== 1) return;
        room.speaker.interrupt();
        room.speaker.say("Said from an event.");
      },
    });
    const said = [room.speaker.say("One."), room.speaker.say("Two.")];
    await room.listen(said[1]!.outcome);
    assertEquals((await said[1]!.outcome).state, "interrupted");
    await room.listen(room.speaker.idle);
    assertEquals(room.heard.at(-1)!.utterance, 3);
    await room.speaker[Symbol.asyncDispose]();
  });
});

Deno.test("Speaker starves of nothing when a stream waits behind it with a full window", async () => {
  await using tts = new EspeakTts();
  await using room = new Room(tts, { synthesisAhead: 1 });
  const gate = Promise.withResolvers<void>();
  async function* slow() {
    yield "The stream begins here. ";
    await gate.promise;
    yield "And it ends here.";
  }
  const stream = room.speaker.say(slow());
  const behind = [1, 2, 3, 4, 5].map((n) =>
    room.speaker.say(`Utterance number ${n} waits here. It is patient.`)
  );
  await room.hearFrames(30);
  gate.resolve();
  await room.listen(behind[4]!.outcome);
  assertEquals((await stream.outcome).state, "completed");
});

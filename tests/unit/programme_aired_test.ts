import { assert, assertEquals } from "@std/assert";
import { type Aired, runAirTrack } from "../../src/programme/air_track.ts";
import { Caption } from "../../src/programme/caption.ts";
import { FreezeSwitch } from "../../src/programme/freeze_switch.ts";
import { Stillness } from "../../src/programme/stillness.ts";
import { TextCues } from "../../src/programme/text_cues.ts";
import { AvatarCues } from "../../src/programme/mod.ts";
import { type AiredMark, segmentText } from "../../src/speech/mod.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { UNIT_FLAG, UnitRing } from "../../src/unit/mod.ts";

const SAMPLES = 1920;

/** Units published one by one into a ring that is followed, each a frame after the other. */
class Air implements AsyncDisposable {
  readonly clock = new MonotonicClock();
  readonly told: { aired: Aired; atMs: number }[] = [];
  readonly #units = new UnitRing({ width: 64, height: 64, slots: 32, samplesPerFrame: SAMPLES });
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  epoch = 0;

  constructor(marks: ReadonlyMap<number, AiredMark> = new Map(), idleAfterMs = 80) {
    this.#running = runAirTrack({
      ...{ clock: this.clock, units: this.#units, idleAfterMs, signal: this.#ending.signal },
      marksOf: (frame) => [marks.get(frame)].filter((mark) => mark !== undefined),
      onAired: (aired) => this.told.push({ aired, atMs: this.clock.nowMs() }),
    });
  }

  /** Answers when the unit was due. `ms` until the next one. */
  async publish(utterance: number, newestSpeechFrame: number, flags = 0, ms = 40): Promise<number> {
    const slot = this.#units.begin();
    Object.assign(slot, {
      utterance,
      newestSpeechFrame,
      flags,
      epoch: this.epoch,
      monotonicMs: this.clock.nowMs(),
    });
    const { monotonicMs } = slot;
    this.#units.publish();
    if (ms > 0) await delay(ms);
    return monotonicMs;
  }

  kinds(): string[] {
    return this.told.map(({ aired }) => aired.kind === "mark" ? aired.mark.kind : aired.kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#units.wake();
    await this.#running;
  }
}

const CUE: AiredMark = {
  mark: { kind: "cue", name: "scene", argument: "Product", startSample: 0 },
  ...{ utterance: 4, offsetSamples: 960, hasWords: false },
};

Deno.test("runAirTrack tells speaking, marks at their samples, interrupted and idle, in the order they are aired", async () => {
  await using air = new Air(new Map([[1, CUE]]));
  await air.publish(-1, -1);
  await air.publish(4, 0, UNIT_FLAG.speech);
  const cueDueMs = await air.publish(4, 1, UNIT_FLAG.speech) + 20;
  air.epoch++;
  for (let unit = 0; unit < 5; unit++) await air.publish(-1, 1);
  assertEquals(air.kinds(), ["speaking", "cue", "interrupted", "idle"]);
  const lateMs = air.told[1]!.atMs - cueDueMs;
  assert(lateMs > -3 && lateMs < 40, `the cue came ${lateMs} ms after its sample`);
});

Deno.test("runAirTrack: an answer after an interrupt speaks anew, one behind another is next, silence between is no idle", async () => {
  await using air = new Air(new Map(), 200);
  await air.publish(1, 0);
  air.epoch++;
  await air.publish(-1, 0);
  await air.publish(2, 1);
  await air.publish(3, 2);
  await air.publish(-1, 2);
  await air.publish(4, 3);
  for (let unit = 0; unit < 4; unit++) await air.publish(-1, 3);
  assertEquals(
    air.kinds(),
    ["speaking", "interrupted", "speaking", "next"],
    "idle only after 200 ms of silence",
  );
  for (let unit = 0; unit < 4; unit++) await air.publish(-1, 3);
  assertEquals(air.kinds().at(-1), "idle");
});

Deno.test("runAirTrack: an interrupt of nothing, of a protected utterance, and one whose unit was missed", async () => {
  await using air = new Air();
  await air.publish(-1, -1);
  air.epoch++;
  await air.publish(-1, -1, UNIT_FLAG.interrupted);
  await air.publish(5, 0, UNIT_FLAG.protected);
  air.epoch++;
  await air.publish(5, 1, UNIT_FLAG.protected);
  assertEquals(air.kinds(), ["speaking"]);
  await air.publish(6, 2);
  air.epoch++;
  for (let unit = 0; unit < 40; unit++) await air.publish(-1, 2, 0, 0); // more than the ring keeps, at once
  await delay(120);
  await air.publish(-1, 2);
  assertEquals(air.kinds(), ["speaking", "next", "interrupted", "idle"]);
});

Deno.test("Caption grows word by word, keeps punctuation, and begins anew before a third line", () => {
  const caption = new Caption();
  assertEquals(caption.whole("你好，世界。"), "你好，世界。");
  assertEquals(
    caption.whole("床前明月光，疑是地上霜。举头望明月，低头思故乡。"),
    "床前明月光，疑是地上霜。举头望明月，低头思\n故乡。",
  );
  const sentence = '"Well," she said, it\'s a long, long way home.';
  assertEquals(caption.whole(sentence), '"Well," she said, it\'s a long, long way\nhome.');
  caption.segment(sentence);
  const texts = ["Well", "she", "said", "it's", "a", "long", "long", "way", "home"].map((word) =>
    caption.word(word)
  );
  assertEquals(texts[0], '"Well,"');
  assertEquals(texts[3], '"Well," she said, it\'s');
  assertEquals(texts[8], '"Well," she said, it\'s a long, long way\nhome.');
  caption.segment("And then there was a second sentence that needs some room for itself alone.");
  let last = "";
  for (
    const word of "And then there was a second sentence that needs some room for itself alone".split(" ")
  ) {
    last = caption.word(word);
    assert(last.split("\n").length <= 2 && last.split("\n").every((line) => line.length <= 42), last);
  }
  assertEquals(last, "And then there was a second sentence that\nneeds some room for itself alone.");
  caption.segment("Either and/or 你好世界, at https://example.org/a-very-long-path-that-never-ends-at-all.");
  const odd = [
    "Either",
    "and",
    "or",
    "你好",
    "世界",
    "at",
    "https",
    "example",
    "org",
    "a",
    "very",
    "long",
    "path",
  ];
  const shown = odd.map((word) => caption.word(word));
  assertEquals(shown[2], "Either and/or");
  assertEquals(shown[4], "Either and/or 你好世界,");
  assertEquals(shown[8], "Either and/or 你好世界, at\nhttps://example.org/");
  assertEquals(caption.clear(), "");
  assertEquals(caption.word("unknown"), "unknown");
});

Deno.test("Stillness: held and panic are two reasons, and only panic is told", () => {
  const freeze = new FreezeSwitch();
  const told: boolean[] = [];
  const still = new Stillness(freeze, (isOn) => told.push(isOn));
  still.hold();
  assert(freeze.isOn);
  still.panic();
  still.hold();
  assert(freeze.isOn);
  assertEquals(still.panic(false), { isHeld: false, isPanic: false });
  assert(!freeze.isOn);
  still.panic(false);
  assertEquals(told, [true, false]);
});

Deno.test("TextCues: scene, show, hide and the rules' own names are taken out of a text, the avatar's too", () => {
  const cues = new TextCues(new AvatarCues(), ["applause"]);
  const [segment] = segmentText("One [scene:Product] two [applause] three [nod] four [scene] five.", {
    cues,
  });
  assertEquals(segment?.text, "One two three four [scene] five.");
  assertEquals(segment?.cues.map(({ name, argument }) => [name, argument]), [
    ...[["scene", "Product"], ["applause", undefined], ["nod", undefined]],
  ]);
  assert(cues.isOfAvatar("nod") && !cues.isOfAvatar("applause"));
});

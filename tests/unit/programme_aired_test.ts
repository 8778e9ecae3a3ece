import { assert, assertEquals } from "@std/assert";
import { type Aired, runAirTrack } from "../../src/programme/air_track.ts";
import { Caption } from "../../src/programme/caption.ts";
import { FreezeSwitch } from "../../src/programme/freeze_switch.ts";
import { Stillness } from "../../src/programme/stillness.ts";
import { TextCues } from "../../src/programme/text_cues.ts";
import { AvatarCues } from "../../src/programme/mod.ts";
import { segmentText } from "../../src/speech/mod.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { UNIT_FLAG, UnitRing } from "../../src/unit/mod.ts";

const SAMPLES = 1920;

Deno.test("runAirTrack tells speaking, marks at their samples, interrupted and idle, in the order they are aired", async () => {
  const clock = new MonotonicClock();
  const units = new UnitRing({ width: 64, height: 64, slots: 32, samplesPerFrame: SAMPLES });
  const told: { aired: Aired; atMs: number }[] = [];
  const ending = new AbortController();
  const cue = { kind: "cue", name: "scene", argument: "Product", startSample: 0 } as const;
  const running = runAirTrack({
    ...{ clock, units, idleAfterMs: 80, signal: ending.signal },
    marksOf: (frame) => frame === 1 ? [{ mark: cue, utterance: 4, offsetSamples: 960, hasWords: false }] : [],
    onAired: (aired) => told.push({ aired, atMs: clock.nowMs() }),
  });
  let cueDueMs = 0;
  const publish = async (utterance: number, newestSpeechFrame: number, flags = 0) => {
    const slot = units.begin();
    slot.utterance = utterance;
    slot.newestSpeechFrame = newestSpeechFrame;
    slot.flags = flags;
    slot.monotonicMs = clock.nowMs();
    if (newestSpeechFrame === 1 && utterance === 4) cueDueMs = slot.monotonicMs + 20;
    units.publish();
    await delay(40);
  };
  await publish(-1, -1);
  await publish(4, 0, UNIT_FLAG.speech);
  await publish(4, 1, UNIT_FLAG.speech);
  await publish(-1, 1, UNIT_FLAG.interrupted);
  for (let unit = 0; unit < 4; unit++) await publish(-1, 1);
  ending.abort();
  units.wake();
  await running;
  assertEquals(told.map(({ aired }) => aired.kind === "mark" ? aired.mark.kind : aired.kind), [
    ...["speaking", "cue", "interrupted", "idle"],
  ]);
  const lateMs = told[1]!.atMs - cueDueMs;
  assert(lateMs > -3 && lateMs < 40, `the cue came ${lateMs} ms after its sample`);
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

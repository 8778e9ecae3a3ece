/** Cues in text: what is one, where it lies, on which frame it rides, and what is said all the same. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ACTIONS, EXPRESSIONS } from "../../src/avatar/mod.ts";
import { InputFault } from "../../src/errors/mod.ts";
import {
  cleanText,
  cueNamed,
  type CueNames,
  CUES_PER_FRAME,
  EspeakTts,
  sampleAt,
  Segmenter,
  segmentText,
  type SpeechEvent,
  SpeechRing,
  STAGE_CUE_NAMES,
  STAGE_CUES,
  stageCueCode,
} from "../../src/speech/mod.ts";
import { CUE_LENGTH_MAX, CueReader } from "../../src/speech/cue.ts";
import { Marks } from "../../src/speech/marks.ts";
import { wordsByLength, wordsFromMarks } from "../../src/speech/tts/words.ts";
import { delay } from "../../src/time/mod.ts";
import { Moody, Room, SPF } from "../fakes/room.ts";

const NAMES: CueNames = { plain: STAGE_CUES, withArgument: ["scene"] };

/** Text between bars, cues in angles. */
function read(text: string, pieceLength = text.length): string {
  const reader = new CueReader(NAMES);
  const items = [];
  for (let at = 0; at < text.length; at += pieceLength) {
    items.push(...reader.push(text.slice(at, at + pieceLength)));
  }
  items.push(...reader.finish());
  return items.map((item) =>
    typeof item === "string"
      ? item
      : `<${item.name}${item.argument === undefined ? "" : `=${item.argument}`}>`
  ).join("");
}

Deno.test("STAGE_CUES are the avatars' expressions and actions", () => {
  assertEquals([...STAGE_CUES], [...EXPRESSIONS, ...ACTIONS]);
  assertEquals(STAGE_CUES.map(stageCueCode), STAGE_CUES.map((_, index) => index + 1));
  assertEquals(stageCueCode("scene"), 0);
});

Deno.test("CueReader finds cues, whole and byte by byte, and leaves everything else as it is", () => {
  const cases: readonly [string, string][] = [
    ["Yes [nod], of course.", "Yes <nod>, of course."],
    ["[happy][nod]both", "<happy><nod>both"],
    ["[Nod] [ WINK\t]", "<nod> <wink>"],
    ["[scene:Product] [Scene: My shop ]", "<scene=Product> <scene=My shop>"],
    ["\\[nod] is written [nod]", "[nod] is written <nod>"],
    ["a \\ b \\\\[nod] \\", "a \\ b \\[nod] \\"],
    ["[sic] [1] [link](x) [] [ ] [a b]", "[sic] [1] [link](x) [] [ ] [a b]"],
    ["[nod:2] [scene] [scene:] [scene: ]", "[nod:2] [scene] [scene:] [scene: ]"],
    ["[[nod]] [no[nod]d]", "[<nod>] [no<nod>d]"],
    ["[nod\n] [scene:a\nb] [", "[nod\n] [scene:a\nb] ["],
    [
      `[${"n".repeat(40)}] [     nod] [scene:${"x".repeat(101)}]`,
      `[${"n".repeat(40)}] [     nod] [scene:${"x".repeat(101)}]`,
    ],
  ];
  for (const [text, wanted] of cases) {
    assertEquals(read(text), wanted);
    assertEquals(read(text, 1), wanted, "in pieces");
  }
});

Deno.test("CueReader holds back only what may become a cue", () => {
  const reader = new CueReader(NAMES);
  const held: readonly [string, string][] = [
    ["one [no", "one "],
    ["te] two [1", "[note] two [1"],
    [" [scene:A", " "],
    ["]", ""],
    [" [other:", " [other:"],
    [" [see the", " [see the"],
  ];
  for (const [piece, text] of held) {
    assertEquals(reader.push(piece).filter((item) => typeof item === "string").join(""), text);
  }
});

Deno.test("CueReader never holds back more than a cue is long", () => {
  const reader = new CueReader(NAMES);
  const text = `[    scene    :${"x".repeat(200)}] [    ${"n".repeat(60)}`;
  let held = 0;
  let heldMax = 0;
  for (const character of text) {
    held += 1 - reader.push(character).join("").length;
    heldMax = Math.max(heldMax, held);
  }
  assert(heldMax > 100 && heldMax < CUE_LENGTH_MAX, `${heldMax}`);
});

Deno.test("CueReader says in one line what is nearly a cue, and nothing about other brackets", () => {
  const lines: string[] = [];
  const reader = new CueReader(NAMES, (line) => void lines.push(line));
  reader.push("[sic] [1] [link] [citation] [laughs] [Music] [todo]");
  assertEquals(lines, []);
  reader.push("[hapy] [scene] [nod:2] [surprized]");
  assertEquals(
    lines.map((line) => line.replace(" in the text is no cue and was left in it, did you mean", " ->")),
    [
      "[hapy] -> [happy]?",
      "[scene] -> [scene:...]?",
      "[nod:2] -> [nod]?",
      "[surprized] -> [surprised]?",
    ],
  );
});

Deno.test("cueNamed takes any case and names the nearest to a wrong one", () => {
  assertEquals(cueNamed(" Happy", STAGE_CUE_NAMES), "happy");
  const error = assertThrows(
    () => cueNamed("suprised", STAGE_CUE_NAMES),
    InputFault,
    "did you mean surprised?",
  );
  assertEquals(error.code, "unknown_act");
  assertThrows(() => cueNamed("frobnicate", STAGE_CUE_NAMES), InputFault, "wanted one of neutral, happy");
});

Deno.test("cleanText takes cues out and the blank that would be left before a mark", () => {
  const cases: readonly [string, string][] = [
    ["Hello [nod] world", "Hello world"],
    ["Hello[nod]world", "Helloworld"],
    ["That is great [nod].", "That is great."],
    ["Well [thinking] , let me see [nod]!", "Well , let me see!"],
    ['say [nod] "yes" and [nod]"no" (so [wink])', 'say "yes" and "no" (so)'],
    ["[happy] Good morning [nod]", "Good morning"],
    ["One.\n[nod]\nTwo.", "One.\nTwo."],
    ["A smile. [happy]. Again", "A smile. . Again"],
    ["[happy]", ""],
    ["Bonjour [nod] !", "Bonjour !"],
    ["\\[nod] and [sic]", "[nod] and [sic]"],
  ];
  for (const [text, wanted] of cases) assertEquals(cleanText(text), wanted);
  for (const text of ["[]", "...", "[ ]"]) assertThrows(() => cleanText(text), InputFault, "no letter");
});

/** Each segment with its cues where they lie. */
function shown(text: string): string[] {
  return segmentText(text).map((segment) => {
    let marked = segment.text;
    for (const cue of segment.cues.toReversed()) {
      marked = `${marked.slice(0, cue.at)}<${cue.name}>${marked.slice(cue.at)}`;
    }
    return marked;
  });
}

Deno.test("segmentText keeps a cue in its place; one behind a sentence's end belongs to the next", () => {
  assertEquals(shown("[happy] Good morning to all [nod] of you. [wink] How are you today [tilt]?[nod]"), [
    "<happy>Good morning to all<nod> of you.",
    "<wink>How are you today<tilt>?",
    "<nod>",
  ]);
  assertEquals(shown("大家好今天的天气很好。[nod]我们一起[wink]去公园吧？"), [
    "大家好今天的天气很好。",
    "<nod>我们一起<wink>去公园吧？",
  ]);
  assertEquals(shown("[happy] [nod]"), ["<happy><nod>"]);
  assertEquals(shown("!!! [nod] ..."), ["<nod>"]);
});

Deno.test("Segmenter does not wait for what follows a cue", () => {
  const segmenter = new Segmenter();
  assertEquals(segmenter.push("[happy] Good morning everybody. ").map(({ text }) => text), [
    "Good morning everybody.",
  ]);
  assertEquals(segmenter.push("[nod"), []);
  assertEquals(segmenter.push("] And how are you? ").map(({ text, cues }) => [text, cues]), [
    ["And how are you?", [{ name: "nod", at: 0 }]],
  ]);
  assertEquals(segmenter.push("[wink]"), []);
  assertEquals(segmenter.finish().map(({ text, cues }) => [text, cues.length]), [["", 1]]);
});

Deno.test("words know where they are written, from marks and from a text alone", () => {
  const text = '"Don\'t," he said: 3.14!';
  const marks = [[0, 5], [9, 2], [12, 4], [18, 1], [20, 2]].map(([startChar, length], n) => ({
    startChar: startChar!,
    endChar: startChar! + length!,
    startSample: n * 100,
  }));
  for (const words of [wordsFromMarks(text, marks, 600), wordsByLength(text, 0, 600)]) {
    assert(words.length >= 4);
    for (const word of words) {
      assertEquals(text.slice(word.startChar, word.startChar + word.text.length), word.text);
    }
  }
});

Deno.test("sampleAt answers the word's own sample, a share inside it, the end behind the last", () => {
  const samples = new Float32Array(1000);
  const words = [
    { text: "Hello", startChar: 1, startSample: 100, endSample: 300 },
    { text: "you", startChar: 9, startSample: 300, endSample: 900 },
  ];
  const at = (char: number) => sampleAt('"Hello, you."', char, { samples, words });
  assertEquals([0, 1, 2, 6, 8, 9, 10, 12, 13].map(at), [100, 100, 140, 300, 300, 300, 500, 1000, 1000]);
  const shared = [0, 5, 10].map((char) => sampleAt("0123456789", char, { samples, words: [] }));
  assertEquals(shared, [0, 500, 1000]);
});

Deno.test("SpeechRing carries up to four cues a frame, and none that was there before", () => {
  const ring = new SpeechRing(4, 1);
  const frame = { epoch: 0, flags: 0, utterance: 1, speechFrame: 0, samples: new Float32Array(4) };
  for (const cues of [[3], [1, 9, 255, 200], []]) {
    ring.write({ ...frame, cues });
    const slot = ring.ring.peek();
    const codes = Array.from({ length: CUES_PER_FRAME }, (_, nth) => ring.cue(slot, nth));
    assertEquals(codes, [...cues, 0, 0, 0, 0].slice(0, CUES_PER_FRAME));
    assertEquals(ring.cue(slot), cues[0] ?? 0);
    ring.ring.release();
  }
  ring.write(frame);
  assertEquals(ring.cue(ring.ring.peek()), 0);
});

Deno.test("Marks tells cues among the words in the order of their samples, and gives no frame more than its share", () => {
  const marks = new Marks(STAGE_CUE_NAMES);
  const word = (text: string, startSample: number) => ({ text, startSample, endSample: startSample + 10 });
  marks.place(word("a b", 0), [word("a", 0), word("b", 50)], [
    { name: "happy", startSample: 0 },
    { name: "scene", argument: "x", startSample: 20 },
    ...["nod", "shake", "tilt", "wink"].map((name) => ({ name, startSample: 70 })),
  ]);
  const told = [];
  for (let mark = marks.next(71); mark !== undefined; mark = marks.next(71)) {
    told.push("text" in mark ? mark.text : mark.name);
  }
  assertEquals(told, ["a b", "happy", "a", "scene", "b", "nod", "shake", "tilt", "wink"]);
  assertEquals(marks.takeCues(20, 4), [2]);
  assertEquals(marks.takeCues(70, 4), []);
  assertEquals(marks.takeCues(71, 3), [6, 7, 8]);
  assertEquals([marks.takeCues(71, 3), marks.unfedCues], [[9], 0]);
});

async function* arriving(...pieces: string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    await delay(5);
    yield piece;
  }
}

function cueEvents(events: readonly SpeechEvent[]) {
  return events.flatMap((event) => event.kind === "cue" ? [event] : []);
}

const named = (codes: readonly number[]) => codes.map((code) => STAGE_CUES[code - 1]!);

Deno.test("Speaker with cues", async (t) => {
  await using tts = new EspeakTts();
  await tts.warm();
  const bare = "Hello everybody, this is a test. It has two sentences.";
  const marked = "[happy] Hello everybody, this [nod] is a test. [wink] It has two sentences [tilt].";

  await t.step("speaks the same samples and words as without them", async () => {
    await using plain = new Room(tts);
    await plain.listen(plain.speaker.say(bare).outcome);
    await using room = new Room(tts);
    await room.listen(room.speaker.say(marked).outcome);
    assertEquals(room.heard.map(({ samples }) => samples), plain.heard.map(({ samples }) => samples));
    assertEquals(room.events.filter(({ kind }) => kind !== "cue"), plain.events);
  });

  await t.step(
    "puts each on the frame of the word it stands before, and tells it when that is heard",
    async () => {
      await using room = new Room(tts);
      await room.listen(room.speaker.say(marked).outcome);
      const words = room.events.flatMap((event) => event.kind === "word" ? [event] : []);
      const segments = room.events.flatMap((event) => event.kind === "segment" ? [event] : []);
      const starts = new Map(words.map(({ text, startSample }) => [text, startSample]));
      const wanted = [
        ["happy", starts.get("Hello")],
        ["nod", starts.get("is")],
        ["wink", starts.get("It")],
        ["tilt", segments.at(-1)!.endSample],
      ];
      assertEquals(cueEvents(room.events).map(({ name, startSample }) => [name, startSample]), wanted);
      const frames = room.heard.flatMap(({ cues }, frame) => named(cues).map((name) => [name, frame]));
      assertEquals(frames, wanted.map(([name, sample]) => [name, Math.floor(sample as number / SPF)]));
      const order = room.events.map((event) =>
        event.kind === "cue" ? event.name : event.kind === "word" ? event.text : ""
      );
      assertEquals(order.indexOf("nod") + 1, order.indexOf("is"));
    },
  );

  await t.step("finds the place in a text whose letters are taken apart", async () => {
    await using room = new Room(tts);
    const text = "Tôi sống ở đây [nod] với các bạn của tôi.";
    await room.listen(room.speaker.say(text.normalize("NFD")).outcome);
    const word = room.events.find((event) => event.kind === "word" && event.text === "với");
    assert(word?.kind === "word");
    assertEquals(cueEvents(room.events).map(({ startSample }) => startSample), [word.startSample]);
  });

  await t.step("shares the sound by characters where the voice tells no words", async () => {
    const mute = new Moody(tts, () => {});
    const plain = mute.synthesize.bind(mute);
    mute.synthesize = async (text, options) => ({ ...await plain(text, options), words: [] });
    await using room = new Room(mute);
    await room.listen(room.speaker.say("aaaa aaaa aaaa aaaa[nod] aaaa aaaa aaaa aaaa.").outcome);
    const [segment] = room.events.flatMap((event) => event.kind === "segment" ? [event] : []);
    const [cue] = cueEvents(room.events);
    const share = (cue!.startSample - segment!.startSample) / (segment!.endSample - segment!.startSample);
    assert(share > 0.35 && share < 0.65, `${share}`);
  });

  await t.step("does cues without a text at once and in order, four a frame", async () => {
    await using room = new Room(tts);
    const said = room.speaker.say("[happy] [nod] [shake] [tilt] [wink] [neutral]");
    await room.listen(said.outcome);
    assertEquals(await said.outcome, { state: "completed", playedMs: 80 });
    assertEquals(room.heard.map(({ cues }) => named(cues)), [["happy", "nod", "shake", "tilt"], [
      "wink",
      "neutral",
    ]]);
    assert(room.heard.every(({ samples }) => samples.every((sample) => sample === 0)));
    assertEquals(room.events.map(({ kind }) => kind), [
      "utterance_start",
      ...new Array(6).fill("cue"),
      "utterance_end",
    ]);
  });

  await t.step("takes them from a stream, cut anywhere, and at its end", async () => {
    await using room = new Room(tts);
    const said = room.speaker.say(
      arriving("[hap", "py] Hel", "lo the[no", "d]re. This is it. ", "[wi", "nk]"),
    );
    await room.listen(said.outcome);
    assertEquals(cueEvents(room.events).map(({ name }) => name), ["happy", "nod", "wink"]);
    assertEquals(room.heard.flatMap(({ cues }) => named(cues)), ["happy", "nod", "wink"]);
    assertEquals(named(room.heard.at(-1)!.cues), ["wink"]);
    const texts = room.events.flatMap((event) => event.kind === "segment" ? [event.text] : []);
    assertEquals(texts.join(" "), "Hello there. This is it.");
  });

  await t.step("drops those of an interrupted utterance with its frames", async () => {
    await using room = new Room(tts);
    const said = room.speaker.say("[happy] One two three four five six seven [nod] eight.");
    await room.hearFrames(8);
    room.speaker.interrupt();
    await room.listen(said.outcome);
    await room.listen(room.speaker.say("And now [wink] this.").outcome);
    assertEquals(room.heard.flatMap(({ cues }) => named(cues)), ["happy", "wink"]);
    assertEquals(cueEvents(room.events).map(({ name }) => name), ["happy", "wink"]);
  });

  await t.step("warns once, at once, of what is nearly a cue, from a text and from a stream", async () => {
    await using room = new Room(tts);
    const one = room.speaker.say("[hapy] This is [nodd] spoken.", { metadata: 7 });
    assertEquals(room.events.map(({ kind, metadata }) => [kind, metadata]), [["warning", 7]]);
    const other = room.speaker.say(arriving("Well [surprized", "] then."));
    await room.listen(Promise.all([one.outcome, other.outcome]));
    const lines = room.events.flatMap((event) => event.kind === "warning" ? [event.text] : []);
    assertEquals(lines.length, 2);
    assert(lines[0]!.startsWith("[hapy]") && lines[1]!.startsWith("[surprized]"));
  });

  await t.step("tells cues that are none of the stage's as events only", async () => {
    await using room = new Room(tts, { cues: { plain: ["nod"], withArgument: ["scene"] } });
    await room.listen(room.speaker.say("Look [scene:Product] at this [nod] and [happy] this.").outcome);
    assertEquals(
      cueEvents(room.events).map(({ name, argument }) => [name, argument]),
      [["scene", "Product"], ["nod", undefined]],
    );
    assertEquals(room.heard.flatMap(({ cues }) => named(cues)), ["nod"]);
  });
});

/** Where the segmenter cuts, language by language, and what the cleaner lets through. */
import { assertEquals, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { cleanText, Segmenter, segmentText } from "../../src/speech/mod.ts";

/** Text, and the same with a bar where it is cut (blanks at the cut dropped). */
const CUTS: readonly (readonly [string, string])[] = [
  ["English sentences", "This is the first one. And here comes the second! Is there a third? Yes, there is."],
  ["a decimal number", "Pi is about 3.14 and a bit. It is less than 1,000,000 in any case."],
  ["a time of day", "We meet again at 10:30 today. Do not come late, please."],
  ["a web address", "See https://example.com/a?b=c,d.html for more. That page is old."],
  ["a title", "This is what Mr. Smith said. Then Dr. Jones left for St. Ives at once."],
  [
    "an abbreviation in the middle",
    "Take some fruit, e.g. apples, with you. Bring pears, plums etc. and nuts.",
  ],
  ["an abbreviation at the end", "Bring some pears, plums and nuts etc. The rest is here already."],
  ["an initial", "This was written by J. S. Bach in his youth. It is still played."],
  ["Vietnamese", "Xin chào các bạn! Tôi sống ở TP. Hồ Chí Minh. Hôm nay trời rất đẹp."],
  ["Chinese", "大家好。今天的天气很好！我们一起去公园吧？好的。"],
  ["Japanese", "こんにちは、私は山田です。今日はいい天気ですね！散歩に行きましょう。"],
  ["a quotation", 'He said: "This is it." Then he closed the door (slowly).'],
  ["lines", "A heading without a dot\nand the text under it\nin three lines"],
  ["an ellipsis", "I am not sure about that... Let me think again. Well… there is a way."],
];
const WANTED: readonly string[] = [
  "This is the first one.|And here comes the second!|Is there a third?|Yes, there is.",
  "Pi is about 3.14 and a bit.|It is less than 1,000,000 in any case.",
  "We meet again at 10:30 today.|Do not come late, please.",
  "See https://example.com/a?b=c,d.html for more.|That page is old.",
  "This is what Mr. Smith said.|Then Dr. Jones left for St. Ives at once.",
  "Take some fruit,|e.g. apples, with you.|Bring pears, plums etc. and nuts.",
  "Bring some pears,|plums and nuts etc.|The rest is here already.",
  "This was written by J. S. Bach in his youth.|It is still played.",
  "Xin chào các bạn!|Tôi sống ở TP. Hồ Chí Minh.|Hôm nay trời rất đẹp.",
  "大家好。|今天的天气很好！|我们一起去公园吧？|好的。",
  "こんにちは、|私は山田です。|今日はいい天気ですね！|散歩に行きましょう。",
  'He said:|"This is it."|Then he closed the door (slowly).',
  "A heading without a dot|and the text under it|in three lines",
  "I am not sure about that...|Let me think again.|Well… there is a way.",
];

CUTS.forEach(([name, text], index) => {
  Deno.test(`segmentText cuts ${name}`, () => {
    assertEquals(segmentText(text).map((segment) => segment.text).join("|"), WANTED[index]!);
  });
});

Deno.test("segmentText cuts the first segment at its first clause and later ones only when they are long", () => {
  const clause = "when the rain had stopped falling on the roof";
  const segments = segmentText(`Good evening, ${clause}, ${clause}, ${clause}.`).map(({ text }) => text);
  assertEquals(segments, ["Good evening,", `${clause}, ${clause},`, `${clause}.`]);
});

Deno.test("segmentText cuts endless text at blanks, ideographs and letters anywhere, pairs never", () => {
  const words = segmentText("word ".repeat(100)).map(({ text }) => text.length);
  assertEquals(words, [159, 159, 159, 19]);
  assertEquals(segmentText("字".repeat(120)).map(({ text }) => text.length), [53, 53, 14]);
  assertEquals(segmentText("a".repeat(400)).map(({ text }) => text.length), [160, 160, 80]);
  const rare = segmentText("𠮷".repeat(60)).map(({ text }) => text);
  assertEquals(rare.map((text) => text.isWellFormed()), [true, true]);
  const accented = segmentText("e\u0301\u0323".repeat(100)).map(({ text }) => text);
  assertEquals(accented.every((text) => text.startsWith("e") && text.endsWith("\u0323")), true);
});

Deno.test("Segmenter gives a segment as soon as the blank after its end has arrived", () => {
  const segmenter = new Segmenter();
  assertEquals(segmenter.push("Good morning everybody."), []);
  assertEquals(segmenter.push(" "), [{
    text: "Good morning everybody.",
    startChar: 0,
    endChar: 23,
    end: "sentence",
    cues: [],
  }]);
  assertEquals(segmenter.push("Next line\n"), []);
  assertEquals(segmenter.push("is longer than that\n").map(({ text }) => text), [
    "Next line\nis longer than that",
  ]);
  assertEquals(segmenter.finish(), []);
});

Deno.test("segmentText says how each segment ends", () => {
  const ends = segmentText("Good evening, dear friends. This is a heading\n" + "word ".repeat(40) + "(end!)")
    .map((s) => s.end);
  assertEquals(ends, ["clause", "sentence", "sentence", "none", "sentence"]);
});

Deno.test("cleanText drops what is not spoken and keeps the words", () => {
  const cases: readonly [string, string][] = [
    ["  two\t\t words \u0000\u0007 here ", "two words here"],
    ["one\r\n\r\n two", "one\ntwo"],
    ["Hello😀world 👩‍👩‍👧‍👦 family 🇻🇳 flag 👍🏽!", "Hello world family flag !"],
    ["keycap 1️⃣ one", "keycap 1 one"],
    ["broken \uD83D pair \uDE00 here", "broken pair here"],
    ["\uFEFFzero\u200Bwidth soft\u00ADhyphen", "zerowidth softhyphen"],
    ["z" + "\u0335".repeat(50) + "algo", "z" + "\u0335".repeat(6) + "algo"],
    ["© 2026, Café™", "© 2026, Café™"],
  ];
  for (const [text, wanted] of cases) assertEquals(cleanText(text), wanted);
});

Deno.test("cleanText refuses what has nothing to say", () => {
  for (const text of ["", "   \n", "...!?", "😀🎉", "\u0000\u0001", "\uD800", "— – -"]) {
    assertEquals(assertThrows(() => cleanText(text), InputFault).code, "empty_text");
    assertEquals(assertThrows(() => segmentText(text), InputFault).code, "empty_text");
  }
});

Deno.test("cleanText refuses a megabyte, naming length and limit, and obeys a limit given", () => {
  const error = assertThrows(() => cleanText("word ".repeat(200_000)), InputFault, "1000000");
  assertEquals(error.code, "text_too_long");
  assertThrows(() => cleanText("twelve chars", 11), InputFault, "at most 11");
  const segmenter = new Segmenter({ textLengthMax: 20 });
  segmenter.push("ten chars.");
  assertEquals(
    assertThrows(() => segmenter.push("and eleven."), InputFault, "21").code,
    "text_too_long",
  );
});

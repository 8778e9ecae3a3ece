/** What holds for every text, however odd and however it arrives. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cleanText,
  isSpoken,
  type Segment,
  Segmenter,
  segmentText,
  spokenLength,
} from "../../src/speech/mod.ts";

// deno-fmt-ignore
const PARTS = [
  "a",
  "B",
  "Mr.",
  "e.g.",
  "etc.",
  "3.14",
  "1,000",
  " ",
  " ",
  "\n",
  ".",
  ",",
  "!",
  "?",
  ":",
  ";",
  "…",
  "。",
  "、",
  "，",
  "！",
  '"',
  ")",
  "word",
  "Xin chào",
  "TP.",
  "漢字",
  "かな",
  "한글",
  "😀",
  "👩‍👧",
  "🇻🇳",
  "\u0301",
  "\u200D",
  "\uD83D",
  "\uDE00",
  "\u0000",
  "https://a.b/c",
  "𠮷",
  "न्दी",
  "supercalifragilistic",
  "-",
  "\t",
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { maxLength: 120 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 300 }),
);
const limits = fc.constantFrom({}, { lengthMax: 20, lengthMin: 4, clauseLengthMin: 10, firstLengthMin: 3 });

function speakable(raw: string): boolean {
  try {
    cleanText(raw);
    return true;
  } catch {
    return false;
  }
}

Deno.test("segmentText loses nothing but blanks and punctuation without a word", () => {
  fc.assert(
    fc.property(text.filter(speakable), limits, (raw, limit) => {
      const clean = cleanText(raw);
      let end = 0;
      for (const segment of segmentText(raw, limit)) {
        assertEquals(clean.slice(segment.startChar, segment.endChar), segment.text);
        assert(!isSpoken(clean.slice(end, segment.startChar)));
        assert(segment.startChar >= end);
        end = segment.endChar;
      }
      assert(!isSpoken(clean.slice(end)));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("segmentText keeps each segment spoken, trimmed, well formed and within the maximum", () => {
  fc.assert(
    fc.property(text.filter(speakable), limits, (raw, limit) => {
      for (const segment of segmentText(raw, limit)) {
        assert(isSpoken(segment.text));
        assert(segment.text.isWellFormed());
        assertEquals(segment.text, segment.text.trim());
        assert(spokenLength(segment.text) <= (limit.lengthMax ?? 160));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("Segmenter gives the same segments char by char, in pieces and as a whole", () => {
  fc.assert(
    fc.property(
      text.filter(speakable),
      limits,
      fc.integer({ min: 1, max: 9 }),
      (raw, limit, pieceLength) => {
        const wanted = segmentText(raw, limit);
        for (const length of [1, pieceLength]) {
          const segmenter = new Segmenter(limit);
          const got: Segment[] = [];
          for (let at = 0; at < raw.length; at += length) {
            got.push(...segmenter.push(raw.slice(at, at + length)));
          }
          got.push(...segmenter.finish());
          assertEquals(got, wanted);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

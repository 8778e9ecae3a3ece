/** What holds for every text with cues strewn over it: what is spoken is the text without them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TextCleaner } from "../../src/speech/clean.ts";
import { cleanText, type Segment, Segmenter, segmentText, STAGE_CUES } from "../../src/speech/mod.ts";

const PARTS = [
  ...[
    "word",
    "a",
    "Mr.",
    "etc.",
    "3.14",
    "Xin chào",
    "漢字",
    "한글",
    "न्दी",
    "\u0301",
    "\u200D",
    "👩‍👧",
    "🇻🇳",
    "𠮷",
  ],
  ...[" ", " ", " ", "\n", "\t", ".", ",", "!", "?", ":", "…", "。", "，", '"', ")", "(", "-", "\u0000"],
  ...["[sic]", "[1]", "]", "[", "\\", "[no", "\\[nod]", "od]", "supercalifragilistic"],
];
const plain = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { maxLength: 60 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 100 }),
  fc.string({ unit: "binary", maxLength: 100 }),
);
const written = fc.tuple(fc.constantFrom(...STAGE_CUES), fc.constantFrom("", " ", "  "), fc.boolean()).map(
  ([name, blank, isLoud]) => `[${blank}${isLoud ? name.toUpperCase() : name}${blank}]`,
);
const strewn = fc.array(fc.tuple(fc.nat(), written), { maxLength: 8 });
const limits = fc.constantFrom({}, { lengthMax: 20, lengthMin: 4, clauseLengthMin: 10, firstLengthMin: 3 });

/** Nothing that is itself a cue, or could become one by what is put next to it. */
function hasNoCue(text: string): boolean {
  return !/[[\]\\]/.test(text);
}

/** Cues at these places; on demand never behind a blank, which goes with the cue where a mark follows. */
function strew(text: string, cues: readonly (readonly [number, string])[], areBlanksKept = false): string {
  let marked = text;
  for (const [place, cue] of cues) {
    const at = place % (marked.length + 1);
    const isInsideCue = marked.lastIndexOf("[", at - 1) > marked.lastIndexOf("]", at - 1);
    const isBlankBefore = areBlanksKept &&
      new TextCleaner().push(marked.slice(0, at).replace(/\[[^\]]*\]/g, "")).endsWith(
        " ",
      );
    if (!isInsideCue && !isBlankBefore) marked = marked.slice(0, at) + cue + marked.slice(at);
  }
  return marked;
}

function spoken(segments: readonly Segment[]): unknown[] {
  return segments.filter(({ text }) => text !== "").map(({ cues: _, ...segment }) => segment);
}

function inPieces(text: string, length: number, limit: object): Segment[] {
  const segmenter = new Segmenter(limit);
  const segments: Segment[] = [];
  for (let at = 0; at < text.length; at += length) {
    segments.push(...segmenter.push(text.slice(at, at + length)));
  }
  return [...segments, ...segmenter.finish()];
}

function isSpeakable(text: string): boolean {
  try {
    return cleanText(text) !== "";
  } catch {
    return false;
  }
}

Deno.test("a text with cues anywhere is spoken, cut and counted as the text without them", () => {
  fc.assert(
    fc.property(plain.filter(hasNoCue).filter(isSpeakable), strewn, limits, (text, cues, limit) => {
      const marked = strew(text, cues, true);
      assertEquals(cleanText(marked), cleanText(text));
      assertEquals(spoken(segmentText(marked, limit)), spoken(segmentText(text, limit)));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a cue with a blank before it, anywhere a word ends, leaves no trace either", () => {
  const sentence = fc.array(fc.constantFrom("Yes", "no", "3.14", "well", "chào", "漢字"), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(sentence, fc.constantFrom(".", ",", "!", "?", "。", " -", ")")), { minLength: 1 }),
      written,
      (parts, cue) => {
        const text = parts.map(([words, mark]) => `${words.join(" ")}${mark}`).join(" ");
        const marked = parts.map(([words, mark]) => `${words.join(` ${cue} `)} ${cue}${mark}`).join(" ");
        assertEquals(cleanText(marked), cleanText(text));
        assertEquals(spoken(segmentText(marked)), spoken(segmentText(text)));
      },
    ),
  );
});

Deno.test("no cue is lost, doubled, moved to another place or out of order, however the text arrives", () => {
  fc.assert(
    fc.property(plain, strewn, limits, fc.integer({ min: 1, max: 9 }), (text, cues, limit, length) => {
      const marked = `${strew(text, cues)} x`;
      const whole = segmentText(marked, limit);
      for (const pieces of [1, length]) assertEquals(inPieces(marked, pieces, limit), whole);
      for (const segment of whole) {
        let at = 0;
        for (const cue of segment.cues) {
          assert(cue.at >= at && (cue.at < segment.text.length || cue.at === 0));
          at = cue.at;
        }
      }
      if (!hasNoCue(text)) return;
      const wanted = [...marked.matchAll(/\[\s*(\w+)\s*\]/g)].map((match) => match[1]!.toLowerCase());
      assertEquals(whole.flatMap((segment) => segment.cues.map(({ name }) => name)), wanted);
    }),
    { numRuns: 2000 },
  );
});

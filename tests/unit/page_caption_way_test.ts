/** Two ways by which words come to the page: those that come with the frames first, the other where none come. */
import { assertEquals } from "@std/assert";
import { CaptionWay } from "../../src/control/page/caption_way.ts";

const FRAME_MS = 40;

Deno.test("caption way: events of the stream are taken before, between and after notes, not beside them", () => {
  let nowMs = 0;
  const taken: string[] = [];
  const way = new CaptionWay(({ text }) => taken.push(text!), () => nowMs);
  const notes = (untilMs: number) => {
    for (; nowMs < untilMs; nowMs += FRAME_MS) way.take({ events: [] });
  };
  way.hear({ kind: "word", text: "before" });
  way.take({ events: [{ kind: "word", text: "with its frame" }] });
  way.hear({ kind: "word", text: "the same again" });
  notes(5000);
  way.hear({ kind: "word", text: "beside notes in silence" });
  nowMs += 2000; // the line broke; pictures come as Motion JPEG
  way.hear({ kind: "word", text: "without notes" });
  notes(9000);
  way.hear({ kind: "word", text: "beside them again" });
  assertEquals(taken, ["before", "with its frame", "without notes"]);
});

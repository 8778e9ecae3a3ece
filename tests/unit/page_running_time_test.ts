/** How long a recording runs, as the page shows it: what the programme says, counted on between two of its words. */
import { assertEquals } from "@std/assert";
import { RunningTime } from "../../src/control/page/running_time.ts";

Deno.test("running time: a recording that is met in its middle shows how long it is, and counts on", () => {
  let nowMs = 50_000;
  const time = new RunningTime(() => nowMs);
  assertEquals(time.text, "");
  time.hear(83_000);
  assertEquals(time.text, "1:23");
  nowMs += 1500;
  assertEquals(time.text, "1:24");
});

Deno.test("running time: one that begins here is counted at once; an encoder's little delay does not set it back", () => {
  let nowMs = 0;
  const time = new RunningTime(() => nowMs);
  time.begin();
  nowMs = 3100;
  time.hear(2300);
  assertEquals(time.text, "0:03");
  time.hear(600); // a disk that was too slow: so much less is in the file
  assertEquals(time.text, "0:00");
});

Deno.test("running time: over, nothing is shown", () => {
  const time = new RunningTime(() => 0);
  time.begin();
  time.end();
  assertEquals(time.text, "");
});

/** Why there is no sound, as a person reads it: one short line with a mend that the doctor gives too. */
import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { whyNotLoaded } from "../../src/sound/naudiodon_child.ts";
import { withMend } from "../../src/sound/sound_sink.ts";

Deno.test("whyNotLoaded keeps the first sentence and not the paths that were tried", () => {
  const tried = " → node_modules/naudiodon/build/naudiodon.node\n".repeat(40);
  const error = new Error(`Could not locate the bindings file. Tried:\n${tried}`);
  assertEquals(whyNotLoaded(error), "Could not locate the bindings file");
  const library = "libasound.so.2: cannot open shared object file: No such file or directory";
  assertEquals(whyNotLoaded(new Error(library)), library);
  assertEquals(whyNotLoaded("x".repeat(5000)).length, 200);
});

Deno.test("withMend names the mend of what is missing and the doctor", () => {
  const cases: readonly [string, string][] = [
    ["naudiodon does not load: Could not locate the bindings file", "mend: deno task setup;"],
    ["naudiodon does not load: libasound.so.2: no such file", "mend: sudo apt install libasound2 "],
    ["there is no output device", "mend: plug in or start a sound device;"],
  ];
  for (const [reason, mend] of cases) {
    const line = withMend(reason);
    assertStringIncludes(line, reason);
    assertStringIncludes(line, mend);
    assertMatch(line, /`deno task doctor` says more$/);
    assertLess(line.length, 300);
  }
});

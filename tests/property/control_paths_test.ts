/** What is told over the network names no folder of this machine, wherever in a sentence a path stands. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { withoutPaths } from "../../src/control/problem.ts";

const folder = fc.stringMatching(/^[A-Za-z0-9_.~+@%-]{1,12}$/).filter((name) => !/^\.+$/.test(name));
const file = fc.stringMatching(/^[a-z]{1,8}\.[a-z0-9]{1,4}$/);
const before = fc.constantFrom(
  "",
  " ",
  '"',
  "'",
  "`",
  "(",
  "[",
  "{",
  "<",
  "=",
  ":",
  ": ",
  ",",
  ";",
  "|",
  "→ ",
);
const after = fc.constantFrom("", " ", '"', "'", "`", ")", "]", "}", ">", ":", ", ", ";", ".");

Deno.test("withoutPaths: of an absolute path only the last part stays, whatever is before and after it", () => {
  fc.assert(
    fc.property(
      fc.array(folder, { minLength: 1, maxLength: 5 }),
      file,
      before,
      after,
      (parts, name, a, b) => {
        const folders = parts.map((part) => `zz${part}`);
        const told = withoutPaths(`reading${a === "" ? " " : a}/${folders.join("/")}/${name}${b}wanted`);
        for (const part of folders) assert(!told.includes(part), told);
        assert(told.startsWith("reading") && told.includes(name) && told.endsWith("wanted"), told);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("withoutPaths: a quoted path may have spaces in it", () => {
  for (const quote of ['"', "'", "`"]) {
    const path = `${quote}/srv/My Films/of 2026, (new)/a b.mp4${quote}`;
    assertEquals(withoutPaths(`open ${path}: denied`), `open ${quote}a b.mp4${quote}: denied`);
  }
});

Deno.test("withoutPaths: what is no absolute path stays as it is", () => {
  const same = [
    "25/30 frames a second",
    "H.264/AAC and/or VP8",
    "a/b.mp4 is missing",
    "wanted 1/2",
    "and / or",
  ];
  for (const text of same) assertEquals(withoutPaths(text), text);
});

Deno.test("withoutPaths keeps words and drops folders", () => {
  assertEquals(withoutPaths("opening /home/a b/c.txt: denied"), "opening a b/c.txt: denied");
  assertEquals(
    withoutPaths('opening "/srv/x/y.wav", wanted text/plain or 1/2'),
    'opening "y.wav", wanted text/plain or 1/2',
  );
});

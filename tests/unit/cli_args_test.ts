/** Our stand-in for parseArgs of @std/cli: the same answers for the calls that its documentation shows. */
import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";

Deno.test("parseArgs takes values after a space and after an equals sign", () => {
  const args = parseArgs(["--out", "a b", "--size=1x2=3", "word"], { string: ["out", "size"] });
  assertEquals(args, { _: ["word"], out: "a b", size: "1x2=3" });
});

Deno.test("parseArgs turns numbers into numbers except for strings", () => {
  const args = parseArgs(["--fps", "25", "--port", "8010", "7"], { string: ["port", "_"] });
  assertEquals(args, { _: ["7"], fps: 25, port: "8010" });
  assertEquals(parseArgs(["7", "-3"])._, [7, -3]);
});

Deno.test("parseArgs gives booleans a default and lets words follow them", () => {
  assertEquals(parseArgs(["--json", "word"], { boolean: ["json", "exit"] }), {
    _: ["word"],
    json: true,
    exit: false,
  });
  assertEquals(parseArgs(["--json=false"], { boolean: "json" })["json"], false);
  assertEquals(parseArgs(["--a", "b"], { boolean: true }), { _: ["b"], a: true });
});

Deno.test("parseArgs turns negatable flags off only", () => {
  const args = parseArgs(["--no-page", "--no-mic"], { boolean: ["page"], negatable: ["page"] });
  assertEquals(args, { _: [], page: false, "no-mic": true });
});

Deno.test("parseArgs collects repeated flags and keeps the last of others", () => {
  const args = parseArgs(["--say", "a", "--say", "b", "--out", "c", "--out", "d"], {
    string: ["say", "out", "audio"],
    collect: ["say", "audio"],
  });
  assertEquals(args, { _: [], say: ["a", "b"], out: "d", audio: [] });
});

Deno.test("parseArgs sets every alias and reads grouped letters", () => {
  const args = parseArgs(["-hn5"], { boolean: ["help"], alias: { help: "h", number: ["n"] } });
  assertEquals(args, { _: [], help: true, h: true, number: 5, n: 5 });
  assertEquals(parseArgs(["-ofile"], { string: ["o"] })["o"], "file");
  assertEquals(parseArgs(["-o=file"], { string: ["o"] })["o"], "file");
});

Deno.test("parseArgs leaves what follows -- alone", () => {
  assertEquals(parseArgs(["a", "--", "--b", "3"])._, ["a", "--b", "3"]);
  assertEquals(parseArgs(["a", "--", "--b"], { "--": true }), { _: ["a"], "--": ["--b"] });
});

Deno.test("parseArgs stops at the first word with stopEarly", () => {
  assertEquals(parseArgs(["--x", "--", "y"], { stopEarly: true })._, ["y"]);
  assertEquals(parseArgs(["live", "--fps", "25"], { stopEarly: true }), { _: ["live", "--fps", "25"] });
});

Deno.test("parseArgs asks about what is not declared and leaves it out on false", () => {
  const asked: unknown[] = [];
  const args = parseArgs(["--known", "v", "--other=w", "word", "-q"], {
    string: ["known"],
    unknown: (...given) => (asked.push(given), false),
  });
  assertEquals(args, { _: [], known: "v" });
  assertEquals(asked, [["--other=w", "other", "w"], ["word"], ["-q", "q", true]]);
});

Deno.test("parseArgs never takes a flag for a value and gives strings an empty one", () => {
  assertEquals(parseArgs(["--say", "--exit"], { string: ["say"], boolean: ["exit"] }), {
    _: [],
    say: "",
    exit: true,
  });
});

Deno.test("parseArgs applies defaults to what was not given, aliases too", () => {
  assertEquals(parseArgs([], { default: { port: 1 }, alias: { port: "p" } }), { _: [], port: 1, p: 1 });
  assertEquals(parseArgs(["--no-page"], { negatable: ["page"], default: { page: true } })["page"], false);
});

/** The log, and the folders it and everything else live in. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { findFolders, LineLog, type LogLevel } from "../../src/app/mod.ts";

function open(level: LogLevel, filePath?: string) {
  const lines: string[] = [];
  const now = () => new Date(Date.UTC(2026, 10, 20, 12));
  const log = new LineLog({ level, toPerson: (line) => lines.push(line), filePath, now });
  return { log, lines };
}

Deno.test("LineLog drops what is below its level, for the person and in the file", () => {
  const path = Deno.makeTempFileSync();
  const { log, lines } = open("warn", path);
  log.debug("a");
  log.info("b");
  log.warn("c", { port: 8010 });
  log.error("d\nd", { cause: new Error("why") });
  log[Symbol.dispose]();
  assertEquals(lines, ["warn: c  port=8010", "error: d d  cause=why"]);
  const records = Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(records, [
    { time: "2026-11-20T12:00:00.000Z", level: "warn", message: "c", port: 8010 },
    { time: "2026-11-20T12:00:00.000Z", level: "error", message: "d\nd", cause: "why" },
  ]);
  Deno.removeSync(path);
});

Deno.test("LineLog adds to a file and keeps its own fields whole", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "before\n");
  const { log } = open("info", path);
  log.info("message", { level: 3, big: 5n });
  log[Symbol.dispose]();
  const [before, line] = Deno.readTextFileSync(path).split("\n");
  assertEquals(before, "before");
  assertEquals(JSON.parse(line!), {
    time: "2026-11-20T12:00:00.000Z",
    level: "info",
    message: "message",
    level_: 3,
    big: "5",
  });
  Deno.removeSync(path);
});

Deno.test("LineLog goes on without a file that cannot be opened, saying so once", () => {
  const { log, lines } = open("info", join(Deno.makeTempDirSync(), "absent", "log"));
  log.info("one");
  log.info("two");
  assertEquals(lines.length, 3);
  assertMatch(lines[0]!, /^warn: writing the log file .* failed \(.*\), going on without it/);
});

Deno.test({
  name: "LineLog goes on when the disk is full, saying so once",
  ignore: Deno.build.os !== "linux",
  fn() {
    const { log, lines } = open("info", "/dev/full");
    log.info("one");
    log.info("two");
    log[Symbol.dispose]();
    assertEquals(lines.filter((line) => /ENOSPC|no space/i.test(line)).length, 1, lines.join("\n"));
    assertEquals(lines.filter((line) => line === "one" || line === "two").length, 2);
  },
});

Deno.test("findFolders follows the XDG variables, ignores relative ones and falls back to the home", () => {
  const given = findFolders({ XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d", HOME: "/h" }, "/w");
  assertEquals([given.config, given.data, given.working], [join("/c", "lipcam"), join("/d", "lipcam"), "/w"]);
  assertEquals(given.avatars[0], join("/d", "lipcam", "avatars"));
  assertEquals(given.avatars[1], join(given.project, "avatars"));
  assert(Deno.statSync(join(given.project, "main.ts")).isFile);
  const fallback = findFolders({ XDG_CONFIG_HOME: "relative", HOME: "/h" }, "/w");
  assertEquals(fallback.config, join("/h", ".config", "lipcam"));
  assertEquals(fallback.models[0], join("/h", ".local", "share", "lipcam", "models"));
});

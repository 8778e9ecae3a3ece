/** The log, and the folders it and everything else live in. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { findFolders, LineLog, type LogLevel, runtimeFolder } from "../../src/app/mod.ts";
import { Fault } from "../../src/errors/mod.ts";

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

const ON_UNIX = { ignore: Deno.build.os === "windows" };

Deno.test(
  "runtimeFolder makes a private folder under XDG_RUNTIME_DIR, else under the temporary one",
  ON_UNIX,
  () => {
    const base = Deno.makeTempDirSync();
    const under = runtimeFolder({ XDG_RUNTIME_DIR: base });
    assertEquals(under, join(base, "lipcam"));
    assertEquals(Deno.statSync(under).mode! & 0o777, 0o700);
    assertEquals(runtimeFolder({ XDG_RUNTIME_DIR: base }), under);
    for (const missing of [undefined, "", "relative", join(base, "absent")]) {
      const environment: Record<string, string> = missing === undefined ? {} : { XDG_RUNTIME_DIR: missing };
      const fallback = runtimeFolder(environment, base);
      assertMatch(fallback, /lipcam-\d+$/);
      assertEquals(Deno.statSync(fallback).mode! & 0o777, 0o700);
    }
    Deno.removeSync(base, { recursive: true });
  },
);

Deno.test("runtimeFolder refuses a link, a file, other people's and open folders", ON_UNIX, () => {
  const refusal = (prepare: (path: string) => void) => {
    const base = Deno.makeTempDirSync();
    prepare(join(base, "lipcam"));
    const { message } = assertThrows(() => runtimeFolder({ XDG_RUNTIME_DIR: base }), Fault);
    Deno.removeSync(base, { recursive: true });
    return message;
  };
  const elsewhere = Deno.makeTempDirSync();
  assertStringIncludes(refusal((path) => Deno.symlinkSync(elsewhere, path)), "is a symbolic link");
  assertStringIncludes(refusal((path) => Deno.writeTextFileSync(path, "")), "is not a folder");
  assertStringIncludes(
    refusal((path) => {
      Deno.mkdirSync(path);
      Deno.chmodSync(path, 0o755);
    }),
    "has mode 755",
  );
  if (Deno.uid() !== 0) return; // only root can give a folder away
  const given = refusal((path) => {
    Deno.mkdirSync(path);
    Deno.chmodSync(path, 0o700);
    Deno.chownSync(path, 12345, 12345);
  });
  assertStringIncludes(given, "belongs to user 12345");
});

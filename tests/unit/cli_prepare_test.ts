/** What `prepare` makes of a path and flags, and which flags it refuses because they would do nothing. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { readCommandLine } from "../../src/cli/flags.ts";
import { command } from "../../src/cli/prepare.ts";
import { prepareKind, refuseFlags } from "../../src/cli/prepare_kinds.ts";

const flagsOf = (...argv: string[]) => readCommandLine(argv, command.flags, "PICTURE").flags;

const KIND_OF_FLAG = {
  background: "photo",
  engine: "clip",
  speaking: "clip",
  action: "clip",
  musetalk: "clip",
  shift: "clip",
  preview: "clip",
  actions: "import",
} as const;
const FOR_ALL = ["id", "force", "progress", "json"];
const PATHS = { photo: "a.jpg", clip: "a.mp4", import: "folder" } as const;

Deno.test("prepare: a photo is a photo, with --engine, --speaking or --action a clip; a foreign folder is an import", () => {
  assertEquals(prepareKind("a.JPG", false, flagsOf()), "photo");
  assertEquals(prepareKind("a.png", false, flagsOf("--preview", "--shift", "3")), "photo");
  for (const flag of ["--engine", "--speaking", "--action"]) {
    assertEquals(prepareKind("a.jpg", false, flagsOf(flag, "x")), "clip", flag);
  }
  assertEquals(prepareKind("a.mp4", false, flagsOf()), "clip");
  assertEquals(prepareKind("folder", false, flagsOf()), "clip");
  assertEquals(prepareKind("folder", true, flagsOf("--engine", "all")), "import");
});

Deno.test("prepare: every flag is taken by all kinds or refused by all but its own, by name", () => {
  const names = command.flags.map(({ name }) => name).toSorted();
  assertEquals(names, [...Object.keys(KIND_OF_FLAG), ...FOR_ALL].toSorted());
  for (const flag of command.flags) {
    const argv = flag.kind === "switch" ? [`--${flag.name}`] : [`--${flag.name}`, "x"];
    for (const kind of ["photo", "clip", "import"] as const) {
      const refuse = () => refuseFlags(kind, PATHS[kind], flagsOf(...argv));
      const own = (KIND_OF_FLAG as Readonly<Record<string, string>>)[flag.name] ?? kind;
      if (own === kind) refuse();
      else {
        const fault = assertThrows(refuse, InputFault, `--${flag.name} does nothing for `);
        assertEquals(fault.code, "bad_flag");
        assertStringIncludes(fault.message, ", wanted it with ");
      }
    }
  }
});

Deno.test("prepare: a refusal says what became of a photo, and help does", () => {
  const flags = flagsOf("--engine", "all", "--background", "blur");
  const fault = assertThrows(() => refuseFlags("clip", "a.jpg", flags), InputFault);
  assertEquals(
    fault.message,
    "--background does nothing for a photo with --engine, --speaking, --action, which becomes a video avatar, wanted it with a photo only",
  );
  assertStringIncludes(command.about, "photo becomes a video avatar of one picture");
});

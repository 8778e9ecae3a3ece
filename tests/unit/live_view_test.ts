import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import type { ObsState, ProgrammeState } from "../../src/programme/mod.ts";
import { ACT_KEYS_HELP, actOf } from "../../src/cli/act_keys.ts";
import { cursorAt, type DashboardInput, dashboardLines } from "../../src/cli/dashboard.ts";
import { LineEditor } from "../../src/cli/line_editor.ts";
import { widthOf } from "../../src/cli/paint.ts";
import { linesOf } from "../../src/cli/stdin_lines.ts";
import { typedLine } from "../../src/cli/typed_line.ts";
import { STAGE_CUES } from "../../src/speech/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("LineEditor gives the line at Enter and keeps characters split over reads", () => {
  const editor = new LineEditor();
  const whole = bytes("xin chào\r");
  const actions = [...whole].flatMap((byte) => editor.feed(Uint8Array.of(byte)));
  assertEquals(actions, [{ kind: "line", text: "xin chào" }]);
  assertEquals(editor.line, "");
});

Deno.test("LineEditor deletes whole characters, words and lines", () => {
  const editor = new LineEditor();
  editor.feed(bytes("one two é👍🏽"));
  editor.feed(bytes("\x7f"));
  assertEquals(editor.line, "one two é");
  editor.feed(bytes("\x17"));
  assertEquals(editor.line, "one two ");
  editor.feed(bytes("\x15"));
  assertEquals(editor.line, "");
});

Deno.test("LineEditor tells a lone Esc from an arrow key and walks its history", () => {
  const editor = new LineEditor();
  editor.feed(bytes("first\r"));
  editor.feed(bytes("second\r"));
  assertEquals(editor.feed(bytes("\x1b")), [{ kind: "escape" }]);
  assertEquals(editor.feed(bytes("\x1b[A")), []);
  assertEquals(editor.line, "second");
  editor.feed(bytes("\x1b[A"));
  assertEquals(editor.line, "first");
  editor.feed(bytes("\x1b[B\x1b[B"));
  assertEquals(editor.line, "");
});

const KEY = {
  left: "\x1b[D",
  right: "\x1b[C",
  home: "\x1b[H",
  end: "\x1bOF",
  del: "\x1b[3~",
  up: "\x1bOA",
  down: "\x1b[B",
  wordLeft: "\x1b[1;5D",
  wordRight: "\x1bf",
};

Deno.test("LineEditor moves by characters, words and to both ends, and edits where the cursor is", () => {
  const steps: readonly [string, string][] = [
    ["one two", "one two|"],
    [KEY.left + KEY.left, "one t|wo"],
    ["é", "one té|wo"],
    ["\x7f", "one t|wo"],
    [KEY.del, "one t|o"],
    [KEY.home + KEY.left + "👍🏽", "👍🏽|one to"],
    [KEY.left, "|👍🏽one to"],
    [KEY.right + KEY.right, "👍🏽o|ne to"],
    ["\x05", "👍🏽one to|"],
    [KEY.right, "👍🏽one to|"],
    [KEY.wordLeft + KEY.wordLeft, "|👍🏽one to"],
    [KEY.wordRight, "👍🏽one| to"],
    ["\x04", "👍🏽one|to"],
    ["\x17" + "a b", "a b|to"],
    ["\x0b", "a b|"],
    ["\x01" + KEY.right + "\x15", "| b"],
    [KEY.end + "c", " bc|"],
  ];
  const editor = new LineEditor();
  for (const [typed, wanted] of steps) {
    assertEquals(editor.feed(bytes(typed)), []);
    const { line, cursor } = editor;
    assertEquals(`${line.slice(0, cursor)}|${line.slice(cursor)}`, wanted, JSON.stringify(typed));
  }
  editor.feed(bytes(KEY.home));
  assertEquals(editor.feed(bytes("\r")), [{ kind: "line", text: "bc" }]);
  assertEquals([editor.line, editor.cursor], ["", 0]);
});

Deno.test("LineEditor goes back in its history and forth to what was being typed", () => {
  const editor = new LineEditor();
  editor.feed(bytes("first\rsecond\rsecond\rdraft"));
  const seen = [KEY.up, KEY.up, KEY.up, KEY.down, KEY.down, KEY.down].map((key) => {
    editor.feed(bytes(key));
    assertEquals(editor.cursor, editor.line.length);
    return editor.line;
  });
  assertEquals(seen, ["second", "first", "first", "second", "draft", "draft"]);
});

Deno.test("LineEditor knows function keys of all kinds of terminals and types none of their letters", () => {
  const editor = new LineEditor();
  const typed: readonly [string, number][] = [
    ["\x1bOQ", 2],
    ["\x1b[12~", 2],
    ["\x1b[[B", 2],
    ["\x1b[15~", 5],
    ["\x1b[[E", 5],
    ["\x1b[17~", 6],
    ["\x1b[20~", 9],
    ["\x1b[24~", 12],
  ];
  for (const [sequence, number] of typed) {
    assertEquals(editor.feed(bytes(sequence)), [{ kind: "function", number }]);
  }
  assertEquals(editor.feed(bytes("\x1b[25~\x1b[1;2P\x1bx")), []);
  assertEquals(editor.line, "");
});

Deno.test("actOf has a key for every expression and action; an expression's own key takes it back", () => {
  const named = Array.from({ length: 12 }, (_, index) => actOf(index + 1, "neutral")).filter((name) => name);
  assertEquals(named, STAGE_CUES.filter((name) => name !== "neutral"));
  assertEquals([actOf(2, "sad"), actOf(2, "happy"), actOf(6, "happy")], ["happy", "neutral", "nod"]);
  for (const name of named) assertStringIncludes(ACT_KEYS_HELP, name!);
  assertLessOrEqual(ACT_KEYS_HELP.length, 80);
});

Deno.test("typedLine keeps the cursor in sight and says where it is", () => {
  const line = "0123456789".repeat(5);
  for (let cursor = 0; cursor <= line.length; cursor++) {
    const { text, cursorColumn } = typedLine(line, cursor, 20);
    assertLessOrEqual(text.length, 20);
    assertLessOrEqual(cursorColumn, text.length);
    const isBehind = cursor === line.length;
    assertEquals(text[cursorColumn] ?? "", isBehind ? "" : line[cursor]!, `${cursor} in ${text}`);
    if (cursor < 40) assert(text.endsWith("…"));
    if (cursor > 20) assert(text.startsWith("…"));
  }
  assertEquals(typedLine("你好吗", 2, 6), { text: "你好吗", cursorColumn: 4 });
  assertEquals(typedLine("你好吗好", 4, 6), { text: "…吗好", cursorColumn: 5 });
});

Deno.test("LineEditor ends on Ctrl-C always and on Ctrl-D when the line is empty", () => {
  const editor = new LineEditor();
  assertEquals(editor.feed(bytes("a\x04")), []);
  assertEquals(editor.feed(bytes("\x03")), [{ kind: "end" }]);
  editor.feed(bytes("\x15"));
  assertEquals(editor.feed(bytes("\x04")), [{ kind: "end" }]);
});

Deno.test("linesOf yields each line when its break arrives, and the rest at the end", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const lines = linesOf(readable)[Symbol.asyncIterator]();
  writer.write(bytes("Hello the"));
  writer.write(bytes("re.\r\n\n  Next"));
  assertEquals((await lines.next()).value, "Hello there.");
  writer.close();
  assertEquals((await lines.next()).value, "Next");
  assert((await lines.next()).done);
});

const STATE: ProgrammeState = {
  avatar: "mai",
  engine: "loudness",
  video: { mouth: "visemes" },
  size: "1280x720",
  uptimeMs: 3_723_000,
  picture: {
    phase: "speaking",
    fps: 25,
    units: 93_075,
    laggedFrames: 0,
    repeatedFrames: 2,
    reanchors: 0,
    skewMs: 0,
    skewMsMax: 40,
    composeMs: 1.234,
    tickErrorMs: 0.21,
    slewPpm: 12,
    holdFrames: 3,
    expression: "happy",
  },
  speech: {
    queued: 1,
    queuedMs: 2400,
    capacity: 32,
    accepted: 3,
    rejected: 0,
    starvedPauses: 0,
    latePauses: 0,
    interrupts: 1,
    speaking: {
      utterance: 3,
      text: "你好，世界。 Hello there, this is a rather long sentence indeed.",
      word: "there",
    },
  },
  camera: {
    state: "open",
    path: "/dev/video10",
    card: "Lipcam",
    format: "I420",
    written: 900,
    dropped: 0,
    lostCount: 0,
  },
  sound: {
    kind: "naudiodon",
    device: "default",
    latencyMs: 141,
    depthMs: 40,
    targetDepthMs: 40,
    underruns: 0,
    restarts: 0,
    isDeviceClock: true,
  },
  lipsync: {},
  page: "http://127.0.0.1:8010/",
  obs: {},
  still: { isHeld: false, isPanic: false },
  notes: [],
};

function input(more: Partial<DashboardInput> = {}): DashboardInput {
  const line = more.line ?? "typed";
  const base = { state: STATE, line, cursor: line.length, message: "", columns: 80, rows: 40 };
  return { ...base, hasColor: false, ...more };
}

Deno.test("dashboardLines shows what is heard, the counters and the devices, within any width", () => {
  for (const columns of [20, 60, 120]) {
    for (const hasColor of [false, true]) {
      const lines = dashboardLines(input({ columns, hasColor }));
      for (const line of lines) assertLessOrEqual(widthOf(line), columns, JSON.stringify(line));
    }
  }
  const text = dashboardLines(input({ columns: 120 })).join("\n");
  for (
    const part of [
      "speaking",
      "Hello there",
      "repeated 2",
      "/dev/video10",
      "latency 141 ms",
      "01:02:03",
      "say > typed",
    ]
  ) {
    assertStringIncludes(text, part);
  }
});

Deno.test("dashboardLines shows a note whole, however narrow the terminal", () => {
  const note =
    "no camera: there is no video device; make one with: sudo modprobe v4l2loopback devices=2 video_nr=10,11";
  const state = { ...STATE, notes: [note] };
  for (const columns of [48, 80]) {
    const lines = dashboardLines(input({ state, line: "", columns }));
    const from = lines.findIndex((line) => line.startsWith("note"));
    const shown = lines.slice(from, lines.indexOf("", from)).map((line) => line.slice(10)).join(" ");
    assertEquals(shown, note);
  }
});

Deno.test("dashboardLines keeps the input line in a low terminal", () => {
  for (const rows of [2, 3, 6, 12]) {
    const lines = dashboardLines(input({ rows }));
    assertLessOrEqual(lines.length, rows);
    assert(lines.includes("say > typed"));
  }
});

Deno.test("dashboardLines shows the face's expression and action, and the keys for them where there is room", () => {
  assertStringIncludes(dashboardLines(input()).join("\n"), "\nface      happy\n");
  const state: ProgrammeState = { ...STATE, picture: { ...STATE.picture, action: "nod" } };
  assertStringIncludes(dashboardLines(input({ state })).join("\n"), "\nface      happy, nod\n");
  assertEquals(dashboardLines(input({ columns: 80 })).at(-1), ACT_KEYS_HELP);
  assert(!dashboardLines(input({ rows: 10 })).includes(ACT_KEYS_HELP));
});

Deno.test("dashboardLines shows held, panic, and what is known of OBS", () => {
  const shown = (more: Partial<ProgrammeState>) =>
    dashboardLines(input({ state: { ...STATE, ...more }, columns: 160 })).join("\n");
  const picture = { ...STATE.picture, phase: "held" as const };
  assertStringIncludes(shown({ picture }), "● held");
  assertStringIncludes(shown({ picture, still: { isHeld: false, isPanic: true } }), "● panic");
  assert(!shown({}).includes("\nobs "), "nothing of OBS where nobody has to do with it");
  const feed = { readers: 1, sentFrames: 50, skippedFrames: 2 } as ObsState["feed"] & object;
  assertStringIncludes(shown({ obs: { feed } }), "\nobs       1 source  sent 50  skipped 2");
  const director = { state: "connected", scene: "Talk", isStreaming: true, problem: "" } as
    & ObsState["director"]
    & object;
  assertStringIncludes(shown({ obs: { director } }), "\nobs       scene Talk  streaming");
  const away = { ...director, state: "absent", problem: "OBS is not there" } as typeof director;
  assertStringIncludes(shown({ obs: { director: away } }), "\nobs       OBS is not there");
  const camera = { state: "waiting", path: "OBS", card: "OBS Virtual Camera" };
  assertStringIncludes(shown({ camera }), "\ncamera    waiting  OBS OBS Virtual Camera");
});

Deno.test("LineEditor holds on Ctrl-O", () => {
  assertEquals(new LineEditor().feed(bytes("\x0f")), [{ kind: "hold" }]);
});

Deno.test("cursorAt is on the typed line, behind the characters before the cursor", () => {
  for (const rows of [2, 5, 10, 14, 40]) {
    for (const [line, cursor, column] of [["typed", 5, 11], ["typed", 2, 8], ["你好", 1, 8]] as const) {
      const shown = input({ rows, line, cursor });
      const at = cursorAt(shown);
      assertEquals([dashboardLines(shown)[at.row], at.column], [`say > ${line}`, column]);
    }
  }
});

Deno.test("dashboardLines shows the whole typed line, or its end where it is too long", () => {
  const shown = (line: string, columns: number) =>
    dashboardLines(input({ line, columns })).find((row) => row.startsWith("say > "))!;
  assertEquals(shown("x".repeat(79), 120), `say > ${"x".repeat(79)}`);
  assertEquals(shown(`start ${"y".repeat(100)} end`, 40).length, 39);
  assert(shown(`start ${"y".repeat(100)} end`, 40).startsWith("say > …yyy"));
  assert(shown(`start ${"y".repeat(100)} end`, 40).endsWith("y end"));
  assert(widthOf(shown("你好".repeat(60), 40)) < 40);
});

import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import type { ProgrammeState } from "../../src/programme/mod.ts";
import { dashboardLines } from "../../src/cli/dashboard.ts";
import { LineEditor } from "../../src/cli/line_editor.ts";
import { widthOf } from "../../src/cli/paint.ts";
import { linesOf } from "../../src/cli/stdin_lines.ts";

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
    expression: "neutral",
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
  notes: [],
};

Deno.test("dashboardLines shows what is heard, the counters and the devices, within any width", () => {
  for (const columns of [20, 60, 120]) {
    for (const hasColor of [false, true]) {
      const lines = dashboardLines({ state: STATE, line: "typed", message: "", columns, rows: 40, hasColor });
      for (const line of lines) assertLessOrEqual(widthOf(line), columns, JSON.stringify(line));
    }
  }
  const text = dashboardLines({
    state: STATE,
    line: "typed",
    message: "",
    columns: 120,
    rows: 40,
    hasColor: false,
  })
    .join("\n");
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
    const lines = dashboardLines({ state, line: "", message: "", columns, rows: 40, hasColor: false });
    const from = lines.findIndex((line) => line.startsWith("note"));
    const shown = lines.slice(from, lines.indexOf("", from)).map((line) => line.slice(10)).join(" ");
    assertEquals(shown, note);
  }
});

Deno.test("dashboardLines keeps the input line in a low terminal", () => {
  for (const rows of [2, 3, 6, 12]) {
    const lines = dashboardLines({
      state: STATE,
      line: "typed",
      message: "",
      columns: 80,
      rows,
      hasColor: false,
    });
    assertLessOrEqual(lines.length, rows);
    assert(lines.includes("say > typed"));
  }
});

Deno.test("dashboardLines shows the whole typed line, or its end where it is too long", () => {
  const shown = (line: string, columns: number) =>
    dashboardLines({ state: STATE, line, message: "", columns, rows: 40, hasColor: false }).at(-2)!;
  assertEquals(shown("x".repeat(79), 120), `say > ${"x".repeat(79)}`);
  assertEquals(shown(`start ${"y".repeat(100)} end`, 40).length, 39);
  assert(shown(`start ${"y".repeat(100)} end`, 40).startsWith("say > …yyy"));
  assert(shown(`start ${"y".repeat(100)} end`, 40).endsWith("y end"));
  assert(widthOf(shown("你好".repeat(60), 40)) < 40);
});

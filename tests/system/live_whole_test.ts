/**
 * One whole evening in eight seconds: text in; camera, speakers and recording out, each checked by what it got. Then
 * text piped in line by line.
 */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { buildFakeV4l2, FakeNode } from "../fakes/v4l2/mod.ts";
import { decode, likeness, loudness, mouthBox, mouthOpenings } from "./live_media.ts";
import { clock, LiveProcess, Room, skipWithout } from "./live_process.ts";
import { PrivatePulse, skipWithoutPulse } from "./pulse.ts";
import { Recording } from "./sound_recording.ts";

const SIZE = { width: 640, height: 360 };
const FRAME_BYTES = SIZE.width * SIZE.height * 3 / 2;
const TEXT = "Ah, good morning, everybody. Are all of you able to hear what I am saying?";
const SILENT = ["--camera", "none", "--sound", "none", "--size", "320x180"];

const isSkipped = skipWithoutPulse() || skipWithout("live with all parts", "cc", "ffmpeg", "ffprobe");

Deno.test({
  name:
    "live --say --record --exit: camera, speakers and recording all got the same speech, and it ends with 0",
  ignore: isSkipped,
  async fn() {
    using room = new Room();
    using node = new FakeNode(await buildFakeV4l2(), { dump: true });
    await using _pulse = await PrivatePulse.start();
    await using speakers = new Recording("speakers.monitor", clock);
    const args = ["--say", TEXT, "--camera", node.path, "--record", "x.mp4", "--size", "640x360", "--exit"];
    await using live = await LiveProcess.start(room, args, { env: node.env() });
    const during = await live.reaches("speaking", 10_000, (state) => state.picture.phase === "speaking");
    assertEquals(during.sound.kind, "naudiodon");
    const { code, stdout, lines } = await live.ended(30_000);
    assertEquals([code, stdout, lines.length], [0, "", 2], lines.join("\n"));
    assert(lines[1]!.startsWith("recorded "), lines[1]);
    assertEquals(room.files(), ["x.mp4"]);
    assertEquals(room.runFiles(), []);
    const heard = loudness(speakers.samples);

    // The camera: every frame whole, one a tick, from start to end.
    const box = await mouthBox(SIZE);
    const writes = node.writes();
    assertEquals([...new Set(writes.map((write) => write.bytes))], [FRAME_BYTES]);
    const log = node.log();
    assertEquals(log.filter((line) => line.startsWith("s_fmt")), ["s_fmt YU12 640x360"]);
    assertEquals([log.at(-2), log.at(-1)], ["streamoff", "close"]);
    const times = writes.map((write) => write.monotonicNs / 1e6);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    const ticks = Math.round((times.at(-1)! - times[0]!) / 40) + 1;
    console.log(
      `camera: ${writes.length} frames in ${ticks} ticks, longest gap ${Math.max(...gaps).toFixed(1)} ms, ` +
        `shortest ${Math.min(...gaps).toFixed(1)} ms`,
    );
    assertGreater(writes.length, ticks * 0.85);
    assertLess(writes.length, ticks + 3, "a burst");
    const openings = mouthOpenings(node.frames(), FRAME_BYTES, SIZE, box);
    assertEquals(openings.length, writes.length);
    const openFrames = openings.filter((dark) => dark > 20).length;
    const firstOpen = openings.findIndex((dark) => dark > 20);
    const lastOpen = openings.findLastIndex((dark) => dark > 20);
    console.log(`camera: mouth open in ${openFrames} frames, first ${firstOpen}, last ${lastOpen}`);
    assertGreater(openFrames, 25);
    assertGreater(firstOpen, 0);
    assert(openings.slice(0, firstOpen).every((dark) => dark <= 20));
    assertLess(lastOpen, openings.length - 3, "it ends idle");
    assertGreater(new Set(openings).size, 10, "the mouth moves");

    // The recording: decodes, its two tracks are as long as each other, lips and sound go together.
    const recording = await decode(`${room.working}/x.mp4`, SIZE);
    const soundMs = recording.samples.length / 48;
    console.log(
      `recording: ${recording.frames} frames, sound ${
        soundMs.toFixed(0)
      } ms, says ${recording.durationMs} ms`,
    );
    assertLess(Math.abs(recording.frames * 40 - soundMs), 120);
    assertLess(Math.abs(recording.frames * 40 - recording.durationMs), 120);
    assertGreater(recording.frames, writes.length * 0.8);
    const recorded = mouthOpenings(recording.luma, SIZE.width * SIZE.height, SIZE, box);
    const spoken = loudness(recording.samples);
    const loudMs = spoken.findIndex((rms) => rms > 0.02) * 10;
    const openMs = recorded.findIndex((dark) => dark > 20) * 40;
    console.log(`recording: first open mouth at ${openMs} ms, first sound at ${loudMs} ms`);
    assertLess(Math.abs(loudMs - openMs), 160);

    // The speakers: the same speech as in the recording.
    const heardAtMs = speakers.atMs(heard.findIndex((rms) => rms > 0.02 * 32_768) * 480);
    console.log(
      `speakers: first sound ${(heardAtMs - times[firstOpen]!).toFixed(0)} ms after the camera's mouth`,
    );
    assertLess(Math.abs(heardAtMs - times[firstOpen]!), 300);
    const { correlation } = likeness(
      heard,
      spoken.slice(loudMs / 10, spoken.findLastIndex((rms) => rms > 0.02)),
    );
    console.log(`speakers: correlation with the recording ${correlation.toFixed(3)}`);
    assertGreater(correlation, 0.8);
  },
});

Deno.test("live: lines piped in are spoken as they come, and the end of the pipe does not end it", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, SILENT, { isPiped: true });
  await live.write("The first li");
  await delay(300);
  assertEquals((await live.state()).speech.accepted, 0, "half a line was spoken");
  await live.write("ne.\n");
  await live.reaches("the first line", 8000, ({ speech }) => speech.speaking?.text === "The first line.");
  await live.reaches("quiet", 10_000, ({ speech }) => speech.speaking === undefined);
  await live.write("\nXin chào.\n\n");
  await live.reaches("the second line", 8000, ({ speech }) => speech.speaking?.text === "Xin chào.");
  await live.write("Without a line break");
  await live.endInput();
  await live.reaches(
    "the third line",
    8000,
    ({ speech }) => speech.speaking?.text === "Without a line break",
  );
  await live.reaches("quiet", 10_000, ({ speech }) => speech.speaking === undefined);
  await delay(700); // longer than the tail of --exit
  assert(!live.isOver, "it ended with its pipe");
  assertEquals((await live.state()).speech.accepted, 3);
  live.signal("SIGTERM");
  const { code, lines } = await live.ended(10_000);
  assertEquals([code, lines.length], [0, 2], lines.join("\n"));
  assert(lines[1]!.includes("the input has ended"), lines[1]);
});

Deno.test("live --exit: more lines than the queue holds are all spoken, then it ends", async () => {
  using room = new Room();
  const args = [...SILENT, "--queue-capacity", "2", "--exit", "--debug"];
  await using live = await LiveProcess.start(room, args, { isPiped: true });
  await live.write("One.\nTwo.\nThree.\nFour.\nFive.\nSix.\n");
  await live.endInput();
  const { code, stdout, stderr } = await live.ended(60_000);
  assertEquals([code, stdout], [0, ""]);
  const spoken = [...stderr.matchAll(/kind=segment {2}text=(\w+)\./g)].map((match) => match[1]);
  assertEquals(spoken, ["One", "Two", "Three", "Four", "Five", "Six"]);
});

Deno.test("live --exit: nothing piped in is nothing to say, and it ends", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...SILENT, "--exit"]);
  const { code, lines } = await live.ended(15_000);
  assertEquals(code, 0);
  assertStringIncludes(lines.at(-1)!, "lipcam: live");
});

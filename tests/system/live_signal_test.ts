/** How it ends: by each signal while it speaks and records, by kill -9, and what the next start finds then. */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual, assertLess } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { decode, loudness, writeTone } from "./live_media.ts";
import { clock, isRunning, LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { pactl, PrivatePulse, skipWithoutPulse } from "./pulse.ts";

const SIZE = { width: 320, height: 180 };
const LONG = "This sentence goes on and on, because somebody will end it, and until then it does not end, " +
  "nor does it pause for long, so that there is time enough to do what has to be done with it.";
const SILENT = ["--camera", "none", "--sound", "none", "--size", "320x180"];
const HEARD = ["--camera", "none", "--mic", "--size", "320x180"];

const isSkipped = skipWithoutPulse() || skipWithout("ending by signals", "ffmpeg", "ffprobe");

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  for (const extension of signal === "SIGTERM" ? ["mp4", "webm"] : ["mp4"]) {
    Deno.test({
      name:
        `live: ${signal} while it speaks and records ${extension} ends it in order, with nothing left behind`,
      ignore: isSkipped,
      async fn() {
        using room = new Room();
        await using _pulse = await PrivatePulse.start();
        const args = [...HEARD, "--say", LONG, "--record", `x.${extension}`];
        await using live = await LiveProcess.start(room, args);
        await live.reaches("speaking", 10_000, (state) => state.picture.phase === "speaking");
        await delay(1500);
        assert((await pactl("list", "short", "sources")).includes("lipcam_microphone"));
        assertEquals(room.files(), [`.x.partial.${extension}`]);
        const { recording, sound } = await live.state();
        assertEquals(sound.microphone, "lipcam_microphone");
        const children = live.children();
        assertGreater(children.length, 0, "there is a player to look after");
        live.signal(signal);
        const { code, stdout, ms, lines } = await live.ended(20_000);
        console.log(
          `${signal}: code ${code} after ${ms.toFixed(0)} ms, ${children.length} children, ` +
            `${recording?.frames} frames recorded before it`,
        );
        assertEquals([code, stdout, lines.length], [0, "", 2], lines.join("\n"));
        assert(/^recorded .*: \d+\.\d s$/.test(lines[1]!), lines[1]);
        assertLess(ms, 5000);
        assertEquals(children.filter(({ pid }) => isRunning(pid)), []);
        assertEquals([room.runFiles(), room.files()], [[], [`x.${extension}`]]);
        assertEquals((await pactl("list", "short", "modules")).match(/lipcam_/g), null);
        const { frames, samples } = await decode(`${room.working}/x.${extension}`, SIZE);
        assertGreaterOrEqual(frames, recording!.frames);
        assertLess(Math.abs(frames * 40 - samples.length / 48), 120);
        assertGreater(loudness(samples).filter((rms) => rms > 0.02).length, 30, "its speech is recorded");
      },
    });
  }
}

Deno.test("live: one Ctrl-C that arrives twice, as a task runner passes it on, ends it in order", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...SILENT, "--say", LONG, "--record", "x.mp4"]);
  await live.reaches("speaking", 10_000, (state) => state.picture.phase === "speaking");
  live.signal("SIGINT");
  live.signal("SIGINT");
  const { code, ms } = await live.ended(10_000);
  console.log(`Ctrl-C twice at once: code ${code} after ${ms.toFixed(0)} ms`);
  assertEquals([code, room.files(), room.runFiles()], [0, ["x.mp4"], []]);
});

Deno.test("StopSignal: a second signal within a second is the same press, a later one ends the process at once", async () => {
  const module = new URL("../../src/cli/stop_signal.ts", import.meta.url).href;
  const script = `import { StopSignal } from "${module}";
const stop = new StopSignal();
stop.signal.addEventListener("abort", () => console.log("asked"));
setInterval(() => {}, 1000);
console.log("ready");`;
  const file = Deno.makeTempFileSync({ suffix: ".ts" });
  Deno.writeTextFileSync(file, script);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "-A", "--no-lock", "--config", config, file];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await lines.read()).value, "ready\n");
  child.kill("SIGINT");
  assertEquals((await lines.read()).value, "asked\n");
  child.kill("SIGINT");
  const early = await Promise.race([child.status, delay(400)]);
  assertEquals(early, undefined);
  await delay(800);
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 143);
  await lines.cancel();
  Deno.removeSync(file);
});

Deno.test("live: SIGTERM while it starts ends it with one line and nothing left behind", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...SILENT, "--record", "x.mp4"], { isAwaited: false });
  await until("its token", 20_000, () => room.tokens().length === 1, 5);
  live.signal("SIGTERM");
  const { code, lines, ms } = await live.ended(10_000);
  console.log(`SIGTERM while starting: code ${code} after ${ms.toFixed(0)} ms: ${lines.join(" | ")}`);
  assert(lines.length <= 1, lines.join("\n"));
  assertEquals([room.runFiles(), room.files().filter((name) => name !== "x.mp4")], [[], []]);
});

Deno.test("render: SIGTERM ends it with one line and leaves an older file of that name as it was", async () => {
  using room = new Room();
  Deno.writeTextFileSync(`${room.working}/x.mp4`, "the old one");
  const args = ["--say", LONG.repeat(50), "--out", "x.mp4", "--size", "320x180"];
  await using render = new LiveProcess(room, args, { command: "render" });
  await render.said(/10 s rendered/, 40_000);
  assertEquals(room.files(), [".x.partial.mp4", "x.mp4"]);
  render.signal("SIGTERM");
  const { code, stdout, lines } = await render.ended(10_000);
  assertEquals([code, stdout, lines.at(-1)], [1, "", "lipcam: stopped by SIGTERM"]);
  assertEquals([room.files(), Deno.readTextFileSync(`${room.working}/x.mp4`)], [["x.mp4"], "the old one"]);
});

Deno.test({
  name: "live: after kill -9 a new start is not troubled by token, microphone and unfinished recording",
  ignore: isSkipped,
  async fn() {
    using room = new Room();
    await using _pulse = await PrivatePulse.start();
    const args = [...HEARD, "--say", LONG, "--record", "x.mp4"];
    const killed = await LiveProcess.start(room, args);
    const { port } = killed.token();
    await killed.reaches("3 s recorded", 20_000, ({ recording }) => (recording?.frames ?? 0) > 75);
    const children = killed.children();
    killed.signal("SIGKILL");
    await killed.ended(5000);
    const startMs = clock.nowMs();
    await until("the end of its children", 5000, () => children.every(({ pid }) => !isRunning(pid)));
    console.log(`kill -9: its player ended ${(clock.nowMs() - startMs).toFixed(0)} ms later`);
    assertEquals([room.tokenFiles(), room.files()], [[`${port}.json`], [".x.partial.mp4"]]);
    const asked = await LiveProcess.run(room, ["state"]);
    assertEquals([asked.code, asked.lines.length], [1, 1], "a dead one is not running");

    const again = [...HEARD, "--say", "Hello again.", "--record", "x.mp4", "--exit", "--port", String(port)];
    await using live = await LiveProcess.start(room, again);
    assertEquals((await live.state()).sound.microphone, "lipcam_microphone");
    assertEquals((await pactl("list", "short", "sinks")).match(/lipcam_sink/g)?.length, 1);
    const { code, lines } = await live.ended(30_000);
    assertEquals([code, lines.length], [0, 2], lines.join("\n"));
    assert(lines[1]!.startsWith("recorded "), lines[1]);
    assertEquals([room.runFiles(), room.files()], [[], [".x.partial.mp4", "x.mp4"]]);
    assertEquals((await pactl("list", "short", "modules")).match(/lipcam_/g), null);
    assertGreater((await decode(`${room.working}/x.mp4`, SIZE)).frames, 25);
    // What the killed one left plays too, but for its last seconds.
    assertGreater((await decode(`${room.working}/.x.partial.mp4`, SIZE)).frames, 25);
  },
});

Deno.test({
  name: "live: the sound player killed while it speaks costs no frame and is back",
  ignore: isSkipped || skipWithout("the camera beside it", "cc"),
  async fn() {
    const { buildFakeV4l2, FakeNode } = await import("../fakes/v4l2/mod.ts");
    const { longestGapMs, Recording } = await import("./sound_recording.ts");
    using room = new Room();
    using node = new FakeNode(await buildFakeV4l2());
    await using _pulse = await PrivatePulse.start();
    await using speakers = new Recording("speakers.monitor", clock);
    writeTone(`${room.working}/tone.wav`, 7);
    const args = ["--camera", node.path, "--size", "320x180", "--audio", "tone.wav", "--exit"];
    await using live = await LiveProcess.start(room, args, { env: node.env() });
    await live.reaches("speaking", 10_000, (state) => state.picture.phase === "speaking");
    await delay(1500);
    const before = await live.state();
    const player = live.children().find(({ command }) => command.includes("naudiodon_child"));
    assert(player !== undefined, JSON.stringify(live.children()));
    Deno.kill(player.pid, "SIGKILL");
    const killedAtMs = clock.nowMs();
    const state = await live.reaches(
      "another player",
      5000,
      ({ sound }) =>
        sound.restarts > before.sound.restarts && sound.kind === "naudiodon" && sound.isDeviceClock,
    );
    const backMs = clock.nowMs() - killedAtMs;
    await delay(1500);
    const after = await live.state();
    assertEquals((await live.ended(20_000)).code, 0);
    const gapMs = longestGapMs(speakers.samples);
    const writes = node.writes().map((write) => write.monotonicNs / 1e6);
    const around = writes.filter((ms) => ms > killedAtMs - 500 && ms < killedAtMs + 2500);
    const lagged = after.picture.laggedFrames - before.picture.laggedFrames;
    const gaps = around.slice(1).map((ms, index) => ms - around[index]!);
    console.log(
      `player killed: state back after ${backMs.toFixed(0)} ms, ${gapMs.toFixed(0)} ms without sound, ` +
        `${around.length} of 75 frames around it, ${lagged} lagged, longest gap ${
          Math.max(...gaps).toFixed(0)
        } ms`,
    );
    assertEquals(state.sound.restarts, before.sound.restarts + 1);
    assertLess(gapMs, 1500); // the 1000, and room for a busy machine
    assertGreater(gapMs, 20, "the kill was heard, so it did something");
    assertGreater(around.length, 75 - 3 - lagged);
    assertGreater(writes.length, after.picture.units - after.picture.laggedFrames - 3);
  },
});

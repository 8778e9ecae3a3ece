/**
 * A video avatar spoken on by a video engine in its own process, and everything that can happen to that process: nothing
 * of it costs a frame or a word.
 */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import type { NeuralModelOptions } from "../fakes/neural_models.ts";
import { writeNeuralModel } from "../fakes/neural_models.ts";
import { makeVideoAvatar } from "../fakes/video_avatar.ts";
import { wavBytes } from "../fakes/wav.ts";
import { delay } from "../../src/time/mod.ts";
import { LiveProcess, Room } from "./live_process.ts";

const SIZE = { width: 320, height: 192 };
const FLAGS = ["--camera", "none", "--sound", "none", "--size", "320x192", "--neural-provider", "cpu"];
/** Long enough for something to happen in it. */
const TEXT =
  "Mama and papa are having a very long talk about boats, and none of them is ever going to end it.";
const SHORT_TEXT = "Mama and papa talk about boats.";

interface Stage {
  readonly live: LiveProcess;
  readonly room: Room;
}

/** A programme on a tiny avatar, with models of these contracts. */
async function withVideo(
  models: readonly (readonly [contract: "musetalk/1.5" | "wav2lip/96", options?: NeuralModelOptions])[],
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  using room = new Room();
  const avatars = `${room.data}/lipcam/avatars`;
  await Deno.mkdir(avatars, { recursive: true });
  await Deno.mkdir(`${room.data}/lipcam/models`, { recursive: true });
  await Deno.writeFile(`${room.working}/song.wav`, wavBytes(song(), 16_000));
  await makeVideoAvatar(avatars, {
    id: "tiny",
    size: SIZE,
    clips: [
      { name: "idle", role: "idle", frames: 50 },
      { name: "wave", role: "action", frames: 25 },
      { name: "sing", role: "action", frames: 25, sound: `${room.working}/song.wav` },
    ],
  });
  for (const [contract, options] of models) {
    await writeNeuralModel(`${room.data}/lipcam/models`, contract, options);
  }
  await using live = await LiveProcess.start(room, ["--avatar", "tiny", ...FLAGS]);
  await run({ live, room });
}

function song(): Float32Array {
  return Float32Array.from({ length: 16_000 }, (_, n) => 0.4 * Math.sin(n * 0.15));
}

/** The engine's process of that programme. */
async function enginePid(live: LiveProcess): Promise<number> {
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-P", String(live.pid), "-f", "engine_process.ts"],
  }).output();
  const pid = Number(new TextDecoder().decode(stdout).trim().split("\n")[0]);
  assert(pid > 0, "no engine process");
  return pid;
}

/** Says a text, does something in the middle of it, and sees it end in good time, without a pause for a mouth. */
async function sayThrough({ live }: Stage, harm?: () => Promise<void>): Promise<void> {
  const before = (await live.state()).speech;
  const client = await live.client();
  await client.say({ text: harm === undefined ? SHORT_TEXT : TEXT });
  await live.reaches("speech", 10_000, ({ picture }) => picture.phase === "speaking");
  await delay(600);
  await harm?.();
  await live.reaches(
    "its end",
    30_000,
    ({ picture, speech }) => picture.phase === "idle" && speech.queued === 0,
  );
  const after = await live.state();
  assertEquals(after.speech.latePauses, before.latePauses, "it paused for a mouth");
  assertEquals(after.speech.starvedPauses, before.starvedPauses);
}

Deno.test("a video engine speaks, and is said to", async () => {
  await withVideo([["musetalk/1.5"]], async (stage) => {
    const { live } = stage;
    await live.reaches("the engine", 30_000, ({ video }) => video.mouth === "musetalk");
    await sayThrough(stage, () => Promise.resolve());
    const { video } = await live.reaches("counts", 5000, ({ video }) => (video.renderedFrames ?? 0) > 40);
    assertEquals([video.model, video.provider], ["musetalk", "cpu"]);
    assert(video.restFrames! > 0, "silence was rendered");
    assertGreater(video.patchFrames!, 40, "no patches were shown");
    const engines = await (await live.fetch("/v1/engines")).json();
    assertEquals(engines.video.mouth, "musetalk");
    assertMatch(live.stderr, /musetalk: musetalk on cpu, [\d.]+ ms a frame/);
  });
});

for (
  const [what, signals] of [
    ["a crash in native code", ["SIGSEGV", "SIGSEGV", "SIGSEGV"]],
    ["being killed for memory", ["SIGKILL"]],
    ["a stop that is never ended", ["SIGSTOP"]],
  ] as const
) {
  Deno.test(`the engine's process: ${what} costs no frame and no word`, async () => {
    await withVideo([["musetalk/1.5"]], async (stage) => {
      const { live } = stage;
      await live.reaches("the engine", 30_000, ({ video }) => video.mouth === "musetalk");
      const pid = await enginePid(live);
      await sayThrough(stage, async () => {
        for (const signal of signals) {
          try {
            Deno.kill(pid, signal);
          } catch {
            // The first one sufficed.
          }
          await delay(100);
        }
        await live.reaches("visemes", 8000, ({ video }) => video.mouth === "visemes");
      });
      await live.reaches(
        "the next process",
        30_000,
        ({ video }) => video.mouth === "musetalk" && video.restarts === 1,
      );
      assertStringIncludes(live.stderr, "starting it again; meanwhile visemes move the mouth");
    });
  });
}

/** Speaks a sound that begins quietly and becomes so loud that a poisoned network goes wrong. */
async function withLoud(
  poison: "endless" | "throw",
  loudSec: number,
  run: (live: LiveProcess) => Promise<void>,
): Promise<void> {
  const sound = Float32Array.from(
    { length: (1 + loudSec) * 16_000 },
    (_, n) => (n < 16_000 ? 0.05 : 1) * Math.sin(n * 0.2),
  );
  await withVideo([["musetalk/1.5", { poison }]], async ({ live }) => {
    await live.reaches("the engine", 30_000, ({ video }) => video.mouth === "musetalk");
    const body = Uint8Array.from(wavBytes(sound, 16_000));
    const answer = await live.fetch("/v1/say/audio", {
      method: "POST",
      headers: { "Content-Type": "audio/wav" },
      body,
    });
    assertEquals(answer.status, 202);
    await answer.body?.cancel();
    await run(live);
    assertEquals((await live.state()).picture.phase, "speaking");
    await (await live.client()).interrupt();
    await live.reaches(
      "the end",
      5000,
      ({ picture, speech }) => picture.phase === "idle" && speech.queued === 0,
    );
    assertEquals((await live.state()).speech.latePauses, 0);
  });
}

Deno.test("the engine's process: a run that never ends is noticed and the process replaced", async () => {
  await withLoud("endless", 30, async (live) => {
    await live.said(/died \(it hangs\), starting it again; meanwhile visemes/, 30_000);
  });
});

Deno.test("the engine's process: runs that fail while it speaks are given up after three times", async () => {
  await withLoud("throw", 50, async (live) => {
    await live.said(/the musetalk engine died three times within a minute \(.*\), it stays off/, 50_000);
    const { video } = await live.state();
    assertEquals([video.mouth, video.restarts], ["visemes", 2]);
  });
});

for (const poison of ["NaN", "throw"] as const) {
  Deno.test(`the engine's process: a network that answers with ${poison} from the beginning is not taken`, async () => {
    await withVideo([["musetalk/1.5", { poison, loudAbove: -Infinity, isFused: false }]], async (stage) => {
      const { live } = stage;
      await live.said(/visemes move the mouth \(musetalk: /, 60_000);
      await sayThrough(stage);
      assertEquals((await live.state()).video.mouth, "visemes");
    });
  });
}

Deno.test("actions by name: a clip, one with its own sound, and a cue in the text", async () => {
  await withVideo([["wav2lip/96"]], async ({ live, room }) => {
    const listed = await LiveProcess.run(room, ["act"]);
    assertMatch(listed.stdout, /^wave +action$/m);
    await (await live.client()).act("wave");
    await live.reaches("the wave", 3000, ({ picture }) => picture.action === "wave");
    await live.reaches("its end", 5000, ({ picture }) => picture.action === undefined);
    await (await live.client()).act("sing");
    const { picture } = await live.reaches("the song", 3000, ({ picture }) => picture.action === "sing");
    assertEquals(picture.phase, "speaking");
    await live.reaches(
      "its end",
      5000,
      ({ picture }) => picture.action === undefined && picture.phase === "idle",
    );
    await (await live.client()).say({ text: "Look at this [wave] now." });
    await live.reaches("the cue", 8000, ({ picture }) => picture.action === "wave");
  });
});

Deno.test("the avatar changes while it speaks, and back, and speech goes on", async () => {
  await withVideo([["musetalk/1.5"]], async (stage) => {
    const { live, room } = stage;
    await live.reaches("the engine", 30_000, ({ video }) => video.mouth === "musetalk");
    await sayThrough(stage, async () => {
      const shown = await LiveProcess.run(room, ["show", "theo"]);
      assertEquals([shown.code, shown.stderr], [0, ""]);
      assertEquals((await live.state()).avatar, "theo");
    });
    const back = await live.fetch("/v1/avatar", { method: "POST", body: JSON.stringify({ avatar: "tiny" }) });
    assertEquals([back.status, await back.json()], [200, { avatar: "tiny" }]);
    const before = (await live.state()).picture;
    await sayThrough(stage);
    await live.reaches("patches again", 5000, ({ video }) => video.mouth === "musetalk");
    const { picture, sound } = await live.state();
    assert(picture.units > before.units + 50);
    assert(sound.depthMs >= 0 && sound.depthMs < 500, `${sound.depthMs} ms in the playback buffer`);
    const wrong = await live.fetch("/v1/avatar", {
      method: "POST",
      body: JSON.stringify({ avatar: "nobody" }),
    });
    assertEquals(wrong.status, 400);
    assertEquals((await live.state()).avatar, "tiny");
  });
});

Deno.test("avatars that were prepared for different engines: each speaks with its own, and visemes where it has none", async () => {
  await withVideo([["musetalk/1.5"], ["wav2lip/96"]], async (stage) => {
    const { live, room } = stage;
    const show = async (avatar: string) =>
      assertEquals((await LiveProcess.run(room, ["show", avatar])).stderr, "");
    const prepared = { size: SIZE, clips: [{ name: "idle", role: "idle", frames: 25 }] } as const;
    const avatars = `${room.data}/lipcam/avatars`;
    await makeVideoAvatar(avatars, { ...prepared, id: "lipped", families: ["wav2lip"] });
    await makeVideoAvatar(avatars, { ...prepared, id: "seen", families: ["ultralight"] });
    await live.reaches("the first", 30_000, ({ video }) => video.mouth === "musetalk");
    await show("lipped");
    await live.reaches("another engine", 30_000, ({ video }) => video.mouth === "wav2lip");
    await sayThrough(stage);
    await show("seen");
    const { video } = await live.reaches("none", 5000, ({ video }) => video.mouth === "visemes");
    assertEquals(
      video.reason,
      "models are installed for musetalk, wav2lip, the avatar was prepared for ultralight",
    );
    await sayThrough(stage);
    await show("mai");
    assertEquals((await live.state()).video, { mouth: "visemes" });
    await show("tiny");
    await live.reaches("the first again", 30_000, ({ video }) => video.mouth === "musetalk");
    await sayThrough(stage);
  });
});

Deno.test("with nothing installed visemes move the film's mouth and nobody complains", async () => {
  await withVideo([], async (stage) => {
    await sayThrough(stage);
    const { video, notes } = await stage.live.state();
    assertEquals(video, { mouth: "visemes", reason: "no model of a video engine is installed" });
    assert(!notes.some((note) => /engine|model/.test(note)), notes.join("; "));
    const named = await LiveProcess.run(stage.room, [
      "render",
      "--avatar",
      "tiny",
      "--engine",
      "wav2lip",
      "--say",
      "A",
      "--out",
      "a.mp4",
    ]);
    assertEquals([named.code, named.lines.length], [2, 1]);
    assertStringIncludes(named.stderr, "no wav2lip model is installed");
  });
});

/**
 * Video avatars of several programmes at one engine's process: rendered together, each with its own, through a crash, and
 * where one of them cannot be.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Programme } from "../../src/programme/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { writeNeuralModel } from "../fakes/neural_models.ts";
import { makeVideoAvatar, type VideoAvatarOptions } from "../fakes/video_avatar.ts";
import { Room, until } from "./live_process.ts";
import { Follower, SessionHouse } from "./session_house.ts";

const SIZE = { width: 320, height: 192 };
const TEXT =
  "Mama and papa are having a very long talk about boats, and none of them is ever going to end it.";

async function opened(
  room: Room,
  avatar: string,
  avatars: readonly VideoAvatarOptions[],
  // Taken however slow a machine is that has something else to do; "auto" gets the family that hears without a network.
  engine: "musetalk" | "auto" = "musetalk",
): Promise<SessionHouse> {
  const folder = `${room.data}/lipcam`;
  await Deno.mkdir(`${folder}/avatars`, { recursive: true });
  await Deno.mkdir(`${folder}/models`, { recursive: true });
  const clips = [{ name: "idle", role: "idle", frames: 50 }] as const;
  for (const about of avatars) {
    await makeVideoAvatar(`${folder}/avatars`, { size: SIZE, clips, ...about });
  }
  await writeNeuralModel(`${folder}/models`, engine === "auto" ? "wav2lip/96" : "musetalk/1.5");
  return await SessionHouse.open(room, { avatar, engine, "neural.provider": "cpu" });
}

/** Processes that this one has started for video engines. */
async function enginePids(): Promise<number[]> {
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-P", String(Deno.pid), "-f", "engine_process.ts"],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").filter(Boolean).map(Number);
}

async function speaksWith({ log }: SessionHouse, programme: Programme, mouth: string): Promise<void> {
  const what = `${mouth} on ${programme.state().avatar}`;
  await until(what, 30_000, () => programme.state().video.mouth === mouth).catch((error) => {
    throw new Error(`${error.message}; the log: ${log.join("; ")}`);
  });
}

const rendered = ({ memory: { neuralGauges } }: Programme) => neuralGauges.get("renderedFrames");

Deno.test("Sessions: two video avatars speak from one process, in common runs", async () => {
  using room = new Room();
  await using house = await opened(room, "tiny", [{ id: "tiny" }, { id: "other" }]);
  await speaksWith(house, house.programme, "musetalk");
  const shared = new Follower(house.programme);
  await using own = await house.sessions.open("other", house.signal);
  const both = [house.programme, own.programme];
  await speaksWith(house, own.programme, "musetalk");
  assertEquals((await enginePids()).length, 1);
  const outcomes = both.map((programme) => programme.say(TEXT).outcome);
  await Promise.all(outcomes);
  await delay(1100); // counts come once a second
  for (const programme of both) {
    assert(rendered(programme) > 40, `${rendered(programme)} frames of ${programme.state().avatar}`);
    const { patchFrames = 0, visemeFrames = 0 } = programme.state().video;
    assert(patchFrames > 40 && visemeFrames < patchFrames / 2, `${patchFrames} patches, ${visemeFrames} not`);
    assertEquals(programme.state().speech.latePauses, 0);
    assert(programme.memory.neuralGauges.get("sharedRuns") > 0, "no run held frames of both");
  }
  await shared.stop();
  assertEquals(shared.lost, 0);
  // The session's own end is nobody else's.
  await own[Symbol.asyncDispose]();
  const before = rendered(house.programme);
  await house.programme.say(TEXT).outcome;
  await until("more of the shared one", 5000, () => rendered(house.programme) > before);
  assertEquals(house.engines.video.seats, 1);
});

Deno.test("Sessions: an engine's process that crashes is started again with every seat", async () => {
  using room = new Room();
  await using house = await opened(room, "tiny", [{ id: "tiny" }, { id: "other" }]);
  await using own = await house.sessions.open("other", house.signal);
  const both = [house.programme, own.programme];
  for (const programme of both) await speaksWith(house, programme, "musetalk");
  const outcomes = both.map((programme) => programme.say(`${TEXT} ${TEXT}`).outcome);
  await until("speech", 5000, () => own.programme.state().picture.phase === "speaking");
  const [pid] = await enginePids();
  Deno.kill(pid!, "SIGKILL");
  for (const programme of both) await speaksWith(house, programme, "visemes");
  for (const programme of both) await speaksWith(house, programme, "musetalk");
  assertEquals((await Promise.all(outcomes)).map(({ state }) => state), ["completed", "completed"]);
  assertEquals(both.map(({ memory }) => memory.neuralGauges.get("restarts")), [1, 1]);
  assertEquals(house.log.filter((line) => line.includes("starting it again")).length, 1);
  const [again] = await enginePids();
  assert(again !== pid);
});

Deno.test("Sessions: an avatar that the family in use cannot see speaks with visemes, and says why", async () => {
  using room = new Room();
  await using house = await opened(room, "tiny", [{ id: "tiny" }, { id: "other", families: ["wav2lip"] }]);
  await writeNeuralModel(`${room.data}/lipcam/models`, "wav2lip/96");
  await speaksWith(house, house.programme, "musetalk");
  await using own = await house.sessions.open("other", house.signal);
  const reason = await until("the reason", 10_000, () => own.programme.state().video.reason);
  assertStringIncludes(reason, "was not prepared for musetalk");
  assertEquals((await own.programme.say("Here I am.").outcome).state, "completed");
  assertEquals(house.programme.state().video.mouth, "musetalk");
});

Deno.test("Sessions: beside a drawn shared avatar a video avatar has the process to itself; it serves both where both want it", async () => {
  using room = new Room();
  await using house = await opened(room, "lena", [{ id: "tiny" }], "auto");
  assertEquals(await enginePids(), []);
  const own = await house.sessions.open("tiny", house.signal);
  await speaksWith(house, own.programme, "wav2lip");
  // The shared programme's avatar leads from now on; the process is for the same families and goes on.
  const [pid] = await enginePids();
  await house.programme.showAvatar("tiny");
  await speaksWith(house, house.programme, "wav2lip");
  assertEquals(await enginePids(), [pid]);
  await house.programme.showAvatar("lena");
  house.programme.say(TEXT);
  assertEquals((await own.programme.say(TEXT).outcome).state, "completed");
  const { mouth, stride, patchFrames = 0, visemeFrames = 0 } = own.programme.state().video;
  assertEquals([mouth, stride], ["wav2lip", 1]);
  assert(visemeFrames < patchFrames / 2, `${patchFrames} patches, ${visemeFrames} not`);
  await own[Symbol.asyncDispose]();
  assertEquals(house.sessions.count, 0);
  // The shared programme keeps the process for when its film is shown again.
  assertEquals(await enginePids(), [pid]);
});

/**
 * Viewers' own programmes beside the shared one: each says its own, none disturbs another, what they took comes back, and
 * no more are opened than allowed.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CapacityFault, InputFault } from "../../src/errors/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { clock, Room, until } from "./live_process.ts";
import { Follower, likeness, loudness, residentMb, SessionHouse } from "./session_house.ts";

/** A start on a machine with something else to do. */
const OPEN_MS_MAX = 6000;
/** Here nothing is lost and nothing pauses; on a machine several times as busy as it can be, a little does. */
const LOST_MAX = 0.05;
const PAUSES_MAX = 4;
const TEXTS = [
  "Good morning, everybody, and welcome to a rather long first sentence about boats.",
  "Potatoes. Tomatoes! Bananas? Nothing else is on the list today.",
  "Who would have thought that a third one speaks at the very same time as we do.",
] as const;

Deno.test("Sessions: three programmes speak at once, the units of each carry its own speech", async () => {
  using room = new Room();
  await using house = await SessionHouse.open(room, { avatar: "lena" });
  const { sessions, signal, engines } = house;
  const startMs = clock.nowMs();
  await using first = await sessions.open("theo", signal);
  await until("the first unit", OPEN_MS_MAX, () => first.programme.memory.units.published > 0);
  assert(clock.nowMs() - startMs < OPEN_MS_MAX, "a session starts fast");
  await using second = await sessions.open("mai", signal);
  assertEquals([first.programme.state().avatar, second.programme.state().avatar], ["theo", "mai"]);
  assertEquals(engines.lips.seats, 3);
  const programmes = [house.programme, first.programme, second.programme];
  const followers = programmes.map((programme) => new Follower(programme));
  for (const [at, programme] of programmes.entries()) programme.say(TEXTS[at]!);
  await Promise.all(programmes.map((programme) => programme.idle()));
  await delay(200);
  for (const follower of followers) await follower.stop();
  for (const [at, text] of TEXTS.entries()) {
    // The voice alone, without the silences that a text's sentences are set apart by.
    const sentence = text.split(/(?<=[.!?]) /).at(-1)!;
    const spoken = loudness([(await engines.tts.synthesize(sentence, {})).samples]);
    const like = followers.map(({ curve }) => likeness(spoken, curve));
    assert(like[at]! > 0.95, `programme ${at} says its own: ${like}`);
    for (const other of [0, 1, 2].filter((one) => one !== at)) {
      assert(like[other]! < like[at]! - 0.1, `programme ${other} does not say the text of ${at}: ${like}`);
    }
  }
  for (const { memory: { engineGauges, stageGauges } } of programmes) {
    assert(engineGauges.get("faults") === 0 && stageGauges.get("latePauses") <= PAUSES_MAX);
    assert(engineGauges.get("mouthsOut") > 50, "its mouth moved");
  }
  for (const { lost, samples } of followers) assert(lost <= LOST_MAX * samples.length, `${lost} units lost`);
});

Deno.test("Sessions: opening, interrupting and closing one leaves the others undisturbed", async () => {
  using room = new Room();
  await using house = await SessionHouse.open(room, { avatar: "lena" });
  const { sessions, signal, programme } = house;
  await using stays = await sessions.open("noor", signal);
  const long = `${TEXTS[0]} ${TEXTS[2]} `.repeat(4);
  const utterances = [programme, stays.programme].map((one) => one.say(long));
  const shared = new Follower(programme);
  const goes = await sessions.open("theo", signal);
  goes.programme.say(long);
  await until("its speech", 5000, () => goes.programme.state().picture.phase === "speaking");
  goes.programme.interrupt();
  goes.programme.say(long);
  await delay(500);
  await goes[Symbol.asyncDispose]();
  await goes[Symbol.asyncDispose](); // twice is once
  assertEquals(sessions.count, 1);
  await delay(1000);
  await shared.stop();
  for (const one of [programme, stays.programme]) {
    assertEquals(one.state().picture.phase, "speaking");
    const { latePauses, starvedPauses } = one.state().speech;
    assert(latePauses + starvedPauses <= PAUSES_MAX, `${latePauses} and ${starvedPauses} pauses`);
  }
  assert(shared.lost <= LOST_MAX * shared.samples.length, `${shared.lost} units lost`);
  const { laggedFrames, units } = programme.state().picture;
  assert(laggedFrames <= 0.1 * units, `${laggedFrames} of ${units} units of the shared programme lagged`);
  for (const one of [programme, stays.programme]) one.interrupt();
  for (const utterance of utterances) assertEquals((await utterance.outcome).state, "interrupted");
});

Deno.test("Sessions: one too many and one that nobody knows are refused, before anything is opened", async () => {
  using room = new Room();
  await using house = await SessionHouse.open(room, { avatar: "lena", sessionsMax: "1" });
  const { sessions, signal, engines } = house;
  const unknown = await assertRejects(() => sessions.open("nobody-here", signal), InputFault);
  assertEquals([unknown.code, sessions.count, engines.lips.seats], ["no_such_avatar", 0, 1]);
  const aborted = AbortSignal.abort(new Error("the peer has gone"));
  await assertRejects(() => sessions.open("theo", aborted), Error, "the peer has gone");
  assertEquals([sessions.count, engines.lips.seats], [0, 1]);
  const opening = new AbortController();
  const only = await sessions.open("theo", opening.signal);
  const refused = await assertRejects(() => sessions.open("mai", signal), CapacityFault);
  assertEquals(refused.code, "too_many_sessions");
  opening.abort(); // an answered request's signal: the session goes on
  await only.programme.showAvatar("mai");
  assertEquals(only.programme.state().avatar, "mai");
  await only[Symbol.asyncDispose]();
  await using again = await sessions.open("mai", signal);
  assertEquals([again.programme.state().avatar, sessions.count], ["mai", 1]);
});

Deno.test("Sessions: avatars are prepared one at a time, whoever asks, and on when who asked has left", async () => {
  using room = new Room();
  await using house = await SessionHouse.open(room, { avatar: "lena" });
  const { sessions, signal, programme } = house;
  await using stays = await sessions.open("theo", signal);
  const goes = await sessions.open("mai", signal);
  const path = `${room.working}/no_picture.png`;
  Deno.writeTextFileSync(path, "no picture");
  const begun = goes.programme.jobs.start({ path, id: "nobody" });
  for (const one of [programme, stays.programme, goes.programme]) {
    assertEquals(one.jobs.list().map(({ job, id }) => [job, id]), [[begun.job, "nobody"]]);
    const refused = assertThrows(() => one.jobs.start({ path, id: "other" }), CapacityFault);
    assertEquals(refused.code, "job_running");
  }
  await goes[Symbol.asyncDispose]();
  const state = () => programme.jobs.list()[0]!.state;
  await until("the end of the job", 20_000, () => state() !== "running");
  assertEquals(state(), "failed"); // by itself: nobody stopped it
});

Deno.test("Sessions: one that dies is closed by itself, and takes nothing with it", async () => {
  using room = new Room();
  await using house = await SessionHouse.open(room, { avatar: "lena" });
  const { sessions, signal, programme } = house;
  const dies = await sessions.open("theo", signal);
  // A unit ring that lies: the stage's thread ends with an error.
  new Float64Array(dies.programme.memory.cues.buffer).fill(NaN);
  new Int32Array(dies.programme.memory.units.buffer).fill(-1, 0, 4);
  dies.programme.say(TEXTS[0]);
  await assertRejects(() => dies.died);
  await until("its place", 5000, () => sessions.count === 0);
  await dies[Symbol.asyncDispose]();
  const before = programme.state().picture.units;
  await programme.say("And on we go.").outcome;
  assert(programme.state().picture.units > before);
  await using next = await sessions.open("theo", signal);
  assertEquals((await next.programme.say("Here I am.").outcome).state, "completed");
});

Deno.test("Sessions: what ten of them took comes back", async () => {
  using room = new Room();
  await using house = await SessionHouse.open(room, { avatar: "lena", size: "1280x720" });
  const { sessions, signal } = house;
  const resident: number[] = [];
  for (let cycle = 0; cycle < 14; cycle++) {
    await using own = await sessions.open("theo", signal);
    own.programme.say("Hello.");
    await delay(300);
    resident.push(Math.round(residentMb()));
  }
  await delay(300);
  const { lips } = house.engines;
  assertEquals([sessions.count, lips.seats, lips.restarts], [0, 1, 0]);
  console.error(
    `MB held while each of 14 was open: ${resident.join(", ")}; in the end ${Math.round(residentMb())}`,
  );
  // The collector sees shared memory late, so it goes up and down; it must not go up only.
  const [early, late] = [Math.max(...resident.slice(2, 8)), Math.max(...resident.slice(8))];
  assert(late < early + 100, `${resident}`);
});

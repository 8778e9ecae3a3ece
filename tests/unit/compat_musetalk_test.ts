/**
 * The routes of pages of the MuseTalk integration over a made-up programme: what they answer, what becomes of them, errors as
 * FastAPI's clients read them, the file that the page plays.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CompatPlace, TALK } from "../fakes/compat_place.ts";

const BASE = "/api/webrtc";

async function offered(place: CompatPlace): Promise<string> {
  const [status, answer] = await place.json(`${BASE}/offer`, { sdp: "v=0 offer", type: "offer" });
  const { sdp, type, sessionid } = answer;
  assertEquals([status, sdp, type, typeof sessionid], [200, "v=0 answer", "answer", "string"]);
  return sessionid as string;
}

async function refusal(place: CompatPlace, path: string, body?: unknown): Promise<number> {
  const [code, { status, message, detail }] = await place.json(BASE + path, body);
  assertEquals([status, message], ["error", detail]);
  assert(typeof detail === "string" && detail.length > 5);
  return code;
}

Deno.test("musetalk/status, avatar/initialize: ready, with the avatars there are", async () => {
  await using place = await CompatPlace.open();
  assertEquals(await place.json(`${BASE}/musetalk/status`, undefined, "GET"), [200, {
    initialized: true,
    current_avatar: "mai",
    loaded_avatars: ["mai", "lena"],
  }]);
  assertEquals(await place.json(`${BASE}/avatar/initialize`), [200, { status: "success" }]);
});

Deno.test("offer: an avatar by either name; faults have a status", async () => {
  await using place = await CompatPlace.open();
  await offered(place);
  await place.json(`${BASE}/offer`, { sdp: "a", type: "offer", avatar_id: "lena" });
  await place.json(`${BASE}/offer`, { sdp: "b", type: "offer", avatar: "mai" });
  assertEquals(place.told, ["offer v=0 offer", "offer a as lena", "offer b as mai"]);
  assertEquals(await refusal(place, "/offer", { sdp: "bad", type: "offer" }), 400);
  assertEquals(await refusal(place, "/offer", { sdp: "full", type: "offer" }), 503);
  assertEquals(await refusal(place, "/offer", { type: "offer" }), 400);
});

Deno.test("realtime/start: the file is said as it is, the session's stream is silent, the page gets its address", async () => {
  await using place = await CompatPlace.open();
  const session = await offered(place);
  const path = "../MuseTalk/data/audio/talk.wav"; // as their own example has it
  const start = `${BASE}/realtime/start?session_id=${session}&avatar_id=lena&audio_path=${
    encodeURIComponent(path)
  }`;
  const [status, answer] = await place.json(start);
  assertEquals([status, answer["status"], answer["fps"]], [200, "realtime_started", 25]);
  assertEquals(place.told.slice(1), [
    "viewer-1: show lena",
    `viewer-1: file ${TALK.length} talk.wav {"keepsSilence":true}`,
  ]);
  assertEquals(place.takes, [{ session: "viewer-1", utterance: 1, isSilent: true }]);
  const audio = place.base + answer["audio_url"];
  assertMatch(audio, /\/api\/webrtc\/audio\/[\w-]{43}$/);
  const whole = await fetch(audio);
  assertEquals([whole.status, whole.headers.get("Content-Type")], [200, "audio/wav"]);
  assertEquals(await whole.bytes(), TALK);
  const part = await fetch(audio, { headers: { Range: "bytes=8-11" } });
  assertEquals([part.status, await part.text()], [206, "WAVE"]);
  // while it goes on a new start takes its place; after its end nothing is cut off
  await place.json(start);
  assertEquals(place.told.at(-2), "viewer-1: interrupt");
  place.ending.get(2)!();
  await place.json(start);
  assertEquals(place.told.at(-2)!.slice(0, 14), "viewer-1: file");
});

Deno.test("realtime/start: without a file the session only shows the avatar", async () => {
  await using place = await CompatPlace.open();
  const session = await offered(place);
  const [status, answer] = await place.json(`${BASE}/realtime/start?session_id=${session}&avatar_id=mai`);
  assertEquals([status, answer], [200, { status: "realtime_started", audio_url: null, fps: 25 }]);
  assertEquals(place.told.length, 1);
});

Deno.test("realtime/start, audio: no session, no such file, a way out of the folders, no sound, no avatar", async () => {
  await using place = await CompatPlace.open();
  Deno.writeTextFileSync(`${place.media}/audio/text.wav`, "no sound");
  const session = await offered(place);
  const start = (audio: string, more = "") =>
    refusal(place, `/realtime/start?session_id=${session}&audio_path=${encodeURIComponent(audio)}${more}`);
  assertEquals(await refusal(place, "/realtime/start?audio_path=audio/talk.wav"), 422);
  assertEquals(await refusal(place, "/realtime/start?session_id=test&audio_path=audio/talk.wav"), 404);
  for (
    const out of [
      "/etc/passwd",
      "audio/link.wav",
      "../secret.wav",
      `${place.folder}/secret.wav`,
      "audio/none.wav",
    ]
  ) {
    assertEquals(await start(out), 404, out);
  }
  assertEquals(await start("audio/text.wav"), 400);
  assertEquals(await start("audio"), 400);
  assertEquals(await start("audio/talk.wav", "&avatar_id=nobody"), 400);
  assertEquals((await place.json(`${BASE}/audio/made-up`, undefined, "GET"))[0], 404);
  assertEquals([place.told.length, place.takes], [1, []]);
});

Deno.test("audio: a file whose place became a way out is no longer given", async () => {
  await using place = await CompatPlace.open();
  const session = await offered(place);
  const [, { audio_url }] = await place.json(
    `${BASE}/realtime/start?session_id=${session}&audio_path=talk.wav`,
  );
  assertEquals(audio_url, undefined); // it is in a folder of its own there
  const [, answer] = await place.json(
    `${BASE}/realtime/start?session_id=${session}&audio_path=audio/talk.wav`,
  );
  Deno.removeSync(`${place.media}/audio/talk.wav`);
  Deno.symlinkSync(`${place.folder}/secret.wav`, `${place.media}/audio/talk.wav`);
  assertEquals((await place.json(String(answer["audio_url"]), undefined, "GET"))[0], 404);
});

Deno.test("avatar/prepare: waits until it is made; one that is there is there at once; failures have their reason", async () => {
  await using place = await CompatPlace.open();
  const prepare = (id: string, path = "audio/talk.wav") =>
    place.json(`${BASE}/avatar/prepare?avatar_id=${id}&video_path=${encodeURIComponent(path)}`);
  assertEquals(await prepare("lena", "nowhere"), [200, { status: "success", avatar_id: "lena" }]);
  assertEquals(place.told, []);
  let isAnswered = false;
  const waiting = prepare("anna").finally(() => isAnswered = true);
  while (place.jobs.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(isAnswered, false);
  assertEquals((await prepare("berta"))[0], 429);
  place.jobs = [{ ...place.jobs[0], state: "completed" }];
  assertEquals(await waiting, [200, { status: "success", avatar_id: "anna" }]);
  const failing = prepare("carla");
  while (place.jobs.length === 1) await new Promise((resolve) => setTimeout(resolve, 5));
  place.jobs = [{ ...place.jobs[1], state: "failed", error: "no face in /home/somebody/c.mp4" }];
  const [status, { detail }] = await failing;
  assertEquals([status, detail], [400, "making the avatar failed: no face in c.mp4"]);
  assertEquals((await prepare("dora", "/etc/passwd"))[0], 404);
});

Deno.test("ws: signalling as at /v1/webrtc, without a token", async () => {
  await using place = await CompatPlace.open();
  const socket = new WebSocket(`${place.base.replace("http", "ws")}${BASE}/ws`);
  const answer = Promise.withResolvers<{ type: string; sessionid: string; sdp: string }>();
  socket.onopen = () => socket.send(JSON.stringify({ type: "offer", sdp: "v=0 offer" }));
  socket.onmessage = ({ data }) => answer.resolve(JSON.parse(data));
  const { type, sdp, sessionid } = await answer.promise;
  assertEquals([type, sdp], ["answer", "v=0 answer"]);
  assertMatch(sessionid, /^\d{9}$/);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

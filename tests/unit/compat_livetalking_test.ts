/**
 * The routes of LiveTalking's clients over a made-up programme: every route, its envelope, what it becomes for the programme, and
 * what it says to what cannot be.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync } from "node:fs";
import { delay } from "../../src/time/mod.ts";
import { CompatPlace, TALK } from "../fakes/compat_place.ts";

const OFFER = { sdp: "v=0 offer", type: "offer" };

async function offered(place: CompatPlace, more: object = {}): Promise<number> {
  const [status, { sdp, type, sessionid, code }] = await place.json("/offer", { ...OFFER, ...more });
  assertEquals([status, sdp, type, code], [200, "v=0 answer", "answer", undefined]);
  return sessionid as number;
}

Deno.test("/offer: a session by a number that parseInt and 32 bits keep whole, understood by every route of ours too", async () => {
  await using place = await CompatPlace.open();
  const session = await offered(place);
  assert(Number.isInteger(session) && session >= 100_000_000 && session < 2 ** 31, String(session));
  for (const name of [session, String(session), "viewer-1"]) {
    await place.data("/human", { sessionid: name, text: "Hello.", type: "echo" });
  }
  assertEquals(place.told, ["offer v=0 offer", ...Array(3).fill("viewer-1: say Hello.")]);
  assertEquals(await place.json(`/api/webrtc/status/${session}`, undefined, "GET"), [200, {
    last_frame_idx: 7,
    fps: 25,
  }]);
});

Deno.test("/offer: an avatar opens a programme of its own, cloned voices are passed over, faults are code -1", async () => {
  await using place = await CompatPlace.open();
  await offered(place, { avatar: "lena", refaudio: "a.wav", reftext: "a", custom_config: "" });
  assertEquals(place.told, ["offer v=0 offer as lena"]);
  assertEquals(await place.refusal("/offer", { ...OFFER, sdp: "bad" }), "bad_offer");
  assertEquals(await place.refusal("/offer", { ...OFFER, sdp: "full" }), "too_many_peers");
  assertEquals(await place.refusal("/offer", { sdp: 7, type: "offer" }), "bad_offer");
  for (const custom_config of ["{", '{"a":1}', [{ audiotype: "2" }], 7]) {
    assertEquals(await place.refusal("/offer", { ...OFFER, custom_config }), "bad_custom_config");
  }
});

Deno.test("/human: echo is said, with interrupt first; without a session, or 0, by the shared programme", async () => {
  await using place = await CompatPlace.open();
  const said = await place.data("/human", { sessionid: 0, text: "One.", type: "echo", interrupt: true });
  assertEquals(said, { utterance: 1 });
  await place.data("/human", { text: "Two.", interrupt: false });
  assertEquals(place.told, ["interrupt", "say One.", "say Two."]);
});

Deno.test("/human: an empty text says nothing, and cuts off where that is wanted", async () => {
  await using place = await CompatPlace.open();
  assertEquals(await place.data("/human", { text: "", type: "echo" }), {});
  assertEquals(await place.data("/human", { text: " \n", type: "echo", interrupt: true }), {});
  assertEquals(place.told, ["interrupt"]);
  assertEquals(await place.refusal("/human", { text: "", sessionid: 123456 }), "no_such_session");
});

Deno.test("/human: a voice of another engine is passed over, an emotion that is an expression of ours is shown", async () => {
  await using place = await CompatPlace.open();
  const say = (tts: unknown) => place.data("/human", { text: "Hi.", tts });
  await say({ voice: "en-us" });
  await say({ voice: "nobody" });
  await say({ emotion: "Happy" });
  await say({ emotion: "fearless", speed: 1.2 });
  await say(null);
  assertEquals(place.told, [
    ...["say Hi. by en-us", "say Hi.", "say [happy]Hi. [neutral]", "say Hi.", "say Hi."],
  ]);
});

Deno.test("/human: what cannot be is code -1 with a reason, and nothing is said or cut off", async () => {
  await using place = await CompatPlace.open();
  const refused = (body: unknown) => place.refusal("/human", body);
  assertEquals(await refused({ text: "Hi.", type: "chat", interrupt: true }), "no_chat");
  assertEquals(await refused({ text: "Hi.", type: "sing" }), "no_chat");
  assertEquals(await refused({ text: "Hi.", sessionid: 123456 }), "no_such_session");
  assertEquals(await refused({ text: "full" }), "queue_full");
  assertEquals(await refused({ text: 7 }), "bad_request");
  assertEquals(await refused([]), "bad_request");
  assertEquals(await refused({ text: "Hi.", sessionid: {} }), "bad_request");
  assertEquals(place.told, []);
});

Deno.test("/humanaudio: a form's file is said and removed, whatever the order of its fields", async () => {
  await using place = await CompatPlace.open();
  const session = String(await offered(place));
  const file = new File([TALK], "../../etc/passwd", { type: "text/html" });
  for (const isFirst of [true, false]) {
    const form = new FormData();
    if (isFirst) form.append("file", file);
    form.append("sessionid", session);
    form.append("other", new File(["x"], "x"));
    if (!isFirst) form.append("file", file);
    const response = await fetch(`${place.base}/humanaudio`, { method: "POST", body: form });
    const { code, data: { utterance } } = await response.json();
    assertEquals([response.status, code], [200, 0]);
    assertEquals(existsSync(place.paths.at(-1)!), true);
    place.ending.get(utterance)!();
    for (let looks = 0; looks < 100 && existsSync(place.paths.at(-1)!); looks++) await delay(5);
    assertEquals(existsSync(place.paths.at(-1)!), false);
  }
  const line = `viewer-1: file ${TALK.length} upload.wav {}`;
  assertEquals(place.told.slice(1), [line, line]);
});

Deno.test("/humanaudio: other types, no file, no sound, too much: refused, and nothing is said", async () => {
  await using place = await CompatPlace.open();
  const send = async (body: BodyInit, type?: string) => {
    const headers: HeadersInit = type === undefined ? {} : { "Content-Type": type };
    const response = await fetch(`${place.base}/humanaudio`, { method: "POST", body, headers });
    const { code, error } = await response.json();
    assertEquals(code, -1);
    return [response.status, error];
  };
  const form = (file?: Uint8Array<ArrayBuffer>) => {
    const made = new FormData();
    made.append("sessionid", "0");
    if (file) made.append("file", new File([file], "a.wav"));
    return made;
  };
  assertEquals(await send(TALK.slice(), "audio/wav"), [415, "bad_type"]);
  assertEquals(await send("a=b", "application/x-www-form-urlencoded"), [415, "bad_type"]);
  assertEquals(await send("garbage", "multipart/form-data; boundary=x"), [200, "bad_form"]);
  assertEquals(await send(form()), [200, "no_file"]);
  assertEquals(await send(form(new TextEncoder().encode("no sound at all"))), [415, "bad_file"]);
  assertEquals(await send(form(new Uint8Array(300_000))), [413, "too_large"]);
  assertEquals(place.told, []);
});

Deno.test("/interrupt_talk, /is_speaking: of the session; paused speech is speech", async () => {
  await using place = await CompatPlace.open();
  const sessionid = await offered(place);
  assertEquals(await place.data("/interrupt_talk", { sessionid }), {});
  assertEquals(place.told.at(-1), "viewer-1: interrupt");
  for (
    const [phase, is] of [["idle", false], ["speaking", true], ["paused", true], ["held", false]] as const
  ) {
    place.phase = phase;
    assertEquals(await place.data("/is_speaking", { sessionid }), is);
  }
  assertEquals(await place.refusal("/is_speaking", { sessionid: 5 }), "no_such_session");
});

Deno.test("/record: begun, ended and fetched by session, in parts too; nobody ends another's", async () => {
  await using place = await CompatPlace.open();
  const [one, two] = [await offered(place), await offered(place)];
  const order = (sessionid: number, type: string) => ({ sessionid, type });
  const missing = await fetch(`${place.base}/record/${one}`);
  assertEquals([missing.status, (await missing.json()).type], [404, "urn:lipcam:problem:no_such_recording"]);
  assertEquals(await place.data("/record", order(one, "start_record")), {});
  assertEquals(await place.refusal("/record", order(one, "start_record")), "recording");
  assertEquals(await place.refusal("/record", order(two, "end_record")), "not_recording");
  assertEquals(await place.refusal("/record", order(one, "pause")), "bad_request");
  await place.data("/record", order(one, "end_record"));
  const film = await fetch(`${place.base}/record/${one}`);
  assertEquals([film.status, film.headers.get("Content-Type")], [200, "video/mp4"]);
  assertMatch(await film.text(), /^film 2026.*\.mp4$/);
  const part = await fetch(`${place.base}/record/${one}`, { headers: { Range: "bytes=0-3" } });
  assertEquals([part.status, await part.text()], [206, "film"]);
});

Deno.test("/record: of a viewer that has gone it is ended, kept, and in nobody's way", async () => {
  await using place = await CompatPlace.open();
  const [one, two] = [await offered(place), await offered(place)];
  await place.data("/record", { sessionid: one, type: "start_record" });
  place.sessions.delete("viewer-1");
  await place.data("/record", { sessionid: two, type: "start_record" });
  assertEquals((await (await fetch(`${place.base}/record/${one}`)).text()).slice(0, 4), "film");
  assertEquals(await place.refusal("/record", { sessionid: one, type: "start_record" }), "no_such_session");
});

Deno.test("/set_audiotype: the avatar's actions in order; those that the client brought by its own numbers, with their sound", async () => {
  await using place = await CompatPlace.open();
  const act = (sessionid: number, audiotype: number) => ({ sessionid, audiotype });
  assertEquals(await place.data("/set_audiotype", act(0, 2)), { action: "nod" });
  assertEquals(await place.data("/set_audiotype", act(0, 4)), { action: "tilt" });
  assertEquals(await place.data("/set_audiotype", act(0, 1)), {});
  assertEquals(await place.refusal("/set_audiotype", act(0, 6)), "unknown_act");
  assertEquals(place.told.splice(0), ["act nod", "act tilt"]);
  const session = await offered(place, {
    custom_config: JSON.stringify([
      { audiotype: 7, imgpath: "data/customvideo/image", audiopath: "data/audio/talk.wav" },
      { audiotype: 3, imgpath: "x" },
      { audiotype: 9, audiopath: "../../../etc/passwd" },
      { audiotype: 10, audiopath: "audio/text.wav" },
    ]),
  });
  Deno.writeTextFileSync(`${place.media}/audio/text.wav`, "no sound");
  assertEquals(await place.data("/set_audiotype", act(session, 7)), { action: "nod" });
  assertEquals(await place.data("/set_audiotype", act(session, 3)), { action: "shake" });
  assertEquals(await place.refusal("/set_audiotype", act(session, 9)), "no_such_file");
  assertEquals(await place.refusal("/set_audiotype", act(session, 10)), "bad_audio_file");
  assertEquals(place.told.slice(1), [
    `viewer-1: file ${TALK.length} talk.wav {"cue":"nod"}`,
    "viewer-1: act shake",
  ]);
});

Deno.test("/set_audiotype: speech and idle, which are 0 and 1, are no actions though the client brought frames for them", async () => {
  await using place = await CompatPlace.open();
  const custom_config = JSON.stringify([1, 2, 3, 4].map((audiotype) => ({ audiotype, imgpath: "x" })));
  const sessionid = await offered(place, { custom_config });
  const acted = [];
  for (const audiotype of [0, 1, 2, 3, 4]) {
    acted.push(await place.data("/set_audiotype", { sessionid, audiotype }));
  }
  assertEquals(acted, [{}, {}, { action: "nod" }, { action: "shake" }, { action: "tilt" }]);
});

Deno.test("/sse: start and end with the text and the caller's own fields, which cannot pose as ours", async () => {
  await using place = await CompatPlace.open();
  const leaving = new AbortController();
  const response = await fetch(`${place.base}/sse?sessionid=0`, { signal: leaving.signal });
  assertEquals(response.headers.get("Content-Type"), "text/event-stream");
  const own = { order: 17, status: "mine", page: { at: 1 } };
  await place.data("/human", { text: "Hello there.", type: "echo", ...own });
  while (!place.isHeard) await delay(5);
  place.emit({ kind: "utterance_start", utterance: 1, metadata: place.said.get(1) });
  place.emit({ kind: "word", utterance: 1, text: "Hello", metadata: place.said.get(1) });
  place.emit({ kind: "utterance_end", utterance: 1, metadata: place.said.get(1), state: "completed" });
  place.emit({ kind: "utterance_start", utterance: 2, metadata: { text: "of somebody else", secret: 1 } });
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.match(/^data:/gm)?.length === 3) break;
  }
  leaving.abort();
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!));
  const fields = { order: 17, page: { at: 1 }, text: "Hello there." };
  assertEquals(events, [
    { ...fields, status: "start" },
    { ...fields, status: "end" },
    { status: "start", text: "" },
  ]);
  assertEquals(await place.refusal("/sse?sessionid=99", undefined, "GET"), "no_such_session");
});

/**
 * The API of the real programme, every answer held against its own /openapi.json: speaking by stream, file and samples,
 * recording, events by both ways, numbers, links.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { ApiChecker } from "../fakes/api_checker.ts";
import { readExposition } from "../fakes/exposition_reader.ts";
import { programSocket } from "../fakes/program_socket.ts";
import { wavBytes } from "../fakes/wav.ts";
import { Events } from "./api_events.ts";
import { decode, loudness } from "./live_media.ts";
import { clock, LiveProcess, Room, skipWithout, until } from "./live_process.ts";

const SIZE = { width: 320, height: 180 };
const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x180"];
const RATE_HZ = 16_000;

/** A voice-like buzz, `seconds` long. */
function buzz(seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * RATE_HZ) }, (_, index) => {
    const time = index / RATE_HZ;
    return 0.3 * Math.sin(2 * Math.PI * 140 * time) * (0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * time));
  });
}

function samples16(samples: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int16Array.from(samples, (value) => Math.round(value * 32_767)).buffer);
}

/** A programme with an empty folder for what is uploaded, its API, its events. */
async function started(more: readonly string[] = []) {
  const room = new Room();
  const uploads = `${room.folder}/uploads`;
  Deno.mkdirSync(uploads);
  const live = await LiveProcess.start(room, [...QUIET, ...more], { env: { TMPDIR: uploads } });
  const { port, token } = live.token();
  const url = `http://127.0.0.1:${port}`;
  const api = await ApiChecker.of(url);
  return {
    ...{ room, live, url, port, token, api },
    /** Folders of what was uploaded and not spoken yet. */
    uploaded: () => [...Deno.readDirSync(uploads)].filter(({ name }) => name.startsWith("lipcam-upload-")),
    /** Asks with the token; the answer is held against the description. */
    async ask(method: string, path: string, init: RequestInit = {}, at = path) {
      const response = await fetch(`${url}${at}`, {
        method,
        ...init,
        headers: { Authorization: `Bearer ${token}`, ...init.headers },
      });
      const { status } = response;
      return { status, body: await api.check(method, path, response) as Record<string, unknown> };
    },
    socket: (path: string) =>
      programSocket(`ws://127.0.0.1:${port}${path}`, { Authorization: `Bearer ${token}`, Origin: url }),
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      room[Symbol.dispose]();
    },
  };
}

const json = (body: unknown) => ({
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json" },
});

Deno.test("API: a text is spoken while it is still being written, and both ways of events tell the same", async () => {
  await using it = await started();
  const [streamed, pushed] = [new Events(), new Events()];
  const leaving = new AbortController();
  const stream = await fetch(`${it.url}/v1/events`, {
    headers: { Authorization: `Bearer ${it.token}` },
    signal: leaving.signal,
  });
  const reading = streamed.fromStream(stream).catch((error) => {
    if (!leaving.signal.aborted) throw error;
  });
  const socket = it.socket("/v1/events");
  await pushed.fromSocket(socket);

  let endMs = Infinity;
  const words = async function* () {
    for (
      const sentence of ["Here is the first sentence. ", "Then comes another one, ", "and that is", " all."]
    ) {
      yield new TextEncoder().encode(sentence);
      await delay(900);
    }
    endMs = clock.nowMs();
  };
  const said = it.ask("POST", "/v1/say", {
    body: ReadableStream.from(words()),
    headers: { "Content-Type": "text/plain; charset=utf-8" },
  });
  await until("the first segment is heard", 15_000, () => pushed.all.find(({ kind }) => kind === "segment"));
  const firstMs = clock.nowMs();
  const { status, body } = await said;
  assertEquals([status, body], [202, { utterance: 1 }]);
  assertLess(firstMs, endMs, "it was spoken only when all of it was there");
  const end = await pushed.ended(1);
  assertEquals(end.state, "completed");
  await streamed.ended(1);
  assertEquals(streamed.all, pushed.all);
  const segments = pushed.of(1).filter(({ kind }) => kind === "segment").map(({ text }) => text);
  assertEquals(
    segments.join(" ").replace(/\s+/g, " ").trim(),
    [
      "Here is the first sentence.",
      "Then comes another one, and that is all.",
    ].join(" "),
  );
  socket.close();
  leaving.abort();
  await reading;
});

Deno.test("API: a sound file as the body and in a form, samples by POST and WebSocket, each is heard and leaves no file", async () => {
  await using it = await started();
  const events = new Events();
  const socket = it.socket("/v1/events");
  await events.fromSocket(socket);
  const file = wavBytes(buzz(1.5), RATE_HZ).slice();

  const whole = await it.ask("POST", "/v1/say/audio", {
    body: file,
    headers: { "Content-Type": "audio/wav" },
  });
  assertEquals([whole.status, whole.body], [202, { utterance: 1 }]);
  assertEquals(it.uploaded().length, 1);
  const form = new FormData();
  form.set("note", "not wanted");
  form.set("file", new File([file], "../../talk.exe", { type: "text/html" }));
  assertEquals((await it.ask("POST", "/v1/say/audio", { body: form })).status, 202);
  for (const utterance of [1, 2]) {
    const { state, playedMs } = await events.ended(utterance);
    assertEquals(state, "completed");
    assertLess(Math.abs(playedMs! - 1500), 350, `${playedMs} ms`);
  }
  await until("the uploads are gone", 3000, () => it.uploaded().length === 0);

  const bytes = samples16(buzz(2));
  const pieceBytes = RATE_HZ * 2 / 10;
  let sentAllMs = Infinity;
  const paced = async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.slice(at, at + pieceBytes - 1); // a sample may be cut in two
      yield bytes.slice(at + pieceBytes - 1, at + pieceBytes);
      await delay(95);
    }
    sentAllMs = clock.nowMs();
  };
  const posting = it.ask("POST", "/v1/say/pcm", {
    body: ReadableStream.from(paced()),
    headers: { "Content-Type": "application/octet-stream" },
  }, `/v1/say/pcm?rate=${RATE_HZ}&format=s16le`);
  await until(
    "the samples are heard",
    10_000,
    () => events.of(3).some(({ kind }) => kind === "utterance_start"),
  );
  assertEquals(sentAllMs, Infinity, "they were spoken only when all were there");
  assertEquals((await posting).body, { utterance: 3 });
  const third = await events.ended(3);
  assertEquals(third.state, "completed");
  assertLess(Math.abs(third.playedMs! - 2000), 350, `${third.playedMs} ms`);

  const talk = it.socket(`/v1/say/pcm?rate=${RATE_HZ}&format=s16le`);
  const heard = new Events();
  await heard.fromSocket(talk);
  for (let at = 0; at < bytes.length; at += pieceBytes) talk.send(bytes.slice(at, at + pieceBytes));
  talk.send("end");
  const fourth = await events.ended(4);
  assertEquals([fourth.state, heard.all], ["completed", [{ utterance: 4 } as never]]);
  assertLess(Math.abs(fourth.playedMs! - 2000), 350, `${fourth.playedMs} ms`);
  await until("the socket is closed", 3000, () => talk.readyState === WebSocket.CLOSED);

  const wrong = await it.ask("POST", "/v1/say/audio", {
    body: new TextEncoder().encode("#!/bin/sh\n".repeat(50)),
    headers: { "Content-Type": "audio/wav" },
  });
  assertEquals(wrong.status, 415);
  const cut = await it.ask("POST", "/v1/say/audio", {
    body: new Uint8Array([...new TextEncoder().encode("fLaC"), ...new Uint8Array(500)]),
    headers: { "Content-Type": "audio/flac" },
  });
  assertEquals([cut.status, JSON.stringify(cut.body).includes("uploads")], [400, false]);
  assertEquals(it.uploaded(), []);
  socket.close();
});

Deno.test({
  name: "API: a recording is begun, ended, listed, fetched whole and in ranges, and holds what was said",
  ignore: skipWithout("recording by the API", "ffmpeg", "ffprobe"),
  async fn() {
    await using it = await started();
    const events = new Events();
    const socket = it.socket("/v1/events");
    await events.fromSocket(socket);
    assertEquals((await it.ask("POST", "/v1/record", json({ record: "stop" }))).status, 409);
    for (const format of ["mp4", "webm"] as const) {
      const begun = await it.ask("POST", "/v1/record", json({ record: "start", format }));
      assertEquals(begun.status, 200);
      assertEquals((await it.ask("POST", "/v1/record", json({ record: "start" }))).status, 409);
      const { utterance } = (await it.ask("POST", "/v1/say", json({ text: "Recorded, word by word." }))).body;
      await events.ended(utterance as number);
      assertEquals((await it.ask("GET", "/v1/record")).body["recording"], begun.body["id"]);
      assertEquals((await it.ask("GET", "/metrics")).status, 200);
      const ended = await it.ask("POST", "/v1/record", json({ record: "stop" }));
      assertEquals(ended.body, begun.body);
      const id = ended.body["id"] as string;
      const { files } = (await it.ask("GET", "/v1/record")).body as {
        files: { id: string; bytes: number }[];
      };
      assertEquals(files[0]?.id, id);
      const fetchIt = (range?: string) =>
        it.live.fetch(`/v1/record/${id}`, range === undefined ? {} : { headers: { Range: range } });
      const whole = await (await fetchIt()).bytes();
      assertEquals(whole.length, files[0]!.bytes);
      const part = await fetchIt("bytes=100-199");
      assertEquals([part.status, await part.bytes()], [206, whole.slice(100, 200)]);
      const path = `${it.room.folder}/fetched.${format}`;
      Deno.writeFileSync(path, whole);
      const { frames, samples, durationMs } = await decode(path, SIZE);
      assertGreater(durationMs, 1000);
      assertLess(Math.abs(frames - durationMs / 40), 3);
      assertGreater(Math.max(...loudness(samples)), 0.02);
    }
    for (const id of ["..%2f..%2fetc%2fpasswd", "20261126-104501-0000000000000000.mp4", "x"]) {
      const answer = await it.live.fetch(`/v1/record/${id}`);
      await answer.body?.cancel();
      assertEquals(answer.status, 404, id);
    }
    socket.close();
  },
});

Deno.test("API: everything that can be asked is as described, holds no path of the machine, and is counted", async () => {
  await using it = await started(["--record", "x.mp4"]);
  const { room, api, url } = it;
  for (const { method, path } of api.operations) {
    if (method !== "GET" || /\{|events|preview\.mjpeg/.test(path)) continue;
    if (path === "/v1/say/pcm") continue; // a WebSocket
    const { status, body } = await it.ask("GET", path);
    assertEquals(status, 200, path);
    const text = JSON.stringify(body) ?? "";
    if (path === "/v1/doctor") continue; // its mends are lines to type on this very machine
    assert(!text.includes(room.data) && !text.includes(room.working), `${path}: ${text}`);
  }
  const picture = await it.live.fetch("/v1/avatars/mai/thumbnail");
  assertEquals([picture.status, picture.headers.get("content-type")], [200, "image/webp"]);
  assertEquals(new TextDecoder("latin1").decode((await picture.bytes()).slice(8, 12)), "WEBP");
  assertEquals((await it.live.fetch("/v1/avatars/..%2fmai/thumbnail")).status, 404);

  const voices = (await it.ask("GET", "/v1/voices")).body as { voices: { id: string }[] };
  const voice = voices.voices[0]!.id;
  assertEquals((await it.ask("POST", "/v1/voice", json({ voice }))).status, 200);
  assertEquals((await it.ask("GET", "/v1/voices")).body["voice"], voice);
  assertEquals((await it.ask("POST", "/v1/voice", json({ voice: "nobody" }))).status, 400);
  assertEquals((await it.ask("POST", "/v1/config", json({ expression: "happy" }))).status, 200);
  await it.live.reaches("happy", 3000, ({ picture }) => picture.expression === "happy");
  assertEquals((await it.ask("POST", "/v1/config", json({ fps: 30 }))).status, 400);
  assertEquals((await it.ask("GET", "/v1/state", {}, "/v1/state?session=nobody")).status, 404);

  const read = async () => readExposition(await (await it.live.fetch("/metrics")).text());
  const before = await read();
  await (await fetch(`${url}/nothing`)).body?.cancel();
  const after = await read();
  const sample = (metrics: typeof before, name: string, label?: readonly [string, string]) =>
    metrics.get(name)!.samples.find(({ labels }) => label === undefined || labels[label[0]] === label[1])!
      .value;
  assertEquals(
    sample(after, "lipcam_http_answers_total", ["status", "404"]) -
      sample(before, "lipcam_http_answers_total", ["status", "404"]),
    1,
  );
  assertGreater(sample(after, "lipcam_units_total"), 0);
  assertEquals([sample(after, "lipcam_recording"), sample(after, "lipcam_camera")], [1, 0]);
  for (const part of ["stage", "lipsync", "neural", "sound", "obs_feed", "preview"]) {
    assert(after.get(`lipcam_${part}`)!.samples.length > 1, part);
  }
});

Deno.test("API: not ready while it starts, ready then; a link lets a browser in once", async () => {
  using room = new Room();
  await using live = await LiveProcess.start(room, QUIET, { isAwaited: false });
  const { port } = await until("its token", 40_000, () => room.tokens()[0]);
  const url = `http://127.0.0.1:${port}`;
  const seen: number[] = [];
  const api = await ApiChecker.of(url);
  await until("it is ready", 40_000, async () => {
    const answer = await fetch(`${url}/readyz`);
    seen.push(answer.status);
    await api.check("GET", "/readyz", answer);
    return answer.status === 200;
  });
  assertEquals([...new Set(seen)], [503, 200]);
  assertEquals(await (await fetch(`${url}/healthz`)).json(), { status: "ok" });

  const page = await LiveProcess.run(room, ["page"]);
  assertEquals([page.code, page.stderr], [0, ""]);
  const link = page.stdout.trim();
  const open = () => fetch(link, { redirect: "manual" });
  const first = await open();
  await first.body?.cancel();
  const cookie = first.headers.get("set-cookie") ?? "";
  assertEquals([first.status, first.headers.get("location")], [303, "/"]);
  assert(/; HttpOnly; SameSite=Strict$/.test(cookie), cookie);
  assertEquals((await api.check("GET", "/", await open()) as { status: number }).status, 401);
  const state = await fetch(`${url}/v1/state`, { headers: { Cookie: cookie.split(";")[0]! } });
  const shown = await state.text();
  assertEquals([state.status, shown.includes("key=")], [200, false]);
  for (const command of [["say", "Hello."], ["state"], ["interrupt"], ["act", "nod"]]) {
    const { code, stderr } = await LiveProcess.run(room, command);
    assertEquals([code, stderr], [0, ""], command.join(" "));
  }
  assert(!live.stderr.includes("key="), live.stderr);
});

/** Clients that begin and do not go on, that ask faster than they are answered, or that write an address that they did not come by. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { bodyPieces, readJson } from "../../src/control/body.ts";
import { RATES } from "../../src/control/rate_limit.ts";
import { serveSignalling } from "../../src/control/signalling.ts";
import { socketPieces } from "../../src/control/socket_pieces.ts";
import { spool, writeAll } from "../../src/control/spool.ts";
import { SpoolRoom } from "../../src/control/spool_room.ts";
import { HttpProblem } from "../../src/control/problem.ts";
import type { ProgrammeControl, WebRtcControl } from "../../src/control/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { type ApiRoom, apiRoom } from "../fakes/api_room.ts";
import { programSocket } from "../fakes/program_socket.ts";
import { avatarPart, houseOf, noPreview } from "../fakes/programme_control.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A connection that has sent this and waits. */
async function begun(room: ApiRoom, head: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: room.port });
  await connection.write(encode(head));
  return connection;
}

/** The head of what came back within `msMax`; "" where nothing did. */
async function answered(connection: Deno.TcpConn, msMax: number): Promise<string> {
  const bytes = new Uint8Array(64 * 1024);
  const late = new AbortController();
  const count = await Promise.race([
    connection.read(bytes),
    delay(msMax, late.signal).then(() => 0, () => 0),
  ]);
  late.abort();
  return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
}

function upload(room: ApiRoom): string {
  return `POST /v1/say/audio HTTP/1.1\r\nHost: 127.0.0.1:${room.port}\r\nAuthorization: Bearer ${room.token}\r\n` +
    "Content-Type: audio/wav\r\nContent-Length: 1000000\r\n\r\nRIFF____WAVEfmt ";
}

Deno.test("control: uploads that are begun and left standing are few, the next is 429, and a place is free when one leaves", async () => {
  await using room = await apiRoom();
  const standing = [];
  for (let count = 0; count < 8; count++) standing.push(await begun(room, upload(room)));
  await delay(200);
  const next = await begun(room, upload(room));
  const text = await answered(next, 2000);
  assert(/^HTTP\/1.1 429 /.test(text) && text.includes("too_many_uploads"), text.slice(0, 200));
  assertEquals((await (await fetch(new URL("/healthz", room.url))).json()).status, "ok");
  standing.pop()!.close();
  let isFree = false;
  for (let look = 0; look < 20 && !isFree; look++) {
    await delay(100);
    const again = await begun(room, upload(room));
    isFree = await answered(again, 300) === "";
    again.close();
  }
  assert(isFree);
  for (const connection of [...standing, next]) connection.close();
  assertEquals(room.errors, []);
});

Deno.test("control: four hundred requests whose heads do not end cost little and keep nobody out", async () => {
  await using room = await apiRoom();
  const before = Deno.memoryUsage().rss;
  const head = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${room.port}\r\nX: ${"a".repeat(1000)}`;
  const standing = await Promise.all(Array.from({ length: 400 }, () => begun(room, head)));
  const startMs = performance.now();
  assertEquals((await (await fetch(new URL("/healthz", room.url))).json()).status, "ok");
  assert(performance.now() - startMs < 1000);
  assert(Deno.memoryUsage().rss - before < 100e6);
  for (const connection of standing) connection.close();
});

/** A WebSocket as far as the signalling knows one. */
class Line extends EventTarget {
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  closed: number | undefined;
  send(): void {}
  close(code: number): void {
    this.closed ??= code;
    this.dispatchEvent(new Event("close"));
  }
}

Deno.test("serveSignalling: who sends faster than offers are answered is cut off, and what waited is not answered any more", async () => {
  const line = new Line();
  const ended = new AbortController();
  let offers = 0;
  const answering = Promise.withResolvers<void>();
  const webrtc: WebRtcControl = {
    ...noPreview,
    offer: async () => {
      offers++;
      await answering.promise;
      return { session: "a", sdp: "v=0" };
    },
  };
  serveSignalling(line as unknown as WebSocket, webrtc, ended.signal);
  const data = JSON.stringify({ type: "offer", sdp: "x".repeat(100_000) });
  let sent = 0;
  while (line.closed === undefined && sent < 100) {
    line.dispatchEvent(new MessageEvent("message", { data }));
    sent++;
  }
  assertEquals(line.closed, 1008);
  assert(sent <= 10, `${sent} messages of 100 kB waited`);
  answering.resolve();
  await delay(20);
  assertEquals(offers, 0);
  ended.abort();
});

Deno.test("control: whose a connection is, is told by the connection and not by the address that the request writes", async () => {
  await using room = await apiRoom();
  const { port } = room;
  const cookie = async (target: string, host: string) => {
    const connection = await begun(room, `GET ${target} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
    const text = await answered(connection, 2000);
    connection.close();
    return /^set-cookie: lipcam_/im.test(text);
  };
  assertEquals(await cookie("/", "127.0.0.1"), true);
  assertEquals(await cookie("/", "localhost"), true);
  assertEquals(await cookie(`http://127.0.0.9:${port}/`, "127.0.0.1"), true);
});

Deno.test("control: a Host that is no host is refused as any wrong one, with every header, and nothing is said of it", async () => {
  await using room = await apiRoom();
  const hosts = ["a b", "[::", "127.0.0.1:99999", "a:b", "%", "::1", "xn--a", "", "evil.example"];
  const right = `127.0.0.1:${room.port}`;
  const asks = [...hosts.map((host) => ["/", host]), ["/v1/state", "a b"], ["http://a:b/", right]];
  for (const [target, host] of asks) {
    const connection = await begun(room, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const text = await answered(connection, 2000);
    connection.close();
    const parts = [/^HTTP\/1.1 403 /, /^content-type: application\/problem\+json/im, /problem:bad_host"/];
    parts.push(/^content-security-policy: default-src 'none'/im, /^x-content-type-options: nosniff/im);
    for (const part of parts) assert(part.test(text), `${host}: ${text}`);
  }
  assertEquals(room.errors, []);
});

/** What is answered to `count` offers over a WebSocket, at most ten of them. */
async function offersOver(socket: WebSocket, count: number): Promise<string[]> {
  const kinds: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.addEventListener("message", ({ data }) => {
    const { type, code } = JSON.parse(data);
    kinds.push(code ?? type);
    if (kinds.length === count) resolve();
  });
  await new Promise((opened) => socket.addEventListener("open", opened));
  for (let sent = 0; sent < count; sent++) socket.send(JSON.stringify({ type: "offer", sdp: "v=0" }));
  await promise;
  const closed = new Promise((done) => socket.addEventListener("close", done));
  socket.close();
  await closed;
  return kinds;
}

Deno.test("control: offers over WebSockets are taken from the same allowance as any, each of them, and the rest told why", async () => {
  let offers = 0;
  const webrtc: WebRtcControl = {
    ...{ ...noPreview, isOn: true, close: () => Promise.resolve() },
    offer: () => Promise.resolve({ session: `s${++offers}`, sdp: "v=0" }),
  };
  for (const path of ["/v1/webrtc", "/api/webrtc/ws"]) {
    offers = 0;
    const house = houseOf(avatarPart as ProgrammeControl, webrtc);
    await using room = await apiRoom({}, { house, compat: { mediaRoots: [] } });
    const kinds: string[] = [];
    for (let count = 0; count < 8; count++) {
      const headers = { Authorization: `Bearer ${room.token}` };
      kinds.push(...await offersOver(programSocket(`ws://127.0.0.1:${room.port}${path}`, headers), 10));
    }
    const taken = kinds.filter((kind) => kind === "answer").length;
    assert(taken >= RATES.offer.burst && taken < 70, `${taken} of ${kinds.length} offers at ${path}`);
    assertEquals([taken, kinds.filter((kind) => kind === "too_often").length], [offers, 80 - taken]);
    const posted = await room.call("/whep", {
      ...{ method: "POST", headers: { "Content-Type": "application/sdp" }, body: "v=0" },
    });
    await posted.body?.cancel();
    assertEquals([posted.status, room.errors], [429, []]);
  }
});

Deno.test("control: the page at ::1 opens the API to its own user too", async () => {
  const bind = { host: "::1", isInsecureAllowed: false, allowedHosts: [] };
  await using room = await apiRoom({}, { bind });
  const page = await fetch(room.url);
  await page.body?.cancel();
  assert(page.headers.get("set-cookie")?.startsWith(`lipcam_${room.port}=`), room.url);
});

Deno.test("writeAll, spool: a full disk is 507 and no fault of ours", async () => {
  using full = await Deno.open("/dev/full", { write: true });
  const { status, code } = await assertRejects(() => writeAll(full, encode("x")), HttpProblem);
  assertEquals([status, code], [507, "disk_full"]);
  await using spooled = await spool(
    ReadableStream.from([encode("RIFF____WAVEfmt ")]),
    "sound",
    new SpoolRoom(100),
  );
  assertEquals(spooled.bytes, 16);
});

Deno.test("socketPieces: large messages that nobody reads are held to a few megabytes, and then the socket is closed", async () => {
  const line = new Line();
  const ended = new AbortController();
  const pieces = socketPieces(line as unknown as WebSocket, ended.signal, 512);
  let sent = 0;
  while (line.closed === undefined && sent < 100) {
    line.dispatchEvent(new MessageEvent("message", { data: new ArrayBuffer(1024 * 1024) }));
    sent++;
  }
  assertEquals([line.closed, sent <= 9], [1008, true]);
  let held = 0;
  for await (const piece of pieces) held += piece.length;
  assert(held <= 8 * 1024 * 1024, `${held} bytes`);
  // what was read makes room again
  const other = new Line();
  const read = socketPieces(other as unknown as WebSocket, ended.signal, 512);
  for (let count = 0; count < 20; count++) {
    other.dispatchEvent(new MessageEvent("message", { data: new ArrayBuffer(1024 * 1024) }));
    await read.next();
  }
  assertEquals(other.closed, undefined);
  ended.abort();
});

Deno.test("bodyPieces: pieces that come in time each, and never end, are 408 when all of it should be there", async () => {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await delay(20);
      controller.enqueue(encode("x"));
    },
  });
  const request = new Request("http://127.0.0.1/", { method: "POST", body });
  let count = 0;
  const read = async () => {
    for await (const piece of bodyPieces(request, { bytesMax: 1000, msMax: 300, quietMsMax: 1000 })) {
      count += piece.length;
    }
  };
  const { status } = await assertRejects(read, HttpProblem);
  assertEquals([status, count > 2 && count < 20], [408, true], `${count} pieces`);
});

Deno.test("readJson gives up on a body that drips", async () => {
  const never = new Request("http://x/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"te')) }),
  });
  const problem = await assertRejects(() => readJson(never, { msMax: 50 }), HttpProblem, "within 50 ms");
  assertEquals(problem.status, 408);
});

/** Clients that leave before they are answered, that do not read what they asked for, and sockets of what has ended. */
import { assert, assertEquals } from "@std/assert";
import { dropConnection } from "../../src/control/dropped.ts";
import { serveEvents } from "../../src/control/event_socket.ts";
import type { ProgrammeControl, ProgrammeEvent, WebRtcControl } from "../../src/control/mod.ts";
import { endInTime } from "../../src/control/socket_end.ts";
import { delay } from "../../src/time/mod.ts";
import { type ApiRoom, apiRoom } from "../fakes/api_room.ts";
import { avatarPart, houseOf, noPreview } from "../fakes/programme_control.ts";

const nobody = avatarPart as ProgrammeControl;

/** The signal of the offer, and how long it was waited for. */
async function leaveDuringOffer(room: ApiRoom, path: string, type: string, body: string): Promise<void> {
  const leaving = new AbortController();
  const asked = room.call(path, {
    ...{ method: "POST", headers: { "Content-Type": type }, body, signal: leaving.signal },
  });
  const left = asked.then(() => false, () => true);
  await delay(100);
  leaving.abort();
  assert(await left, path);
}

Deno.test("control: a client that leaves before its offer is answered has no session; that is no fault of ours", async () => {
  const closed: string[] = [];
  const signals: AbortSignal[] = [];
  let answer = Promise.withResolvers<void>();
  const webrtc: WebRtcControl = {
    ...{ ...noPreview, isOn: true },
    offer: async (_offer, signal) => {
      signals.push(signal);
      await answer.promise;
      return { session: `session-${signals.length}`, sdp: "v=0" };
    },
    close: (session) => Promise.resolve(void closed.push(session)),
  };
  await using room = await apiRoom({}, { house: houseOf(nobody, webrtc), compat: { mediaRoots: [] } });
  const offer = JSON.stringify({ type: "offer", sdp: "v=0" });
  const asks = [
    ["/whep", "application/sdp", "v=0"],
    ["/offer", "application/json", offer],
    ["/api/webrtc/offer", "application/json", offer],
  ] as const;
  for (const [path, type, body] of asks) {
    answer = Promise.withResolvers();
    await leaveDuringOffer(room, path, type, body);
    for (let look = 0; look < 50 && !signals.at(-1)!.aborted; look++) await delay(20);
    assert(signals.at(-1)!.aborted, path);
    answer.resolve(); // all the same
    await delay(50);
    assertEquals(closed, [`session-${signals.length}`], path);
    closed.length = 0;
  }
  // one that stays has its session
  const stayed = await room.call("/whep", {
    ...{ method: "POST", headers: { "Content-Type": "application/sdp" }, body: "v=0" },
  });
  await stayed.body?.cancel();
  assertEquals([stayed.status, closed, room.errors], [201, [], []]);
});

Deno.test("control: an offer that ends with its signal because the client left is counted and no error", async () => {
  const webrtc: WebRtcControl = {
    ...{ ...noPreview, isOn: true },
    offer: async (_offer, signal) => {
      await delay(60_000, signal);
      return { session: "a", sdp: "v=0" };
    },
  };
  await using room = await apiRoom({ metrics: () => [] }, { house: houseOf(nobody, webrtc) });
  await leaveDuringOffer(room, "/whep", "application/sdp", "v=0");
  let text = "";
  for (let look = 0; look < 50 && !text.includes('"499"'); look++) {
    await delay(20);
    text = await (await room.call("/metrics")).text();
  }
  assert(text.includes('lipcam_http_answers_total{status="499"} 1'), text);
  assertEquals(room.errors, []);
});

/** A WebSocket as far as the server knows one; closing takes until it is answered. */
class Line extends EventTarget {
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  closed: number | undefined;
  readonly said: string[] = [];
  send(text: string): void {
    this.said.push(text);
  }
  close(code: number): void {
    this.closed ??= code;
    this.readyState = WebSocket.CLOSING;
  }
  answerClose(): void {
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(new Event("close"));
  }
}

Deno.test("serveEvents: the socket is closed when the events end, when they fail, and when there are none", async () => {
  const ends: [string, () => ReadableStream<ProgrammeEvent>, number][] = [
    ["ended", () => ReadableStream.from([{ kind: "word" }]), 1],
    ["failed", () => new ReadableStream({ start: (stream) => stream.error(new Error("gone")) }), 0],
    ["not there", () => {
      throw new Error("no programme");
    }, 0],
  ];
  for (const [what, events, count] of ends) {
    for (const pace of [{}, { stateMs: 60_000 }]) {
      const line = new Line();
      const programme: ProgrammeControl = { ...nobody, events, state: () => ({}) };
      serveEvents(line as unknown as WebSocket, programme, new AbortController().signal, pace);
      line.dispatchEvent(new Event("open"));
      for (let look = 0; look < 50 && line.closed === undefined; look++) await delay(5);
      const words = line.said.filter((text) => text.includes("word"));
      assertEquals([line.closed, words.length], [1001, count], what);
      line.answerClose();
    }
  }
});

const QUICK = { lookMs: 5, answerMs: 30 };

Deno.test("endInTime: a close that is answered is left alone, one that is not ends the connection", async () => {
  let drops = 0;
  const drop = () => ++drops > 0;
  const polite = new Line();
  const whole = endInTime(polite as unknown as WebSocket, drop, QUICK);
  await delay(20);
  polite.close(1000);
  await delay(10);
  polite.answerClose();
  await whole;
  assertEquals(drops, 0);
  const deaf = new Line();
  const cut = endInTime(deaf as unknown as WebSocket, drop, QUICK);
  await delay(60);
  assertEquals(drops, 0); // open as long as it likes
  deaf.close(1008);
  await cut;
  assertEquals(drops, 1);
});

Deno.test("endInTime: where connections cannot be dropped, few that stand give their places back", async () => {
  const lines = Array.from({ length: 80 }, () => new Line());
  let free = 0;
  const ends = lines.map((line) =>
    endInTime(line as unknown as WebSocket, () => false, QUICK).then(() => free++)
  );
  for (const line of lines) line.close(1008);
  await delay(100);
  assertEquals(free, 64);
  for (const line of lines) line.answerClose();
  await Promise.all(ends);
  const next = new Line();
  const end = endInTime(next as unknown as WebSocket, () => false, QUICK);
  next.close(1008);
  await end; // those that stood have gone
  next.answerClose();
});

Deno.test({
  name:
    "dropConnection: both ends of that connection see the end, another's does not, and one that is over is none",
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (const hostname of ["127.0.0.1", "::1"]) {
      using listener = Deno.listen({ hostname, port: 0 });
      const { port } = listener.addr as Deno.NetAddr;
      using client = await Deno.connect({ hostname, port });
      using server = await listener.accept();
      using other = await Deno.connect({ hostname, port });
      using otherServer = await listener.accept();
      const reads = [client, server].map((end) => end.read(new Uint8Array(1)));
      assertEquals(dropConnection(server.remoteAddr as Deno.NetAddr, port), true);
      assertEquals(await Promise.all(reads), [null, null]);
      await other.write(new Uint8Array([7]));
      assertEquals(await otherServer.read(new Uint8Array(1)), 1);
      assertEquals(dropConnection({ hostname, port: 1 }, port), false);
    }
  },
});

Deno.test({
  name: "control: a WebSocket that is not read is cut off, its connection dropped and its place given back",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { readable, writable } = new TransformStream<ProgrammeEvent>();
    await using room = await apiRoom({ events: () => readable, metrics: () => [] });
    const places = async () =>
      /^lipcam_http_streams (\d+)/m.exec(await (await room.call("/metrics")).text())?.[1];
    using deaf = await Deno.connect({ hostname: "127.0.0.1", port: room.port });
    await deaf.write(
      new TextEncoder().encode(
        `GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${room.port}\r\nAuthorization: Bearer ${room.token}\r\n` +
          "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      ),
    );
    for (let look = 0; look < 50 && await places() !== "1"; look++) await delay(20);
    const words = writable.getWriter();
    let sent = 0;
    // more than the kernel holds for a connection, and what may be unread of it
    for (; sent < 400; sent++) await words.write({ kind: "x".repeat(64 * 1024) });
    await words.close();
    for (let look = 0; look < 100 && await places() !== "0"; look++) await delay(100);
    assertEquals(await places(), "0");
    // what the kernel held comes, then the end
    const bytes = new Uint8Array(1024 * 1024);
    let held = 0;
    for (;;) {
      const count = await deaf.read(bytes).catch(() => null);
      if (count === null) break;
      held += count;
    }
    assert(held < sent * 64 * 1024, `${held} bytes`);
    assertEquals(room.errors, []);
  },
});

/** The bad network of the preview's tests: the same seed is the same weather, and what it says it does to packets it does. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { createSocket, type Socket } from "node:dgram";
import { Buffer } from "node:buffer";
import { fateOf, randomOf, Relay, type RelayCounts, type Weather } from "../system/webrtc/relay.ts";
import { delay } from "../../src/time/mod.ts";

const PACKETS = 20_000;
const ROUGH: Weather = {
  seed: 7,
  delayMs: 50,
  jitterMs: 8,
  dropShare: 0.05,
  duplicateShare: 0.02,
  reorderShare: 0.01,
};

const noCounts = (): RelayCounts => ({ passed: 0, dropped: 0, duplicated: 0, reordered: 0, lostInOutage: 0 });

function fates(weather: Weather, counts = noCounts()): number[][] {
  const random = randomOf(weather.seed);
  return Array.from({ length: PACKETS }, () => fateOf(weather, random, counts));
}

function opened(): Promise<Socket> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => socket.bind(0, "127.0.0.1", () => resolve(socket)));
}

/** A server that answers each datagram with itself, and whoever offers to it is told its port. */
async function echo() {
  const udp = await opened();
  udp.on("message", (data, from) => udp.send(data, from.port, from.address));
  const { port } = udp.address();
  const offers: string[] = [];
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    offers.push(await request.text());
    return new Response(`a=candidate:1 1 udp 1 127.0.0.1 ${port} typ host\r\n`, { status: 201 });
  });
  const base = `http://127.0.0.1:${http.addr.port}`;
  const close = async () => (udp.close(), await http.shutdown());
  return { base, port, offers, [Symbol.asyncDispose]: close };
}

async function offered(relay: Relay, sdp = "v=0\r\n"): Promise<string> {
  return await (await fetch(`${relay.base}/whep`, { method: "POST", body: sdp })).text();
}

Deno.test("fateOf: the same seed gives the same fates, another seed others", () => {
  assertEquals(fates(ROUGH), fates(ROUGH));
  assertNotEquals(fates(ROUGH), fates({ ...ROUGH, seed: 8 }));
});

Deno.test("fateOf: shares and delays are those of the weather, and are counted", () => {
  const counts = noCounts();
  const all = fates(ROUGH, counts);
  const share = (count: number) => count / PACKETS;
  assertAlmostEquals(share(counts.dropped), 0.05, 0.006);
  assertAlmostEquals(share(counts.duplicated), 0.02, 0.004);
  assertAlmostEquals(share(counts.reordered), 0.01, 0.003);
  assertEquals(all.filter(({ length }) => length === 0).length, counts.dropped);
  assertEquals(all.filter(({ length }) => length === 2).length, counts.duplicated);
  const first = all.flatMap(([atMs]) => atMs ?? []);
  assertEquals(first.length, counts.passed);
  assert(first.every((atMs) => (atMs >= 50 && atMs < 58) || (atMs >= 80 && atMs < 88)));
  assertEquals(first.filter((atMs) => atMs >= 80).length, counts.reordered);
});

Deno.test("fateOf: more loss drops the same packets and more, and moves no other", () => {
  const [some, more] = [fates({ ...ROUGH, dropShare: 0.02 }), fates({ ...ROUGH, dropShare: 0.2 })];
  more.forEach((fate, at) => fate.length > 0 && assertEquals(fate, some[at]));
});

Deno.test("Relay: takes the viewer's candidates out of the offer and puts itself in the answer", async () => {
  await using server = await echo();
  await using relay = await Relay.open(server.base, "token", { seed: 1, delayMs: 0 });
  const answer = await offered(relay, "v=0\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\ns=-\r\n");
  assertEquals(server.offers, ["v=0\r\ns=-\r\n"]);
  assertEquals(answer, `a=candidate:1 1 udp 1 127.0.0.1 ${relay.port} typ host\r\n`);
  assertNotEquals(relay.port, server.port);
});

Deno.test("Relay: packets come back to whom they are for, in bursts and in order, twice the delay later", async () => {
  await using server = await echo();
  await using relay = await Relay.open(server.base, "token", { seed: 1, delayMs: 10, jitterMs: 4 });
  await offered(relay);
  const viewers = await Promise.all([opened(), opened()]);
  const heard = viewers.map((viewer) => {
    const texts: string[] = [];
    viewer.on("message", (data) => texts.push(String(data)));
    return texts;
  });
  const send = (who: number, text: string) =>
    viewers[who]!.send(Buffer.from(`${who} ${text}`), relay.port, "127.0.0.1");
  const until = async (count: number) => {
    for (let look = 0; heard.some(({ length }) => length < count) && look < 400; look++) await delay(5);
  };
  // What is sent at once on a fresh socket leaves it in any order: that is not the relay's.
  const sentMs = performance.now();
  viewers.forEach((_, who) => send(who, "first"));
  await until(1);
  assert(performance.now() - sentMs >= 19, `${performance.now() - sentMs} ms there and back`);
  const wanted = [0, 1].map((who) => [`${who} first`]);
  for (let burst = 0; burst < 10; burst++) {
    for (let packet = 0; packet < 8; packet++) {
      viewers.forEach((_, who) => {
        send(who, `${burst} ${packet}`);
        wanted[who]!.push(`${who} ${burst} ${packet}`);
      });
    }
    await delay(8);
  }
  await until(81);
  viewers.forEach((viewer) => viewer.close());
  assertEquals(heard, wanted);
});

Deno.test("Relay: nothing passes in an outage, and what is sent after it does", async () => {
  await using server = await echo();
  await using relay = await Relay.open(server.base, "token", { seed: 1, delayMs: 0 });
  await offered(relay);
  const viewer = await opened();
  const heard: string[] = [];
  viewer.on("message", (data) => heard.push(String(data)));
  const send = (text: string) => viewer.send(Buffer.from(text), relay.port, "127.0.0.1");
  relay.outage(100);
  send("lost");
  await delay(150);
  send("after");
  for (let look = 0; heard.length === 0 && look < 200; look++) await delay(5);
  viewer.close();
  assertEquals(heard, ["after"]);
  assertEquals(relay.counts.lostInOutage, 1);
});

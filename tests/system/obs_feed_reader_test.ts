/** Who reads the feed for OBS: too many, silent ones, ones that say too much, slow ones, and what each costs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Gauges } from "../../src/metrics/mod.ts";
import { Audience } from "../../src/obs/feed/audience.ts";
import { FEED_GAUGES, type FeedNews } from "../../src/obs/feed/messages.ts";
import { Reader } from "../../src/obs/feed/reader.ts";
import type { UnitFormat } from "../../src/obs/feed/unit_format.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { FakePlugin } from "../fakes/obs_plugin.ts";
import { SHAPE, Show, until } from "../fakes/obs_show.ts";

const clock = new MonotonicClock();
const PANIC = new Uint8Array([1, 0, 0, 0]);
const HOLD = new Uint8Array([2, 0, 0, 0]);

Deno.test("ObsFeed: what comes in at the media place is nobody's order", async () => {
  await using show = await new Show().open({ kind: "media", port: 0 });
  const port = Number(new URL(show.feed.places[1]!.url).port);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const says = new Uint8Array(36);
  new Uint32Array(says.buffer).set([0x4350_494c, 18 << 16 | 1, 4, 0, 0, 0, 0, 0, 1]);
  for (let nth = 0; nth < 200; nth++) await connection.write(says);
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  show.publish();
  await until("a picture", () => show.feed.state().sentFrames === 1);
  await delay(100);
  assertEquals(show.hotkeys, []);
  assertEquals(show.troubles, []);
  const { readers, refusedReaders, connected } = show.feed.state();
  assertEquals([readers, refusedReaders, connected], [1, 0, [{ id: 1, kind: "media" }]]);
});

Deno.test("ObsFeed: a plugin that sends more than 100 messages in a second is refused by name", async () => {
  await using show = await new Show().open();
  using steady = await show.plugin("steady");
  using plugin = await show.plugin("flood");
  for (let nth = 0; nth < 90; nth++) await steady.visibility(true, true, true);
  for (let nth = 0; nth < 120; nth++) {
    await plugin.send(99, "").catch(() => {}); // it may have been refused already
  }
  await until("the refusal", () => show.troubles.length > 0);
  assertMatch(show.troubles[0]!, /not OBS's source Lipcam: it sent more than 100 messages in a second/);
  while (await plugin.next());
  await delay(1000);
  for (let nth = 0; nth < 90; nth++) await steady.visibility(true, true, true);
  show.publish();
  assert(await steady.nextOf(2), "who keeps to it stays");
  assertEquals(show.feed.state().refusedReaders, 1);
});

Deno.test("Audience: a visibility is told when it changes", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "lipcam-audience-" });
  const path = `${folder}/a.sock`;
  using listener = Deno.listen({ transport: "unix", path });
  const told: FeedNews[] = [];
  const audience = new Audience({
    ...{ units: new UnitRing(SHAPE), gauges: new Gauges(FEED_GAUGES), clock },
    about: { programme: "test", lipcam: "0.1.0" },
    tell: (news) => told.push(news),
  });
  using plugin = await FakePlugin.connect(path);
  audience.admit("plugin", await listener.accept());
  await plugin.send(16, "{}");
  for (const isShowing of [true, true, true, false, false, true]) {
    await plugin.visibility(isShowing, false, true);
  }
  await plugin.send(18, PANIC);
  await until("all read", () => told.some(({ kind }) => kind === "hotkey"));
  const shown = told.flatMap((news) => news.kind === "reader" ? [news.reader.isShowing] : []);
  assertEquals(shown, [undefined, undefined, true, false, true]);
  await audience.end("");
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("ObsFeed: a key that every source has is one press; a second press is another", async () => {
  await using show = await new Show().open();
  using a = await show.plugin("a");
  using b = await show.plugin("b");
  using c = await show.plugin("c");
  await until("all", () => show.feed.state().connected.every(({ source }) => source));
  const press = async (plugin: FakePlugin, key: Uint8Array) => {
    await plugin.send(18, key);
    await delay(30);
  };
  for (const plugin of [a, b, c]) await press(plugin, PANIC);
  assertEquals(show.hotkeys, ["panic a"]);
  await press(b, HOLD);
  await press(a, PANIC);
  assertEquals(show.hotkeys, ["panic a", "hold b", "panic a"]);
  await delay(350);
  await press(c, PANIC);
  await press(a, PANIC);
  assertEquals(show.hotkeys.slice(3), ["panic c"]);
});

Deno.test("ObsFeed: eight read, a ninth is turned away with one line however often it tries", async () => {
  await using show = await new Show().open();
  const eight: FakePlugin[] = [];
  for (let nth = 0; nth < 8; nth++) eight.push(await show.plugin(`${nth}`));
  for (let nth = 0; nth < 4; nth++) {
    using ninth = await FakePlugin.connect(show.path);
    assertEquals(await ninth.next(), undefined);
    // Another line between does not make it news.
    if (nth === 1) await eight[0]!.send(16, "", 9);
    if (nth === 1) await until("one refused", () => show.feed.state().readers === 7);
    if (nth === 1) eight.push(await show.plugin("8"));
  }
  const { readers, refusedReaders } = show.feed.state();
  assertEquals([readers, refusedReaders], [8, 5]);
  const lines = show.troubles.filter((line) => /one more wants to/.test(line));
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /^8 of OBS's sources Lipcam .* at most 8/);
  for (const plugin of eight) plugin[Symbol.dispose]();
});

Deno.test("ObsFeed: eight that say nothing keep OBS out for 3 s at most", async () => {
  await using show = await new Show().open();
  const silent: FakePlugin[] = [];
  for (let nth = 0; nth < 8; nth++) silent.push(await FakePlugin.connect(show.path));
  await until("eight", () => show.feed.state().readers === 8);
  await until("let go", () => show.feed.state().readers === 0);
  assertEquals(show.feed.state().refusedReaders, 8);
  assertMatch(show.troubles.join("\n"), /^who connected [^\n]* it said no hello within 3 s$/);
  using plugin = await show.plugin();
  await delay(3700);
  show.publish();
  assert(await plugin.nextOf(2), "who said hello stays");
  for (const plugin of silent) plugin[Symbol.dispose]();
});

Deno.test("ObsFeed: what a unit costs us is told apart from what a slow reader takes", async () => {
  await using show = await new Show().open();
  using plugin = await show.plugin();
  show.run();
  for (let nth = 0; nth < 10; nth++) await plugin.nextOf(2);
  const { packMs, writeMs, sendMs } = show.feed.state();
  assert(packMs > 0 && packMs < writeMs && writeMs <= sendMs, `${packMs} ${writeMs} ${sendMs}`);
  const deadlineMs = clock.nowMs() + 2000; // its socket is full after 0.4 s
  while (clock.nowMs() < deadlineMs) await delay(100);
  for (let nth = 0; nth < 60; nth++) await plugin.next();
  const { sendMsMax, writeMsMax } = show.feed.state();
  assert(sendMsMax > 800, `${sendMsMax} ms to send`);
  assert(writeMsMax < 400, `${writeMsMax} ms to write`);
});

Deno.test("ObsFeed: shown again, a source goes on with what is new", async () => {
  await using show = await new Show().open();
  using plugin = await show.plugin();
  show.publish();
  assert(await plugin.nextOf(2));
  await plugin.visibility(false, false, false);
  await until("hidden", () => show.feed.state().connected[0]?.wantsMedia === false);
  for (let nth = 0; nth < 6; nth++) {
    show.publish();
    await delay(20);
  }
  await delay(300);
  await plugin.visibility(true, true, true);
  await until("shown", () => show.feed.state().connected[0]?.wantsMedia === true);
  await delay(300);
  const unit = show.publish();
  const { timestampNs } = (await plugin.next())!;
  assertEquals(Number(timestampNs / 1_000_000n), 1000 + unit * 20);
});

Deno.test("Reader: a unit that was written over while it was copied is not sent", async () => {
  const slots = 4;
  const units = new UnitRing({ ...SHAPE, slots });
  const publish = () => {
    units.begin().mediaSample = units.published;
    units.publish();
  };
  let packed = 0;
  const format: UnitFormat = {
    greeting: new Uint8Array([255]),
    pack(slot) {
      const wanted = slot.mediaSample;
      if (packed++ === 0) { for (let nth = 0; nth < slots; nth++) publish(); } // the ring comes round
      return new Uint8Array([wanted, slot.mediaSample]);
    },
    farewell: () => new Uint8Array(0),
  };
  const written: number[][] = [];
  const connection = {
    write: (bytes: Uint8Array) => Promise.resolve(written.push([...bytes])).then(() => bytes.length),
    close: () => {},
  } as unknown as Deno.Conn;
  const gauges = new Gauges(FEED_GAUGES);
  const reader = new Reader({ id: 1, kind: "plugin" }, { connection, format, units, gauges, clock });
  publish();
  const running = reader.run();
  await until("what is whole", () => written.some(([unit]) => unit === slots));
  reader.close();
  units.wake();
  await running;
  assertEquals(written, [[255], [3, 3], [4, 4]]);
  assertEquals(gauges.get("lostUnits"), 3);
});

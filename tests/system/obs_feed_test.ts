/** The feed for OBS: real sockets, a real ring, a plugin that behaves and ones that do not. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { FakePlugin } from "../fakes/obs_plugin.ts";
import { PICTURE_BYTES, Show, until } from "../fakes/obs_show.ts";

const clock = new MonotonicClock();

Deno.test("ObsFeed: hello, then each unit's sound and picture with one time, until the goodbye", async () => {
  await using show = await new Show().open();
  using plugin = await FakePlugin.connect(show.path);
  const hello = await plugin.next();
  assertEquals([hello?.type, hello?.version, hello?.sequence], [1, 1, 0]);
  assertEquals(JSON.parse(new TextDecoder().decode(hello!.payload)), { programme: "test", lipcam: "0.1.0" });
  for (let sequence = 1; sequence < 9; sequence += 2) {
    const unit = show.publish();
    const sound = (await plugin.next())!;
    const picture = (await plugin.next())!;
    assertEquals([sound.type, sound.sequence, picture.type, picture.sequence], [
      3,
      sequence,
      2,
      sequence + 1,
    ]);
    assertEquals(sound.timestampNs, BigInt(1000 + unit * 20) * 1_000_000n);
    assertEquals(picture.timestampNs, sound.timestampNs);
    assertEquals([...new Uint32Array(sound.payload.buffer, 0, 4)], [48000, 1, 960, 0]);
    const samples = new Float32Array(sound.payload.buffer, 16);
    assertEquals(samples.length, 960);
    assert(samples.every((sample) => sample === Math.fround(unit / 1000)));
    assertEquals([...new Uint32Array(picture.payload.buffer, 0, 4)], [64, 64, 0, 0]);
    const planes = picture.payload.subarray(16);
    assertEquals(planes.length, PICTURE_BYTES);
    assert(planes.every((value) => value === unit));
  }
  await show.feed[Symbol.asyncDispose]();
  const bye = (await plugin.next())!;
  assertEquals(bye.type, 4);
  assertEquals(new TextDecoder().decode(bye.payload), "the programme has ended");
  assertEquals(await plugin.next(), undefined);
  await assertRejects(() => Deno.lstat(show.path), Deno.errors.NotFound);
});

Deno.test("ObsFeed: a picture with alpha says so and carries the plane", async () => {
  await using show = await new Show(true).open();
  using plugin = await FakePlugin.connect(show.path);
  await plugin.next();
  show.publish();
  const picture = (await plugin.nextOf(2))!;
  assertEquals([...new Uint32Array(picture.payload.buffer, 0, 4)], [64, 64, 1, 0]);
  assertEquals(picture.payload.length, 16 + PICTURE_BYTES + 64 * 64);
});

Deno.test("ObsFeed: what a plugin says is told: names, visibility, hotkeys; hidden it gets nothing", async () => {
  await using show = await new Show().open();
  using plugin = await FakePlugin.connect(show.path);
  await plugin.next();
  await plugin.send(
    16,
    JSON.stringify({ plugin: "0.1.0", source: `Host\u0007${"t".repeat(300)}`, obs: "29.0.2", more: 1 }),
  );
  await plugin.visibility(true, false, true);
  await plugin.send(99, "of a later version's plugin");
  await plugin.send(18, new Uint8Array([1, 0, 0, 0]));
  await plugin.send(18, new Uint8Array([77, 0, 0, 0]));
  await until("the hotkey", () => show.hotkeys.length > 0);
  assertEquals(show.hotkeys, [`panic Host ${"t".repeat(195)}`]);
  const [reader] = show.feed.state().connected;
  assertEquals(reader, {
    ...{ id: 1, kind: "plugin" as const, plugin: "0.1.0", source: `Host ${"t".repeat(195)}`, obs: "29.0.2" },
    ...{ isShowing: true, isActive: false, wantsMedia: true },
  });
  show.run();
  assert(await plugin.nextOf(2));
  await plugin.visibility(false, false, false);
  await until("hidden", () => show.feed.state().connected[0]?.wantsMedia === false);
  await delay(200);
  const { sentFrames } = show.feed.state();
  await delay(300);
  assertEquals(show.feed.state().sentFrames, sentFrames);
  await plugin.visibility(true, true, true);
  await until("shown again", () => show.feed.state().sentFrames > sentFrames);
});

Deno.test("ObsFeed: a reader that stops costs the others nothing, is skipped ahead, then let go", async () => {
  await using show = await new Show().open();
  using _still = await show.plugin("still");
  using quick = await show.plugin("quick");
  show.run();
  const endMs = clock.nowMs() + 4500;
  let pictures = 0;
  let sounds = 0;
  while (clock.nowMs() < endMs) {
    const { type } = (await quick.next())!;
    if (type === 2) pictures++;
    else sounds++;
  }
  assert(pictures > 100, `${pictures} pictures`);
  assert(sounds >= pictures && sounds - pictures < 40, `${sounds} sounds, ${pictures} pictures`);
  await until("the still one let go", () => show.feed.state().stalledReaders === 1);
  assertEquals(show.feed.state().readers, 1);
});

Deno.test("ObsFeed: a reader that is slow gets the sound of what it missed and the newest picture", async () => {
  await using show = await new Show().open();
  using plugin = await show.plugin();
  show.run();
  await plugin.nextOf(2);
  await delay(1500); // the socket is full long before
  const units: number[] = [];
  const pictured: number[] = [];
  const endMs = clock.nowMs() + 1500;
  while (clock.nowMs() < endMs) {
    const { type, timestampNs } = (await plugin.next())!;
    const unit = Number(timestampNs / 1_000_000n - 1000n) / 20;
    if (type === 3) units.push(unit);
    else pictured.push(unit);
  }
  assert(show.feed.state().skippedFrames > 4, `${show.feed.state().skippedFrames} pictures skipped`);
  assert(units.every((unit, index) => index === 0 || unit > units[index - 1]!), "sounds in order");
  assert(pictured.every((unit, index) => index === 0 || unit > pictured[index - 1]!), "pictures in order");
  assert(pictured.at(-1)! > show.units.published - 5, "no picture of the past at the end");
});

Deno.test("ObsFeed: another version, another protocol, an endless message: refused by name", async () => {
  await using show = await new Show().open();
  const tries: readonly [(plugin: FakePlugin) => Promise<void>, RegExp][] = [
    [(plugin) => plugin.send(16, "{}", 7), /speaks version 7 of the protocol, wanted 1.*obs:install/],
    [
      (plugin) => plugin.raw(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: here\r\n\r\n\r\n\r\n")),
      /not OBS's source/,
    ],
    [
      (plugin) =>
        plugin.raw(
          new Uint8Array(new Uint32Array([0x4350_494c, 0x0010_0001, 2 ** 31, 0, 0, 0, 0, 0]).buffer),
        ),
      /announced 2147483648 bytes/,
    ],
  ];
  for (const [say, line] of tries) {
    using plugin = await FakePlugin.connect(show.path);
    await say(plugin);
    await until("the refusal", () => line.test(show.troubles.at(-1) ?? ""));
    while (await plugin.next());
  }
  await until("all gone", () => show.feed.state().readers === 0);
  assertEquals(show.feed.state().refusedReaders, 3);
  using plugin = await FakePlugin.connect(show.path);
  assertEquals((await plugin.next())?.type, 1);
});

Deno.test("ObsFeed: random bytes from many, and hangings-up, leave it standing", async () => {
  await using show = await new Show().open();
  show.run();
  for (let nth = 0; nth < 60; nth++) {
    using plugin = await FakePlugin.connect(show.path);
    const bytes = crypto.getRandomValues(new Uint8Array(6 + nth * 7));
    if (nth % 3 === 0) bytes.set([0x4c, 0x49, 0x50, 0x43, 1, 0]);
    await plugin.raw(bytes).catch(() => {}); // it may have been refused already
  }
  const endMs = clock.nowMs() + 5000;
  let isServed = false;
  while (!isServed && clock.nowMs() < endMs) {
    using plugin = await FakePlugin.connect(show.path); // refused while eight of them are still being found out
    isServed = await plugin.nextOf(2) !== undefined;
  }
  assert(isServed);
});

/**
 * The source plugin inside a real OBS 29 without a screen, fed by a writer of ours: what is seen, heard and said, what
 * restarts and hostile writers do, and that nothing is left behind.
 */
import { assert, assertEquals } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import {
  BYE,
  HELLO,
  HOTKEY,
  messageBytes,
  monotonicNs,
  type Plain,
  PLUGIN_HELLO,
  VIDEO,
  videoPayload,
} from "../fakes/obs_messages.ts";
import { ObsWriter, type PluginConnection } from "../fakes/obs_writer.ts";
import { clock, skipWithout, until } from "./live_process.ts";
import { buildPlugin } from "./obs/plugin.ts";
import { ObsRoom } from "./obs/room.ts";

const SKIPPED = skipWithout("OBS plugin tests", "obs", "Xvfb", "cmake", "cc");
/** What rounding, scaling and BMP may change. */
const TOLERANCE = 6;
const SHOWN_MS_MAX = 5000;
const INPUT = "Lip";

const RED_601: Plain = { width: 640, height: 360, y: 81, u: 90, v: 240 };
const RED_709: Plain = { ...RED_601, y: 63, u: 102, v: 240, colour: 1 };
const GREEN_601: Plain = { ...RED_601, y: 145, u: 54, v: 34 };
const BLUE_601: Plain = { ...RED_601, y: 41, u: 240, v: 110 };

type Colour = readonly [number, number, number];
const [RED, GREEN, BLUE]: readonly [Colour, Colour, Colour] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];

class Scenery implements AsyncDisposable {
  static async start(settings: Record<string, string | boolean> = {}): Promise<Scenery> {
    const obs = await ObsRoom.start({ plugin: await buildPlugin() });
    const client = await obs.connect();
    const { currentProgramSceneName: scene } = await client.call("GetCurrentProgramScene");
    const scenery = new Scenery(obs, client, scene);
    await scenery.create(settings);
    return scenery;
  }

  private constructor(
    readonly obs: ObsRoom,
    public client: Awaited<ReturnType<ObsRoom["connect"]>>,
    readonly scene: string,
  ) {}

  async create(inputSettings: Record<string, string | boolean> = {}): Promise<void> {
    const input = { sceneName: this.scene, inputName: INPUT, inputKind: "lipcam_source", inputSettings };
    await this.client.call("CreateInput", input);
  }

  /** OBS answers before the source is gone. */
  async remove(): Promise<void> {
    await this.client.call("RemoveInput", { inputName: INPUT });
    await until("the source's end", SHOWN_MS_MAX, async () => {
      const { inputs } = await this.client.call("GetInputList");
      return !inputs.some(({ inputName }) => inputName === INPUT);
    }, 5);
  }

  get path(): string {
    return `${this.obs.folder}/run/lipcam/obs.sock`;
  }

  /** Waits for a colour low in the middle of the picture; `again` is done before each look. */
  async sees(what: string, wanted: Colour, source = INPUT, again?: () => Promise<void>): Promise<void> {
    let pixel: readonly number[] = [];
    await until(`${what}: ${source} being ${wanted}`, SHOWN_MS_MAX, async () => {
      await again?.();
      pixel = await this.obs.pixel(source, 0.5, 0.9);
      return pixel.every((value, index) => Math.abs(value - wanted[index]!) <= TOLERANCE);
    }).catch((error) => {
      throw new Error(`${error.message}; it is ${pixel}`);
    });
  }

  /** The dark ground of the placeholder, which none of our pictures has. */
  async isPlaceholder(): Promise<boolean> {
    return (await this.obs.pixel(INPUT, 0.5, 0.9)).every((value) => value > 5 && value < 40);
  }

  async showsPlaceholder(msMax: number): Promise<number> {
    const startMs = clock.nowMs();
    await until("the placeholder", msMax, () => this.isPlaceholder());
    return clock.nowMs() - startMs;
  }

  /** Lines of the log about our plugin. */
  lines(pattern: RegExp): string[] {
    return this.obs.log().split("\n").filter((line) => line.includes("[lipcam]") && pattern.test(line));
  }

  async says(pattern: RegExp): Promise<void> {
    await until(`the line ${pattern}`, SHOWN_MS_MAX, () => this.lines(pattern).length > 0);
  }

  /** Ends OBS; nothing of its memory may be left. */
  async end(): Promise<number> {
    const { leaks, leaksOfObs, code, ms } = await this.obs.stop();
    assertEquals([leaks, code], [leaksOfObs, 0]);
    return ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.obs[Symbol.asyncDispose]();
  }
}

/** A source that connected and got our hello. */
async function greeted(writer: ObsWriter): Promise<PluginConnection> {
  const plugin = await writer.accept();
  await plugin.hello();
  return plugin;
}

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `OBS plugin: ${name}`, ignore: SKIPPED, fn: body });
}

test("pictures of both colours, with alpha, of changing size, and the words between them", async () => {
  await using scenery = await Scenery.start();
  const { obs, client, scene } = scenery;
  await scenery.showsPlaceholder(SHOWN_MS_MAX);
  assertEquals(scenery.lines(/waiting for Lipcam at .*\/run\/lipcam\/obs\.sock/).length, 1);
  using writer = new ObsWriter(scenery.path);
  const plugin = await greeted(writer);
  const said = JSON.parse(new TextDecoder().decode((await plugin.heard(PLUGIN_HELLO)).payload));
  assertEquals([said.source, said.plugin], [INPUT, "0.1.0"]);
  assert(/^\d+\.\d+/.test(said.obs), said.obs);
  await scenery.says(/connected to .*: programme 'test', Lipcam 0\.0\.1/);

  for (
    const [what, plain, colour] of [
      ["BT.601", RED_601, RED],
      ["BT.709", RED_709, RED],
      ["green", GREEN_601, GREEN],
      ["another size", { ...BLUE_601, width: 128, height: 96 }, BLUE],
      ["the largest size", { ...RED_601, width: 4096, height: 4096 }, RED],
      ["the size before", GREEN_601, GREEN],
    ] as const
  ) {
    await plugin.video(plain);
    await scenery.sees(what, colour);
  }

  const below = { sceneName: scene, inputName: "Ground", inputKind: "color_source_v3" };
  const inputSettings = { color: 0xffff0000, width: 640, height: 360 }; // ABGR: blue
  const { sceneItemId } = await client.call("CreateInput", { ...below, inputSettings });
  await client.call("SetSceneItemIndex", { sceneName: scene, sceneItemId, sceneItemIndex: 0 });
  for (const [alpha, colour] of [[0, BLUE], [255, RED], [128, [188, 0, 188]]] as const) {
    await scenery.sees(`alpha ${alpha}`, colour, scene, () => plugin.video({ ...RED_601, alpha }));
  }
  await plugin.bye("test");
  await scenery.sees("the card of the placeholder covers the middle only", BLUE, scene);
  const [red, green] = await obs.pixel(scene, 0.5, 0.38);
  assert(red < 100 && green > 5, "the card is in the middle");
  assertEquals(scenery.lines(/ended: test/).length, 1);
  await scenery.end();
});

test("the placeholder comes 2 s after a loss, at once after a bye, and where a connected Lipcam is silent", async () => {
  await using scenery = await Scenery.start();
  using writer = new ObsWriter(scenery.path);
  let plugin = await greeted(writer);
  await plugin.video(RED_601);
  await scenery.sees("the first picture", RED);
  plugin[Symbol.dispose]();
  const lostMs = await scenery.showsPlaceholder(SHOWN_MS_MAX);
  assert(lostMs > 1700 && lostMs < 3200, `placeholder ${lostMs} ms after the loss, wanted 2000`);

  plugin = await greeted(writer);
  await plugin.video(GREEN_601);
  await scenery.sees("a picture again", GREEN);
  await plugin.bye("test");
  const byeMs = await scenery.showsPlaceholder(SHOWN_MS_MAX);
  assert(byeMs < 700, `placeholder ${byeMs} ms after the bye`);

  plugin = await greeted(writer);
  await plugin.video(BLUE_601);
  await scenery.sees("a picture before the stop", BLUE);
  await plugin.raw(messageBytes(VIDEO, videoPayload(RED_601)).subarray(0, 5000)); // and stopped in the middle
  const stoppedMs = await scenery.showsPlaceholder(SHOWN_MS_MAX);
  assert(stoppedMs > 1500, `placeholder ${stoppedMs} ms after the stop`);
  await scenery.says(/no picture for 2 s, though Lipcam is connected/);
  await plugin.raw(messageBytes(VIDEO, videoPayload(RED_601)).subarray(5000));
  await scenery.sees("the rest of the picture", RED);
  await scenery.remove();
  await until("the connection's end", SHOWN_MS_MAX, () => plugin.isOver);
  await scenery.end();
});

test("sound is heard at its level; what is no number, or late, is not", async () => {
  await using scenery = await Scenery.start();
  using writer = new ObsWriter(scenery.path);
  const plugin = await greeted(writer);
  const meters = await scenery.obs.connect(1 << 16); // InputVolumeMeters
  let peak = 0;
  meters.on("InputVolumeMeters", ({ inputs }) => {
    const input = (inputs as unknown as { inputName: string; inputLevelsMul: number[][] }[])
      .find(({ inputName }) => inputName === INPUT);
    peak = Math.max(0, ...(input?.inputLevelsMul ?? []).map((levels) => levels[1] ?? 0));
  });
  const tone = Float32Array.from(
    { length: 1920 },
    (_, index) => 0.5 * Math.sin(index / 1920 * 2 * Math.PI * 20),
  );
  const send = async (samples: Float32Array, count: number, late: bigint) => {
    let dueNs = monotonicNs() - late;
    for (let unit = 0; unit < count; unit++, dueNs += 40_000_000n) {
      await plugin.audio(samples, dueNs);
      await delay(40);
    }
    return peak;
  };
  // Where no pictures come their delay is never known: the sound begins after a second all the same.
  assertEquals(await send(tone, 12, 0n), 0);
  const heard = await send(tone, 30, 0n);
  assert(Math.abs(heard - 0.5) < 0.03, `peak ${heard}, wanted 0.5`);
  const poisoned = await send(new Float32Array(1920).fill(NaN), 15, 0n);
  assertEquals(poisoned, 0);
  const again = await send(tone, 15, 0n);
  assert(Math.abs(again - 0.5) < 0.03, `peak ${again} after what is no number, wanted 0.5`);
  await send(tone, 10, 900_000_000n);
  await scenery.says(/sound dropped that is due -9\d\d ms from now, wanted -200 to 1000/);
  assertEquals(scenery.obs.log().match(/Max audio buffering/), null);
  await scenery.end();
});

test("OBS says what is seen, and hotkeys arrive", async () => {
  await using scenery = await Scenery.start({ deactivate_when_hidden: true });
  const { client, scene } = scenery;
  using writer = new ObsWriter(scenery.path);
  const plugin = await greeted(writer);
  const becomes = async (...wanted: number[]) => {
    await until(`visibility ${wanted}`, SHOWN_MS_MAX, () => plugin.visibility().join() === wanted.join())
      .catch((error) => {
        throw new Error(`${error.message}; it is ${plugin.visibility()}`);
      });
  };
  await becomes(1, 1, 1);
  await plugin.video(GREEN_601);
  await scenery.sees("a picture", GREEN);
  const { sceneItemId } = await client.call("GetSceneItemId", { sceneName: scene, sourceName: INPUT });
  const setShown = async (sceneItemEnabled: boolean) => {
    await client.call("SetSceneItemEnabled", { sceneName: scene, sceneItemId, sceneItemEnabled });
  };
  await setShown(false);
  await becomes(0, 0, 0);
  await delay(2500); // longer than the last picture stays where pictures are wanted
  await setShown(true);
  await becomes(1, 1, 1);
  await scenery.sees("the last picture, there at once", GREEN);
  const inputSettings = { deactivate_when_hidden: false };
  await client.call("SetInputSettings", { inputName: INPUT, inputSettings });
  await setShown(false);
  await becomes(0, 0, 1);

  const { hotkeys } = await client.call("GetHotkeyList");
  const names = ["lipcam.panic", "lipcam.hold", "lipcam.interrupt"];
  assertEquals(names.filter((name) => hotkeys.includes(name)), names);
  const beforeNs = monotonicNs();
  for (const [index, hotkeyName] of names.entries()) {
    await client.call("TriggerHotkeyByName", { hotkeyName });
    const press = await plugin.heard(HOTKEY, (payload) => payload.getUint32(0, true) === index + 1);
    assert(
      press.timestampNs >= beforeNs && press.timestampNs <= monotonicNs(),
      "the time of the press",
    );
  }
  assertEquals(plugin.messages.map(({ sequence }) => sequence), plugin.messages.map((_, index) => index));

  plugin[Symbol.dispose]();
  writer[Symbol.dispose]();
  await scenery.says(/closed the connection/);
  await client.call("TriggerHotkeyByName", { hotkeyName: "lipcam.panic" });
  await scenery.says(/hotkey was pressed while Lipcam is not connected/);
  await scenery.end();
});

test("either side restarts at any time, the path changes, OBS quits while connected", async () => {
  await using scenery = await Scenery.start();
  const { obs } = scenery;
  for (const [plain, colour] of [[RED_601, RED], [GREEN_601, GREEN]] as const) {
    using writer = new ObsWriter(scenery.path);
    const plugin = await greeted(writer);
    await plugin.video(plain);
    await scenery.sees("a picture of a new Lipcam", colour);
  }
  using writer = new ObsWriter(scenery.path);
  let plugin = await greeted(writer);
  const { ms, leaks, leaksOfObs } = await obs.restart();
  assertEquals(leaks, leaksOfObs);
  assert(ms < 5000, `OBS took ${ms} ms to end while connected`);
  await until("the old connection's end", SHOWN_MS_MAX, () => plugin.isOver);
  plugin = await greeted(writer);
  await plugin.video(BLUE_601);
  await scenery.sees("a picture in the new OBS", BLUE);
  scenery.client = await obs.connect();

  using other = new ObsWriter(`${obs.folder}/other.sock`);
  const inputSettings = { socket: `${obs.folder}/other.sock` };
  await scenery.client.call("SetInputSettings", { inputName: INPUT, inputSettings });
  const moved = await greeted(other);
  await moved.video(RED_601);
  await scenery.sees("a picture by the other path", RED);
  assert(plugin.isOver, "the connection by the old path is closed");
  await scenery.end();
});

test("a hundred sources come and go and leave nothing", async () => {
  await using scenery = await Scenery.start();
  const { obs } = scenery;
  using writer = new ObsWriter(scenery.path);
  await greeted(writer);
  const threads = () => [...Deno.readDirSync(`/proc/${obs.pid}/task`)].length;
  const descriptors = () => [...Deno.readDirSync(`/proc/${obs.pid}/fd`)].length;
  const before = [threads(), descriptors()];
  const startMs = clock.nowMs();
  for (let cycle = 0; cycle < 100; cycle++) {
    await scenery.remove();
    await scenery.create();
    const plugin = await greeted(writer);
    await plugin.video(cycle % 2 === 0 ? RED_601 : { ...GREEN_601, alpha: 200 });
    if (cycle % 3 === 0) plugin[Symbol.dispose]();
  }
  const ms = clock.nowMs() - startMs;
  assert(ms < 60_000, `100 cycles took ${ms} ms`);
  await until("the threads' end", SHOWN_MS_MAX, () => threads() <= before[0]! + 1);
  await until("the descriptors' end", SHOWN_MS_MAX, () => descriptors() <= before[1]! + 2);
  await scenery.end();
});

test("another version is named once, with the mend, and tried only every 5 s", async () => {
  await using scenery = await Scenery.start();
  using writer = new ObsWriter(scenery.path);
  const text = new TextEncoder().encode("{}");
  const first = await writer.accept();
  await first.raw(messageBytes(HELLO, text, { version: 7 }).subarray(0, 8));
  await scenery.says(/version 7 of the protocol, this plugin version 1; run deno task obs:install/);
  const startMs = clock.nowMs();
  const second = await greeted(writer);
  const waitedMs = clock.nowMs() - startMs;
  assert(waitedMs > 4000 && waitedMs < 7000, `tried again after ${waitedMs} ms, wanted 5000`);
  await second.video(RED_601);
  await scenery.sees("a picture of the right version", RED);
  await scenery.end();
});

test("hostile writers do nothing to OBS", async () => {
  await using scenery = await Scenery.start();
  const { obs, client } = scenery;
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  const hello = messageBytes(HELLO, new TextEncoder().encode('{"programme":"\\u001b[31m","lipcam":1}'));
  const attacks: readonly (readonly Uint8Array[])[] = [
    [random(65_536)],
    [hello, messageBytes(VIDEO, random(60_000))],
    [
      hello,
      messageBytes(999, random(60_000)),
      messageBytes(VIDEO, new Uint8Array(16), { payloadBytes: 2 ** 32 - 1 }),
    ],
    [hello, messageBytes(VIDEO, videoPayload(RED_601), { payloadBytes: 64 << 20 })],
    [messageBytes(HELLO, random(4096))],
    [messageBytes(HELLO, new TextEncoder().encode(`{"a":${"[".repeat(4000)}}`))],
    [hello, messageBytes(BYE, random(256))],
  ];
  let attack = 0;
  for (const messages of attacks) {
    const inputSettings = { socket: `${obs.folder}/attack-${attack++}.sock` }; // a new path is tried at once
    using writer = new ObsWriter(inputSettings.socket);
    await client.call("SetInputSettings", { inputName: INPUT, inputSettings });
    const plugin = await writer.accept();
    for (const bytes of messages) await plugin.raw(bytes).catch(() => {}); // it may hang up in between
    await until("the plugin hanging up", SHOWN_MS_MAX, () => plugin.isOver);
  }
  // floods: the largest pictures and any timestamps, as fast as they are taken
  using writer = new ObsWriter(scenery.path);
  await client.call("SetInputSettings", { inputName: INPUT, inputSettings: { socket: "" } });
  const plugin = await greeted(writer);
  const large = videoPayload({ ...RED_601, width: 4096, height: 4096, alpha: 255 });
  for (let index = 0; index < 40; index++) {
    await plugin.send(VIDEO, large, BigInt.asUintN(64, BigInt(index) * 0x9e3779b97f4a7c15n));
    await plugin.audio(
      new Float32Array(48_000).fill(1),
      BigInt.asUintN(64, BigInt(index) * 0x123456789abcdefn),
    );
  }
  const small = videoPayload({ ...RED_601, width: 64, height: 64 });
  for (let index = 0; index < 3000; index++) await plugin.send(VIDEO, small);
  await scenery.says(/pictures dropped: more came within one frame of OBS/);
  assert(scenery.lines(/sound dropped/).length <= 3, "one line for a reason in 5 s");
  await scenery.sees("a picture after the floods", GREEN, INPUT, () => plugin.video(GREEN_601));
  await scenery.end();
});

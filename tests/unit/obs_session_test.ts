/** Director and session against a server that misbehaves: what is told, what is tried again, what never hangs. */
import { assert, assertEquals, assertGreater, assertLess, assertMatch, assertRejects } from "@std/assert";
import { Fault } from "../../src/errors/mod.ts";
import { Director, type DirectorOptions, type DirectorState, type Wish } from "../../src/obs/mod.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { type Behaviour, ObsServer } from "../fakes/obs_server.ts";

const clock = new MonotonicClock();

class Told implements AsyncDisposable {
  readonly notes: string[] = [];
  readonly warnings: string[] = [];
  readonly wishes: Wish[] = [];
  readonly director: Director;
  constructor(url: string, options: Partial<DirectorOptions> = {}) {
    this.director = new Director({
      url,
      password: () => "secret",
      clock,
      random: () => 0.5,
      told: { note: (line) => this.notes.push(line), warn: (line) => this.warnings.push(line) },
      rules: [],
      reactions: [],
      scenes: { avatar: "Lipcam", camera: "Camera", brb: "BRB" },
      panic: "brb",
      subtitles: "Subtitles",
      onWish: (wish) => this.wishes.push(wish),
      timing: { answerMsMax: 300, pauseMs: [20, 80] },
      ...options,
    });
  }
  async reaches(isWanted: (state: DirectorState) => boolean, msMax = 3000): Promise<DirectorState> {
    const endMs = clock.nowMs() + msMax;
    for (;;) {
      const state = this.director.state();
      if (isWanted(state)) return state;
      if (clock.nowMs() > endMs) {
        throw new Error(`not reached: ${JSON.stringify([state, this.notes, this.warnings])}`);
      }
      await delay(5);
    }
  }
  async connected(): Promise<this> {
    await this.reaches((state) => state.state === "connected");
    return this;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    const startMs = clock.nowMs();
    await this.director[Symbol.asyncDispose]();
    assertLess(clock.nowMs() - startMs, 2000, "closing");
  }
}

const FATES: readonly (readonly [Behaviour, DirectorState["state"], RegExp])[] = [
  ["silent", "absent", /said nothing within 300 ms, wanted OBS's websocket$/],
  ["old", "absent", /has obs-websocket 4\.9\.1, wanted 5, which OBS 28 and later bring along$/],
  ["other", "absent", /is another program's websocket, wanted OBS's$/],
  ["wrong password", "refused", /does not take this password, wanted the one of OBS's Tools/],
  [
    "other rpc version",
    "refused",
    /does not speak websocket protocol 5 version 1 .*, wanted OBS 28 or later$/,
  ],
  ["garbage", "absent", /sent "\\u0000 this is no JSON \{", wanted a message of protocol 5$/],
  ["nonsense", "absent", /sent "\[1, 2, 3\]", wanted a message of protocol 5$/],
  ["huge", "absent", /sent a message of 178\d{5} characters, wanted a message of protocol 5$/],
  ["closes", "absent", /the connection to OBS ended \(1011\)$/],
  ["mute", "absent", /OBS's answer to 5 requests took longer than 300 ms$/],
  ["wrong answers", "absent", /sent no answers to 5 requests, wanted a message of protocol 5$/],
];

for (const [behaviour, stage, says] of FATES) {
  Deno.test(`a server that is "${behaviour}" is told in one line, and mends itself when it behaves`, async () => {
    await using server = new ObsServer(behaviour);
    await using told = new Told(server.url);
    const { problem } = await told.reaches((state) => state.state === stage && says.test(state.problem));
    assertEquals(/[\r\n]/.test(problem), false);
    const before = server.connectionCount;
    await delay(250);
    const lines = [...told.notes, ...told.warnings].filter((line) =>
      says.test(line.replace(/; trying again.*/, ""))
    );
    assertEquals(lines.length, 1, `told once: ${lines.join("; ")}`);
    if (stage === "refused") assertEquals(server.connectionCount, before, "not tried again by itself");
    else if (behaviour !== "silent" && behaviour !== "other") assertGreater(server.connectionCount, before);
    server.behaviour = "well";
    told.director.retry();
    await told.connected();
    assertEquals(told.director.state().problem, "");
  });
}

Deno.test("an absent OBS is told once, then tried quietly, ever more seldom", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using told = new Told(`ws://127.0.0.1:${port}`);
  await told.reaches((state) => state.state === "absent");
  await delay(400);
  assertEquals(told.warnings, []);
  assertEquals(told.notes.length, 1);
  assertMatch(
    told.notes[0]!,
    /is not there \(connection refused\), wanted OBS with Tools, WebSocket Server Settings/,
  );
  await assertRejects(() => told.director.scene("Product"), Fault, "is not there");
  await assertRejects(() => told.director.scenes(), Fault, "is not there");
});

Deno.test("pauses between attempts double up to the longest, with jitter", async () => {
  await using server = new ObsServer("wrong answers");
  const seen: number[] = [];
  const random = () => (seen.push(clock.nowMs()), 0.5);
  await using _told = new Told(server.url, { random, timing: { answerMsMax: 300, pauseMs: [40, 160] } });
  while (seen.length < 6) await delay(5);
  const pauses = seen.slice(1).map((at, index) => at - seen[index]!);
  for (const [index, wanted] of [40, 80, 160, 160, 160].entries()) {
    assertGreater(pauses[index]!, wanted - 5);
    assertLess(pauses[index]!, wanted + 100);
  }
});

Deno.test("somebody who is sent away by a person stays away until told to retry", async () => {
  await using server = new ObsServer("kicks");
  await using told = new Told(server.url);
  const { problem } = await told.reaches((state) => state.state === "refused");
  assertMatch(problem, /OBS ended the connection .* it is left alone/);
  const before = server.connectionCount;
  await delay(200);
  assertEquals(server.connectionCount, before);
});

Deno.test("a late OBS never holds tell up, and gets what was told as few messages", async () => {
  await using server = new ObsServer();
  const rules = [{ when: { cue: "a" }, do: [{ scene: "Product" }, { mute: "Music" }] }];
  await using told = await new Told(server.url, { rules }).connected();
  server.lateMs = 100;
  server.asked.length = 0;
  const startMs = clock.nowMs();
  for (let nth = 0; nth < 50; nth++) told.director.tell({ kind: "cue", name: "a" });
  assertLess(clock.nowMs() - startMs, 50);
  while (server.of("SetInputMute").length < 50) await delay(5);
  assertLess(new Set(server.asked.map((one) => one.message)).size, 4);
  assertEquals(told.director.state().lostOccasions, 0);
});

Deno.test("OBS works on one message at a time, so that nothing overtakes", async () => {
  await using server = new ObsServer();
  await using told = await new Told(server.url).connected();
  server.lateMs = 60;
  const scenes = () => server.of("SetCurrentProgramScene").map((one) => one.data.sceneName);
  told.director.tell({ kind: "cue", name: "scene", argument: "Product" });
  await delay(20);
  told.director.tell({ kind: "cue", name: "scene", argument: "BRB" });
  await delay(20);
  assertEquals(scenes(), ["Product"]);
  await delay(80);
  assertEquals(scenes(), ["Product", "BRB"]);
});

Deno.test("more occasions than the queue holds: the oldest go, are counted, and the last one holds", async () => {
  await using server = new ObsServer();
  const rules = [1, 2].map((n) => ({
    when: { cue: `c${n}` },
    do: [{ scene: n === 1 ? "Product" : "Lipcam" }],
  }));
  await using told = await new Told(server.url, { rules }).connected();
  server.lateMs = 50;
  for (let nth = 0; nth <= 200; nth++) told.director.tell({ kind: "cue", name: nth === 200 ? "c1" : "c2" });
  assertGreater(told.director.state().lostOccasions, 100);
  await delay(300);
  assertEquals(server.scene, "Product");
  assertEquals(told.warnings.length, 1);
  assertMatch(told.warnings[0]!, /OBS does not keep up/);
});

Deno.test("deeds of one occasion go out as one batch, in order, what is missing left out", async () => {
  await using server = new ObsServer();
  const rules = [{
    when: "speaking" as const,
    do: [{ mute: "Music" }, { scene: "Nowhere" }, { scene: "Product" }, { hide: "Music" }, {
      transition: "Cut",
    }],
  }];
  await using told = await new Told(server.url, { rules }).connected();
  assertEquals(told.warnings, ['obs.rules[0].do[1]: there is no scene "Nowhere" in OBS']);
  server.asked.length = 0;
  told.director.tell({ kind: "speaking" });
  while (server.of("SetCurrentSceneTransition").length === 0) await delay(5);
  const set = server.asked.filter((one) => one.type.startsWith("Set"));
  assertEquals(set.map((one) => one.type), [
    ...["SetInputMute", "SetCurrentProgramScene", "SetSceneItemEnabled", "SetCurrentSceneTransition"],
  ]);
  assertEquals(new Set(set.map((one) => one.message)).size, 1);
  // the scene on air by then is Product
  assertEquals(server.of("SetSceneItemEnabled").map((one) => one.data.sceneName), ["Product"]);
  assertEquals(told.warnings.length, 1);
});

Deno.test("panic goes past an OBS that is busy, and again behind what was on its way", async () => {
  await using server = new ObsServer();
  await using told = await new Told(server.url).connected();
  server.lateMs = 150;
  server.asked.length = 0;
  told.director.tell({ kind: "cue", name: "scene", argument: "Product" });
  await delay(20);
  told.director.tell({ kind: "cue", name: "scene", argument: "Lipcam" }); // waits behind the first
  told.director.tell({ kind: "panic", isOn: true });
  await delay(20);
  const scenes = () => server.of("SetCurrentProgramScene").map((one) => one.data.sceneName);
  assertEquals(scenes(), ["Product", "BRB"], "at once, and ahead of what waited");
  // the earlier message is worked on last
  server.answering = ({ type }) => {
    if (type === "GetCurrentProgramScene") return { currentProgramSceneName: "Product" };
  };
  const endMs = clock.nowMs() + 2000;
  while (scenes().length < 3 && clock.nowMs() < endMs) await delay(5);
  assertEquals(scenes(), ["Product", "BRB", "BRB"]);
  server.answering = undefined;
  server.lateMs = 0;
  told.director.tell({ kind: "panic", isOn: false });
  const endMs2 = clock.nowMs() + 2000;
  while (scenes().length < 4 && clock.nowMs() < endMs2) await delay(5);
  assertEquals(scenes().at(-1), "Lipcam", "what was wanted before");
});

Deno.test("subtitles: one request at a time, never an old text after a new one", async () => {
  await using server = new ObsServer();
  await using told = await new Told(server.url, { subtitles: "Music" }).connected();
  server.lateMs = 30;
  for (let word = 0; word <= 40; word++) {
    told.director.tell({ kind: "subtitle", text: `${word}` });
    await delay(2);
  }
  const texts = () =>
    server.of("SetInputSettings").map((one) => (one.data.inputSettings as { text: string }).text);
  while (texts().at(-1) !== "40") await delay(5);
  const numbers = texts().map(Number);
  assertEquals(numbers, [...numbers].sort((one, other) => one - other));
  assertLess(numbers.length, 12);
  assertEquals(told.director.state().skippedSubtitles, 41 - numbers.length);
});

Deno.test("a flood of events neither stops requests nor makes wishes", async () => {
  await using server = new ObsServer("floods");
  const reactions = [{ on: { scene: "Product" }, do: "interrupt" as const }];
  await using told = await new Told(server.url, { reactions }).connected();
  await told.director.scene("Product");
  assertEquals(told.wishes, []);
  server.event("CurrentProgramSceneChanged", { sceneName: "Product" }); // of ours
  server.event("CurrentProgramSceneChanged", { sceneName: "Lipcam" });
  server.event("CurrentProgramSceneChanged", { sceneName: "Product" });
  while (told.wishes.length === 0) await delay(5);
  assertEquals(told.wishes, [{ kind: "interrupt" }]);
});

Deno.test("events without their fields change nothing", async () => {
  await using server = new ObsServer();
  await using told = await new Told(server.url).connected();
  for (
    const type of [
      ...["SceneNameChanged", "InputNameChanged", "SceneRemoved", "InputCreated", "SceneItemCreated"],
      ...["SourceFilterNameChanged", "CurrentProgramSceneChanged", "VirtualcamStateChanged", "Unheard"],
    ]
  ) {
    server.event(type, {});
  }
  await delay(50);
  await told.director.scene("Product");
  assertEquals(told.director.state().state, "connected");
  assertEquals(told.warnings, []);
});

Deno.test("after a reconnect only what differs is set", async () => {
  await using server = new ObsServer();
  server.answering = ({ type }) => type === "GetInputMute" ? { inputMuted: true } : undefined;
  const rules = [{ when: "speaking" as const, do: [{ scene: "Product" }, { mute: "Music" }] }];
  await using told = await new Told(server.url, { rules }).connected();
  told.director.tell({ kind: "speaking" });
  while (server.of("SetInputMute").length === 0) await delay(5);
  server.scene = "Lipcam";
  server.asked.length = 0;
  server.drop();
  while (server.of("SetCurrentProgramScene").length === 0) await delay(5);
  await told.connected();
  assertEquals(server.of("SetInputMute"), []);
  assertEquals(server.scene, "Product");
});

Deno.test("outputs are started and stopped as asked; what OBS refuses is a Fault with its reason", async () => {
  await using server = new ObsServer();
  await using told = await new Told(server.url).connected();
  await told.director.stream("start");
  await told.director.record("stop");
  server.answering = ({ type }) => type === "StartRecord" ? { code: 500 } : undefined;
  await told.director.record("start"); // it runs already
  server.answering = ({ type }) => type === "StopStream" ? { code: 702 } : undefined;
  await assertRejects(() => told.director.stream("stop"), Fault, "OBS refused StopStream (702: refused)");
  const types = server.asked.map((one) => one.type).filter((type) => /^(Start|Stop)/.test(type));
  assertEquals(types, ["StartStream", "StopRecord", "StartRecord", "StopStream"]);
  server.event("StreamStateChanged", { outputActive: true, outputState: "OBS_WEBSOCKET_OUTPUT_STARTED" });
  await told.reaches((state) => state.isStreaming);
});

Deno.test("what fails while an event is heard is told, and the next event is heard all the same", async () => {
  await using server = new ObsServer();
  let wishCount = 0;
  const onWish = () => {
    wishCount++;
    throw new Error("no room");
  };
  const reactions = [{ on: { muted: "Music" }, do: "interrupt" as const }, {
    on: { unmuted: "Music" },
    do: "interrupt" as const,
  }];
  await using told = await new Told(server.url, { reactions, onWish }).connected();
  server.event("InputMuteStateChanged", { inputName: "Music", inputMuted: true });
  server.event("InputMuteStateChanged", { inputName: "Music", inputMuted: false });
  while (wishCount < 2) await delay(5);
  await delay(5);
  assertEquals(told.warnings, ["OBS's event InputMuteStateChanged: no room"]);
  assertEquals(told.director.state().state, "connected");
});

Deno.test("a virtual camera that OBS promises and does not start names who holds its node", async () => {
  await using server = new ObsServer();
  const node = { path: "/dev/video11", card: "OBS Virtual Camera", isLoopback: true, isBusy: true };
  const cameraNodes = () => [{ ...node, holders: [{ pid: 4711, name: "zoom" }] }];
  await using told = await new Told(server.url, { cameraNodes }).connected();
  const starting = told.director.virtualCamera("start");
  await delay(20);
  server.event("VirtualcamStateChanged", {
    outputActive: false,
    outputState: "OBS_WEBSOCKET_OUTPUT_STOPPED",
  });
  await assertRejects(() => starting, Fault, "/dev/video11 (OBS Virtual Camera) is held by zoom (pid 4711)");
  const again = told.director.virtualCamera("start");
  await delay(20);
  server.event("VirtualcamStateChanged", {
    outputActive: true,
    outputState: "OBS_WEBSOCKET_OUTPUT_STARTING",
  });
  server.event("VirtualcamStateChanged", { outputActive: true, outputState: "OBS_WEBSOCKET_OUTPUT_STARTED" });
  await again;
  assert(told.director.state().isVirtualCameraOn);
  server.asked.length = 0;
  server.drop();
  while (server.of("StartVirtualCam").length === 0) await delay(5); // the wish outlives the connection
  server.event("VirtualcamStateChanged", { outputActive: true, outputState: "OBS_WEBSOCKET_OUTPUT_STARTED" });
});

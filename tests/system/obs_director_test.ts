/** The director against a real OBS: every trigger, deed and reaction, seen through OBS's own events. */
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import { DeviceFault, Fault, InputFault } from "../../src/errors/mod.ts";
import type { Deed, Occasion, Reaction, Rule, Trigger } from "../../src/obs/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { clock, skipWithout, until } from "./live_process.ts";
import { Directed, Events, makeShow } from "./obs/directed.ts";
import { ObsRoom } from "./obs/room.ts";

Deno.test("every deed of a rule is done, seen through OBS's own events", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  const { client } = events;
  await makeShow(client);
  const hotkeys = (await client.call("GetHotkeyList")).hotkeys;
  const deeds: Record<string, Deed[]> = {
    scene: [{ scene: "Product" }],
    back: [{ scene: "Lipcam" }],
    hide: [{ hide: "Lower third", in: "Lipcam" }],
    show: [{ show: "Lower third", in: "Lipcam" }],
    mute: [{ mute: "Music" }],
    unmute: [{ unmute: "Music" }],
    off: [{ filter: "Glow", of: "logo", enabled: false, settings: { brightness: 0.5 } }],
    on: [{ filter: "Glow", of: "logo", enabled: true }],
    text: [{ text: "low power", of: "Status" }],
    cut: [{ transition: "Cut" }],
    fade: [{ transition: "Fade", durationMs: 400 }],
    hotkey: [{ hotkey: "OBSBasic.SelectScene" }],
    record: [{ record: "start" }],
    "record over": [{ record: "stop" }],
  };
  assertEquals(hotkeys.includes("OBSBasic.SelectScene"), true);
  const rules: Rule[] = Object.entries(deeds).map(([cue, list]) => ({ when: { cue }, do: list }));
  await using directed = await new Directed(obs, { rules }).connected();
  const { director, warnings } = directed;
  const cue = (name: string) => director.tell({ kind: "cue", name });
  events.clear();
  cue("scene");
  await events.told("CurrentProgramSceneChanged", { sceneName: "Product" });
  cue("back");
  await events.told("CurrentProgramSceneChanged", { sceneName: "Lipcam" });
  cue("hide");
  await events.told("SceneItemEnableStateChanged", { sceneName: "Lipcam", sceneItemEnabled: false });
  cue("show");
  await events.told("SceneItemEnableStateChanged", { sceneName: "Lipcam", sceneItemEnabled: true });
  cue("mute");
  await events.told("InputMuteStateChanged", { inputName: "Music", inputMuted: true });
  cue("unmute");
  await events.told("InputMuteStateChanged", { inputName: "Music", inputMuted: false });
  cue("off");
  await events.told("SourceFilterEnableStateChanged", { filterName: "Glow", filterEnabled: false });
  const glow = await client.call("GetSourceFilter", { sourceName: "logo", filterName: "Glow" });
  assertEquals(glow.filterSettings.brightness, 0.5);
  cue("on");
  await events.told("SourceFilterEnableStateChanged", { filterName: "Glow", filterEnabled: true });
  cue("text");
  await until("the text", 3000, async () => {
    const { inputSettings } = await client.call("GetInputSettings", { inputName: "Status" });
    return inputSettings.text === "low power";
  });
  cue("cut");
  await events.told("CurrentSceneTransitionChanged", { transitionName: "Cut" });
  cue("fade");
  await events.told("CurrentSceneTransitionChanged", { transitionName: "Fade" });
  await events.told("CurrentSceneTransitionDurationChanged", { transitionDuration: 400 });
  cue("record");
  await events.told("RecordStateChanged", { outputState: "OBS_WEBSOCKET_OUTPUT_STARTED" }, 8000);
  await directed.reaches("recording", (state) => state.isRecording);
  cue("record over");
  await events.told("RecordStateChanged", { outputState: "OBS_WEBSOCKET_OUTPUT_STOPPED" }, 8000);
  assertEquals(warnings, []);
});

Deno.test("every trigger starts its rule, and built-in cues need none", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  await makeShow(events.client);
  const occasions: [Trigger, Occasion][] = [
    ["speaking", { kind: "speaking" }],
    ["idle", { kind: "idle" }],
    ["interrupted", { kind: "interrupted" }],
    ["degraded", { kind: "degraded", isDegraded: true, engine: "loudness" }],
    ["recovered", { kind: "degraded", isDegraded: false, engine: "musetalk" }],
    ["panic", { kind: "panic", isOn: true }],
    ["panic over", { kind: "panic", isOn: false }],
    [{ cue: "Product" }, { kind: "cue", name: "product", argument: "red" }],
    [{ action: "wave" }, { kind: "action", name: "wave" }],
  ];
  const rules = occasions.map(([when], index): Rule => ({
    when,
    do: [{ text: `rule ${index}`, of: "Status" }],
  }));
  await using directed = await new Directed(obs, { rules }).connected();
  const { director, warnings } = directed;
  for (const [index, [, occasion]] of occasions.entries()) {
    director.tell(occasion);
    await until(`rule ${index}`, 3000, async () => {
      const { inputSettings } = await events.client.call("GetInputSettings", { inputName: "Status" });
      return inputSettings.text === `rule ${index}`;
    });
  }
  events.clear();
  director.tell({ kind: "cue", name: "scene", argument: "Product" });
  director.tell({ kind: "cue", name: "hide", argument: "logo" });
  await events.told("CurrentProgramSceneChanged", { sceneName: "Product" });
  await events.told("SceneItemEnableStateChanged", { sceneName: "Product", sceneItemEnabled: false });
  director.tell({ kind: "cue", name: "show", argument: "logo" });
  await events.told("SceneItemEnableStateChanged", { sceneName: "Product", sceneItemEnabled: true });
  const items = events.all.filter((event) => event.type === "SceneItemEnableStateChanged");
  assertEquals(
    items.map((event) => event.data.sceneName),
    ["Product", "Product"],
    "the logo of Lipcam stays",
  );
  assertEquals(warnings, []);
  director.tell({ kind: "cue", name: "scene", argument: "Prodct" });
  await until("the warning", 3000, () => warnings.length > 0);
  assertEquals(warnings, ['there is no scene "Prodct" in OBS, did you mean "Product"?']);
});

Deno.test("subtitles follow in order, the newest wins and comes last", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const { client } = await Events.of(obs);
  await makeShow(client);
  await using directed = await new Directed(obs).connected();
  for (let word = 0; word <= 300; word++) {
    directed.director.tell({ kind: "subtitle", text: `word ${word}` });
    if (word % 10 === 0) await delay(1);
  }
  await until("the last word", 3000, async () => {
    const { inputSettings } = await client.call("GetInputSettings", { inputName: "Lipcam subtitles" });
    return inputSettings.text === "word 300";
  });
  assert(directed.director.state().skippedSubtitles > 0);
});

Deno.test("panic cuts to its scene within a frame, keeps cues back and returns to the scene before", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  const { client } = events;
  await makeShow(client);
  await client.call("SetCurrentSceneTransition", { transitionName: "Fade" });
  await client.call("SetCurrentSceneTransitionDuration", { transitionDuration: 5000 });
  await using directed = await new Directed(obs).connected();
  const { director, warnings } = directed;
  events.clear();
  director.tell({ kind: "panic", isOn: true });
  await events.told("CurrentProgramSceneChanged", { sceneName: "BRB" });
  // a fade of 5 s would run now: OBS says nothing of its end for as long
  await events.told("SceneTransitionEnded", { transitionName: "Cut" }, 300);
  await until("the person's own transition", 2000, async () => {
    const { transitionName, transitionDuration } = await client.call("GetCurrentSceneTransition");
    return transitionName === "Fade" && transitionDuration === 5000;
  });
  assertEquals(director.state().isPanicking, true);
  director.tell({ kind: "cue", name: "scene", argument: "Product" });
  await assertRejects(() => director.scene("Interview"), Fault, "panic is on");
  await delay(200);
  assertEquals((await client.call("GetCurrentProgramScene")).currentProgramSceneName, "BRB");
  director.tell({ kind: "panic", isOn: false });
  await events.told("CurrentProgramSceneChanged", { sceneName: "Product" });

  // a person who goes elsewhere is left there
  director.tell({ kind: "panic", isOn: true });
  await until("BRB", 2000, () => director.state().scene === "BRB");
  await client.call("SetCurrentSceneTransition", { transitionName: "Cut" });
  await client.call("SetCurrentProgramScene", { sceneName: "Interview" });
  await until("Interview", 2000, () => director.state().scene === "Interview");
  director.tell({ kind: "panic", isOn: false });
  await delay(300);
  assertEquals((await client.call("GetCurrentProgramScene")).currentProgramSceneName, "Interview");
  assertEquals(warnings, []);
});

Deno.test("a restarted OBS is brought to the desired state, and only what differs is set", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const rules: Rule[] = [{
    when: "speaking",
    do: [
      { scene: "Product" },
      { mute: "Music" },
      { hide: "Lower third", in: "Lipcam" },
      { filter: "Glow", of: "logo", enabled: false },
      { text: "speaking", of: "Status" },
    ],
  }];
  const before = await Events.of(obs);
  await makeShow(before.client);
  await using directed = await new Directed(obs, { rules }).connected();
  const { director, notes, warnings } = directed;
  director.tell({ kind: "speaking" });
  await before.told("SourceFilterEnableStateChanged", { filterEnabled: false });
  await until("the scene", 2000, () => director.state().scene === "Product");
  await obs.stop();
  await directed.reaches("absent", (state) => state.state === "absent");
  director.tell({ kind: "cue", name: "show", argument: "Lower third" });
  director.tell({ kind: "cue", name: "scene", argument: "Interview" });
  await obs.launch();
  const events = await Events.of(obs);
  await directed.connected();
  const { client } = events;
  await until("the desired state", 3000, async () => {
    const scene = (await client.call("GetCurrentProgramScene")).currentProgramSceneName;
    const sceneItemId =
      (await client.call("GetSceneItemId", { sceneName: "Lipcam", sourceName: "Lower third" }))
        .sceneItemId;
    const { sceneItemEnabled } = await client.call("GetSceneItemEnabled", {
      sceneName: "Lipcam",
      sceneItemId,
    });
    return scene === "Interview" && sceneItemEnabled;
  });
  assertEquals((await client.call("GetInputMute", { inputName: "Music" })).inputMuted, true);
  // what OBS had saved itself was not set again
  assertEquals(events.all.filter((event) => event.type === "InputMuteStateChanged"), []);
  assertEquals(events.all.filter((event) => event.type === "SourceFilterEnableStateChanged"), []);
  assertEquals(warnings, []);
  assertEquals(notes.filter((line) => /is connected/.test(line)).length, 2);
  assertLess(notes.length, 5, "an absent OBS is told once");
});

Deno.test("renamed sources, scenes and filters keep their rules; deleted ones warn once and work again", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  const { client } = events;
  await makeShow(client);
  const rules: Rule[] = [
    { when: "speaking", do: [{ scene: "Product" }, { filter: "Glow", of: "logo", enabled: false }] },
    { when: "idle", do: [{ scene: "Lipcam" }, { filter: "Glow", of: "logo", enabled: true }] },
    { when: { cue: "hush" }, do: [{ mute: "Music" }] },
  ];
  await using directed = await new Directed(obs, { rules }).connected();
  const { director, warnings } = directed;
  await client.call("SetInputName", { inputName: "logo", newInputName: "emblem" });
  await client.call("SetSceneName", { sceneName: "Product", newSceneName: "Goods" });
  await client.call("SetSourceFilterName", {
    sourceName: "emblem",
    filterName: "Glow",
    newFilterName: "Shine",
  });
  await delay(300);
  events.clear();
  director.tell({ kind: "speaking" });
  await events.told("CurrentProgramSceneChanged", { sceneName: "Goods" });
  await events.told("SourceFilterEnableStateChanged", {
    sourceName: "emblem",
    filterName: "Shine",
    filterEnabled: false,
  });
  director.tell({ kind: "idle" });
  await events.told("CurrentProgramSceneChanged", { sceneName: "Lipcam" });
  await events.told("SourceFilterEnableStateChanged", { filterName: "Shine", filterEnabled: true });
  assertEquals(warnings, []);

  await client.call("RemoveScene", { sceneName: "Goods" });
  await until("the warning", 3000, () => warnings.length > 0);
  assertEquals(warnings, ['obs.rules[0].do[0]: there is no scene "Product" in OBS']);
  assertEquals(director.state().problems, warnings);
  for (let time = 0; time < 20; time++) director.tell({ kind: "speaking" });
  await events.told("SourceFilterEnableStateChanged", { filterName: "Shine", filterEnabled: false });
  await delay(300);
  assertEquals(warnings.length, 1, `one warning: ${warnings}`);
  await client.call("CreateScene", { sceneName: "Product" });
  await directed.reaches("no problem", (state) => state.problems.length === 0);
  events.clear();
  director.tell({ kind: "speaking" });
  await events.told("CurrentProgramSceneChanged", { sceneName: "Product" });

  await client.call("RemoveInput", { inputName: "Music" });
  await until("the second warning", 3000, () => warnings.length === 2);
  assertMatch(warnings[1]!, /obs\.rules\[2\]\.do\[0\]: there is no source "Music" in OBS/);
});

Deno.test("the person wins: a scene chosen in OBS stays, also over a restart", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  await makeShow(events.client);
  await using directed = await new Directed(obs).connected();
  const { director } = directed;
  await director.scene("Product");
  assertEquals((await director.scenes()).current, "Product");
  await events.told("CurrentProgramSceneChanged", { sceneName: "Product" });
  await events.client.call("SetCurrentProgramScene", { sceneName: "Interview" });
  await until("Interview", 2000, () => director.state().scene === "Interview");
  await obs.restart();
  await directed.connected();
  await delay(300);
  const { client } = await Events.of(obs);
  assertEquals((await client.call("GetCurrentProgramScene")).currentProgramSceneName, "Interview");
  await assertRejects(
    () => director.scene("Intervew"),
    InputFault,
    'there is no scene "Intervew" in OBS, did you mean "Interview"?',
  );
});

Deno.test("reactions follow a person's hand and never our own", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  const { client } = events;
  await makeShow(client);
  const reactions: Reaction[] = [
    { on: { scene: "Interview" }, do: { say: "Welcome back." } },
    { on: { muted: "Music" }, do: "interrupt" },
    { on: { unmuted: "Music" }, do: { act: "nod" } },
    { on: "record started", do: { act: "happy" } },
    { on: "record stopped", do: "hold" },
  ];
  const rules: Rule[] = [{ when: "speaking", do: [{ scene: "Interview" }, { mute: "Music" }] }];
  await using directed = await new Directed(obs, { rules, reactions }).connected();
  const { director, wishes } = directed;
  director.tell({ kind: "speaking" });
  await events.told("InputMuteStateChanged", { inputMuted: true });
  await until("the scene", 2000, () => director.state().scene === "Interview");
  await delay(1200);
  assertEquals(wishes, [], "our own deeds are no wishes");
  await client.call("SetInputMute", { inputName: "Music", inputMuted: false });
  await client.call("SetInputMute", { inputName: "Music", inputMuted: true });
  await client.call("SetCurrentProgramScene", { sceneName: "Lipcam" });
  await until("Lipcam", 2000, () => director.state().scene === "Lipcam");
  await client.call("SetCurrentProgramScene", { sceneName: "Interview" });
  await until("the wishes", 2000, () => wishes.length === 3);
  assertEquals(wishes, [{ kind: "act", name: "nod" }, { kind: "interrupt" }, {
    kind: "say",
    text: "Welcome back.",
  }]);
  await client.call("StartRecord");
  await until("the record's wish", 8000, () => wishes.length === 4);
  await client.call("StopRecord");
  await until("the record's second wish", 8000, () => wishes.length === 5);
  assertEquals(wishes.slice(3), [{ kind: "act", name: "happy" }, { kind: "hold", isOn: true }]);
});

Deno.test("a wrong password is told once and not tried again until retry", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  let password = "wrong";
  await using directed = new Directed(obs, { password: () => password });
  await directed.reaches("refused", (state) => state.state === "refused");
  const tries = () => obs.log().match(/has disconnected with code `4009`/g)?.length ?? 0;
  await delay(1500);
  assertEquals(directed.warnings.length, 1);
  assertMatch(directed.warnings[0]!, /does not take this password, wanted .*LIPCAM_OBS_PASSWORD/);
  assertEquals(tries(), 1);
  await assertRejects(() => directed.director.scene("Scene"), Fault, "does not take this password");
  password = obs.password;
  directed.director.retry();
  await directed.connected();
});

Deno.test("a virtual camera that OBS does not have is named with its mend", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  await using directed = await new Directed(obs).connected();
  await assertRejects(
    () => directed.director.virtualCamera("start"),
    DeviceFault,
    "this OBS has none, wanted the module v4l2loopback",
  );
  assertEquals(directed.director.state().isVirtualCameraOn, false);
  await directed.director.virtualCamera("stop");
});

Deno.test("an OBS that hangs or dies never holds the programme up", async () => {
  if (skipWithout("OBS director", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  await makeShow((await Events.of(obs)).client);
  await using directed = await new Directed(obs, { timing: { answerMsMax: 1000, pauseMs: [100, 500] } })
    .connected();
  const { director } = directed;
  Deno.kill(obs.pid, "SIGSTOP");
  const startMs = clock.nowMs();
  for (let cue = 0; cue < 200; cue++) director.tell({ kind: "cue", name: "scene", argument: "Product" });
  assertLess(clock.nowMs() - startMs, 100);
  await directed.reaches("noticed", (state) => state.state !== "connected");
  Deno.kill(obs.pid, "SIGCONT");
  await directed.reaches("back", (state) => state.scene === "Product");
  await obs.kill();
  await directed.reaches("gone", (state) => state.state === "absent");
  const closeMs = clock.nowMs();
  await directed[Symbol.asyncDispose]();
  assertLess(clock.nowMs() - closeMs, 2000);
});

/** Rules: what the configuration may hold, which deeds an occasion asks for, and names that come, go and change. */
import { assertEquals, assertThrows } from "@std/assert";
import { readReactions, readRules } from "../../src/app/obs_rules.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { Checked, problemsOf } from "../../src/obs/director/check.ts";
import { Desired } from "../../src/obs/director/desired.ts";
import { Inventory } from "../../src/obs/director/inventory.ts";
import { Names } from "../../src/obs/director/names.ts";
import { OwnDeeds } from "../../src/obs/director/own_deeds.ts";
import { Reactions } from "../../src/obs/director/reactions.ts";
import { deedsFor } from "../../src/obs/director/rules.ts";
import type { Rule } from "../../src/obs/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";

Deno.test("readRules and readReactions take the documented forms as they are", () => {
  const rules = [
    { when: "speaking", do: [{ show: "Lower third", in: "Lipcam" }, { mute: "Music" }, { hide: "x" }] },
    { when: "panic over", do: [{ unmute: "Music" }, { scene: "Lipcam" }] },
    { when: { cue: "product" }, do: [{ scene: "Product" }, { transition: "Fade", durationMs: 300 }] },
    { when: { action: "wave" }, do: [{ filter: "Glow", of: "avatar", enabled: true, settings: { a: [1] } }] },
    { when: "degraded", do: [{ text: "", of: "Status" }, { hotkey: "h" }] },
    { when: "idle", do: [{ record: "start" }, { stream: "stop" }, { virtualCamera: "start" }] },
  ];
  assertEquals(readRules(rules), rules as Rule[]);
  const reactions = [
    { on: { scene: "Interview" }, do: { say: "Welcome back." } },
    { on: "stream started", do: { act: "happy" } },
    { on: { muted: "avatar" }, do: "interrupt" },
    { on: { unmuted: "avatar" }, do: { avatar: "mai" } },
  ];
  assertEquals(readReactions(reactions) as unknown, reactions);
});

Deno.test("readRules says in one line what stands where and what is wanted", () => {
  const deed = (value: unknown) => () => readRules([{ when: "idle", do: [{ scene: "A" }, value] }]);
  const says = (run: () => unknown, includes: string) => {
    const { message } = assertThrows(run, InputFault, includes) as Error;
    assertEquals(/[\r\n]/.test(message), false);
  };
  says(
    deed({ scenne: "X" }),
    'obs.rules[0].do[1] is "scenne", wanted "scene"? or another of one of { "scene": ... }',
  );
  says(deed({ scene: 3 }), 'obs.rules[0].do[1] is {"scene":3}, wanted { "scene": NAME }');
  says(deed({ show: "a", inn: "b" }), 'wanted { "show": SOURCE, "in": SCENE }');
  says(deed({ filter: "a", of: "b" }), 'wanted { "filter": NAME, "of": SOURCE, "enabled": true or false');
  says(deed({ transition: "a", durationMs: 10 }), '"durationMs": 50 to 20000');
  says(deed({ record: "pause" }), 'wanted { "record": "start" or "stop" }');
  says(deed("mute"), 'obs.rules[0].do[1] is "mute"');
  says(deed(null), "obs.rules[0].do[1] is null");
  says(deed({ constructor: 1 }), "obs.rules[0].do[1] is");
  says(
    () => readRules([{ when: "speking", do: [] }]),
    "obs.rules[0].do is [], wanted a list of 1 to 50 deeds",
  );
  says(
    () => readRules([{ when: "speking", do: [{ scene: "A" }] }]),
    'obs.rules[0].when is "speking", wanted "speaking"?',
  );
  says(
    () => readRules([{ when: "idle" }]),
    'obs.rules[0] is {"when":"idle"}, wanted { "when": ..., "do": [...] }',
  );
  says(() => readRules([{ wen: "idle", do: [] }]), 'obs.rules[0] is "wen", wanted "when"?');
  says(() => readRules([7], "obs.rules in lipcam.json"), "obs.rules[0] in lipcam.json is 7");
  says(() => readReactions([{ on: "stream startd", do: "interrupt" }]), 'wanted "stream started"?');
  says(() => readReactions([{ on: { muted: "a" }, do: { say: "" } }]), 'wanted { "say": WORDS }');
});

Deno.test("deedsFor: cues that need no rule come first, names are told apart by their letters only", () => {
  const rules: Rule[] = [
    { when: { cue: "Scene" }, do: [{ mute: "a" }] },
    { when: { action: "wave" }, do: [{ mute: "b" }] },
    { when: "recovered", do: [{ mute: "c" }] },
    { when: "panic over", do: [{ mute: "d" }] },
  ];
  const cue = (name: string, argument?: string) => deedsFor(rules, { kind: "cue", name, argument });
  assertEquals(cue("scene", " Product "), [{ scene: "Product" }, { mute: "a" }]);
  assertEquals(cue("scene"), [{ mute: "a" }]);
  assertEquals(cue("SHOW", "logo"), [{ show: "logo" }]);
  assertEquals(cue("hide", "logo"), [{ hide: "logo" }]);
  assertEquals(cue("wave"), []);
  assertEquals(deedsFor(rules, { kind: "action", name: "Wave" }), [{ mute: "b" }]);
  assertEquals(deedsFor(rules, { kind: "degraded", isDegraded: false, engine: "x" }), [{ mute: "c" }]);
  assertEquals(deedsFor(rules, { kind: "panic", isOn: false }), [{ mute: "d" }]);
  assertEquals(deedsFor(rules, { kind: "panic", isOn: true }), []);
  assertEquals(deedsFor(rules, { kind: "subtitle", text: "x" }), []);
});

function show(): Inventory {
  const inventory = new Inventory();
  inventory.current = "Lipcam";
  for (const sceneName of ["Lipcam", "Product"]) {
    inventory.hear({ type: "SceneCreated", data: { sceneName } });
  }
  for (const inputName of ["logo", "Music"]) inventory.hear({ type: "InputCreated", data: { inputName } });
  for (const [index, sceneName] of ["Lipcam", "Product"].entries()) {
    inventory.hear({
      type: "SceneItemCreated",
      data: { sceneName, sceneItemId: index + 1, sourceName: "logo" },
    });
  }
  inventory.hear({ type: "SourceFilterCreated", data: { sourceName: "logo", filterName: "Glow" } });
  inventory.hotkeys.add("OBSBasic.Mute");
  inventory.transitions.set("Fade", "fade_transition");
  return inventory;
}

Deno.test("problemsOf names every missing name with the nearest, and Checked tells each once while it holds", () => {
  const view = { inventory: show(), names: new Names() };
  const rules: Rule[] = [{
    when: "idle",
    do: [
      { scene: "Prodct" },
      { mute: "Musik" },
      { show: "logo", in: "Product" },
      { show: "Music" },
      { show: "lgo", in: "Lipcam" },
      { filter: "Glo", of: "logo", enabled: true },
      { transition: "fadde" },
      { hotkey: "OBSBasic.Mut" },
      { scene: "Lipcam" },
    ],
  }];
  const reactions = [{ on: { scene: "Far away" }, do: "interrupt" as const }];
  const checked = new Checked();
  assertEquals(checked.update(problemsOf({ rules, reactions }, view)), [
    'obs.rules[0].do[0]: there is no scene "Prodct" in OBS, did you mean "Product"?',
    'obs.rules[0].do[1]: there is no source "Musik" in OBS, did you mean "Music"?',
    'obs.rules[0].do[3]: no scene has the source "Music" in it',
    'obs.rules[0].do[4]: there is no source "lgo" in OBS, did you mean "logo"?',
    'obs.rules[0].do[5]: the source "logo" has no filter "Glo", did you mean "Glow"?',
    'obs.rules[0].do[6]: there is no transition "fadde" in OBS, did you mean "Fade"?',
    'obs.rules[0].do[7]: there is no hotkey "OBSBasic.Mut" in OBS, did you mean "OBSBasic.Mute"?',
    'obs.reactions[0].on: there is no scene "Far away" in OBS',
  ]);
  assertEquals(checked.update(problemsOf({ rules, reactions }, view)), []);
  view.inventory.hear({ type: "SceneCreated", data: { sceneName: "Prodct" } });
  assertEquals(checked.update(problemsOf({ rules, reactions }, view)), []);
  assertEquals(checked.problems.length, 7);
  view.inventory.hear({ type: "SceneRemoved", data: { sceneName: "Prodct" } });
  assertEquals(checked.update(problemsOf({ rules, reactions }, view)).length, 1);
});

Deno.test("Names: a renamed source keeps its rules and its filters; one that is gone gives its name back", () => {
  const names = new Names();
  const inventory = show();
  names.filterRenamed("logo", "Glow", "Shine");
  names.sourceRenamed("logo", "emblem");
  names.sourceRenamed("emblem", "mark");
  assertEquals([names.source("logo"), names.filter("logo", "Glow")], ["mark", "Shine"]);
  for (const [from, to] of [["logo", "emblem"], ["emblem", "mark"]]) {
    inventory.hear({ type: "InputNameChanged", data: { oldInputName: from, inputName: to } });
  }
  inventory.hear({
    type: "SourceFilterNameChanged",
    data: { sourceName: "mark", oldFilterName: "Glow", filterName: "Shine" },
  });
  names.settle(inventory);
  assertEquals([names.source("logo"), names.filter("logo", "Glow")], ["mark", "Shine"]);
  assertEquals(inventory.itemIds("Product", "mark"), [2]);
  names.sourceRenamed("mark", "logo");
  assertEquals(names.source("logo"), "logo");
  names.sourceRenamed("logo", "gone");
  names.settle(inventory);
  assertEquals(names.source("logo"), "logo");
});

Deno.test("Desired: the last of a kind wins, filters add up, a person's hand wins", () => {
  const desired = new Desired();
  const view = { inventory: show(), names: new Names() };
  desired.set({ kind: "scene", scene: "Product" });
  desired.set({ kind: "scene", scene: "Lipcam" });
  desired.set({ kind: "filter", source: "logo", filter: "Glow", isEnabled: false, settings: { a: 1, b: 1 } });
  desired.set({ kind: "filter", source: "logo", filter: "Glow", settings: { b: 2 } });
  desired.set({ kind: "item", source: "logo", isShown: true });
  assertEquals([desired.size, desired.scene], [3, "Lipcam"]);
  desired.personDid({ what: "scene", value: "Product" }, view);
  assertEquals(desired.scene, "Product");
  for (let nth = 0; nth < 2000; nth++) desired.set({ kind: "text", source: `${nth}`, text: "" });
  assertEquals(desired.size, 1000);
});

Deno.test("OwnDeeds: ours until a second after the answer; a scene until it or a later one is told", () => {
  const clock = new SimulatedClock();
  const own = new OwnDeeds(clock);
  const mute = { what: "mute Music", value: true };
  own.begin([mute]);
  clock.waitUntil(clock.nowMs() + 4000);
  assertEquals(own.claim(mute), true, "while unanswered");
  own.done([mute]);
  clock.waitUntil(clock.nowMs() + 900);
  assertEquals([own.claim(mute), own.claim({ ...mute, value: false })], [true, false]);
  clock.waitUntil(clock.nowMs() + 200);
  assertEquals(own.claim(mute), false);
  const scene = (value: string) => ({ what: "scene", value });
  own.begin([scene("A"), scene("B")]);
  own.done([scene("A"), scene("B")]);
  clock.waitUntil(clock.nowMs() + 3000); // a long transition
  assertEquals([own.claim(scene("B")), own.claim(scene("A")), own.claim(scene("B"))], [true, false, false]);
});

Deno.test("Reactions rest for a second, so that nothing outside drives the programme in circles", () => {
  const clock = new SimulatedClock();
  const reactions = new Reactions([
    { on: { muted: "Music" }, do: "interrupt" },
    { on: "record stopped", do: "panic" },
  ], clock);
  const names = new Names();
  names.sourceRenamed("Music", "Tunes");
  const muted = { type: "InputMuteStateChanged", data: { inputName: "Tunes", inputMuted: true } };
  let wishes = 0;
  for (let nth = 0; nth < 100; nth++) {
    wishes += reactions.hear(muted, names).length;
    clock.waitUntil(clock.nowMs() + 50);
  }
  assertEquals(wishes, 5);
  const record = (outputState: string) => ({
    type: "RecordStateChanged",
    data: { outputActive: false, outputState },
  });
  assertEquals(reactions.hear(record("OBS_WEBSOCKET_OUTPUT_STOPPING"), names), []);
  assertEquals(reactions.hear(record("OBS_WEBSOCKET_OUTPUT_STOPPED"), names), [{
    kind: "panic",
    isOn: true,
  }]);
});

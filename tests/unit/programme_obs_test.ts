/** The programme's side of OBS, part by part: what it tells the director, and which camera is OBS's. */
import { assertEquals } from "@std/assert";
import type { Occasion } from "../../src/obs/mod.ts";
import type { Aired } from "../../src/programme/air_track.ts";
import { Decline } from "../../src/programme/decline.ts";
import { AvatarCues } from "../../src/programme/mod.ts";
import { AiredOccasions } from "../../src/programme/occasions.ts";
import { isObsCamera } from "../../src/programme/settings.ts";
import { ruledCues, TextCues } from "../../src/programme/text_cues.ts";
import type { Config } from "../../src/app/mod.ts";

const at = { startSample: 0, endSample: 1 };
const word = (text: string): Aired => ({
  kind: "mark",
  hasWords: false,
  mark: { kind: "word", text, ...at },
});
const segment = (text: string, hasWords: boolean): Aired => ({
  ...{ kind: "mark", hasWords },
  mark: { kind: "segment", text, ...at },
});
const cue = (name: string, argument?: string): Aired => ({
  ...{ kind: "mark", hasWords: false },
  mark: { kind: "cue", name, startSample: 0, ...(argument === undefined ? {} : { argument }) },
});

Deno.test("AiredOccasions: speech, cues of OBS and of the avatar, subtitles that grow and are cleared", () => {
  const told: Occasion[] = [];
  const occasions = new AiredOccasions(new TextCues(new AvatarCues(), ["applause"]), (one) => told.push(one));
  const take = (...aired: Aired[]) => aired.forEach((one) => occasions.take(one));
  take({ kind: "speaking" }, segment("Hello there.", true), word("Hello"), cue("scene", "B"), cue("nod"));
  take(word("there"), cue("applause"), { kind: "interrupted" }, segment("你好", false), { kind: "idle" });
  assertEquals(told, [
    { kind: "speaking" },
    { kind: "subtitle", text: "Hello" },
    { kind: "cue", name: "scene", argument: "B" },
    { kind: "action", name: "nod" },
    { kind: "subtitle", text: "Hello there." },
    { kind: "cue", name: "applause", argument: undefined },
    { kind: "interrupted" },
    { kind: "subtitle", text: "" },
    { kind: "subtitle", text: "你好" },
    { kind: "idle" },
    { kind: "subtitle", text: "" },
  ]);
});

Deno.test("Decline: a lesser rung and the fallback are told once each, and so is their end", () => {
  const told: [boolean, string][] = [];
  const decline = new Decline((isDegraded, engine) => told.push([isDegraded, engine]));
  const look = (rung: number | undefined, name: string, isFallback = false) =>
    decline.look({ rung, name, isFallback });
  look(undefined, "visemes");
  look(0, "musetalk");
  look(0, "musetalk");
  assertEquals(told, [], "an engine that takes over is no decline");
  look(1, "wav2lip");
  look(undefined, "visemes");
  look(0, "musetalk");
  look(0, "loudness", true);
  look(0, "musetalk");
  assertEquals(told, [[true, "wav2lip"], [false, "musetalk"], [true, "loudness"], [false, "musetalk"]]);
  decline.reset();
  look(2, "ultralight");
  assertEquals(told.length, 4, "another avatar has another best");
});

Deno.test("isObsCamera: asked for, or the usual one where there is no loopback camera of ours", () => {
  const is = (camera: string, os: string) => isObsCamera({ camera } as Config, os);
  assertEquals([is("obs", "linux"), is("auto", "linux"), is("/dev/video10", "linux")], [true, false, false]);
  assertEquals([is("auto", "windows"), is("auto", "darwin"), is("none", "windows")], [true, true, false]);
});

Deno.test("ruledCues: names that rules wait for, in lower case", () => {
  const rules = [{ when: { cue: " Applause " }, do: [] }, { when: "idle", do: [] }, {
    when: { action: "nod" },
    do: [],
  }] as const;
  assertEquals(ruledCues(rules), ["applause"]);
});

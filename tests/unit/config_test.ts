/** Configuration: order of the sources, where each value came from, and the one line that refuses a bad one. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import {
  environmentName,
  findFolders,
  flagName,
  loadConfig,
  type LoadOptions,
  SETTINGS,
  valueAt,
} from "../../src/app/mod.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { PlaybackBuffer } from "../../src/sound/mod.ts";
import { Epoch } from "../../src/time/mod.ts";

/** A working folder, a configuration folder and the loader over them. */
function bench() {
  const root = Deno.makeTempDirSync();
  const working = join(root, "working");
  Deno.mkdirSync(working);
  const home = { XDG_CONFIG_HOME: join(root, "config") };
  Deno.mkdirSync(join(root, "config", "lipcam"), { recursive: true });
  return {
    root,
    working,
    load(environment: Record<string, string> = {}, flags: LoadOptions["flags"] = [], file?: string) {
      const all = { ...home, ...environment };
      return loadConfig({ flags, environment: all, folders: findFolders(all, working), file });
    },
    write: (path: string, data: unknown) =>
      Deno.writeTextFileSync(join(root, path), typeof data === "string" ? data : JSON.stringify(data)),
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

function refusal(run: () => unknown): string {
  const { message } = assertThrows(run, InputFault);
  assert(!message.includes("\n"), "one line");
  return message;
}

Deno.test("loadConfig gives every default and says so", () => {
  using here = bench();
  const { config, sources, file } = here.load();
  assertEquals([config.avatar, config.engine, config.fps, config.width, config.port], [
    "mai",
    "auto",
    25,
    1280,
    8010,
  ]);
  assertEquals(config.tts.engine, "espeak");
  assertEquals(config.voice, undefined);
  assertEquals(file, undefined);
  assertEquals([...sources.keys()], SETTINGS.map(({ key }) => key));
  assert([...sources.values()].every(({ kind }) => kind === "default"));
});

Deno.test("loadConfig puts flags over environment over file over defaults", () => {
  using here = bench();
  here.write("working/lipcam.json", { fps: 20, avatar: "file", camera: "none", tts: { deadlineMs: 500 } });
  const { config, sources } = here.load(
    { LIPCAM_FPS: "30", LIPCAM_AVATAR: "variable" },
    [{ name: "--fps", key: "fps", value: "50" }],
  );
  assertEquals([config.fps, config.avatar, config.camera, config.tts.deadlineMs], [
    50,
    "variable",
    "none",
    500,
  ]);
  assertEquals(sources.get("fps"), { kind: "flag", name: "--fps" });
  assertEquals(sources.get("avatar"), { kind: "environment", name: "LIPCAM_AVATAR" });
  assertEquals(sources.get("camera"), { kind: "file", name: join(here.working, "lipcam.json") });
  assertEquals(sources.get("sound"), { kind: "default", name: "default" });
});

Deno.test("loadConfig takes --config, else the working folder, else the configuration folder", () => {
  using here = bench();
  here.write("config/lipcam/lipcam.json", { avatar: "home" });
  assertEquals(here.load().config.avatar, "home");
  here.write("working/lipcam.json", { avatar: "working" });
  assertEquals(here.load().config.avatar, "working");
  here.write("working/other.json", { avatar: "named" });
  assertEquals(here.load({}, [], "other.json").config.avatar, "named");
  assertEquals(here.load({ LIPCAM_CONFIG: "other.json" }).config.avatar, "named");
  assertStringIncludes(refusal(() => here.load({}, [], "absent.json")), "absent.json does not exist");
});

Deno.test("loadConfig names an unknown key, its file and the nearest known one", () => {
  using here = bench();
  here.write("working/lipcam.json", { playback: { lowWatrMs: 3 } });
  const message = refusal(() => here.load());
  assertEquals(
    message,
    `unknown setting "playback.lowWatrMs" in ${
      join(here.working, "lipcam.json")
    }, did you mean playback.lowWaterMs?`,
  );
});

Deno.test("loadConfig refuses bad values naming where, what and what is wanted", () => {
  using here = bench();
  const cases: [Record<string, string>, string][] = [
    [{ LIPCAM_FPS: "23" }, "LIPCAM_FPS is 23, wanted one of 20, 24, 25, 30, 50, 60"],
    [{ LIPCAM_FPS: "fast" }, 'LIPCAM_FPS is "fast", wanted one of'],
    [{ LIPCAM_WIDTH: "641" }, "LIPCAM_WIDTH is 641, wanted an even number from 64 to 4096"],
    [{ LIPCAM_SIZE: "0x720" }, 'LIPCAM_SIZE is "0x720", wanted WIDTHxHEIGHT'],
    [{ LIPCAM_SIZE: "10000x720" }, "64 to 4096"],
    [{ LIPCAM_SIZE: "1279x720" }, "both even"],
    [{ LIPCAM_SIZE: "huge" }, 'LIPCAM_SIZE is "huge"'],
    [{ LIPCAM_MIC: "maybe" }, 'LIPCAM_MIC is "maybe", wanted true or false'],
    [{ LIPCAM_PORT: "70000" }, "LIPCAM_PORT is 70000, wanted a whole number from 0 to 65535"],
    [{ LIPCAM_PORT: "80.5" }, "whole number"],
    [{ LIPCAM_CAMERA_FORMAT: "NV12" }, "wanted one of I420, YUYV"],
    [{ LIPCAM_TTS_ENGINE: "command" }, "tts.command is empty, wanted a program"],
    [{ LIPCAM_TTS_COMMAND: "[3" }, "LIPCAM_TTS_COMMAND is"],
    [{ LIPCAM_TTS_COMMAND: "[3]" }, "wanted a list of words"],
    [{ LIPCAM_TTS_OUTPUT: "mp3" }, 'wanted "wav" or such as'],
    [{ LIPCAM_RECORD: "clip.gif" }, "wanted a file name that ends in .mp4, .webm or .mkv"],
    [{ LIPCAM_PLAYBACK_LOW_WATER_MS: "900" }, "wanted at most highWaterMs, 160"],
    [{ LIPCAM_PLAYBACK_LOW_WATER_MS: "2001" }, "wanted a whole number from 0 to 2000"],
    [{ LIPCAM_PLAYBACK_HIGH_WATER_MS: "2001" }, "wanted a whole number from 0 to 2000"],
  ];
  for (const [environment, wanted] of cases) {
    assertStringIncludes(refusal(() => here.load(environment)), wanted);
  }
});

Deno.test("the water marks that loadConfig takes are the playback buffer's: 0 to 2000 ms, low at most high", () => {
  for (const [low, high] of [[0, 0], [0, 2000], [2000, 2000], [0, 2001], [2001, 2001], [30, 20]] as const) {
    using here = bench();
    const isTaken = (take: () => unknown) => {
      try {
        return take() !== undefined;
      } catch {
        return false;
      }
    };
    const byConfig = isTaken(() =>
      here.load({
        LIPCAM_PLAYBACK_LOW_WATER_MS: `${low}`,
        LIPCAM_PLAYBACK_HIGH_WATER_MS: `${high}`,
        LIPCAM_PLAYBACK_PRE_BUFFER_MS: "0",
      })
    );
    const shape = { samplesPerFrame: 1920, lowWaterMs: low, highWaterMs: high };
    const bySound = isTaken(() => new PlaybackBuffer(shape, new Epoch()));
    assertEquals(
      [byConfig, bySound],
      [high <= 2000 && low <= high, high <= 2000 && low <= high],
      `${low} ${high}`,
    );
  }
});

Deno.test("loadConfig refuses files that are no JSON object, naming the file", () => {
  using here = bench();
  const path = join(here.working, "lipcam.json");
  for (const text of ["{", "[]", "null", "3", "", '{"tts": 3}', '{"fps": "25"}']) {
    here.write("working/lipcam.json", text);
    assertStringIncludes(refusal(() => here.load()), path);
  }
  here.write("working/lipcam.json", '\uFEFF{"$schema": "x", "fps": 30}');
  assertEquals(here.load().config.fps, 30);
});

Deno.test("loadConfig reads sizes, switches, lists and negative numbers from texts", () => {
  using here = bench();
  const { config } = here.load({
    LIPCAM_SIZE: "640x360",
    LIPCAM_HEIGHT: "480",
    LIPCAM_MIC: "yes",
    LIPCAM_AV_OFFSET_MS: "-40",
    LIPCAM_TTS_COMMAND: '["piper","-m","x y"]',
    LIPCAM_VOICE: "",
  });
  assertEquals([config.width, config.height, config.mic, config.avOffsetMs], [640, 480, true, -40]);
  assertEquals(config.tts.command, ["piper", "-m", "x y"]);
  assertEquals(config.voice, undefined);
});

Deno.test("loadConfig resolves paths from the file's folder or from the working folder", () => {
  using here = bench();
  here.write("config/lipcam/lipcam.json", { record: "out.mp4", avatarFolders: ["mine", "/abs"] });
  const { config } = here.load({ LIPCAM_LOG_FILE: "log.jsonl" });
  assertEquals(config.record, join(here.root, "config", "lipcam", "out.mp4"));
  assertEquals(config.avatarFolders, [join(here.root, "config", "lipcam", "mine"), "/abs"]);
  assertEquals(config.logFile, join(here.working, "log.jsonl"));
});

Deno.test("loadConfig warns of a variable that is nearly a setting and leaves others alone", () => {
  using here = bench();
  const { warnings } = here.load({ LIPCAM_AVTAR: "x", LIPCAM_REQUIRE_SYSTEM: "1" });
  assertEquals(warnings, ["the variable LIPCAM_AVTAR is not a setting, did you mean LIPCAM_AVATAR?"]);
});

Deno.test("loadConfig's answer is frozen", () => {
  using here = bench();
  const { config } = here.load();
  assert(Object.isFrozen(config) && Object.isFrozen(config.tts) && Object.isFrozen(config.tts.command));
});

Deno.test("SETTINGS have one name each in every form, an explanation and a default that is there", () => {
  using here = bench();
  const { config } = here.load();
  for (const form of [flagName, environmentName]) {
    assertEquals(new Set(SETTINGS.map(({ key }) => form(key))).size, SETTINGS.length);
  }
  assertEquals(environmentName("tts.deadlineMs"), "LIPCAM_TTS_DEADLINE_MS");
  assertEquals(flagName("cameraFormat"), "camera-format");
  for (const { key, doc, wanted, byDefault } of SETTINGS) {
    assert(doc.length > 10 && wanted.length > 5, key);
    assertEquals(valueAt(config, key), byDefault, key);
  }
});

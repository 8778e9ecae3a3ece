/** The running programme and the running OBS, one steering the other. */
import { assert, assertEquals } from "@std/assert";
import type { OBSWebSocket } from "obs-websocket-js/json";
import { delay, withDeadline } from "../../src/time/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { ObsRoom } from "./obs/room.ts";

const QUIET = ["--camera", "none", "--sound", "none", "--size", "320x240"];
const SUBTITLES = "Lipcam subtitles";

const RULES = [
  { when: "speaking", do: [{ mute: "Music" }] },
  { when: "idle", do: [{ unmute: "Music" }] },
  { when: { cue: "applause" }, do: [{ text: "clap", of: "Status" }] },
  { when: { action: "nod" }, do: [{ text: "nodded", of: "Status" }] },
  { when: "interrupted", do: [{ text: "cut off", of: "Status" }] },
];
const REACTIONS = [{ on: { scene: "Interview" }, do: { say: "Welcome back." } }];

/** What happens in OBS, one line each. */
async function listen(obs: ObsRoom): Promise<{ client: OBSWebSocket; said: string[] }> {
  const client = await obs.connect();
  const said: string[] = [];
  client.on("CurrentProgramSceneChanged", ({ sceneName }) => said.push(`scene ${sceneName}`));
  client.on(
    "InputMuteStateChanged",
    ({ inputName, inputMuted }) => said.push(`${inputName} ${inputMuted ? "mute" : "loud"}`),
  );
  client.on(
    "SceneItemEnableStateChanged",
    ({ sceneItemEnabled }) => said.push(sceneItemEnabled ? "shown" : "hidden"),
  );
  return { client, said };
}

async function textOf(client: OBSWebSocket, inputName: string): Promise<string> {
  const { inputSettings } = await client.call("GetInputSettings", { inputName });
  return String(inputSettings["text"] ?? "");
}

async function furnish(client: OBSWebSocket): Promise<void> {
  for (const sceneName of ["Talk", "Product", "Interview", "Lipcam be right back"]) {
    await client.call("CreateScene", { sceneName });
  }
  const make = async (inputName: string, inputKind: string, inputSettings = {}) => {
    await client.call("CreateInput", { sceneName: "Talk", inputName, inputKind, inputSettings });
  };
  await make("logo", "color_source_v3");
  await make("Music", "ffmpeg_source");
  for (const name of ["Status", SUBTITLES]) await make(name, "text_ft2_source_v2", { text: "" });
  const { sceneItemId } = await client.call("GetSceneItemId", { sceneName: "Talk", sourceName: "logo" });
  await client.call("SetSceneItemEnabled", { sceneName: "Talk", sceneItemId, sceneItemEnabled: false });
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once("CurrentProgramSceneChanged", () => resolve());
  await client.call("SetCurrentProgramScene", { sceneName: "Talk" });
  await withDeadline(promise, 5000, "the first scene");
}

async function startLive(room: Room, obs: ObsRoom): Promise<LiveProcess> {
  const config = `${room.working}/lipcam.json`;
  await Deno.writeTextFile(
    config,
    JSON.stringify({ obs: { connect: true, url: obs.url, rules: RULES, reactions: REACTIONS } }),
  );
  const live = await LiveProcess.start(room, QUIET, { env: { LIPCAM_OBS_PASSWORD: obs.password } });
  await live.reaches("OBS connected", 10_000, ({ obs }) => obs.director?.state === "connected");
  return live;
}

Deno.test("cues, rules, subtitles: OBS does what the text says when it is said, and none of it is spoken", async () => {
  if (skipWithout("OBS tests", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  const { client, said } = await listen(obs);
  await furnish(client);
  said.length = 0;
  await using live = await startLive(room, obs);
  const { problems } = (await live.state()).obs.director!;
  assertEquals(problems, []);
  const texts = new Set<string>();
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      texts.add(await textOf(client, SUBTITLES));
      await delay(20);
    }
  })();
  await (await live.client()).say({
    text:
      "Look at this. [show:logo] It has a name, [applause] and now [scene:Product] the thing itself. [nod]",
  });
  await until("all of it", 20_000, () => said.includes("Music loud"));
  isWatching = false;
  await watching;
  assertEquals(said, ["Music mute", "shown", "scene Product", "Music loud"]);
  assertEquals(await textOf(client, "Status"), "nodded");
  for (const text of ["Look", "Look at this.", "It has a name,", ""]) {
    assert(texts.has(text), [...texts].join(" | "));
  }
  assert([...texts].every((text) => !text.includes("[") && !text.includes("scene")));
  assertEquals(await textOf(client, SUBTITLES), "");
});

Deno.test("panic goes to the other scene and back, an interrupt is an occasion, a scene chosen in OBS makes it speak", async () => {
  if (skipWithout("OBS tests", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  const { client, said } = await listen(obs);
  await furnish(client);
  await using live = await startLive(room, obs);
  said.length = 0;
  assertEquals((await LiveProcess.run(room, ["panic"])).code, 0);
  await until("the other scene", 3000, () => said.includes("scene Lipcam be right back"));
  assertEquals((await live.state()).picture.phase, "held");
  assertEquals((await LiveProcess.run(room, ["panic", "off"])).code, 0);
  await until("the scene before", 3000, () => said.includes("scene Talk"));

  await (await live.client()).say({
    text: "This is a long sentence that will not be heard to its end by anybody here.",
  });
  // Heard, not only composed: what is cut off before its first unit goes out was never aired.
  await live.reaches("the first word", 5000, ({ speech }) => (speech.speaking?.word ?? "") !== "");
  await (await live.client()).interrupt();
  await until("the word about it", 3000, async () => await textOf(client, "Status") === "cut off");

  await client.call("SetCurrentProgramScene", { sceneName: "Interview" });
  await live.reaches("the greeting", 5000, ({ speech }) => speech.speaking?.text === "Welcome back.");

  const listed = await LiveProcess.run(room, ["scene"]);
  assertEquals(listed.stdout.trim().split("\n").sort(), [
    ...["Interview, shown", "Lipcam be right back", "Product", "Scene", "Talk"],
  ]);
  await (await live.client()).say({ text: "The last words before the end of all of it, which is near now." });
  await until("a subtitle", 5000, async () => (await textOf(client, SUBTITLES)).includes("last words"));
  assertEquals((await LiveProcess.run(room, ["scene", "Product"])).code, 0);
  await until("the scene of the command", 3000, () => said.includes("scene Product"));
  const wrong = await LiveProcess.run(room, ["scene", "Produkt"]);
  assertEquals([wrong.code, wrong.lines.length], [2, 1]);
  assert(/did you mean "?Product/.test(wrong.stderr), wrong.stderr);
  live.signal("SIGTERM");
  assertEquals((await live.ended(8000)).code, 0);
  assertEquals(await textOf(client, SUBTITLES), "", "nothing stays behind when the programme ends");
});

Deno.test("a scene that a text asks for while OBS is being restarted is there when OBS is back, and no frame lags for it", async () => {
  if (skipWithout("OBS tests", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  {
    const { client } = await listen(obs);
    await furnish(client);
  }
  await using live = await startLive(room, obs);
  await obs.stop();
  await live.reaches("OBS missed", 5000, ({ obs }) => obs.director?.state !== "connected");
  const before = (await live.state()).picture.laggedFrames;
  await (await live.client()).say({
    text: "One, two, three. [scene:Product] Four, five, six, seven, eight.",
  });
  await live.reaches(
    "words behind the cue",
    15_000,
    ({ speech }) => /Four/.test(speech.speaking?.text ?? ""),
  );
  await obs.launch();
  const client = await obs.connect();
  await live.reaches("OBS back", 20_000, ({ obs }) => obs.director?.state === "connected");
  await until("the scene that was asked for", 5000, async () => {
    const { currentProgramSceneName } = await client.call("GetCurrentProgramScene");
    return currentProgramSceneName === "Product";
  });
  const after = await live.reaches("the end of it", 20_000, ({ speech }) => speech.speaking === undefined);
  assert(after.picture.laggedFrames - before <= 2, `${after.picture.laggedFrames - before} frames lagged`);
});

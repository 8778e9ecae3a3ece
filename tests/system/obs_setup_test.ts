/** `obs:setup` in a real OBS: what it makes, that it makes it once, and how it looks. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { Directed, Events, makeShow } from "./obs/directed.ts";
import { ObsRoom } from "./obs/room.ts";

const MADE = ["Lipcam", "Lipcam be right back", "Lipcam camera"];

function setup(room: Room, obs: ObsRoom, args: readonly string[] = [], env: Record<string, string> = {}) {
  const password = { LIPCAM_OBS_PASSWORD: obs.password };
  return LiveProcess.run(room, ["obs:setup", "--url", obs.url, ...args], { env: { ...password, ...env } });
}

Deno.test("obs:setup makes a collection once, a second run changes nothing, and it looks as it should", async () => {
  if (skipWithout("OBS setup", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  const first = await setup(room, obs);
  assertEquals([first.code, first.stdout], [0, ""], first.stderr);
  assertMatch(first.stderr, /made in OBS \(collection Lipcam\): collection Lipcam, Lipcam, /);
  const { client } = await Events.of(obs);
  const look = async () => {
    const { scenes, currentProgramSceneName } = await client.call("GetSceneList");
    const items = await Promise.all(
      scenes.map(({ sceneName }) => client.call("GetSceneItemList", { sceneName: String(sceneName) })),
    );
    const { inputs } = await client.call("GetInputList");
    const { sceneCollections } = await client.call("GetSceneCollectionList");
    return { scenes, currentProgramSceneName, items, inputs, sceneCollections };
  };
  const before = await look();
  assertEquals(before.scenes.map(({ sceneName }) => String(sceneName)).sort(), MADE);
  assertEquals(before.currentProgramSceneName, "Lipcam");
  assertEquals(before.sceneCollections.sort(), ["Lipcam", "avatar"]);
  const [place] = before.inputs.filter((input) => input.inputName === "Lipcam avatar");
  assertEquals(place?.inputKind, "ffmpeg_source");
  const { inputSettings } = await client.call("GetInputSettings", { inputName: "Lipcam avatar" });
  assertEquals(inputSettings.input, `unix:${room.run}/lipcam/obs-feed.sock`);
  assertEquals([inputSettings.is_local_file, inputSettings.input_format], [false, "matroska"]);

  const second = await setup(room, obs, ["--json"]);
  const report = JSON.parse(second.stdout);
  assertEquals([second.code, report.isUnchanged, report.made, report.mended], [0, true, [], []]);
  assertEquals(await look(), before);

  // background, words along the lower edge that stay where they are as they grow, a headline in the middle
  await client.call("SetInputSettings", {
    inputName: "Lipcam subtitles",
    inputSettings: {
      text: "Good morning and welcome to our show. Now\nwe look at something new, as you see",
    },
  });
  const background = [0x1f, 0x2a, 0x3a];
  const light = async (scene: string, isHere: (x: number, y: number) => boolean) => {
    const { rgb, width, height } = await obs.picture(scene, 640, 360);
    let count = 0;
    for (let at = 0; at < width * height; at++) {
      if (rgb[at * 3]! > 200 && isHere(at % width / width, Math.floor(at / width) / height)) count++;
    }
    return count;
  };
  await until("the words", 3000, async () => await light("Lipcam", () => true) > 500);
  assertEquals(await light("Lipcam", (x, y) => y < 0.75 || y > 0.96 || x < 0.05 || x > 0.95), 0);
  assertGreater(
    await light("Lipcam be right back", (x, y) => Math.abs(x - 0.5) < 0.4 && Math.abs(y - 0.5) < 0.2),
    500,
  );
  assertEquals(await light("Lipcam be right back", (_x, y) => Math.abs(y - 0.5) > 0.2), 0);
  for (const scene of MADE) assertEquals(await obs.pixel(scene, 0.03, 0.03), background);
});

Deno.test("obs:setup --here adds to the collection in use; without it a recording OBS is left alone", async () => {
  if (skipWithout("OBS setup", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  const events = await Events.of(obs);
  await events.client.call("StartRecord");
  await events.told("RecordStateChanged", { outputState: "OBS_WEBSOCKET_OUTPUT_STARTED" }, 8000);
  const refused = await setup(room, obs);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /it records now, wanted it idle, or --here/);
  const here = await setup(room, obs, ["--here", "--json", "--background", "#ff8000"]);
  assertEquals(here.code, 0, here.stderr);
  assertEquals(JSON.parse(here.stdout).collection, "avatar");
  const { scenes, currentProgramSceneName } = await events.client.call("GetSceneList");
  assertEquals(currentProgramSceneName, "Scene", "what is on air stays");
  assertEquals(scenes.map(({ sceneName }) => String(sceneName)).sort(), [...MADE, "Scene"].sort());
  assertEquals(await obs.pixel("Lipcam", 0.5, 0.5), [0xff, 0x80, 0]);
  await events.client.call("StopRecord");
  await events.told("RecordStateChanged", { outputState: "OBS_WEBSOCKET_OUTPUT_STOPPED" }, 8000);
});

Deno.test("obs:setup finds OBS's own password on this machine, and tells a wrong one in one line", async () => {
  if (skipWithout("OBS setup", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  const own = {
    LIPCAM_OBS_PASSWORD: "",
    HOME: `${obs.folder}/home`,
    XDG_CONFIG_HOME: `${obs.folder}/home/.config`,
  };
  const found = await setup(room, obs, ["--json"], own);
  assertEquals(found.code, 0, found.stderr);
  const wrong = await setup(room, obs, [], { LIPCAM_OBS_PASSWORD: "wrong" });
  assertEquals(wrong.code, 2);
  assertMatch(
    wrong.stderr,
    /^(.*Download.*\n)*lipcam: OBS at ws:.* does not take this password, wanted the one of .*\n$/,
  );
  assert(!wrong.stderr.includes(obs.password));
  await obs.kill();
  const absent = await setup(room, obs);
  assertEquals(absent.code, 3);
  assertMatch(
    absent.stderr,
    /lipcam: OBS at ws:.* is not there \(connection refused\), wanted OBS with Tools/,
  );
});

Deno.test("the director keeps one avatar source, set to where the programme is", async () => {
  if (skipWithout("OBS setup", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start();
  const { client } = await Events.of(obs);
  await makeShow(client);
  const avatar = { feed: "auto", mediaUrl: `unix:${obs.folder}/feed.sock`, isMade: true } as const;
  const inputs = async () =>
    (await client.call("GetInputList")).inputs.map((input) => String(input.inputName));
  const input = async () =>
    (await client.call("GetInputSettings", { inputName: "Lipcam avatar" })).inputSettings.input;
  {
    await using directed = await new Directed(obs, { avatar }).connected();
    assertEquals(directed.director.state().avatarKind, "ffmpeg_source");
    assertEquals(await input(), avatar.mediaUrl);
  }
  const before = await inputs();
  const elsewhere = `unix:${obs.folder}/other.sock`;
  await client.call("SetInputSettings", { inputName: "Lipcam avatar", inputSettings: { input: elsewhere } });
  {
    using _other = Deno.listen({ transport: "unix", path: elsewhere.slice("unix:".length) });
    await using _directed = await new Directed(obs, { avatar: { ...avatar, isMade: false } }).connected();
    assertEquals(await input(), elsewhere, "another programme's is left alone");
  }
  {
    await using directed = await new Directed(obs, { avatar: { ...avatar, isMade: false } }).connected();
    assertEquals(await input(), avatar.mediaUrl, "a place that is gone is not");
    assertEquals(await inputs(), before);
    await client.call("RemoveScene", { sceneName: "Lipcam" });
    await until(
      "the scene to go",
      2000,
      () => directed.director.scenes().then(({ scenes }) => !scenes.includes("Lipcam")),
    );
  }
  await using again = await new Directed(obs, { avatar }).connected();
  assertEquals(again.director.state().avatarSource, "Lipcam avatar");
  assertEquals((await inputs()).filter((name) => name.startsWith("Lipcam avatar")).length, 1);
});

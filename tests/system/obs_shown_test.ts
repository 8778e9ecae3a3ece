/** The shipped feed and the shipped source, both real: what the running programme shows and says is in OBS. */
import { assert, assertEquals } from "@std/assert";
import type { OBSWebSocket } from "obs-websocket-js/json";
import { delay, withDeadline } from "../../src/time/mod.ts";
import { wavBytes } from "../fakes/wav.ts";
import { output } from "./flash_and_click.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { buildPlugin } from "./obs/plugin.ts";
import { ObsRoom } from "./obs/room.ts";

const SKIPPED = skipWithout("OBS tests", "obs", "Xvfb", "cmake", "cc", "ffmpeg");
const QUIET = ["--camera", "none", "--sound", "none", "--size", "640x360"];
const TONE_HZ = 660;

async function startObs(room: Room): Promise<ObsRoom> {
  return await ObsRoom.start({ plugin: await buildPlugin(), env: { XDG_RUNTIME_DIR: room.run } });
}

/** A scene of its own; the source finds the programme without being told where it is. */
async function addSource(client: OBSWebSocket, inputName: string, inputSettings = {}): Promise<void> {
  const sceneName = "Show";
  const { scenes } = await client.call("GetSceneList");
  if (!scenes.some((scene) => scene["sceneName"] === sceneName)) {
    await client.call("CreateScene", { sceneName });
    await client.call("SetCurrentProgramScene", { sceneName });
  }
  await client.call("CreateInput", { sceneName, inputName, inputKind: "lipcam_source", inputSettings });
}

async function record(client: OBSWebSocket, ms: number): Promise<string> {
  const stopped = Promise.withResolvers<string>();
  client.on("RecordStateChanged", ({ outputState, outputPath }) => {
    if (outputState === "OBS_WEBSOCKET_OUTPUT_STOPPED") stopped.resolve(outputPath);
  });
  await client.call("StartRecord");
  await delay(ms);
  await client.call("StopRecord");
  return await withDeadline(stopped.promise, 20_000, "ending OBS's recording");
}

/** Cycles a second in the loudest second of the sound. */
async function pitchOf(path: string): Promise<{ hz: number; peak: number }> {
  const bytes = await output(
    "ffmpeg",
    "-i",
    path,
    "-map",
    "0:a",
    "-af",
    "pan=mono|c0=c0",
    "-ar",
    "48000",
    "-f",
    "f32le",
    "-",
  );
  const samples = new Float32Array(bytes.slice().buffer);
  const first = samples.findIndex((sample) => Math.abs(sample) > 0.05);
  const part = samples.subarray(first + 4800, first + 4800 + 24_000);
  let crossings = 0;
  for (let i = 1; i < part.length; i++) if (part[i - 1]! < 0 && part[i]! >= 0) crossings++;
  return { hz: crossings * 2, peak: part.reduce((max, one) => Math.max(max, Math.abs(one)), 0) };
}

Deno.test("the programme is in OBS by a source that finds it by itself, and the hotkeys of OBS reach the programme", async () => {
  if (SKIPPED) return;
  using room = new Room();
  await using obs = await startObs(room);
  const client = await obs.connect();
  await addSource(client, "Host");
  await using live = await LiveProcess.start(room, [...QUIET, "--background", "#00c000"]);
  const [red, green, blue] = await until("the green background", 10_000, async () => {
    const [red, green, blue] = await obs.pixel("Host", 0.02, 0.02);
    return green > 150 && [red, green, blue];
  });
  assert(red! < 20 && Math.abs(green! - 192) < 10 && blue! < 20, `${red} ${green} ${blue}`);
  const [reader] = (await live.state()).obs.feed!.connected;
  assertEquals([reader?.kind, reader?.source, reader?.isActive, reader?.wantsMedia], [
    "plugin",
    "Host",
    true,
    true,
  ]);

  const hotkeys = (await client.call("GetHotkeyList")).hotkeys.filter((name) => name.startsWith("lipcam"));
  const panic = hotkeys.find((name) => name.includes("panic"))!;
  await client.call("TriggerHotkeyByName", { hotkeyName: panic });
  await live.reaches("panic by OBS's hotkey", 3000, ({ still }) => still.isPanic);
});

Deno.test("a second programme has a socket of its own; both are in one scene, and the tone is in the recording", async () => {
  if (SKIPPED) return;
  using room = new Room();
  const tone = Float32Array.from(
    { length: 48_000 * 8 },
    (_, i) => 0.3 * Math.sin(i * 2 * Math.PI * TONE_HZ / 48_000),
  );
  await Deno.writeFile(`${room.working}/tone.wav`, wavBytes(tone, 48_000));
  await using obs = await startObs(room);
  const client = await obs.connect();
  await using first = await LiveProcess.start(room, [...QUIET, "--background", "#00c000"]);
  await using second = await LiveProcess.start(room, [
    ...QUIET,
    "--background",
    "#c00000",
    "--audio",
    "tone.wav",
  ]);
  const socket = (await second.state()).obs.feed!.places.find(({ kind }) => kind === "plugin")!.path!;
  assert(socket.endsWith("/lipcam/obs-2.sock"), socket);
  assert(/another programme has the OBS socket .*obs\.sock/.test(second.stderr), second.stderr);
  await addSource(client, "One");
  await addSource(client, "Two", { socket });
  await until("both backgrounds", 10_000, async () => {
    const [one, two] = [await obs.pixel("One", 0.02, 0.02), await obs.pixel("Two", 0.02, 0.02)];
    return one[1] > 150 && one[0] < 30 && two[0] > 150 && two[1] < 30;
  });
  const { hz, peak } = await pitchOf(await record(client, 3000));
  assert(Math.abs(hz - TONE_HZ) <= 2, `${hz} Hz`);
  assert(Math.abs(peak - 0.3) < 0.05, `peak ${peak}`);
  assert(!first.isOver);
});

Deno.test("a transparent avatar stands before what OBS has behind it", async () => {
  if (SKIPPED) return;
  using room = new Room();
  await using obs = await startObs(room);
  const client = await obs.connect();
  await addSource(client, "Host");
  const blue = { color: 0xffff0000, width: 640, height: 360 };
  const behind = {
    sceneName: "Show",
    inputName: "Behind",
    inputKind: "color_source_v3",
    inputSettings: blue,
  };
  const { sceneItemId } = await client.call("CreateInput", behind);
  await client.call("SetSceneItemIndex", { sceneName: "Show", sceneItemId, sceneItemIndex: 0 });
  await using _live = await LiveProcess.start(room, [...QUIET, "--background", "transparent"]);
  await until("the avatar before the blue", 10_000, async () => {
    const [corner, middle] = [await obs.pixel("Show", 0.02, 0.02), await obs.pixel("Show", 0.5, 0.5)];
    return corner[2] > 240 && corner[0] < 15 && middle[0] > 60;
  });
});

Deno.test("--camera obs without a camera for OBS: one line says what is missing, and the rest runs", async () => {
  if (SKIPPED) return;
  using room = new Room();
  await using obs = await startObs(room);
  const flags = [...QUIET.slice(2), "--camera", "obs", "--obs-url", obs.url];
  await using live = await LiveProcess.start(room, flags, { env: { LIPCAM_OBS_PASSWORD: obs.password } });
  await live.said(/starting OBS's virtual camera: .*wanted .*OBS Virtual Camera/, 10_000);
  const state = await live.reaches("the source in OBS", 5000, ({ obs }) => obs.director?.avatarSource !== "");
  assertEquals(state.camera.state, "waiting");
  assertEquals(state.obs.director?.avatarKind, "lipcam_source");
  await live.reaches("the source reading", 5000, ({ obs }) => obs.feed?.readers === 1);
});

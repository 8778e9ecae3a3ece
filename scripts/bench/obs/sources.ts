/** Sources of OBS that read the feed, as the director makes them. In: where the feed is. Out: settings for CreateInput. */
import { mediaSettings, type OpenedPlace } from "../../../src/obs/mod.ts";
import { delay } from "../../../src/time/mod.ts";
import type { ObsRoom } from "../../../tests/system/obs/room.ts";

export type SourceKind = OpenedPlace["kind"];
export const SOURCE = "avatar";
export const SCENE = "Bench";

const GONE_MS = 300;

/** Takes it away again; OBS lets go of it in its own time. */
export async function removeSource(client: Awaited<ReturnType<typeof showSource>>): Promise<void> {
  await client.call("RemoveInput", { inputName: SOURCE });
  await client.disconnect();
  await delay(GONE_MS);
}

/** Makes a scene with one such source, filling it, and shows it. Answers the client that did so. */
export async function showSource(obs: ObsRoom, { kind, url, path }: OpenedPlace) {
  const client = await obs.connect();
  const { scenes } = await client.call("GetSceneList");
  if (!scenes.some(({ sceneName }) => sceneName === SCENE)) {
    await client.call("CreateScene", { sceneName: SCENE });
  }
  await client.call("SetCurrentProgramScene", { sceneName: SCENE });
  const inputSettings = kind === "plugin" ? { socket: path! } : mediaSettings(url);
  const inputKind = kind === "plugin" ? "lipcam_source" : "ffmpeg_source";
  await client.call("CreateInput", { sceneName: SCENE, inputName: SOURCE, inputKind, inputSettings });
  return client;
}

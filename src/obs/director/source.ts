/**
 * The source that shows the avatar in OBS: ours where the plugin is installed, else OBS's media source. In: where the
 * programme offers its picture and sound. Out: one source with the right settings, in the avatar's scene; never a second.
 *
 * What a person placed or scaled stays; only settings that decide whether anything is shown are set.
 */
import { Fault } from "../../errors/mod.ts";
import { refusal } from "./desired.ts";
import { fitting } from "./layout.ts";
import type { Answer, Obs } from "./line.ts";
import type { JsonObject } from "./script.ts";
import { isWithin } from "./wants.ts";

/** What the source is called where we make it. */
const AVATAR_SOURCE = "Lipcam avatar";
const OUR_KIND = "lipcam_source";
const MEDIA_KIND = "ffmpeg_source";

export interface AvatarPlace {
  /** Which source: "auto" takes ours where OBS has it. */
  readonly feed: "auto" | "plugin" | "media";
  /** Of our source: the socket it connects to. */
  readonly socket?: string | undefined;
  /** Of the media source: "unix:/run/user/1000/lipcam/obs-feed.sock", "tcp://127.0.0.1:8012". */
  readonly mediaUrl?: string | undefined;
}

export interface AvatarSource {
  readonly name: string;
  readonly kind: string;
  readonly isMade: boolean;
  readonly isMended: boolean;
  readonly isPlaced: boolean;
}

/**
 * Settings that were measured best (deno task bench:obs): p50 83 ms from a unit's handing over to its being seen. With the
 * smaller probe that is often advised it takes one or two frames more.
 */
export function mediaSettings(url: string): JsonObject {
  return {
    is_local_file: false,
    input: url,
    input_format: "matroska",
    buffering_mb: 0,
    reconnect_delay_sec: 1,
    ffmpeg_options: "fflags=nobuffer probesize=2000000 analyzeduration=0 fpsprobesize=0",
    close_when_inactive: false,
    restart_on_activate: false,
    clear_on_media_end: false,
    hw_decode: false,
    seekable: false,
  };
}

/** The avatar's source as it is; undefined where there is none. */
export async function findAvatarSource(obs: Obs, name = AVATAR_SOURCE): Promise<string | undefined> {
  const inputs = done("GetInputList", await obs.ask("GetInputList", {})).inputs;
  const found = inputs.find((input) => input.inputName === name) ??
    inputs.find((input) => input.inputKind === OUR_KIND);
  return found === undefined ? undefined : String(found.inputName);
}

/** Whether the source shows another programme of this machine: the socket it is set to is not ours, and is there. */
export async function isAnothers(obs: Obs, name: string, place: AvatarPlace): Promise<boolean> {
  const { inputSettings } = done(
    "GetInputSettings",
    await obs.ask("GetInputSettings", { inputName: name }),
  );
  const { socket, input } = inputSettings;
  const path = typeof socket === "string" ? socket : String(input ?? "").replace(/^unix:/, "");
  if (!path.startsWith("/") || path === place.socket || `unix:${path}` === place.mediaUrl) return false;
  try {
    return Deno.statSync(path).isSocket === true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/** Sets what differs in a source that is there. Answers whether anything did. */
export async function mendAvatarSource(obs: Obs, name: string, place: AvatarPlace): Promise<boolean> {
  const { inputSettings, inputKind } = done(
    "GetInputSettings",
    await obs.ask("GetInputSettings", { inputName: name }),
  );
  const wanted = wantedSettings(inputKind, place);
  if (wanted === undefined) {
    throw new Fault(
      `the source "${name}" in OBS is of the kind ${inputKind}, wanted ${
        kindNames(place)
      }; rename or remove it`,
      { code: "obs_other_source" },
    );
  }
  const { defaultInputSettings } = done(
    "GetInputDefaultSettings",
    await obs.ask("GetInputDefaultSettings", { inputKind }),
  );
  if (isWithin(wanted, { ...defaultInputSettings, ...inputSettings })) return false;
  done(
    "SetInputSettings",
    await obs.ask("SetInputSettings", { inputName: name, inputSettings: wanted, overlay: true }),
  );
  return true;
}

/**
 * Makes sure that `scene`, which must be there, holds the avatar's source. Rejects with Fault obs_no_plugin,
 * obs_no_feed or obs_other_source.
 */
export async function ensureAvatarSource(
  obs: Obs,
  scene: string,
  place: AvatarPlace,
): Promise<AvatarSource> {
  const { inputKinds } = done("GetInputKindList", await obs.ask("GetInputKindList", {}));
  const name = await findAvatarSource(obs);
  const there = name === undefined ? undefined : await obs.ask("GetInputSettings", { inputName: name });
  // a source whose last scene was just removed is listed for a moment longer
  if (name !== undefined && there?.isDone) {
    const isMended = await mendAvatarSource(obs, name, place);
    const isPlaced = await putInto(obs, scene, name);
    return { name, kind: there.data.inputKind, isMade: false, isMended, isPlaced };
  }
  const kind = chooseKind(inputKinds, place);
  const inputSettings = wantedSettings(kind, place);
  if (inputSettings === undefined) {
    throw new Fault(
      "showing the avatar in OBS: the programme offers no picture for it, wanted the setting obs.serve",
      { code: "obs_no_feed" },
    );
  }
  const made = await obs.ask("CreateInput", {
    sceneName: scene,
    inputName: AVATAR_SOURCE,
    inputKind: kind,
    inputSettings,
  });
  await fitToCanvas(obs, scene, done("CreateInput", made).sceneItemId);
  return { name: AVATAR_SOURCE, kind, isMade: true, isMended: false, isPlaced: true };
}

function chooseKind(kinds: readonly string[], { feed }: AvatarPlace): string {
  const hasPlugin = kinds.includes(OUR_KIND);
  if (feed === "plugin" && !hasPlugin) {
    throw new Fault(
      "showing the avatar in OBS: this OBS has no source Lipcam, wanted the plugin: deno task obs:install, then restart OBS",
      { code: "obs_no_plugin" },
    );
  }
  return hasPlugin && feed !== "media" ? OUR_KIND : MEDIA_KIND;
}

/** Undefined where a source of this kind could not show us. */
function wantedSettings(kind: string, { feed, socket, mediaUrl }: AvatarPlace): JsonObject | undefined {
  if (kind === OUR_KIND && feed !== "media") return socket === undefined ? {} : { socket };
  if (kind === MEDIA_KIND && feed !== "plugin" && mediaUrl !== undefined) return mediaSettings(mediaUrl);
  return undefined;
}

function kindNames({ feed }: AvatarPlace): string {
  if (feed === "plugin") return OUR_KIND;
  return feed === "media" ? MEDIA_KIND : `${OUR_KIND} or ${MEDIA_KIND}`;
}

/** Answers whether it had to be put there. */
async function putInto(obs: Obs, sceneName: string, sourceName: string): Promise<boolean> {
  const there = await obs.ask("GetSceneItemId", { sceneName, sourceName });
  if (there.isDone) return false;
  const made = done("CreateSceneItem", await obs.ask("CreateSceneItem", { sceneName, sourceName }));
  await fitToCanvas(obs, sceneName, made.sceneItemId);
  return true;
}

async function fitToCanvas(obs: Obs, sceneName: string, sceneItemId: number): Promise<void> {
  const { baseWidth, baseHeight } = done("GetVideoSettings", await obs.ask("GetVideoSettings"));
  const sceneItemTransform = fitting({ width: baseWidth, height: baseHeight });
  done(
    "SetSceneItemTransform",
    await obs.ask("SetSceneItemTransform", { sceneName, sceneItemId, sceneItemTransform }),
  );
}

/** The data of an answer; throws a Fault for a refusal. */
export function done<T>(request: string, answer: Answer<T>): T {
  if (answer.isDone) return answer.data;
  throw new Fault(refusal(request, answer), { code: "obs_refused" });
}

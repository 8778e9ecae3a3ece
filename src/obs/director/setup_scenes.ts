/**
 * The scenes that obs:setup makes and what lies in them. In: OBS as it is. Out: what was missing, made; what is there stays
 * as a person has it, but for the avatar's source, which is set to where the programme is.
 */
import type { Inventory } from "./inventory.ts";
import * as layout from "./layout.ts";
import type { Obs } from "./line.ts";
import type { JsonObject } from "./script.ts";
import { type AvatarPlace, done, ensureAvatarSource } from "./source.ts";
import { noteCamera } from "./real_camera.ts";

export interface SceneNames {
  readonly avatar: string;
  readonly camera: string;
  readonly brb: string;
}

export interface SetupScenes {
  readonly scenes: SceneNames;
  /** The name of the subtitles' text source. */
  readonly subtitles: string;
  readonly avatar: AvatarPlace;
  /** "#rrggbb", or the path of a picture as OBS sees it. Default: a dark blue-grey. */
  readonly background?: string | undefined;
}

/** What was done, in the order in which it was. */
export interface Made {
  readonly made: string[];
  readonly mended: string[];
  /** What a person should know. */
  readonly notes: string[];
}

const BACKGROUND = "Lipcam background";
const HEADLINE = "Lipcam headline";
const CAMERA = "Lipcam real camera";
const HEADLINE_TEXT = "Be right back";

const TEXT_KINDS = ["text_ft2_source_v2", "text_gdiplus_v3", "text_gdiplus_v2"];
const COLOUR_KINDS = ["color_source_v3", "color_source_v2", "color_source"];
const CAMERA_KINDS = ["v4l2_input", "dshow_input", "macos-avcapture", "av_capture_input"];

interface Part {
  readonly name: string;
  readonly kind: string | undefined;
  readonly settings: JsonObject;
  readonly place: JsonObject;
}

/** Rejects with a Fault where OBS refuses; what was made until then stays and is found the next time. */
export async function makeScenes(obs: Obs, inventory: Inventory, wanted: SetupScenes): Promise<Made> {
  const { inputKinds } = done("GetInputKindList", await obs.ask("GetInputKindList", {}));
  const video = done("GetVideoSettings", await obs.ask("GetVideoSettings"));
  const canvas = { width: video.baseWidth, height: video.baseHeight };
  const kindOf = (kinds: readonly string[]) => kinds.find((kind) => inputKinds.includes(kind));
  const textKind = kindOf(TEXT_KINDS);
  const { background } = wanted;
  const isPicture = background !== undefined && !background.startsWith("#");
  const behind: Part = {
    name: BACKGROUND,
    kind: isPicture ? "image_source" : kindOf(COLOUR_KINDS),
    settings: isPicture ? { file: background } : layout.colourSettings(canvas, background),
    place: layout.covering(canvas),
  };
  const subtitles: Part = {
    name: wanted.subtitles,
    kind: textKind,
    settings: layout.subtitleSettings(textKind ?? "", canvas),
    place: layout.subtitlePlace(canvas),
  };
  const headline: Part = {
    name: HEADLINE,
    kind: textKind,
    settings: layout.headlineSettings(textKind ?? "", canvas, HEADLINE_TEXT),
    place: layout.headlinePlace(canvas),
  };
  const camera: Part = {
    name: CAMERA,
    kind: kindOf(CAMERA_KINDS),
    settings: {},
    place: layout.fitting(canvas),
  };
  const made: Made = { made: [], mended: [], notes: [] };
  const maker = new Maker(obs, inventory, made);
  const { scenes } = wanted;
  // the last one made is first in OBS's list
  for (const scene of [scenes.avatar, scenes.brb, scenes.camera]) await maker.scene(scene);
  await maker.part(scenes.avatar, behind);
  await maker.avatar(scenes.avatar, wanted.avatar);
  await maker.part(scenes.avatar, subtitles);
  await maker.part(scenes.brb, behind);
  await maker.part(scenes.brb, headline);
  await maker.part(scenes.camera, behind);
  await maker.part(scenes.camera, camera);
  if (made.made.includes(CAMERA)) made.notes.push(...await noteCamera(obs, CAMERA, camera.kind!));
  return made;
}

/** Makes what is missing, bottom up: a new item lies on top of those that are there. */
class Maker {
  readonly #obs: Obs;
  readonly #inventory: Inventory;
  readonly #made: Made;

  constructor(obs: Obs, inventory: Inventory, made: Made) {
    this.#obs = obs;
    this.#inventory = inventory;
    this.#made = made;
  }

  async scene(sceneName: string): Promise<void> {
    if (this.#inventory.scenes.has(sceneName)) return;
    done("CreateScene", await this.#obs.ask("CreateScene", { sceneName }));
    this.#inventory.hear({ type: "SceneCreated", data: { sceneName } });
    this.#made.made.push(sceneName);
  }

  async part(sceneName: string, { name, kind, settings, place }: Part): Promise<void> {
    const inventory = this.#inventory;
    if (inventory.itemIds(sceneName, name).length > 0) return;
    if (kind === undefined) {
      const says = `"${name}" is left out: this OBS has no kind of source for it`;
      if (!this.#made.notes.includes(says)) this.#made.notes.push(says);
      return;
    }
    const isThere = inventory.hasSource(name);
    const { sceneItemId } = isThere
      ? done(
        "CreateSceneItem",
        await this.#obs.ask("CreateSceneItem", { sceneName, sourceName: name }),
      )
      : done(
        "CreateInput",
        await this.#obs.ask("CreateInput", {
          sceneName,
          inputName: name,
          inputKind: kind,
          inputSettings: settings,
        }),
      );
    const data = { sceneName, sceneItemId, sourceName: name };
    if (!isThere) inventory.hear({ type: "InputCreated", data: { inputName: name, inputKind: kind } });
    inventory.hear({ type: "SceneItemCreated", data });
    done(
      "SetSceneItemTransform",
      await this.#obs.ask("SetSceneItemTransform", { sceneName, sceneItemId, sceneItemTransform: place }),
    );
    this.#made.made.push(isThere ? `${name} in ${sceneName}` : name);
  }

  async avatar(sceneName: string, place: AvatarPlace): Promise<void> {
    const source = await ensureAvatarSource(this.#obs, sceneName, place);
    if (source.isMade) this.#made.made.push(source.name);
    else if (source.isPlaced) this.#made.made.push(`${source.name} in ${sceneName}`);
    if (source.isMended) this.#made.mended.push(source.name);
    if (source.kind === "ffmpeg_source" && (source.isMade || source.isMended)) {
      this.#made.notes.push(
        "the avatar comes by OBS's media source, about 0.1 s late; deno task obs:install brings the faster source",
      );
    }
  }
}

/**
 * A director beside a real OBS with a small show in it, for the tests: what it was told, what it wished, what OBS did.
 *
 * Scenes Lipcam (Lower third, logo with the filter Glow, Music, Status, Lipcam subtitles), Product (logo), Interview,
 * BRB and Camera. `events` is a client of its own: what OBS tells everybody, in order.
 */
import type { OBSWebSocket } from "obs-websocket-js/json";
import { Director, type DirectorOptions, type DirectorState, type Wish } from "../../../src/obs/mod.ts";
import { MonotonicClock } from "../../../src/time/mod.ts";
import { until } from "../live_process.ts";
import type { ObsRoom } from "./room.ts";

export const SCENES = ["Lipcam", "Product", "Interview", "BRB", "Camera"] as const;
const WHITE = 0xffffffff;

export async function makeShow(client: OBSWebSocket): Promise<void> {
  for (const sceneName of SCENES) await client.call("CreateScene", { sceneName });
  const make = (inputName: string, inputKind: string, inputSettings = {}, sceneName = "Lipcam") =>
    client.call("CreateInput", { sceneName, inputName, inputKind, inputSettings });
  const colour = { color: WHITE, width: 100, height: 50 };
  await make("Lower third", "color_source_v3", colour);
  await make("logo", "color_source_v3", colour);
  await make("Music", "ffmpeg_source", { local_file: "" });
  await make("Status", "text_ft2_source_v2", { text: "all well" });
  await make("Lipcam subtitles", "text_ft2_source_v2", { text: "" });
  await client.call("CreateSceneItem", { sceneName: "Product", sourceName: "logo" });
  await client.call("CreateSourceFilter", {
    sourceName: "logo",
    filterName: "Glow",
    filterKind: "color_filter_v2",
    filterSettings: { brightness: 0 },
  });
  await make("brb colour", "color_source_v3", { color: 0xff0000ff, width: 640, height: 360 }, "BRB");
  await client.call("SetCurrentProgramScene", { sceneName: "Lipcam" });
}

export interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class Directed implements AsyncDisposable {
  readonly wishes: Wish[] = [];
  readonly notes: string[] = [];
  readonly warnings: string[] = [];
  readonly director: Director;

  constructor(
    obs: { readonly url: string; readonly password: string },
    options: Partial<DirectorOptions> = {},
  ) {
    this.director = new Director({
      url: obs.url,
      password: () => obs.password,
      clock: new MonotonicClock(),
      random: () => 0.5,
      told: { note: (line) => this.notes.push(line), warn: (line) => this.warnings.push(line) },
      rules: [],
      reactions: [],
      scenes: { avatar: "Lipcam", camera: "Camera", brb: "BRB" },
      panic: "brb",
      subtitles: "Lipcam subtitles",
      onWish: (wish) => this.wishes.push(wish),
      ...options,
    });
  }

  /** Waits until it is connected. */
  async connected(): Promise<this> {
    await this.reaches("connected", (state) => state.state === "connected");
    return this;
  }

  async reaches(
    what: string,
    isWanted: (state: DirectorState) => boolean,
    msMax = 10_000,
  ): Promise<DirectorState> {
    return await until(what, msMax, () => {
      const state = this.director.state();
      return isWanted(state) && state;
    }).catch((error) => {
      const said = [...this.notes, ...this.warnings].join("; ");
      throw new Error(`${error.message}; state ${JSON.stringify(this.director.state())}; it said: ${said}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.director[Symbol.asyncDispose]();
  }
}

const EVENTS = [
  ...["CurrentProgramSceneChanged", "SceneItemEnableStateChanged", "InputMuteStateChanged"] as const,
  ...["SourceFilterEnableStateChanged", "CurrentSceneTransitionChanged", "RecordStateChanged"] as const,
  ...["CurrentSceneTransitionDurationChanged", "StreamStateChanged", "StudioModeStateChanged"] as const,
  ...["SceneCreated", "InputCreated", "SceneItemCreated", "ScreenshotSaved", "InputRemoved"] as const,
  ...["SourceFilterSettingsChanged", "SceneTransitionEnded", "VirtualcamStateChanged"] as const,
];

/** What OBS tells everybody who listens. */
export class Events {
  readonly all: Told[] = [];
  readonly client: OBSWebSocket;

  static async of(obs: ObsRoom): Promise<Events> {
    return new Events(await obs.connect());
  }

  private constructor(client: OBSWebSocket) {
    this.client = client;
    for (const type of EVENTS) {
      client.on(type, (data: unknown) => this.all.push({ type, data: (data ?? {}) as Told["data"] }));
    }
  }

  clear(): void {
    this.all.length = 0;
  }

  /** Waits for an event with these fields and answers it. */
  async told(type: (typeof EVENTS)[number], fields: Told["data"] = {}, msMax = 3000): Promise<Told> {
    const isIt = (event: Told) =>
      event.type === type && Object.entries(fields).every(([name, value]) => event.data[name] === value);
    return await until(`${type} ${JSON.stringify(fields)}`, msMax, () => this.all.find(isIt), 5).catch(
      (error) => {
        throw new Error(`${error.message}; OBS told ${JSON.stringify(this.all.slice(-20))}`);
      },
    );
  }
}

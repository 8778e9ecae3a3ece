/** The settings files of OBS 29 that let it start without asking anything: global.ini and one profile, "avatar". */
export interface ObsSettings {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Folder that recordings go to. */
  readonly recordings: string;
  readonly port: number;
  readonly password: string;
}

/** 29.0.2: an older number makes OBS tell what is new. */
const LAST_VERSION = 486539266;

type Ini = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** Writes below `folder`, OBS's own settings folder. */
export function writeSettings(folder: string, settings: ObsSettings): void {
  const { width, height, fps, recordings, port, password } = settings;
  const profile = `${folder}/basic/profiles/avatar`;
  for (const path of [profile, `${folder}/basic/scenes`]) Deno.mkdirSync(path, { recursive: true });
  write(`${folder}/global.ini`, {
    General: {
      "Pre19Defaults": false,
      "Pre21Defaults": false,
      "Pre23Defaults": false,
      "Pre24.1Defaults": false,
      FirstRun: true,
      LastVersion: LAST_VERSION,
      EnableAutoUpdates: false,
      ConfirmOnExit: false,
    },
    BasicWindow: { ShowTray: true, SysTrayEnabled: true, SysTrayWhenStarted: true, PreviewEnabled: false },
    Basic: {
      Profile: "avatar",
      ProfileDir: "avatar",
      SceneCollection: "avatar",
      SceneCollectionFile: "avatar",
      ConfigOnNewProfile: false,
    },
    OBSWebSocket: {
      FirstLoad: false,
      ServerEnabled: true,
      ServerPort: port,
      AlertsEnabled: false,
      AuthRequired: true,
      ServerPassword: password,
    },
  });
  write(`${profile}/basic.ini`, {
    General: { Name: "avatar" },
    Video: {
      BaseCX: width,
      BaseCY: height,
      OutputCX: width,
      OutputCY: height,
      FPSType: 2,
      FPSNum: fps,
      FPSDen: 1,
      FPSCommon: fps,
      ColorFormat: "NV12",
      ColorSpace: 709,
      ColorRange: "Partial",
    },
    Audio: { SampleRate: 48_000, ChannelSetup: "Stereo" },
    Output: { Mode: "Simple" },
    SimpleOutput: {
      FilePath: recordings,
      RecFormat: "mkv",
      RecQuality: "Small",
      RecEncoder: "x264",
      VBitrate: 1500,
    },
  });
}

function write(path: string, ini: Ini): void {
  const sections = Object.entries(ini).map(([name, values]) =>
    [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ""].join("\n")
  );
  Deno.writeTextFileSync(path, sections.join("\n"));
}

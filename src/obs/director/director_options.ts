/** What the director is given and what it tells about itself. Types only. */
import type { Clock } from "../../time/mod.ts";
import type { Reaction, Rule, Wish } from "./script.ts";
import type { SessionState, Told } from "./session.ts";
import type { AvatarPlace } from "./source.ts";
import type { CameraNode } from "./virtual_camera.ts";

export interface DirectorOptions {
  /** ws://127.0.0.1:4455 */
  readonly url: string;
  /** Asked before every attempt; findPassword says where from. */
  readonly password: () => string | undefined;
  readonly clock: Clock;
  /** 0..1, for the jitter of pauses. */
  readonly random: () => number;
  /** Lines for the log; nothing is repeated within a minute. */
  readonly told: Told;
  readonly rules: readonly Rule[];
  readonly reactions: readonly Reaction[];
  readonly scenes: { readonly avatar: string; readonly camera: string; readonly brb: string };
  /** Where panic goes. */
  readonly panic: "brb" | "camera";
  /** The text source of the subtitles. */
  readonly subtitles: string;
  /** Returns at once. */
  readonly onWish: (wish: Wish) => void;
  /**
   * Where the programme offers itself to OBS: after each connect the avatar's source, where there is one, is set to it.
   * `isMade`: scene and source are made where they are missing.
   */
  readonly avatar?: AvatarPlace & { readonly isMade: boolean };
  /** src/camera's listCameras, where OBS is on this machine. */
  readonly cameraNodes?: () => readonly CameraNode[];
  /** For tests: default 5 s and 0.5..10 s. */
  readonly timing?: { readonly answerMsMax?: number; readonly pauseMs?: readonly [number, number] };
}

export interface Scenes {
  readonly scenes: readonly string[];
  readonly current: string;
}

export interface DirectorState extends SessionState {
  /** On air; "" where OBS is not connected. */
  readonly scene: string;
  readonly isStreaming: boolean;
  readonly isRecording: boolean;
  readonly isVirtualCameraOn: boolean;
  readonly isPanicking: boolean;
  /** "" where we made or found none. */
  readonly avatarSource: string;
  /** "lipcam_source" with the plugin, else "ffmpeg_source". */
  readonly avatarKind: string;
  /** One line for each name in the rules that OBS does not have. */
  readonly problems: readonly string[];
  /** Texts that a newer one replaced before they went out. */
  readonly skippedSubtitles: number;
  /** Occasions given up because OBS was too slow. */
  readonly lostOccasions: number;
}

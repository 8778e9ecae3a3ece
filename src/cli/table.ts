/** The commands by name, each with its one line; a command's own file is loaded only when it is needed. */
import type { Command } from "./command.ts";

export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** The file exports the command as `command`. */
  load(): Promise<{ readonly command: Command }>;
}

export const TABLE: readonly Entry[] = [
  {
    name: "live",
    summary: "speak text, files or what is typed, on the camera and the speakers",
    load: () => import("./live.ts"),
  },
  {
    name: "render",
    summary: "make a video file from text or sound, as fast as the machine can",
    load: () => import("./render.ts"),
  },
  {
    name: "visemes",
    summary: "print visemes and mouth parameters for every 20 ms of a recording",
    load: () => import("./visemes.ts"),
  },
  { name: "say", summary: "give the running programme something to say", load: () => import("./say.ts") },
  {
    name: "act",
    summary: "show an expression, or nod, shake, tilt or wink",
    load: () => import("./act.ts"),
  },
  { name: "show", summary: "show another avatar in the running programme", load: () => import("./show.ts") },
  { name: "interrupt", summary: "cut off what is being said", load: () => import("./interrupt.ts") },
  {
    name: "hold",
    summary: "hold the avatar still and silent, or let it go on",
    load: () => import("./hold.ts"),
  },
  {
    name: "panic",
    summary: "hold the avatar still and have OBS show another scene, or return",
    load: () => import("./panic.ts"),
  },
  {
    name: "scene",
    summary: "have OBS show another scene, or list its scenes",
    load: () => import("./scene.ts"),
  },
  {
    name: "obs:setup",
    summary: "make scenes for the avatar in a running OBS",
    load: () => import("./obs_setup.ts"),
  },
  { name: "state", summary: "show what the running programme does", load: () => import("./state.ts") },
  {
    name: "page",
    summary: "a link that opens the running avatar's page in a browser",
    load: () => import("./page.ts"),
  },
  { name: "stop", summary: "end the running programme", load: () => import("./stop.ts") },
  {
    name: "prepare",
    summary: "make an avatar of a portrait photo, or of a clip of a person",
    load: () => import("./prepare.ts"),
  },
  { name: "devices", summary: "list cameras and sound devices", load: () => import("./devices.ts") },
  { name: "avatars", summary: "list the avatars that can be shown", load: () => import("./avatars.ts") },
  {
    name: "engines",
    summary: "list what can move the lips, and what computes it",
    load: () => import("./engines.ts"),
  },
  { name: "voices", summary: "list the voices that speak text", load: () => import("./voices.ts") },
  {
    name: "doctor",
    summary: "say what is wrong with this machine and how to mend it",
    load: () => import("./doctor.ts"),
  },
  {
    name: "config",
    summary: "print the settings in force and where each comes from",
    load: () => import("./config.ts"),
  },
];

/** The groups of settings: voice engine, video engine, playback, OBS, WebRTC, TLS. */
import { z } from "zod";
import type { Reaction, Rule } from "../obs/mod.ts";
import { choice, note, rules, text, whole } from "./setting.ts";

/** The names that src/model knows (a test compares them): every command loads this file, so it does not load that. */
const PROVIDERS = ["auto", "cuda", "tensorrt", "dml", "coreml", "webgpu", "cpu"] as const;

/** Longest path of a socket on Linux and macOS, without the byte that ends it; macOS takes 4 less. */
const OBS_SOCKET_LENGTH_MAX = 103;

export const textToSpeech = z.strictObject({
  engine: choice(["espeak", "command"], "espeak", "what speaks text: the built-in espeak-ng or a command"),
  command: note(
    z.array(z.string().min(1)).default([]),
    "program that reads text on stdin and writes sound, for engine command",
    'a list of words such as ["piper", "--model", "en.onnx", "--output_file", "-"]',
  ),
  output: note(
    z.string().regex(/^(wav|s16le@[1-9]\d{3,5})$/).default("wav"),
    "what that command writes: wav, or raw 16-bit mono with its rate",
    '"wav" or such as "s16le@22050"',
  ),
  deadlineMs: whole(100, 600_000, 10_000, "longest wait for one segment of speech"),
});

/** As RFC 7064 and 7065 write them; before the address what browsers take beside it. */
const ICE_SERVER = /^(stuns?:|turns?:[^:@\s]+:[^@\s]+@)[\w.-]+(:\d{1,5})?(\?transport=(udp|tcp))?$/;

function isPortRange(text: string): boolean {
  if (text === "any") return true;
  const [first, last] = text.split("-").map(Number);
  return first! <= 65_535 && (last === undefined || (first! <= last && last <= 65_535));
}

/** More than the playback buffer can hold: src/sound/playback_buffer.ts refuses it too. */
const WATER_MS_MAX = 2000;

export const neural = z.strictObject({
  model: note(
    z.string().min(1).optional(),
    "model folder of the video engine; default the first of its family",
    "the name of a model folder",
  ),
  provider: choice(PROVIDERS, "auto", "what computes the video engine"),
  threads: whole(
    0,
    64,
    0,
    "threads of the video engine on the processor; 0 takes one less than there are cores",
  ),
  leadMsMax: whole(80, 1000, 400, "most that is rendered ahead of what is shown"),
});

export const playback = z.strictObject({
  preBufferMs: whole(
    0,
    WATER_MS_MAX,
    80,
    "speech held ready before an utterance starts; grows where a voice is slow",
  ),
  lowWaterMs: whole(
    0,
    WATER_MS_MAX,
    20,
    "depth of the playback buffer aimed at while the device never runs dry",
  ),
  highWaterMs: whole(
    0,
    WATER_MS_MAX,
    160,
    "greatest depth aimed at where the device runs dry; it may hold more",
  ),
});

export const obs = z.strictObject({
  serve: note(
    z.boolean().default(true),
    "offer picture and sound to OBS: its source Lipcam, or a media source",
    "true or false",
  ),
  socket: note(
    z.string().min(1).max(OBS_SOCKET_LENGTH_MAX).optional(),
    "socket that OBS's source Lipcam connects to; default obs.sock in the run-time folder",
    `a file name of at most ${OBS_SOCKET_LENGTH_MAX} characters`,
    true,
  ),
  mediaPort: whole(
    0,
    65_535,
    0,
    "port for OBS's media source; 0 takes a socket, on Windows a free port",
  ),
  connect: note(
    z.boolean().default(false),
    "steer OBS through its websocket: cues, rules, panic, subtitles",
    "true or false",
  ),
  url: note(
    z.string().regex(/^wss?:\/\/[^\s/]+(\/\S*)?$/).refine((url) => URL.canParse(url)).default(
      "ws://127.0.0.1:4455",
    ),
    "where OBS's websocket is",
    'such as "ws://127.0.0.1:4455"',
  ),
  passwordFile: note(
    z.string().min(1).optional(),
    "file with the websocket's password; LIPCAM_OBS_PASSWORD is asked first",
    "a file name",
    true,
  ),
  feed: choice(
    ["auto", "plugin", "media"],
    "auto",
    "what shows the avatar in OBS: the source Lipcam, a media source, or what is there",
  ),
  subtitles: text(
    "Lipcam subtitles",
    "text source that shows the words as they are spoken",
    "a source's name",
  ),
  scenes: z.strictObject({
    avatar: text("Lipcam", "scene that holds the avatar", "a scene's name"),
    brb: text("Lipcam be right back", "scene that panic switches to", "a scene's name"),
    camera: text("Lipcam camera", "scene that holds the real camera", "a scene's name"),
  }).prefault({}),
  panic: choice(["brb", "camera"], "brb", "which of those scenes panic switches to"),
  rules: rules<Rule>("what OBS does when the avatar speaks, acts or meets a cue"),
  reactions: rules<Reaction>("what the avatar does when something happens in OBS"),
});

export const webrtc = z.strictObject({
  peersMax: whole(1, 32, 4, "viewers of the preview at the same time"),
  ports: note(
    z.string().regex(/^(any|[1-9]\d{0,4}(-[1-9]\d{0,4})?)$/).refine(isPortRange).default("8110-8141"),
    "UDP ports of the preview: one for all, a range with one a viewer and address, or any",
    'such as "8110-8141", "8110" or "any"',
  ),
  interface: note(
    z.string().min(1).optional(),
    "address or network interface of the preview; default this machine only",
    "an address of this machine or the name of an interface",
  ),
  publicAddress: note(
    z.union([z.ipv4(), z.ipv6()]).optional(),
    "address that viewers are told in place of our own: behind a NAT, in a container",
    "an IP address",
  ),
  iceServers: note(
    z.array(z.string().regex(ICE_SERVER)).default([]),
    "STUN and TURN servers",
    'a list of such as "stun:stun.example.org:3478" or "turn:user:password@turn.example.org:3478"',
  ),
  kilobits: whole(100, 20_000, 2000, "kilobits a second of the best picture, at 1280x720 and 25 frames"),
});

/**
 * The whole configuration: one schema with the default and one line of explanation for every setting.
 *
 * In: plain data put together by config_load.ts. Out: a frozen, typed value that everything inside trusts. Lengths
 * of time are milliseconds and say so in their names.
 */
import { z } from "zod";
import { neural, obs, playback, textToSpeech, webrtc } from "./config_groups.ts";
import { choice, folders, note, NOTES, side, text, whole } from "./setting.ts";
import { EXPRESSION_NAMES } from "../text/mod.ts";
import { FRAME_RATES_HZ } from "../time/mod.ts";

/** The names that src/lipsync knows (a test compares them): every command loads this file, so it does not load that. */
const ENGINES = ["auto", "musetalk", "wav2lip", "ultralight", "viseme", "viseme-fast", "loudness"] as const;

const background = z.string().min(1).default("own");
NOTES.add(background, {
  doc: "what lies behind the avatar: own, transparent, a colour such as #203040, or a picture",
  wanted: '"own", "transparent", a colour such as "#203040" or a picture file',
  isPath: true,
  words: "^(own|transparent|#.*)$",
});

export const ConfigSchema = z.strictObject({
  avatar: text(
    "mai",
    "avatar to show: the name of its folder, or dicebear:STYLE/SEED",
    'the name of an avatar folder or such as "dicebear:lorelei/Mai"',
  ),
  background,
  framing: choice(["bust", "head"], "bust", "how much of the avatar is in the picture"),
  seed: whole(0, 999_999_999, 0, "rhythm of blinks, glances and sway; 0 takes one from the avatar's name"),
  expression: choice(EXPRESSION_NAMES, "neutral", "expression the avatar begins with"),
  avatarFolders: folders("more folders to look for avatars in, before the usual ones"),
  modelFolders: folders("more folders to look for models in, before the usual ones"),
  engine: choice(
    ENGINES,
    "auto",
    "what moves the lips: auto takes the best that avatar, models and machine allow",
  ),
  neural: neural.prefault({}),
  voice: note(z.string().min(1).optional(), "voice of the speech engine, e.g. en-us", "the name of a voice"),
  tts: textToSpeech.prefault({}),
  camera: text(
    "auto",
    "camera device to write to: auto, none, obs (its virtual camera) or a path",
    '"auto", "none", "obs" or such as "/dev/video10"',
  ),
  cameraFormat: choice(["I420", "YUYV"], "I420", "pixel format given to the camera"),
  sound: text(
    "auto",
    "sound device to play on: auto, none or a name",
    '"auto", "none" or the name of a sound device',
  ),
  soundLatencyMs: whole(60, 500, 100, "most sound in flight to the device"),
  mic: note(z.boolean().default(false), 'offer a virtual microphone, "Lipcam Microphone"', "true or false"),
  micMonitor: note(z.boolean().default(false), "with mic, be heard on the speakers too", "true or false"),
  width: side(1280, "width of the picture in pixels"),
  height: side(720, "height of the picture in pixels"),
  fps: note(
    z.number().refine((fps) => FRAME_RATES_HZ.includes(fps)).default(25),
    "frames a second",
    `one of ${FRAME_RATES_HZ.join(", ")}`,
  ),
  crossfadeMs: whole(0, 2000, 160, "length of the fade between idle and speaking"),
  syncThresholdMs: whole(20, 1000, 100, "most that sound and picture may be apart"),
  avOffsetMs: whole(-2000, 2000, 0, "shows the picture later (positive) or earlier than the sound"),
  queueCapacity: whole(1, 1000, 32, "utterances that may wait; more are refused"),
  synthesisAhead: whole(1, 8, 2, "segments of text spoken in parallel, ahead of need"),
  playback: playback.prefault({}),
  port: whole(0, 65_535, 8010, "port of the page and the API; 0 takes a free one"),
  host: text(
    "127.0.0.1",
    "address the page and the API are served at; others than this machine want TLS",
    "an IP address",
  ),
  tls: z.strictObject({
    cert: note(z.string().min(1).optional(), "file with the certificate, PEM", "a file name", true),
    key: note(z.string().min(1).optional(), "file with the certificate's key, PEM", "a file name", true),
  }).prefault({}),
  insecure: note(
    z.boolean().default(false),
    "serve other machines without TLS: the token and everything else can be read on the way",
    "true or false",
  ),
  allowedHosts: note(
    z.array(z.string().regex(/^[\w.-]+(:\d{1,5})?$/)).default([]),
    "names under which the page is reached besides its address",
    'a list of such as "studio.example.org"',
  ),
  page: note(
    z.boolean().default(true),
    "serve the page and the API, which say, act, state and stop use",
    "true or false",
  ),
  uploadMegabytesMax: whole(1, 4000, 200, "largest sound file, picture or film that may be sent to the API"),
  preview: note(
    z.boolean().default(false),
    "show the avatar on the page by WebRTC, with sound; else as pictures only",
    "true or false",
  ),
  compat: note(
    z.boolean().default(false),
    "serve clients of LiveTalking and MuseTalk too, without a token",
    "true or false",
  ),
  mediaRoots: folders("folders that those clients may name files in"),
  sessionsMax: whole(0, 16, 2, "programmes of their own that viewers of the preview may have"),
  webrtc: webrtc.prefault({}),
  obs: obs.prefault({}),
  record: note(
    z.string().regex(/\.(mp4|webm|mkv)$/i).optional(),
    "file to record to",
    "a file name that ends in .mp4, .webm or .mkv",
    true,
  ),
  recordings: note(
    z.string().min(1).optional(),
    "folder of recordings started from the page or the API; default recordings in the data folder",
    "the name of a folder",
    true,
  ),
  logLevel: choice(["debug", "info", "warn", "error"], "info", "least important lines that are logged"),
  logFile: note(
    z.string().min(1).optional(),
    "file that log lines are added to, as JSON",
    "a file name",
    true,
  ),
});

/** Every setting, filled in. */
export type Config = z.output<typeof ConfigSchema>;

/** Whether viewers can connect: clients of other servers do nothing else. */
export function hasPreview({ preview, compat }: Config): boolean {
  return preview || compat;
}

/** What must hold between settings; answers the key and the rest of the sentence, or undefined. */
export function contradiction(config: Config): { key: string; says: string } | undefined {
  const { lowWaterMs, highWaterMs, preBufferMs } = config.playback;
  if (lowWaterMs > highWaterMs) {
    return { key: "playback.lowWaterMs", says: `${lowWaterMs}, wanted at most highWaterMs, ${highWaterMs}` };
  }
  if (preBufferMs > highWaterMs) {
    return {
      key: "playback.preBufferMs",
      says: `${preBufferMs}, wanted at most highWaterMs, ${highWaterMs}`,
    };
  }
  const { cert, key } = config.tls;
  if ((cert === undefined) !== (key === undefined)) {
    return {
      key: cert === undefined ? "tls.cert" : "tls.key",
      says: "missing, wanted cert and key, or neither",
    };
  }
  if (config.compat && !config.page) {
    return { key: "compat", says: "true, wanted page too: it is served there" };
  }
  if (config.tts.engine === "command" && config.tts.command.length === 0) {
    return { key: "tts.command", says: "empty, wanted a program for tts.engine command" };
  }
  return undefined;
}

/** One leaf of the configuration. */
export interface Setting {
  /** "fps", "tts.engine". */
  readonly key: string;
  readonly kind: "text" | "number" | "switch" | "list";
  readonly doc: string;
  readonly wanted: string;
  readonly isPath: boolean;
  /** Of a path: pattern of the values that are none. */
  readonly words?: string;
  /** The default; undefined where there is none. */
  readonly byDefault: unknown;
}

/** Every setting, in the schema's order. */
export const SETTINGS: readonly Setting[] = leaves(ConfigSchema, "");

function leaves(schema: z.ZodObject, prefix: string): Setting[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const key = prefix + name;
    const inner = unwrap(field as z.ZodType);
    if (inner instanceof z.ZodObject) return leaves(inner, `${key}.`);
    const about = NOTES.get(field as z.ZodType);
    if (about === undefined) {
      throw new Error(`the setting ${key} has no explanation, wanted one in config.ts`);
    }
    const kind = inner instanceof z.ZodNumber
      ? "number"
      : inner instanceof z.ZodBoolean
      ? "switch"
      : inner instanceof z.ZodArray
      ? "list"
      : "text";
    const byDefault = field instanceof z.ZodDefault ? field.def.defaultValue : undefined;
    const { doc, wanted, words } = about;
    const path = { isPath: about.isPath === true, ...(words ? { words } : {}) };
    return [{ key, kind, doc, wanted, ...path, byDefault }];
  });
}

function unwrap(schema: z.ZodType): z.ZodType {
  const wraps = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ||
    schema instanceof z.ZodPrefault;
  return wraps ? unwrap(schema.def.innerType as z.ZodType) : schema;
}

/** "tts.deadlineMs" -> "tts-deadline-ms", the form of flags. */
export function flagName(key: string): string {
  return key.replaceAll(".", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** "tts.deadlineMs" -> "LIPCAM_TTS_DEADLINE_MS", the one rule for all names. */
export function environmentName(key: string): string {
  return `LIPCAM_${flagName(key).replaceAll("-", "_").toUpperCase()}`;
}

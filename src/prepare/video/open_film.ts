/**
 * Opens a film file and reads what it says of itself.
 *
 * In: a path, trusted for nothing. Out: the opened file and its track of pictures, and a FilmLook; or an InputFault
 * `bad_video` that names what is wrong: not there, no film, no picture. Main thread; the file is opened on the library's.
 */
import { basename, resolve } from "node:path";
import type { Demuxer, Stream } from "node-av";
import { oneLine } from "../../errors/mod.ts";
import { type FrameSize, openedInTime } from "../../time/mod.ts";
import type { SaidLength } from "./film_whole.ts";
import { badVideo } from "./moving_pictures.ts";
import { type Colours, type Turn, turnOf } from "./upright.ts";

export const FILM_DEADLINE_MS = 30_000;
export const FILM_WANTED = "wanted a film: MP4, MOV, WebM, MKV or AVI";
/** Containers that hold their pictures themselves; play lists, which name other files, are not among them. */
const FORMATS =
  "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,ogg,flv,asf,gif,apng,h264,hevc,ivf,mxf,dv,nut";
/** Stamps below it are none. */
const NO_STAMP = -(2n ** 62n);

type Library = typeof import("node-av") & typeof import("node-av/constants");

/** What a film says of itself. */
export interface FilmLook {
  /** With square pixels, not yet turned. */
  readonly shown: FrameSize;
  readonly turn: Turn;
  readonly colours: Colours;
  readonly said: SaidLength;
  /** So much later than its first picture its sound begins. */
  readonly soundLateSec: number;
}

export interface OpenedFilm {
  readonly demuxer: Demuxer;
  readonly stream: Stream;
}

export async function lookAtFilm({ demuxer, stream }: OpenedFilm, what: string): Promise<FilmLook> {
  const av = await filmLibrary();
  const { codecpar } = stream;
  const { width, height } = codecpar;
  if (width < 1 || height < 1) throw badVideo(what, `its pictures have no size, ${FILM_WANTED}`);
  const { num, den } = codecpar.sampleAspectRatio;
  const wide = num > 0 && den > 0 ? num / den : 1;
  const name = av.avGetPixFmtName(codecpar.format as Parameters<typeof av.avGetPixFmtName>[0]) ?? "";
  const trc = codecpar.colorTrc;
  const sound = demuxer.audio();
  return {
    shown: wide >= 1
      ? { width: Math.round(width * wide), height }
      : { width, height: Math.round(height / wide) },
    turn: turnOf(codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX)),
    colours: {
      isHdr: trc === av.AVCOL_TRC_SMPTE2084 || trc === av.AVCOL_TRC_ARIB_STD_B67,
      isUnspecified: codecpar.colorSpace === av.AVCOL_SPC_UNSPECIFIED && name.startsWith("yuv"),
    },
    soundLateSec: sound ? startOf(sound) - startOf(stream) : 0,
    said: {
      picturesSec: lengthOf(stream),
      fileEndSec: demuxer.duration > 0 ? demuxer.startTime + demuxer.duration : 0,
    },
  };
}

/** Throws InputFault `bad_video`, or the signal's reason. */
export async function openFilm(path: string, signal?: AbortSignal): Promise<OpenedFilm> {
  signal?.throwIfAborted();
  const what = basename(path);
  await checkFile(path, what);
  const av = await filmLibrary();
  // A whole path keeps a name with a colon a name; the lists keep the file from leading anywhere else.
  const options = { format_whitelist: FORMATS, protocol_whitelist: "file" };
  const opening = av.Demuxer.open(resolve(path), { options });
  const demuxer = await openedInTime(opening, FILM_DEADLINE_MS, `opening ${what}`, signal).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error;
      const is = oneLine(error).replace(/^Failed to open input: /, "");
      throw badVideo(what, `it cannot be read as a film (${is}), ${FILM_WANTED}`, error);
    },
  );
  // A picture that is attached, such as a song's cover, is no film.
  const stream = demuxer.streams.find(({ codecpar, disposition }) =>
    codecpar.codecType === av.AVMEDIA_TYPE_VIDEO && (disposition & av.AV_DISPOSITION_ATTACHED_PIC) === 0
  );
  if (stream !== undefined) return { demuxer, stream };
  await demuxer.close();
  throw badVideo(what, `no video track, ${FILM_WANTED}`);
}

async function checkFile(path: string, what: string): Promise<void> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    const is = error instanceof Deno.errors.NotFound
      ? "it does not exist"
      : `it cannot be read (${oneLine(error)})`;
    throw badVideo(what, `${is}, ${FILM_WANTED}`, error);
  });
  if (!info.isFile) throw badVideo(what, `it is no file, ${FILM_WANTED}`);
  if (info.size === 0) throw badVideo(what, `it is empty, ${FILM_WANTED}`);
}

/** What counts time in its own parts of a second. */
interface Stamped {
  readonly timeBase: { readonly num: number; readonly den: number };
}

/** A stamp in seconds; undefined for none. */
export function stampSec(stamp: bigint, { timeBase: { num, den } }: Stamped): number | undefined {
  return stamp > NO_STAMP ? Number(stamp) * num / den : undefined;
}

/** When a track begins; 0 where it does not say. */
function startOf(stream: Stream): number {
  return stampSec(stream.startTime, stream) ?? 0;
}

/** How long a track lasts; 0 where only the file as a whole says something. */
function lengthOf(stream: Stream): number {
  const seconds = stampSec(stream.duration, stream) ?? 0;
  if (seconds > 0) return seconds;
  // Matroska keeps it among the tags, as the time of the end: DURATION, or DURATION-eng.
  const tags = Object.entries(stream.metadata?.getAll() ?? {});
  const [, text = ""] = tags.find(([name]) => /^duration(-|$)/i.test(name)) ?? [];
  const [, hours = 0, minutes = 0, rest = 0] = /^(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(text) ?? [];
  const end = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  return Math.max(0, end - Math.max(0, startOf(stream)));
}

let loading: Promise<Library> | undefined;

/** FFmpeg, loaded when the first film comes. */
export function filmLibrary(): Promise<Library> {
  return loading ??= Promise.all([import("node-av"), import("node-av/constants")]).then(([av, constants]) => {
    av.Log.setLevel(constants.AV_LOG_QUIET);
    return { ...av, ...constants };
  });
}

/**
 * A film's pictures, 25 a second, upright, in 8-bit RGB and of one size.
 *
 * In: a film file of any common format, rate, size, depth and turn. Out: MomentPictures, or an InputFault `bad_video`
 * that names what is wrong: not there, no film, no picture, too long, cut off. Main thread; reading, decoding and
 * converting happen on the library's threads, one picture ahead of what was asked for.
 */
import { basename, resolve } from "node:path";
import type { Demuxer, FilterAPI, Frame, Stream } from "node-av";
import { CLIP_FRAMES_MAX, FILM_FPS } from "../../film/mod.ts";
import { oneLine } from "../../errors/mod.ts";
import { type FrameSize, withDeadline } from "../../time/mod.ts";
import { FrameTimes } from "./frame_times.ts";
import {
  badVideo,
  keptSize,
  type MomentPicture,
  type MovingPictures,
  PictureTurn,
  timeText,
} from "./moving_pictures.ts";
import { type Colours, type Turn, turnOf, uprightFilters } from "./upright.ts";

const DEADLINE_MS = 30_000;
/** Containers that hold their pictures themselves; play lists, which name other files, are not among them. */
const FORMATS =
  "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,ogg,flv,asf,gif,apng,h264,hevc,ivf,mxf,dv,nut";
const WANTED = "wanted a film: MP4, MOV, WebM, MKV or AVI";
/** A file that ends so much before its container says has been cut off. */
const MISSING_SEC = 1;
const MISSING_PART = 0.1;

/** Stamps below it are none. */
const NO_STAMP = -(2n ** 62n);

type Library = typeof import("node-av") & typeof import("node-av/constants");

export class FilmPictures implements MovingPictures {
  readonly #path: string;
  readonly #look: FilmLook;
  readonly what: string;
  readonly size: FrameSize;
  readonly framesExpected: number;
  /** So much later than its first picture a film's sound begins; negative where it is the other way round. */
  readonly soundLateSec: number;

  private constructor(path: string, look: FilmLook, size: FrameSize) {
    this.#path = path;
    this.#look = look;
    this.what = basename(path);
    this.size = size;
    this.framesExpected = Math.max(1, Math.round(look.durationSec * FILM_FPS));
    this.soundLateSec = look.soundLateSec;
  }

  /** `size`: what the pictures shall be scaled and cut to; by default their own, within bounds. */
  static async open(path: string, size?: FrameSize, signal?: AbortSignal): Promise<FilmPictures> {
    const what = basename(path);
    const opened = await open(path, signal);
    await using _ = opened.demuxer;
    const look = await lookAtFilm(opened, what);
    if (look.durationSec * FILM_FPS > CLIP_FRAMES_MAX + 1) throw tooLong(what, look.durationSec);
    const shape = look.turn.isSideways ? { width: look.shown.height, height: look.shown.width } : look.shown;
    return new FilmPictures(path, look, size ?? keptSize(shape, what));
  }

  async *pictures(
    { from = 0, only, signal }: { from?: number; only?: ReadonlySet<number>; signal?: AbortSignal },
  ): AsyncGenerator<MomentPicture> {
    const av = await library();
    const { demuxer, stream } = await open(this.#path, signal);
    await using _demuxer = demuxer;
    using decoder = await av.Decoder.create(stream, { exitOnError: false, threadCount: 2 })
      .catch((error: unknown) => {
        throw badVideo(this.what, `cannot be decoded (${oneLine(error)}), ${WANTED}`, error);
      });
    using filter = av.FilterAPI.create(
      uprightFilters({ ...this.#look, raw: this.#look.shown, size: this.size }),
      { threads: 2, allowReinit: true },
    );
    const turn = new PictureTurn(this.size);
    const times = new FrameTimes();
    const frames = decoder.frames(demuxer.packets(stream.index));
    let shown = 0;
    let before = -1;
    // The picture whose end is not known before the next one has come.
    let waiting: Frame | undefined;
    using held = new DisposableStack();
    held.defer(() => waiting?.free());
    const show = async function* (self: FilmPictures, to: number, isLast: boolean) {
      if (to > CLIP_FRAMES_MAX) throw tooLong(self.what, to / FILM_FPS);
      const frame = waiting!;
      let rgb: Uint8Array | undefined;
      const first = shown;
      for (; shown < to; shown++) {
        if (shown < from || only?.has(shown) === false) continue;
        // Also where the first one was not handed out: whoever goes on from the middle has seen it before.
        const isRepeated = shown > first;
        rgb ??= await self.#convert(filter, frame, turn);
        yield { frame: shown, rgb, isRepeated, before };
      }
      if (to > first) before = first;
      if (isLast) return;
      frame.free();
      waiting = undefined;
    };
    let lastSec = 0;
    for (;;) {
      signal?.throwIfAborted();
      // Not raced against the signal: what the library's thread works on must not be freed under it.
      const next = await withDeadline(frames.next(), DEADLINE_MS, `reading ${this.what}`)
        .catch((error: unknown) => {
          if (error instanceof av.FFmpegError) return { done: true as const, value: undefined };
          throw error;
        });
      const frame = next.done ? null : next.value;
      if (frame === null || frame === undefined) break;
      const atSec = secondsOf(frame, stream, lastSec);
      const moments = times.add(atSec);
      lastSec = atSec;
      if (moments !== undefined) yield* show(this, moments.to, false);
      waiting?.free();
      waiting = frame;
    }
    if (waiting === undefined) throw badVideo(this.what, `no picture could be decoded, ${WANTED}`);
    const { num, den } = waiting.timeBase;
    const durationSec = Number(waiting.duration) * num / den;
    const { to } = times.finish(durationSec);
    this.#checkWhole(to);
    yield* show(this, to, true);
  }

  async #convert(
    filter: FilterAPI,
    frame: Frame,
    turn: PictureTurn,
  ): Promise<Uint8Array> {
    const { width, height } = this.size;
    await filter.process(frame);
    const made = await filter.receive();
    if (made === null || made === undefined || typeof made === "symbol" || !("data" in made)) {
      throw badVideo(this.what, `a picture could not be converted, ${WANTED}`);
    }
    using picture = made;
    const rgb = turn.next();
    const from = picture.data![0]!;
    const stride = picture.linesize[0]!;
    if (picture.width !== width || picture.height !== height) {
      throw badVideo(
        this.what,
        `its size changes to ${picture.width}x${picture.height}, wanted one size throughout`,
      );
    }
    const row = width * 3;
    for (let y = 0; y < height; y++) rgb.set(from.subarray(y * stride, y * stride + row), y * row);
    return rgb;
  }

  #checkWhole(frames: number): void {
    const { durationSec } = this.#look;
    const missing = durationSec - frames / FILM_FPS;
    if (missing > MISSING_SEC && missing > MISSING_PART * durationSec) {
      const [ends, says] = [frames, durationSec * FILM_FPS].map((at) => timeText(at, FILM_FPS));
      throw badVideo(this.what, `cut off at ${ends} of ${says}, wanted a whole film`);
    }
  }
}

/** What a film says of itself. */
interface FilmLook {
  /** As decoded. */
  readonly raw: FrameSize;
  /** With square pixels. */
  readonly shown: FrameSize;
  readonly turn: Turn;
  readonly colours: Colours;
  /** 0 where it does not say. */
  readonly durationSec: number;
  readonly soundLateSec: number;
}

interface OpenedFilm {
  readonly demuxer: Demuxer;
  readonly stream: Stream;
}

async function lookAtFilm({ demuxer, stream }: OpenedFilm, what: string): Promise<FilmLook> {
  const av = await library();
  const { codecpar } = stream;
  const raw = { width: codecpar.width, height: codecpar.height };
  if (raw.width < 1 || raw.height < 1) throw badVideo(what, `its pictures have no size, ${WANTED}`);
  const { num, den } = codecpar.sampleAspectRatio;
  const wide = num > 0 && den > 0 ? num / den : 1;
  const shown = wide >= 1
    ? { width: Math.round(raw.width * wide), height: raw.height }
    : { width: raw.width, height: Math.round(raw.height / wide) };
  const name = av.avGetPixFmtName(codecpar.format as Parameters<typeof av.avGetPixFmtName>[0]) ?? "";
  const trc = codecpar.colorTrc;
  const sound = demuxer.audio();
  const seconds = Number(stream.duration) * stream.timeBase.num / stream.timeBase.den;
  return {
    raw,
    shown,
    turn: turnOf(codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX)),
    colours: {
      isHdr: trc === av.AVCOL_TRC_SMPTE2084 || trc === av.AVCOL_TRC_ARIB_STD_B67,
      isUnspecified: codecpar.colorSpace === av.AVCOL_SPC_UNSPECIFIED && name.startsWith("yuv"),
    },
    soundLateSec: sound ? startOf(sound) - startOf(stream) : 0,
    durationSec: seconds > 0 ? seconds : Math.max(0, demuxer.duration),
  };
}

async function open(path: string, signal?: AbortSignal): Promise<OpenedFilm> {
  signal?.throwIfAborted();
  const what = basename(path);
  await checkFile(path, what);
  const av = await library();
  // A whole path keeps a name with a colon a name; the lists keep the file from leading anywhere else.
  const options = { format_whitelist: FORMATS, protocol_whitelist: "file" };
  const opening = av.Demuxer.open(resolve(path), { options });
  const demuxer = await withDeadline(opening, DEADLINE_MS, `opening ${what}`, signal).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error;
      const is = oneLine(error).replace(/^Failed to open input: /, "");
      throw badVideo(what, `it cannot be read as a film (${is}), ${WANTED}`, error);
    },
  );
  // A picture that is attached, such as a song's cover, is no film.
  const stream = demuxer.streams.find(({ codecpar, disposition }) =>
    codecpar.codecType === av.AVMEDIA_TYPE_VIDEO && (disposition & av.AV_DISPOSITION_ATTACHED_PIC) === 0
  );
  if (stream !== undefined) return { demuxer, stream };
  await demuxer.close();
  throw badVideo(what, `no video track, ${WANTED}`);
}

async function checkFile(path: string, what: string): Promise<void> {
  const info = await Deno.stat(path).catch((error: unknown) => {
    const is = error instanceof Deno.errors.NotFound
      ? "it does not exist"
      : `it cannot be read (${oneLine(error)})`;
    throw badVideo(what, `${is}, ${WANTED}`, error);
  });
  if (!info.isFile) throw badVideo(what, `it is no file, ${WANTED}`);
  if (info.size === 0) throw badVideo(what, `it is empty, ${WANTED}`);
}

/** When a track begins; 0 where it does not say. */
function startOf({ startTime, timeBase }: Stream): number {
  return startTime > NO_STAMP ? Number(startTime) * timeBase.num / timeBase.den : 0;
}

function secondsOf(frame: Frame, stream: Stream, lastSec: number): number {
  const stamp = frame.bestEffortTimestamp > NO_STAMP ? frame.bestEffortTimestamp : frame.pts;
  const { num, den } = stream.timeBase;
  const seconds = Number(stamp) * num / den;
  return Number.isFinite(seconds) && stamp > NO_STAMP ? seconds : lastSec + 1 / FILM_FPS;
}

function tooLong(what: string, seconds: number) {
  const most = CLIP_FRAMES_MAX / FILM_FPS;
  return badVideo(what, `${Math.round(seconds)} s long, wanted at most ${most} s (${most / 60} minutes)`);
}

let loading: Promise<Library> | undefined;

/** FFmpeg, loaded when the first film comes. */
function library(): Promise<Library> {
  return loading ??= Promise.all([import("node-av"), import("node-av/constants")]).then(([av, constants]) => {
    av.Log.setLevel(constants.AV_LOG_QUIET);
    return { ...av, ...constants };
  });
}

/**
 * A film's pictures, 25 a second, upright, in 8-bit RGB and of one size.
 *
 * In: a film file of any common format, rate, size, depth and turn. Out: MomentPictures, or an InputFault `bad_video`
 * that names what is wrong: not there, no film, no picture, too long, cut off, broken. Main thread; reading, decoding and
 * converting happen on the library's threads, one picture ahead of what was asked for.
 */
import { basename } from "node:path";
import type { Demuxer, FilterAPI, Frame, Packet, Stream } from "node-av";
import { CLIP_FRAMES_MAX, FILM_FPS } from "../../film/mod.ts";
import { oneLine } from "../../errors/mod.ts";
import { type FrameSize, Lent } from "../../time/mod.ts";
import { FilmWhole } from "./film_whole.ts";
import { FrameTimes } from "./frame_times.ts";
import {
  badVideo,
  keptSize,
  type MomentPicture,
  type MovingPictures,
  PictureTurn,
  timeText,
} from "./moving_pictures.ts";
import {
  FILM_DEADLINE_MS,
  FILM_WANTED,
  filmLibrary,
  type FilmLook,
  lookAtFilm,
  openFilm,
  stampSec,
} from "./open_film.ts";
import { keptPart, uprightFilters } from "./upright.ts";

/** A clip of another shape than the first one's is cut to it; less than this part of its pictures is no clip of it. */
const KEPT_PART_MIN = 0.1;

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
    // Where only the longest of its tracks is known the pictures may be fewer.
    const { picturesSec, fileEndSec } = look.said;
    const frames = picturesSec > 0
      ? picturesSec * FILM_FPS
      : Math.min(CLIP_FRAMES_MAX, fileEndSec * FILM_FPS);
    this.framesExpected = Math.max(1, Math.round(frames));
    this.soundLateSec = look.soundLateSec;
  }

  /**
   * `size`: what the pictures shall be scaled and cut to; by default their own, within bounds. Throws InputFault
   * `bad_video`, also where the shape is such that hardly anything of it would be seen.
   */
  static async open(path: string, size?: FrameSize, signal?: AbortSignal): Promise<FilmPictures> {
    const what = basename(path);
    const opened = await openFilm(path, signal);
    await using _ = opened.demuxer;
    const look = await lookAtFilm(opened, what);
    const { said: { picturesSec }, shown, turn } = look;
    if (picturesSec * FILM_FPS > CLIP_FRAMES_MAX + 1) throw tooLong(what, picturesSec);
    const shape = turn.isSideways ? { width: shown.height, height: shown.width } : shown;
    const own = keptSize(shape, what);
    const { across, down } = keptPart(shape, size ?? own);
    if (size !== undefined && across * down < KEPT_PART_MIN) {
      throw badVideo(
        what,
        `${shape.width}x${shape.height} pixels, of which less than a tenth fits into the first clip's ` +
          `${size.width}x${size.height}, wanted clips of about one shape`,
      );
    }
    return new FilmPictures(path, look, size ?? own);
  }

  async *pictures(
    { from = 0, only, signal }: { from?: number; only?: ReadonlySet<number>; signal?: AbortSignal },
  ): AsyncGenerator<MomentPicture> {
    const av = await filmLibrary();
    await using lent = new Lent();
    const { demuxer, stream } = await openFilm(this.#path, signal);
    lent.use(demuxer);
    const decoder = lent.use(
      await av.Decoder.create(stream, { exitOnError: false, threadCount: 2 }).catch((error: unknown) => {
        throw badVideo(this.what, `cannot be decoded (${oneLine(error)}), ${FILM_WANTED}`, error);
      }),
    );
    const filter = lent.use(
      av.FilterAPI.create(uprightFilters({ ...this.#look, raw: this.#look.shown, size: this.size }), {
        threads: 2,
        allowReinit: true,
      }),
    );
    const turn = new PictureTurn(this.size);
    const times = new FrameTimes();
    const whole = new FilmWhole(this.#look.said);
    const frames = decoder.frames(toldPackets(demuxer, stream, whole, av.AV_PKT_FLAG_DISCARD));
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
      const { value: frame } = await lent.within(
        frames.next(),
        FILM_DEADLINE_MS,
        `reading ${this.what}`,
        ({ value }) => value?.free(),
      ).catch((error: unknown) => {
        if (!(error instanceof av.FFmpegError)) throw error;
        const at = timeText(shown, FILM_FPS);
        throw badVideo(
          this.what,
          `cannot be decoded at ${at} (${oneLine(error)}), wanted a whole film`,
          error,
        );
      });
      if (frame === null || frame === undefined) break;
      const stamp = stampSec(frame.bestEffortTimestamp, stream) ?? stampSec(frame.pts, stream);
      lastSec = stamp ?? lastSec + 1 / FILM_FPS;
      const moments = times.add(lastSec);
      this.#refuse(stamp === undefined ? undefined : whole.decoded(stamp));
      if (moments !== undefined) yield* show(this, moments.to, false);
      waiting?.free();
      waiting = frame;
    }
    if (waiting === undefined) throw badVideo(this.what, `no picture could be decoded, ${FILM_WANTED}`);
    const { to } = times.finish(stampSec(waiting.duration, waiting));
    this.#refuse(whole.end(to / FILM_FPS));
    yield* show(this, to, true);
  }

  async #convert(
    filter: FilterAPI,
    frame: Frame,
    turn: PictureTurn,
  ): Promise<Uint8Array> {
    const { width, height } = this.size;
    const refuse = (cause?: unknown) => {
      const why = cause === undefined ? "" : ` (${oneLine(cause)})`;
      return badVideo(this.what, `a picture could not be converted${why}, ${FILM_WANTED}`, cause);
    };
    await filter.process(frame).catch((error: unknown) => {
      throw refuse(error);
    });
    const made = await filter.receive();
    if (made === null || made === undefined || typeof made === "symbol" || !("data" in made)) throw refuse();
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

  #refuse(missing: string | undefined): void {
    if (missing !== undefined) throw badVideo(this.what, missing);
  }
}

/** The pictures' packets; those of other tracks are looked at only for their times. */
async function* toldPackets(
  demuxer: Demuxer,
  stream: Stream,
  whole: FilmWhole,
  discard: Parameters<Packet["hasFlags"]>[0],
): AsyncGenerator<Packet | null> {
  for await (const packet of demuxer.packets()) {
    if (packet === null) {
      yield null;
      continue;
    }
    const at = stampSec(packet.pts, packet) ?? stampSec(packet.dts, packet);
    const end = (at ?? 0) + (stampSec(packet.duration, packet) ?? 0);
    if (packet.streamIndex !== stream.index) {
      whole.other(end);
      packet[Symbol.dispose]();
      continue;
    }
    // What is empty repeats the picture before it; what is to be discarded lies outside of an edit.
    if (at === undefined || packet.size === 0 || packet.hasFlags(discard)) whole.other(end);
    else whole.coded(at, end);
    yield packet;
  }
}

function tooLong(what: string, seconds: number) {
  const most = CLIP_FRAMES_MAX / FILM_FPS;
  return badVideo(what, `${Math.round(seconds)} s long, wanted at most ${most} s (${most / 60} minutes)`);
}

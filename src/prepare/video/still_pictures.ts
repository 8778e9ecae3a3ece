/**
 * A folder of pictures as a film of 25 a second, in the order of their names; or one photo as a film of one picture.
 *
 * In: a path. Out: MomentPictures. The first picture's size is that of all; others are scaled and cut to it. Main
 * thread; decoding happens on sharp's.
 */
import { basename } from "node:path";
import sharp from "sharp";
import { CLIP_FRAMES_MAX } from "../../film/mod.ts";
import { oneLine } from "../../errors/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import { readPicture } from "../picture.ts";
import { badVideo, keptSize, type MomentPicture, type MovingPictures } from "./moving_pictures.ts";

const PICTURE = /\.(png|jpe?g|webp)$/i;

export class StillPictures implements MovingPictures {
  readonly what: string;
  readonly size: FrameSize;
  readonly #paths: readonly string[];

  private constructor(what: string, paths: readonly string[], size: FrameSize) {
    this.what = what;
    this.#paths = paths;
    this.size = size;
  }

  /** `path`: a picture or a folder of them. Throws InputFault `bad_video` or `bad_picture`. */
  static async open(path: string, size?: FrameSize): Promise<StillPictures> {
    const what = basename(path);
    const { isDirectory } = await Deno.stat(path).catch((error: unknown) => {
      const is = error instanceof Deno.errors.NotFound ? "it does not exist" : oneLine(error);
      throw badVideo(what, `${is}, wanted a picture, a folder of pictures or a film`, error);
    });
    const paths = isDirectory ? picturesIn(path) : [path];
    if (paths.length === 0) {
      throw badVideo(what, "no pictures in it, wanted PNG, JPEG or WebP files, or a film");
    }
    if (paths.length > CLIP_FRAMES_MAX) {
      throw badVideo(what, `${paths.length} pictures in it, wanted at most ${CLIP_FRAMES_MAX}`);
    }
    return new StillPictures(what, paths, size ?? keptSize(await readPicture(paths[0]!), what));
  }

  get framesExpected(): number {
    return this.#paths.length;
  }

  async *pictures(
    { from = 0, signal }: { from?: number; signal?: AbortSignal },
  ): AsyncGenerator<MomentPicture> {
    for (let frame = from; frame < this.#paths.length; frame++) {
      signal?.throwIfAborted();
      yield { frame, rgb: await this.#read(this.#paths[frame]!), isRepeated: false };
    }
  }

  async #read(path: string): Promise<Uint8Array> {
    const { rgb, width, height } = await readPicture(path);
    if (width === this.size.width && height === this.size.height) return rgb;
    return new Uint8Array(
      await sharp(rgb, { raw: { width, height, channels: 3 } })
        .resize(this.size.width, this.size.height, { fit: "cover", kernel: "lanczos3" }).raw().toBuffer(),
    );
  }
}

/** 2 comes before 10. */
function picturesIn(folder: string): string[] {
  const names = Array.from(Deno.readDirSync(folder)).filter(({ isFile, name }) =>
    isFile && PICTURE.test(name)
  )
    .map(({ name }) => name);
  const order = new Intl.Collator("en", { numeric: true });
  return names.toSorted((a, b) => order.compare(a, b)).map((name) => `${folder}/${name}`);
}

/** Whether a file's name is a picture's. */
export function isPictureName(path: string): boolean {
  return PICTURE.test(path);
}

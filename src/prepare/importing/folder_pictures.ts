/**
 * Numbered pictures of a foreign folder as a clip's, of one size; what is odd loses its last column or row.
 *
 * In: a folder and its pictures' names. Out: MomentPictures; InputFault `bad_import` for a picture of another size or a
 * broken one. Main thread; decoding happens on sharp's. With `boxes` only what lies about them is shown and the rest is
 * black, for whoever looks for the face that they belong to.
 */
import type { Edges } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import { readPicture } from "../picture.ts";
import type { MomentPicture, MovingPictures } from "../video/moving_pictures.ts";
import { badImport, type ForeignFolder } from "./foreign_folder.ts";

/** What a film's manifest takes. */
const SIDE_MAX = 4096;

export class FolderPictures implements MovingPictures {
  readonly what: string;
  /** Even. */
  readonly size: FrameSize;
  /** As the files have it. */
  readonly whole: FrameSize;
  readonly #folder: ForeignFolder;
  readonly #names: readonly string[];
  readonly #boxes: readonly Edges[] | undefined;

  private constructor(
    folder: ForeignFolder,
    names: readonly string[],
    whole: FrameSize,
    boxes?: readonly Edges[],
  ) {
    this.what = folder.name;
    this.whole = whole;
    this.size = { width: whole.width & ~1, height: whole.height & ~1 };
    this.#folder = folder;
    this.#names = names;
    this.#boxes = boxes;
  }

  /** `names`: as ForeignFolder.pictures answers them. */
  static async open(folder: ForeignFolder, names: readonly string[]): Promise<FolderPictures> {
    const { width, height } = await readPicture(folder.file(names[0]!));
    if (width > SIDE_MAX || height > SIDE_MAX) {
      throw badImport(
        `${folder.name}/${names[0]} has ${width}x${height} pixels, wanted at most ${SIDE_MAX} a side`,
      );
    }
    return new FolderPictures(folder, names, { width, height });
  }

  get framesExpected(): number {
    return this.#names.length;
  }

  /** Changes when the pictures do. */
  stamp(): readonly unknown[] {
    const [first, last] = [this.#names[0]!, this.#names.at(-1)!].map((name) => {
      const { size, mtime } = Deno.statSync(this.#folder.file(name));
      return [name, size, mtime?.getTime()];
    });
    return [this.#folder.realPath, this.#names.length, first, last];
  }

  /** The first `frames` of them. */
  first(frames: number): FolderPictures {
    return new FolderPictures(this.#folder, this.#names.slice(0, frames), this.whole, this.#boxes);
  }

  /** So many, forward, backward and so on. */
  mirrored(frames: number): FolderPictures {
    const names = Array.from(
      { length: frames },
      (_, at) => this.#names[mirroredFrame(at, this.#names.length)]!,
    );
    return new FolderPictures(this.#folder, names, this.whole);
  }

  /** A box for each picture. */
  about(boxes: readonly Edges[]): FolderPictures {
    return new FolderPictures(this.#folder, this.#names, this.whole, boxes);
  }

  async *pictures(
    { from = 0, signal }: { from?: number; signal?: AbortSignal },
  ): AsyncGenerator<MomentPicture> {
    for (let frame = from; frame < this.#names.length; frame++) {
      signal?.throwIfAborted();
      const rgb = await this.read(frame);
      const box = this.#boxes?.[frame];
      if (box) darkenAround(rgb, this.size, box);
      yield { frame, rgb, isRepeated: false };
    }
  }

  async read(frame: number): Promise<Uint8Array> {
    const name = this.#names[frame]!;
    const { width, height, rgb } = await readPicture(this.#folder.file(name));
    if (width !== this.whole.width || height !== this.whole.height) {
      throw badImport(
        `${this.#folder.name}/${name} has ${width}x${height} pixels, wanted ${this.whole.width}x${this.whole.height} as the first`,
      );
    }
    return evened(rgb, this.whole, this.size);
  }
}

/** Which of `frames` LiveTalking shows at step `at`: both ends twice (utils/image.py, mirror_index). */
export function mirroredFrame(at: number, frames: number): number {
  const rest = at % frames;
  return Math.floor(at / frames) % 2 === 0 ? rest : frames - 1 - rest;
}

function evened(rgb: Uint8Array, whole: FrameSize, size: FrameSize): Uint8Array {
  if (whole.width === size.width) return rgb.subarray(0, size.width * size.height * 3);
  const [from, to] = [whole.width * 3, size.width * 3];
  const out = new Uint8Array(to * size.height);
  for (let y = 0; y < size.height; y++) out.set(rgb.subarray(y * from, y * from + to), y * to);
  return out;
}

/** Black but for the box and its own width and height on each side. */
function darkenAround(rgb: Uint8Array, { width, height }: FrameSize, [x1, y1, x2, y2]: Edges): void {
  const [wide, high] = [x2 - x1, y2 - y1];
  const clamped = (x: number) => Math.max(0, Math.min(width, x));
  const [left, right] = [clamped(x1 - wide), clamped(x2 + wide)];
  for (let y = 0; y < height; y++) {
    const row = y * width * 3;
    if (y < y1 - high || y >= y2 + high) rgb.fill(0, row, row + width * 3);
    else rgb.fill(0, row, row + left * 3).fill(0, row + right * 3, row + width * 3);
  }
}

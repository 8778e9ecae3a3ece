/** Small pictures of avatars for lists: preview.png of their folder, made narrow once and kept. At most KEPT_MAX are kept. */
import sharp from "sharp";
import { findAvatar } from "../avatar/mod.ts";
import { InputFault, NotFoundFault } from "../errors/mod.ts";

const WIDTH = 256;
const KEPT_MAX = 64;
const PREVIEW_BYTES_MAX = 8 * 1024 * 1024;

export class Thumbnails {
  readonly #folders: readonly string[];
  /** By avatar and the time of its preview. */
  readonly #kept = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** A WebP. Rejects with NotFoundFault `no_thumbnail` for an avatar without a preview. */
  async of(avatar: string): Promise<Uint8Array<ArrayBuffer>> {
    const path = this.#preview(avatar);
    const info = await Deno.stat(path).catch(() => undefined);
    if (info === undefined || !info.isFile || info.size > PREVIEW_BYTES_MAX) throw none();
    const key = `${path} ${info.mtime?.getTime()}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const picture = new Uint8Array(await sharp(path).resize({ width: WIDTH }).webp().toBuffer());
    this.#kept.set(key, picture);
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    return picture;
  }

  #preview(avatar: string): string {
    try {
      return `${findAvatar(avatar, this.#folders)}/preview.png`;
    } catch (error) {
      if (error instanceof InputFault) throw none();
      throw error;
    }
  }
}

function none(): NotFoundFault {
  return new NotFoundFault("there is no thumbnail of this avatar", { code: "no_thumbnail" });
}

/**
 * Writes a pack: entries one after another with a table of offsets before them (layout.ts has the format).
 *
 * In: as many entries as were announced. Out: the file. Main thread; what is held grows by 8 bytes an entry.
 */
import { deflateRaw } from "node:zlib";
import { promisify } from "node:util";
import { HEAD_BYTES, LAYOUT_VERSION, PACK_MAGIC } from "./layout.ts";
import { OutFile } from "./out_file.ts";

/** 4:4:4, so that lips keep their colour; the networks see nothing of what is lost. */
const FACE_JPEG = { quality: 96, chromaSubsampling: "4:4:4" } as const;
const deflate = promisify(deflateRaw);

export class PackWriter implements Disposable {
  readonly #file: OutFile;
  readonly #head: DataView;
  #entries = 0;

  private constructor(file: OutFile, head: DataView) {
    this.#file = file;
    this.#head = head;
  }

  static async create(path: string, count: number): Promise<PackWriter> {
    const file = await OutFile.create(path);
    const head = new DataView(new ArrayBuffer(HEAD_BYTES + (count + 1) * 8));
    [PACK_MAGIC, LAYOUT_VERSION, count, 0].forEach((word, at) => head.setUint32(at * 4, word, true));
    await file.write(new Uint8Array(head.buffer));
    return new PackWriter(file, head);
  }

  get #count(): number {
    return this.#head.getUint32(8, true);
  }

  /** Bytes as they are. */
  async add(entry: Uint8Array): Promise<void> {
    if (this.#entries === this.#count) {
      throw new RangeError(`more entries in a pack than the ${this.#count} announced`);
    }
    this.#note();
    await this.#file.write(entry);
    this.#entries++;
  }

  /** Opacity of each pixel of a box. */
  async addMask(mask: Uint8Array): Promise<void> {
    await this.add(await deflate(mask));
  }

  /** RGB of a square. */
  async addFace(rgb: Uint8Array, side: number): Promise<void> {
    const { default: sharp } = await import("sharp"); // 50 ms and native memory: only where faces are written
    if (rgb.length !== side * side * 3) {
      throw new RangeError(`a face of ${rgb.length} bytes, wanted ${side}x${side} pixels of RGB`);
    }
    await this.add(
      await sharp(rgb, { raw: { width: side, height: side, channels: 3 } }).jpeg(FACE_JPEG).toBuffer(),
    );
  }

  async finish(): Promise<void> {
    if (this.#entries !== this.#count) {
      throw new RangeError(`a pack of ${this.#entries} entries, announced were ${this.#count}`);
    }
    this.#note();
    await this.#file.finish(new Uint8Array(this.#head.buffer));
  }

  /** The next entry begins, or the last one ends, here. */
  #note(): void {
    this.#head.setFloat64(HEAD_BYTES + this.#entries * 8, this.#file.bytes, true);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

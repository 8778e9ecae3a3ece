/**
 * Reads a pack: entry after entry by its place in the table of offsets (layout.ts has the format).
 *
 * In: the file. Out: bytes of an entry, or a mask inflated into memory of the caller. Any thread; the table is held (8
 * bytes an entry), an entry only while it is read.
 */
import { inflateRawSync } from "node:zlib";
import { oneLine } from "../errors/mod.ts";
import { checkHead, InFile } from "./in_file.ts";
import { HEAD_BYTES, LAYOUT_VERSION, PACK_MAGIC } from "./layout.ts";

/** Far more than a mask or a face of any film takes. */
const ENTRY_BYTES_MAX = 32 * 1024 * 1024;
const WANTED = "a pack of one entry a frame";

export class PackReader implements Disposable {
  readonly label: string;
  readonly count: number;
  readonly #file: InFile;
  readonly #offsets: Float64Array;

  private constructor(file: InFile, offsets: Float64Array) {
    this.label = file.label;
    this.#file = file;
    this.#offsets = offsets;
    this.count = offsets.length - 1;
  }

  /** `count` is how many frames the manifest says. */
  static open(folder: string, name: string, count: number): PackReader {
    using opened = new DisposableStack();
    const file = opened.use(InFile.open(folder, name, WANTED));
    checkHead(file, { magic: PACK_MAGIC, version: LAYOUT_VERSION, count, fourth: 0 }, WANTED);
    const table = new Uint8Array((count + 1) * 8);
    file.read(HEAD_BYTES, table);
    const offsets = new Float64Array(table.buffer);
    let before = HEAD_BYTES + table.length;
    if (offsets[0] !== before) throw file.bad(`begins at byte ${offsets[0]}, wanted ${before}`);
    for (let at = 1; at <= count; at++) {
      const offset = offsets[at]!;
      if (!Number.isInteger(offset) || offset < before || offset - before > ENTRY_BYTES_MAX) {
        throw file.bad(`has entry ${at - 1} end at byte ${offset}, wanted it after byte ${before}`);
      }
      before = offset;
    }
    if (before !== file.bytes) throw file.bad(`has ${file.bytes} bytes, wanted ${before}`);
    opened.move();
    return new PackReader(file, offsets);
  }

  entry(index: number): Uint8Array<ArrayBuffer> {
    if (!(index >= 0 && index < this.count)) {
      throw new RangeError(`entry ${index} of a pack with ${this.count}`);
    }
    const from = this.#offsets[index]!;
    const bytes = new Uint8Array(this.#offsets[index + 1]! - from);
    this.#file.read(from, bytes);
    return bytes;
  }

  /** Inflates entry `index`, which must fill `into` exactly. */
  mask(index: number, into: Uint8Array): void {
    const packed = this.entry(index);
    let bytes: Uint8Array;
    try {
      bytes = inflateRawSync(packed, { maxOutputLength: into.length + 1 });
    } catch (error) {
      throw this.#file.bad(
        `has an entry ${index} that cannot be unpacked (${oneLine(error)}), wanted a mask`,
        error,
      );
    }
    if (bytes.length !== into.length) {
      throw this.#file.bad(`has ${bytes.length} pixels in entry ${index}, wanted the box's ${into.length}`);
    }
    into.set(bytes);
  }

  bad(is: string, cause?: unknown) {
    return this.#file.bad(is, cause);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/**
 * The entries of a ZIP file whose entries are stored as they are, which is how torch writes its files.
 *
 * In: the file's bytes. Out: views of each entry by its name; a Refusal for what is compressed, encrypted, cut off, says
 * sizes that the file does not have, or names places outside. Nothing is unpacked. Format: PKWARE's APPNOTE, sections
 * 4.3 and 4.5.3 (zip64).
 */
import { ByteReader } from "./byte_reader.ts";
import { quoted, Refusal } from "./refusal.ts";
import { utf8Text } from "./text.ts";

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const COMMENT_BYTES_MAX = 0xffff;
const ZIP64_FIELD = 1;
/** Two storages a frame at most. */
const ENTRIES_MAX = 100_000;
const NAME_BYTES_MAX = 255;
const WANTED = "wanted a file as torch.save writes it";

interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** Of its own header. */
  readonly at: number;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).u32() === LOCAL;
}

export function readZip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const { entries, directoryAt } = findDirectory(bytes);
  const contents = new Map<string, Uint8Array>();
  const from = new ByteReader(bytes, directoryAt);
  let total = 0;
  for (let index = 0; index < entries; index++) {
    const entry = readEntry(from);
    if (contents.has(entry.name)) throw bad(`two entries ${quoted(entry.name)}`);
    contents.set(entry.name, contentOf(bytes, entry, directoryAt));
    total += entry.bytes;
    if (total > bytes.length) throw bad("entries that lie in each other");
  }
  return contents;
}

function findDirectory(bytes: Uint8Array): { entries: number; directoryAt: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = bytes.length - END_BYTES;
  let at = last;
  while (at >= 0 && at >= last - COMMENT_BYTES_MAX && view.getUint32(at, true) !== END) at--;
  if (at < 0 || at < last - COMMENT_BYTES_MAX) throw bad("it ends without a list of its entries");
  const from = new ByteReader(bytes, at + 10);
  let entries = from.u16();
  from.u32();
  let directoryAt = from.u32();
  const locatorAt = at - LOCATOR_BYTES;
  if (locatorAt >= 0 && view.getUint32(locatorAt, true) === END64_LOCATOR) {
    const at64 = new ByteReader(bytes, locatorAt + 8).u64();
    if (at64 > locatorAt - 56 || view.getUint32(at64, true) !== END64) {
      throw bad("a list of entries that is not there");
    }
    const wide = new ByteReader(bytes, at64 + 32);
    entries = wide.u64();
    wide.u64();
    directoryAt = wide.u64();
  }
  if (entries > ENTRIES_MAX) throw bad(`${entries} entries, at most ${ENTRIES_MAX} are read`);
  if (directoryAt > at) throw bad("a list of entries that is not there");
  return { entries, directoryAt };
}

/** One entry of the list, which is passed. */
function readEntry(from: ByteReader): Entry {
  if (from.u32() !== CENTRAL) throw bad("a list of entries that is none");
  from.take(4);
  const flags = from.u16();
  const method = from.u16();
  from.take(8);
  const packed = from.u32();
  const whole = from.u32();
  const nameBytes = from.u16();
  const extraBytes = from.u16();
  const commentBytes = from.u16();
  from.take(8);
  const at = from.u32();
  const name = utf8Text(from.take(nameBytes));
  const extra = from.take(extraBytes);
  from.take(commentBytes);
  checkName(name, nameBytes);
  if ((flags & 1) !== 0) throw bad(`${quoted(name)} is encrypted`);
  if (method !== 0) throw bad(`${quoted(name)} is compressed (method ${method})`);
  const sizes = widened({ whole, packed, at }, extra);
  if (sizes.whole !== sizes.packed) throw bad(`${quoted(name)} has two sizes`);
  return { name, bytes: sizes.whole, at: sizes.at };
}

interface Sizes {
  readonly whole: number;
  readonly packed: number;
  readonly at: number;
}

/** Each number that does not fit into 32 bits lies, in this order, in the zip64 field. */
function widened({ whole, packed, at }: Sizes, extra: Uint8Array): Sizes {
  const isFull = (value: number) => value === 0xffffffff;
  if (![whole, packed, at].some(isFull)) return { whole, packed, at };
  const fields = new ByteReader(extra);
  while (fields.left >= 4) {
    const kind = fields.u16();
    const field = new ByteReader(fields.take(fields.u16()));
    if (kind !== ZIP64_FIELD) continue;
    const wide = (value: number) => isFull(value) ? field.u64() : value;
    return { whole: wide(whole), packed: wide(packed), at: wide(at) };
  }
  throw bad("an entry of 4 GB without its size");
}

/** Nothing is unpacked, but a file that names such places is no work of torch's. */
function checkName(name: string, bytes: number): void {
  const isPlace = bytes > 0 && bytes <= NAME_BYTES_MAX && !/[\\:\0]/.test(name) &&
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPlace) throw bad(`an entry named ${quoted(name)}`);
}

function contentOf(bytes: Uint8Array, { name, bytes: count, at }: Entry, end: number): Uint8Array {
  const from = new ByteReader(bytes.subarray(0, end), at > end ? end : at);
  if (from.left < 30 || from.u32() !== LOCAL) throw bad(`${quoted(name)} is not where the list says`);
  from.take(22);
  const nameBytes = from.u16();
  const extraBytes = from.u16();
  from.take(nameBytes + extraBytes);
  if (count > from.left) {
    throw bad(`${quoted(name)} has ${count} bytes by its list and ${from.left} in the file`);
  }
  return from.take(count);
}

function bad(is: string): Refusal {
  return new Refusal(`a ZIP file with ${is}, ${WANTED}`);
}

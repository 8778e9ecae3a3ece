/**
 * The form that torch.save had before 1.6: five pickles one after another, then the storages' bytes.
 *
 * In: the file's bytes. Out: values; a Refusal for anything else. The pickles: a number that says what this is, the form's
 * version, facts about the machine, the values, and the keys of the storages in the order in which they follow, each as
 * an int64 with its count of elements and the elements. Tensors are made first and get their bytes then.
 */
import { ByteReader } from "./byte_reader.ts";
import type { KnownNames } from "./known_names.ts";
import { NdArray } from "./nd_array.ts";
import { quoted, Refusal } from "./refusal.ts";
import { Storage, type StorageName, storageName, type TensorPlan } from "./torch_makers.ts";
import { unpickle, unprovenValue } from "./unpickle.ts";
import { type PickleValue, provenValue } from "./value.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;
const WANTED = "wanted a file as torch.save writes it";

interface Waiting {
  readonly array: NdArray;
  readonly plan: TensorPlan;
}

export function readOldTorch(bytes: Uint8Array, known: KnownNames): PickleValue {
  const from = new ByteReader(bytes);
  if (unpickle(from, known) !== MAGIC) {
    throw new Refusal(`neither a ZIP file nor an older one of torch's, ${WANTED}`);
  }
  if (unpickle(from, known) !== VERSION) {
    throw new Refusal(`a version of torch's format that is not read, ${WANTED}`);
  }
  const isLittle = isLittleEndian(unpickle(from, known));
  const names = new Map<string, StorageName>();
  const waiting = new Map<string, Waiting[]>();
  const persistent = (id: unknown) => {
    const name = storageName(id);
    const before = names.get(name.key);
    if (before && (before.type !== name.type || before.elements !== name.elements)) {
      throw new Refusal(`two storages ${quoted(name.key)}, ${WANTED}`);
    }
    names.set(name.key, name);
    return new Storage(name, (_, plan) => {
      const array = new NdArray();
      const others = waiting.get(name.key);
      if (others) others.push({ array, plan });
      else waiting.set(name.key, [{ array, plan }]);
      return array;
    });
  };
  const values = unprovenValue(from, known, persistent);
  const keys = unpickle(from, known);
  if (!Array.isArray(keys)) throw new Refusal(`no list of its storages, ${WANTED}`);
  for (const key of keys) {
    const name = typeof key === "string" ? names.get(key) : undefined;
    if (!name) throw new Refusal(`a storage that no tensor has, ${WANTED}`);
    if (from.u64() !== name.elements) {
      throw new Refusal(`storage ${quoted(name.key)} with two sizes, ${WANTED}`);
    }
    const held = from.take(name.elements * name.type.bytes);
    for (const { array, plan } of waiting.get(name.key) ?? []) {
      array.fill({ type: name.type, isLittle, ...plan, bytes: held });
    }
    waiting.delete(name.key);
  }
  // Arrays that no storage filled are found here.
  return provenValue(values);
}

/** Of {"protocol_version": 1001, "little_endian": True, "type_sizes": {...}}. */
function isLittleEndian(facts: PickleValue): boolean {
  const isLittle = facts instanceof Map ? facts.get("little_endian") : undefined;
  if (typeof isLittle !== "boolean") throw new Refusal(`no order of bytes, ${WANTED}`);
  return isLittle;
}

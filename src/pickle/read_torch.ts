/**
 * Reads what torch.save wrote, trusting nothing in it and running nothing of it.
 *
 * In: the file's bytes and its name. Out: values, tensors as NdArrays over these bytes; or an InputFault `bad_pickle` in
 * one line. Both forms: ZIP (torch 1.6 and later) and the one before. Any thread; as long as the list of tensors is.
 */
import { ByteReader } from "./byte_reader.ts";
import { knownNames, PLAIN_MAKERS } from "./known_names.ts";
import { NdArray } from "./nd_array.ts";
import { NUMPY_MAKERS } from "./numpy_makers.ts";
import { named, quoted, Refusal } from "./refusal.ts";
import { latin1Text } from "./text.ts";
import { Storage, type StorageName, storageName, type TensorPlan, TORCH_MAKERS } from "./torch_makers.ts";
import { readOldTorch } from "./torch_old.ts";
import { unpickle } from "./unpickle.ts";
import type { PickleValue } from "./value.ts";
import { isZip, readZip } from "./zip.ts";

const WANTED = "wanted a file as torch.save writes it";
const LIST = "data.pkl";
/** Of data.pkl. */
const LIST_BYTES_MAX = 256 << 20;

const NAMES = knownNames([...PLAIN_MAKERS, ...NUMPY_MAKERS, ...TORCH_MAKERS]);

/** `what` begins messages: "latents.pt". */
export function readTorchFile(bytes: Uint8Array, what = "torch file"): PickleValue {
  return named(what, () => isZip(bytes) ? readNewTorch(bytes) : readOldTorch(bytes, NAMES));
}

function readNewTorch(bytes: Uint8Array): PickleValue {
  const entries = readZip(bytes);
  const lists = [...entries.keys()].filter((name) =>
    name.split("/").length === 2 && name.endsWith(`/${LIST}`)
  );
  if (lists.length !== 1) throw new Refusal(`a ZIP file with ${lists.length} entries ${LIST}, ${WANTED}`);
  const folder = lists[0]!.slice(0, -LIST.length);
  const list = entries.get(lists[0]!)!;
  if (list.length > LIST_BYTES_MAX) {
    throw new Refusal(`${LIST} has ${list.length} bytes, wanted at most ${LIST_BYTES_MAX}`);
  }
  const isLittle = isLittleEndian(entries.get(`${folder}byteorder`));
  const view = (name: StorageName, plan: TensorPlan) => {
    const held = entries.get(`${folder}data/${name.key}`);
    if (!held) {
      throw new Refusal(`a tensor over storage ${quoted(name.key)}, which is not in the file, ${WANTED}`);
    }
    if (held.length !== name.elements * name.type.bytes) {
      throw new Refusal(
        `storage ${
          quoted(name.key)
        } has ${held.length} bytes for ${name.elements} of ${name.type.name}, ${WANTED}`,
      );
    }
    return new NdArray({ type: name.type, isLittle, ...plan, bytes: held });
  };
  return unpickle(new ByteReader(list), NAMES, (id) => new Storage(storageName(id), view));
}

/** Files without the entry were written on machines that begin with the lowest byte. */
function isLittleEndian(entry: Uint8Array | undefined): boolean {
  if (entry === undefined) return true;
  const order = latin1Text(entry.subarray(0, 16)).trim();
  if (order !== "little" && order !== "big") {
    throw new Refusal(`byteorder ${JSON.stringify(quoted(order))}, wanted little or big`);
  }
  return order === "little";
}

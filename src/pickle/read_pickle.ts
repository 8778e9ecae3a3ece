/**
 * Reads a pickle file, trusting nothing in it and running nothing of it.
 *
 * In: the file's bytes and its name. Out: values, or an InputFault `bad_pickle` in one line. Any thread; as long as the
 * file is, and at most FILE_BYTES_MAX.
 */
import { ByteReader } from "./byte_reader.ts";
import { named, Refusal } from "./refusal.ts";
import { unpickle } from "./unpickle.ts";
import type { PickleValue } from "./value.ts";

/** Of a pickle: coordinates of half an hour have a few megabytes. */
const FILE_BYTES_MAX = 256 << 20;

/** `what` begins messages: "coords.pkl". What lies behind the first pickle is not looked at, as Python does it. */
export function readPickle(bytes: Uint8Array, what = "pickle"): PickleValue {
  return named(what, () => {
    if (bytes.length > FILE_BYTES_MAX) {
      throw new Refusal(`${bytes.length} bytes, wanted a pickle of at most ${FILE_BYTES_MAX}`);
    }
    return unpickle(new ByteReader(bytes));
  });
}

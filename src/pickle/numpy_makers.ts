/**
 * numpy's arrays and single numbers as pickles write them (numpy 1 and 2, protocols 0 to 5).
 *
 * In: arguments and states out of a pickle. Out: NdArrays over the pickle's bytes, and numbers. Pure.
 */
import { ELEMENT_TYPES, type ElementType } from "./element_type.ts";
import { badArguments, type CopyAllowance, Maker, type Unfinished } from "./known_names.ts";
import { type ArrayContent, elementsOf, NdArray, sizesOf, stridesOf } from "./nd_array.ts";
import { quoted, Refusal } from "./refusal.ts";
import { latin1Bytes } from "./text.ts";

const T = ELEMENT_TYPES;
/** By numpy's letter and size. */
const CODES: Readonly<Record<string, ElementType>> = {
  ...{ b1: T.bool, i1: T.int8, i2: T.int16, i4: T.int32, i8: T.int64 },
  ...{ u1: T.uint8, u2: T.uint16, u4: T.uint32, u8: T.uint64, f2: T.float16, f4: T.float32, f8: T.float64 },
};

/** numpy.dtype: an element type whose order of bytes is said later. */
class Dtype implements Unfinished {
  readonly type: ElementType;
  isLittle = true;

  constructor(code: unknown) {
    const type = typeof code === "string" ? CODES[code.replace(/^[<>|=]/, "")] : undefined;
    if (!type || typeof code !== "string") {
      throw new Refusal(
        `numpy arrays of type ${
          typeof code === "string" ? quoted(code) : "nothing"
        }, which are not read, wanted numbers of 1 to 8 bytes`,
      );
    }
    this.type = type;
    if (code.startsWith(">")) this.isLittle = false;
  }

  /** (3, "<", subtype, names, fields, size, alignment, flags) */
  finish(state: unknown): void {
    const [, order, subtype, names, fields] = Array.isArray(state) ? state : [];
    const isOrder = order === "<" || order === ">" || order === "|" || order === "=";
    if (!isOrder || [subtype, names, fields].some((one) => one !== null)) {
      throw new Refusal("a numpy type made of several, wanted plain numbers");
    }
    this.isLittle = order !== ">";
  }
}

/** An array that its state fills. */
class NumpyArray extends NdArray implements Unfinished {
  /** (1, shape, type, whether the first dimension lies closest together, bytes) */
  finish(state: unknown, copies: CopyAllowance): void {
    const [version, shape, dtype, isFortran, data] = Array.isArray(state) ? state : [];
    if (version !== 1 || typeof isFortran !== "boolean") throw badArguments("numpy.ndarray");
    this.fill(contentOf({ data, dtype, shape, isFortran, copies }));
  }
}

interface Given {
  readonly data: unknown;
  readonly dtype: unknown;
  readonly shape: unknown;
  readonly isFortran: boolean;
  readonly copies: CopyAllowance;
}

function contentOf({ data, dtype, shape, isFortran, copies }: Given): ArrayContent {
  // Python 2 writes bytes as strings.
  if (typeof data === "string") copies.take(data.length);
  const bytes = typeof data === "string" ? latin1Bytes(data) : data;
  if (!(dtype instanceof Dtype) || !(bytes instanceof Uint8Array)) throw badArguments("numpy.ndarray");
  const sizes = sizesOf(shape, "a numpy array with a shape");
  if (elementsOf(sizes) * dtype.type.bytes !== bytes.length) {
    throw new Refusal(
      `a numpy array of ${dtype.type.name} [${
        sizes.join(", ")
      }] with ${bytes.length} bytes, wanted as many as it needs`,
    );
  }
  return {
    type: dtype.type,
    isLittle: dtype.isLittle,
    shape: sizes,
    strides: stridesOf(sizes, isFortran),
    offset: 0,
    bytes,
  };
}

function reconstruct([kind, shape]: readonly unknown[]): NumpyArray {
  if (kind !== NDARRAY || !Array.isArray(shape)) throw badArguments("numpy's _reconstruct");
  return new NumpyArray();
}

/** One number: a plain one for us. */
function scalar([dtype, data]: readonly unknown[], copies: CopyAllowance): number | boolean | bigint {
  const { type, isLittle, bytes } = contentOf({ data, dtype, shape: [], isFortran: false, copies });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = type.get(view, 0, isLittle);
  if (type === T.bool) return value !== 0;
  const isExact = type.bytes < 8 || type === T.float64 || Number.isSafeInteger(value);
  if (isExact) return value;
  return type === T.int64 ? view.getBigInt64(0, isLittle) : view.getBigUint64(0, isLittle);
}

/** Protocol 5: (bytes, type, shape, "C" or "F"). */
function fromBuffer([data, dtype, shape, order]: readonly unknown[], copies: CopyAllowance): NdArray {
  if (order !== "C" && order !== "F") throw badArguments("numpy's _frombuffer");
  return new NdArray(contentOf({ data, dtype, shape, isFortran: order === "F", copies }));
}

const NDARRAY = new Maker("numpy.ndarray", () => {
  throw badArguments("numpy.ndarray");
});

export const NUMPY_MAKERS: readonly Maker[] = [
  NDARRAY,
  new Maker("numpy.dtype", ([code]) => new Dtype(code)),
  ...["numpy.core", "numpy._core"].flatMap((package_) => [
    new Maker(`${package_}.multiarray._reconstruct`, reconstruct),
    new Maker(`${package_}.multiarray.scalar`, scalar),
    new Maker(`${package_}.numeric._frombuffer`, fromBuffer),
  ]),
];

/**
 * What arrays and tensors are made of: the types of their elements, and how each is read as a number.
 *
 * Pure. Whole numbers of 64 bits lose what a float64 does not hold.
 */

type Get = (view: DataView, at: number, isLittle: boolean) => number;

export interface ElementType {
  /** numpy's and torch's name. */
  readonly name: string;
  readonly bytes: number;
  readonly get: Get;
}

const type = (name: string, bytes: number, get: Get): ElementType => ({ name, bytes, get });

const half = new Uint32Array(1);
const single = new Float32Array(half.buffer);

/** The upper half of a float32. */
const bfloat16: Get = (view, at, isLittle) => {
  half[0] = view.getUint16(at, isLittle) << 16;
  return single[0]!;
};

export const ELEMENT_TYPES = {
  bool: type("bool", 1, (view, at) => view.getUint8(at) === 0 ? 0 : 1),
  int8: type("int8", 1, (view, at) => view.getInt8(at)),
  uint8: type("uint8", 1, (view, at) => view.getUint8(at)),
  int16: type("int16", 2, (view, at, isLittle) => view.getInt16(at, isLittle)),
  uint16: type("uint16", 2, (view, at, isLittle) => view.getUint16(at, isLittle)),
  int32: type("int32", 4, (view, at, isLittle) => view.getInt32(at, isLittle)),
  uint32: type("uint32", 4, (view, at, isLittle) => view.getUint32(at, isLittle)),
  int64: type("int64", 8, (view, at, isLittle) => Number(view.getBigInt64(at, isLittle))),
  uint64: type("uint64", 8, (view, at, isLittle) => Number(view.getBigUint64(at, isLittle))),
  float16: type("float16", 2, (view, at, isLittle) => view.getFloat16(at, isLittle)),
  bfloat16: type("bfloat16", 2, bfloat16),
  float32: type("float32", 4, (view, at, isLittle) => view.getFloat32(at, isLittle)),
  float64: type("float64", 8, (view, at, isLittle) => view.getFloat64(at, isLittle)),
} as const satisfies Record<string, ElementType>;

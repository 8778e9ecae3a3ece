/**
 * A numpy array or a torch tensor: a shape over bytes of the file, decoded when somebody asks for its numbers.
 *
 * In: bytes, element type, shape, steps. Out: numbers in C order. Everything is checked when it is filled, so that
 * decoding cannot fail and holds no more numbers than the file has bytes for them. Any thread.
 */
import type { ElementType } from "./element_type.ts";
import { Refusal } from "./refusal.ts";

const DIMENSIONS_MAX = 32;

export interface ArrayContent {
  readonly type: ElementType;
  readonly isLittle: boolean;
  readonly shape: readonly number[];
  /** From one element to the next along each dimension, in elements. */
  readonly strides: readonly number[];
  /** Of the first element, in elements. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class NdArray {
  #content: ArrayContent | undefined;

  /** Empty until it is filled: pickles make an array first and say what is in it later. */
  constructor(content?: ArrayContent) {
    if (content) this.fill(content);
  }

  get isFilled(): boolean {
    return this.#content !== undefined;
  }

  get shape(): readonly number[] {
    return this.#filled.shape;
  }

  /** "float16", "int64", ... */
  get typeName(): string {
    return this.#filled.type.name;
  }

  /** Elements. */
  get length(): number {
    return elementsOf(this.shape);
  }

  /** Once. */
  fill(content: ArrayContent): void {
    if (this.#content) throw new Refusal("fills an array twice, wanted what numpy writes");
    checkContent(content);
    this.#content = content;
  }

  /** Exact for float16, bfloat16 and float32. */
  floats(): Float32Array {
    return this.#read(new Float32Array(this.length));
  }

  numbers(): Float64Array {
    return this.#read(new Float64Array(this.length));
  }

  get #filled(): ArrayContent {
    if (!this.#content) throw new Refusal("an array that was never filled, wanted what numpy writes");
    return this.#content;
  }

  #read<T extends Float32Array | Float64Array>(into: T): T {
    const { type, isLittle, shape, strides, offset, bytes } = this.#filled;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const place = new Int32Array(shape.length);
    let from = offset;
    for (let at = 0; at < into.length; at++) {
      into[at] = type.get(view, from * type.bytes, isLittle);
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += strides[axis]!;
        if (++place[axis]! < shape[axis]!) break;
        from -= strides[axis]! * shape[axis]!;
        place[axis] = 0;
      }
    }
    return into;
  }
}

/** Steps of an array whose last dimension lies closest together, or its first one. */
export function stridesOf(shape: readonly number[], isFortran = false): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let at = 0; at < shape.length; at++) {
    const axis = isFortran ? at : shape.length - 1 - at;
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((count, side) => count * side, 1);
}

/** A shape or strides out of a pickle. */
export function sizesOf(value: unknown, what: string): number[] {
  const isFit = Array.isArray(value) && value.length <= DIMENSIONS_MAX &&
    value.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (!isFit) {
    throw new Refusal(`${what} that is no list of sizes, wanted at most ${DIMENSIONS_MAX} whole numbers`);
  }
  return [...value];
}

function checkContent({ type, shape, strides, offset, bytes }: ArrayContent): void {
  const held = Math.floor(bytes.length / type.bytes);
  const count = elementsOf(shape);
  // Not to be held against an empty array: it has no last element.
  const last = offset + shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis]!, 0);
  if (count > held || (count > 0 && last >= held)) {
    throw new Refusal(
      `an array of ${type.name} [${shape.join(", ")}] over ${bytes.length} bytes, wanted as many as it needs`,
    );
  }
}

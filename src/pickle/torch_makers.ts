/**
 * torch's tensors as torch.save writes them: names of storages, and tensors over them.
 *
 * In: persistent ids and arguments out of a pickle. Out: NdArrays over the file's bytes. What a storage holds is found
 * when it is asked for, or said later (files older than torch 1.6). Pure.
 */
import { ELEMENT_TYPES, type ElementType } from "./element_type.ts";
import { badArguments, Maker } from "./known_names.ts";
import { NdArray, sizesOf } from "./nd_array.ts";
import { Refusal } from "./refusal.ts";

const T = ELEMENT_TYPES;
const STORAGES: Readonly<Record<string, ElementType>> = {
  ...{ BoolStorage: T.bool, CharStorage: T.int8, ByteStorage: T.uint8, ShortStorage: T.int16 },
  ...{ IntStorage: T.int32, LongStorage: T.int64, HalfStorage: T.float16, BFloat16Storage: T.bfloat16 },
  ...{ FloatStorage: T.float32, DoubleStorage: T.float64 },
};

/** What a persistent id says of a storage. */
export interface StorageName {
  readonly key: string;
  readonly type: ElementType;
  readonly elements: number;
}

export interface TensorPlan {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A storage on the stack: knows how tensors over it are made. */
export class Storage {
  readonly name: StorageName;
  readonly #view: (name: StorageName, plan: TensorPlan) => NdArray;

  constructor(name: StorageName, view: (name: StorageName, plan: TensorPlan) => NdArray) {
    this.name = name;
    this.#view = view;
  }

  tensor(plan: TensorPlan): NdArray {
    return this.#view(this.name, plan);
  }
}

/** ("storage", type, key, device, elements), and None behind it in old files. */
export function storageName(id: unknown): StorageName {
  const [kind, maker, key, , elements, view] = Array.isArray(id) ? id : [];
  const type = maker instanceof Maker ? STORAGES[maker.name.replace(/^torch\./, "")] : undefined;
  const isFit = kind === "storage" && type !== undefined && typeof key === "string" && key.length <= 40 &&
    Number.isSafeInteger(elements) && elements >= 0 && (view === undefined || view === null);
  if (!isFit) {
    throw new Refusal("a persistent id that names no storage of torch's, wanted what torch.save writes");
  }
  return { key, type, elements };
}

/** (storage, offset, shape, strides, requires_grad, hooks) */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): NdArray {
  const isOffset = typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0;
  if (!(storage instanceof Storage) || !isOffset) throw badArguments("torch._utils._rebuild_tensor_v2");
  const plan = {
    shape: sizesOf(shape, "a tensor with a shape"),
    strides: sizesOf(strides, "a tensor with strides"),
    offset,
  };
  if (plan.shape.length !== plan.strides.length) throw badArguments("torch._utils._rebuild_tensor_v2");
  return storage.tensor(plan);
}

export const TORCH_MAKERS: readonly Maker[] = [
  new Maker("torch._utils._rebuild_tensor_v2", rebuildTensor),
  ...Object.keys(STORAGES).map((name) =>
    new Maker(`torch.${name}`, () => {
      throw badArguments(`torch.${name}`);
    })
  ),
];

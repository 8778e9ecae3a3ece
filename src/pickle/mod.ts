export { readPickle } from "./read_pickle.ts";
export { readTorchFile } from "./read_torch.ts";
export { NdArray } from "./nd_array.ts";
export type { PickleValue } from "./value.ts";

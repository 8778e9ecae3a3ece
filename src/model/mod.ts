export { type Binding, type Dims, type TensorShape } from "./binding.ts";
export { checkedBytes, checkFiles, type CheckOptions, sha256OfFile } from "./checksum.ts";
export { badModel } from "./fault.ts";
export { findModel, readManifest } from "./folder.ts";
export { listModels, type ModelListing } from "./listing.ts";
export { FILE_NAME, firstIssue, manifestBase, MODEL_NAME, type ModelManifest } from "./manifest.ts";
export {
  GRAPH_ROLES,
  type GraphEntry,
  type GraphRole,
  NEURAL_CONTRACTS,
  NEURAL_KINDS,
  type NeuralContract,
  type NeuralKind,
  type NeuralManifest,
  neuralManifest,
} from "./neural_manifest.ts";
export { graphOf, openNeuralModel, type StoredNeuralModel } from "./neural_store.ts";
export { type Feeds, OnnxSession, type OnnxSessionOptions, type TensorData } from "./onnx_session.ts";
export {
  listProviders,
  type Provider,
  PROVIDER_CHOICES,
  type ProviderChoice,
  providerChoice,
  type ProviderReport,
  PROVIDERS,
} from "./runtime.ts";

/**
 * What a video engine's model says about itself: model.json of the families MuseTalk, Wav2Lip and Ultralight.
 *
 * Our names of inputs and outputs, by role (B frames a run; all float32 but for what is said):
 * - whisper: mel [B, 80, T] -> hidden [B, T/2, 5, 384], or hidden0 .. hidden4 [B, T/2, 384]
 * - unet: latents [B, 8, 32, 32], timestep (int64 or float, [1], [B] or absent), context [B, 50, 384] -> sample [B, 4, 32, 32]
 * - decoder: sample [B, 4, 32, 32] -> image [B, 3, 256, 256], range -1..1 or 0..1
 * - fused: latents, timestep, context -> image, uint8 or float, [B, 3, 256, 256] or [B, 256, 256, 3], RGB
 * - encoder: image [B, 3, 256, 256] in -1..1 -> latents [B, 4, 32, 32], the mean
 * - generator (Wav2Lip): mel [B, 1, 80, 16], face [B, 6, S, S] -> image [B, 3, S, S] in 0..1, BGR
 * - generator (Ultralight): face [B, 6, 160, 160], audio [B, 16, 32, 32] or [B, 128, 16, 32] -> image [B, 3, 160, 160] in 0..1
 * - hubert: pcm [B, N] -> hidden [B, T, 1024]
 * - wenet: fbank [1, T, 80], and the inputs of WeNet's chunk encoder -> hidden [1, T', 512]
 */
import { z } from "zod";
import { FILE_NAME, manifestBase } from "./manifest.ts";

const FILES_MAX = 64;
const FILE_BYTES_MAX = 8 * 1024 ** 3;

/** Families of engines, from the best picture to the least work. */
export const NEURAL_KINDS = ["musetalk", "wav2lip", "ultralight"] as const;
export type NeuralKind = typeof NEURAL_KINDS[number];

export const NEURAL_CONTRACTS = [
  "musetalk/1.5",
  "musetalk/1.0",
  "wav2lip/96",
  "wav2lip/256",
  "ultralight/hubert",
  "ultralight/wenet",
] as const;
export type NeuralContract = typeof NEURAL_CONTRACTS[number];

export const GRAPH_ROLES = [
  "whisper",
  "unet",
  "decoder",
  "fused",
  "encoder",
  "generator",
  "hubert",
  "wenet",
] as const;
export type GraphRole = typeof GRAPH_ROLES[number];

/** Our name -> the name in the graph. */
const names = z.record(z.string().min(1).max(40), z.string().min(1).max(200)).optional();

const graph = z.strictObject({
  /** One of `files`, and an ONNX graph; data beside it is named in `files` too. */
  file: z.string().regex(FILE_NAME, "wanted a file name without folders"),
  inputs: names,
  outputs: names,
  /** unet, fused: the graph adds the positional encoding to its context itself. Absent: found out by a test run. */
  peInside: z.boolean().optional(),
  /**
   * decoder: it divides by 0.18215 itself; encoder: it multiplies by it. Absent: found out by a test run (decoder), or
   * taken for not inside (encoder).
   */
  scaleInside: z.boolean().optional(),
  /** The values that a float picture goes over. Absent: found out by a test run. */
  range: z.enum(["-1..1", "0..1", "0..255"]).optional(),
  /** Frames that a run must have: exactly so many. Absent: as the graph's shapes say. */
  batch: z.int().min(1).max(64).optional(),
});
export type GraphEntry = z.infer<typeof graph>;

export const neuralManifest = z.object({
  ...manifestBase(FILES_MAX, FILE_BYTES_MAX),
  kind: z.enum(NEURAL_KINDS),
  contract: z.enum(NEURAL_CONTRACTS),
  graphs: z.partialRecord(z.enum(GRAPH_ROLES), graph),
  /** What the exporter measured against PyTorch. */
  parity: z.record(z.string(), z.unknown()).optional(),
}).superRefine((manifest, context) => {
  const says = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  const { kind, contract, graphs, files } = manifest;
  if (!contract.startsWith(`${kind}/`)) {
    says(["contract"], `"${contract}" is not a contract of ${kind}, wanted one that begins with ${kind}/`);
  }
  for (const [role, { file }] of Object.entries(graphs)) {
    if (files.some(({ name }) => name === file)) continue;
    says(["graphs", role, "file"], `"${file}" is not among the files, wanted one of them`);
  }
  const has = (...roles: GraphRole[]) => roles.every((role) => graphs[role] !== undefined);
  if (kind === "musetalk" && !(has("whisper") && (has("fused") || has("unet", "decoder")))) {
    says(["graphs"], "wanted whisper and either fused or unet and decoder");
  }
  if (kind === "wav2lip" && !has("generator")) says(["graphs"], "wanted generator");
  if (contract === "ultralight/hubert" && !has("generator", "hubert")) {
    says(["graphs"], "wanted generator and hubert");
  }
  if (contract === "ultralight/wenet" && !has("generator", "wenet")) {
    says(["graphs"], "wanted generator and wenet");
  }
});
export type NeuralManifest = z.infer<typeof neuralManifest>;

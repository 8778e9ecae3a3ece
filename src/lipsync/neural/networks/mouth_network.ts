/**
 * What a video engine's network is, whatever its family: conditioning values and what it sees of the face in, pictures
 * of the mouth region out.
 *
 * In: for each frame of a batch `featureValues` numbers (a FeatureStream's) and `faceValues` numbers (a FaceSource's:
 * latents for MuseTalk, two stacked crops for the others). Out: RGB patches. Runs in the engine's process and blocks it.
 */
export const FAMILIES = ["musetalk", "wav2lip", "ultralight"] as const;
/** From the best picture to the least work. */
export type Family = typeof FAMILIES[number];

export interface MouthNetwork extends Disposable {
  readonly family: Family;
  /** The model folder's name. */
  readonly model: string;
  /** onnxruntime's name of what computes: "cuda", "cpu", ... */
  readonly provider: string;
  /** Side of the square patch in pixels: 256 (MuseTalk), 96 or 256 (Wav2Lip), 160 (Ultralight). */
  readonly patchSize: number;
  readonly featureValues: number;
  readonly faceValues: number;
  readonly batchMax: number;
  /**
   * Runs frames 0..count-1, count <= batchMax. `features` holds count * featureValues values, `faces` count * faceValues;
   * `into` gets count patches of patchSize * patchSize * 3 bytes, RGB, rows from the top. Rejects with the runtime's error
   * or Fault `not_a_number` where the network answered one.
   */
  run(count: number, features: Float32Array, faces: Float32Array, into: Uint8Array): Promise<void>;
}

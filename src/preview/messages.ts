/** What the preview worker and its owner say to each other. Plain data: it crosses a thread. */
import type { UnitRingShape } from "../unit/mod.ts";

export type PreviewRequest =
  | { readonly kind: "units"; readonly shape: UnitRingShape; readonly units: SharedArrayBuffer }
  /** A credit for one picture newer than the last. */
  | { readonly kind: "next" };

export interface PreviewPicture {
  readonly unit: number;
  readonly encodeMs: number;
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

/** What the three families' networks are opened with, and what they say alike. */
import { Fault } from "../../../errors/mod.ts";
import type { ProviderChoice, StoredNeuralModel } from "../../../model/mod.ts";

export interface NetworkOptions {
  readonly provider: ProviderChoice;
  readonly threads: number;
  /** Default 8. */
  readonly batchMax?: number;
}

export const BATCH_MAX = 8;

/** What came out cannot be shown. */
export function notANumber({ manifest }: StoredNeuralModel): Fault {
  return new Fault(
    `model ${manifest.name} answered values that are not finite, wanted a picture`,
    { code: "not_a_number" },
  );
}

/** `batchMax`, or the largest static batch among the graphs. */
export function batchMaxOf(
  batchMax: number,
  ...graphs: readonly { readonly batch: number | undefined }[]
): number {
  const fixed = graphs.flatMap(({ batch }) => batch === undefined ? [] : [batch]);
  return fixed.length === 0 ? batchMax : Math.max(...fixed);
}

/** What `state`, the live view and the page show of the video engine: plain data. */
import {
  FAMILIES,
  type Family,
  type NeuralGauges,
  type NeuralState,
  type RungReport,
} from "../lipsync/mod.ts";
import type { Gauges } from "../metrics/mod.ts";
import type { StageGauge } from "../stage/mod.ts";
import { round } from "./round.ts";

/** Of the video engine. */
export interface VideoState {
  /** What moves the mouth in the end. */
  readonly mouth: Family | "visemes";
  readonly model?: string;
  readonly provider?: string;
  readonly frameMs?: number;
  /** Every how many frames one is rendered. */
  readonly stride?: number;
  readonly renderedFrames?: number;
  readonly skippedFrames?: number;
  readonly restFrames?: number;
  /** Spoken frames that were shown with a patch of their own, with the nearest one, with visemes alone. */
  readonly patchFrames?: number;
  readonly repeatedPatches?: number;
  readonly visemeFrames?: number;
  readonly restarts?: number;
  /** Of the engine's process. */
  readonly rssMb?: number;
  /** Why a family is not used here. */
  readonly reason?: string;
  /** What was measured at the start, family by family. */
  readonly rungs?: readonly RungReport[];
}

export function videoState(
  gauges: NeuralGauges,
  stage: Gauges<StageGauge>,
  { ready, status }: NeuralState,
  reason?: string,
): VideoState {
  const family = gauges.get("isActive") === 1 ? FAMILIES[gauges.get("family")] : undefined;
  const used = status ?? ready?.rungs.find((rung) => rung.family === family);
  const about = { ...(reason ? { reason } : {}), ...(ready ? { rungs: ready.rungs } : {}) };
  if (ready === undefined) return { mouth: "visemes", ...about };
  return {
    mouth: family ?? "visemes",
    ...(used?.model ? { model: used.model } : {}),
    ...(used?.provider ? { provider: used.provider } : {}),
    frameMs: round(gauges.get("frameMs"), 2),
    stride: gauges.get("stride"),
    renderedFrames: gauges.get("renderedFrames"),
    skippedFrames: gauges.get("skippedFrames"),
    restFrames: gauges.get("restFrames"),
    patchFrames: stage.get("patchFrames"),
    repeatedPatches: stage.get("repeatedPatches"),
    visemeFrames: stage.get("visemeFrames"),
    restarts: gauges.get("restarts"),
    rssMb: round(gauges.get("rssBytes") / 2 ** 20, 1),
    ...about,
  };
}

/** Sorts the shapes of eyes and brows into left and right ones, and those that lie across the middle. */
import type { Bounds } from "../drawn/bounds.ts";
import type { Shape } from "./shapes.ts";

export interface Sides<T> {
  readonly left: readonly T[];
  readonly right: readonly T[];
  /** One brow over both eyes. */
  readonly both: readonly T[];
}

/** A shape with so much of its width on both sides of the middle belongs to both. */
const ACROSS = 0.3;

export function sortedBySide<T extends { readonly shape: Shape }>(
  shapes: readonly T[],
  middleX: number,
): Sides<T> {
  const sides = { left: [] as T[], right: [] as T[], both: [] as T[] };
  for (const item of shapes) sides[sideOf(item.shape.bounds, middleX)].push(item);
  return sides;
}

function sideOf({ left, right }: Bounds, middleX: number): keyof Sides<never> {
  const width = right - left;
  if (middleX - left > ACROSS * width && right - middleX > ACROSS * width) return "both";
  return (left + right) / 2 < middleX ? "left" : "right";
}

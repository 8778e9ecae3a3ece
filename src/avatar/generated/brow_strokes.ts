/**
 * Moves the brows that the style's artist drew: up and down, and turned about their middles.
 *
 * In: the brows' shapes, heights and tilt. Out: fills and strokes on a canvas whose units are the style's. Called
 * when something changed.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Bounds } from "../drawn/bounds.ts";
import type { BrowsRig } from "./rig.ts";
import { boundsOf, paintShape, type Shape } from "./shapes.ts";
import { sortedBySide } from "./sides.ts";

interface Brow {
  readonly shapes: readonly Shape[];
  /** Its middle, about which it turns. */
  readonly x: number;
  readonly y: number;
}

export class BrowStrokes {
  readonly #context: SKRSContext2D;
  readonly #left: Brow | undefined;
  readonly #right: Brow | undefined;
  readonly #both: Brow | undefined;
  readonly #rig: BrowsRig;

  constructor(context: SKRSContext2D, shapes: readonly Shape[], rig: BrowsRig, middleX: number) {
    this.#context = context;
    const { left, right, both } = sortedBySide(shapes.map((shape) => ({ shape })), middleX);
    this.#left = browOf(left);
    this.#right = browOf(right);
    this.#both = browOf(both);
    this.#rig = rig;
  }

  /** All that the brows can reach. */
  static bounds(shapes: readonly Shape[], rig: BrowsRig): Bounds | undefined {
    const bounds = boundsOf(shapes);
    if (!bounds) return undefined;
    const turn = (bounds.right - bounds.left) / 2 * Math.sin(rig.tiltDegrees * Math.PI / 180);
    const reach = rig.lift + turn;
    return {
      left: bounds.left - turn,
      top: bounds.top - reach,
      right: bounds.right + turn,
      bottom: bounds.bottom + reach,
    };
  }

  /** Heights -1..1, tilt -1 (inner ends down: a frown) .. 1 (up: worry). */
  paint(left: number, right: number, tilt: number): void {
    this.#paintBrow(this.#left, left, tilt, 1);
    this.#paintBrow(this.#right, right, tilt, -1);
    this.#paintBrow(this.#both, (left + right) / 2, 0, 1);
  }

  /** `side` 1: the inner end is the right one. */
  #paintBrow(brow: Brow | undefined, height: number, tilt: number, side: number): void {
    if (!brow) return;
    const context = this.#context;
    context.save();
    context.translate(brow.x, brow.y - height * this.#rig.lift);
    context.rotate(-side * tilt * this.#rig.tiltDegrees * Math.PI / 180);
    context.translate(-brow.x, -brow.y);
    for (const shape of brow.shapes) paintShape(context, shape);
    context.restore();
  }
}

function browOf(parts: readonly { readonly shape: Shape }[]): Brow | undefined {
  const shapes = parts.map(({ shape }) => shape);
  const bounds = boundsOf(shapes);
  return bounds && { shapes, x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 };
}

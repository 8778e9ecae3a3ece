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
import { type Sides, sortedBySide } from "./sides.ts";

export class BrowStrokes {
  readonly #context: SKRSContext2D;
  readonly #sides: Sides<{ readonly shape: Shape }>;
  readonly #rig: BrowsRig;

  constructor(context: SKRSContext2D, shapes: readonly Shape[], rig: BrowsRig, middleX: number) {
    this.#context = context;
    this.#sides = sortedBySide(shapes.map((shape) => ({ shape })), middleX);
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
    this.#paintBrow(this.#sides.left, left, tilt, 1);
    this.#paintBrow(this.#sides.right, right, tilt, -1);
    this.#paintBrow(this.#sides.both, (left + right) / 2, 0, 1);
  }

  /** `side` 1: the inner end is the right one. */
  #paintBrow(brow: readonly { readonly shape: Shape }[], height: number, tilt: number, side: number): void {
    const bounds = boundsOf(brow.map(({ shape }) => shape));
    if (!bounds) return;
    const context = this.#context;
    const middleX = (bounds.left + bounds.right) / 2;
    const middleY = (bounds.top + bounds.bottom) / 2;
    context.save();
    context.translate(middleX, middleY - height * this.#rig.lift);
    context.rotate(-side * tilt * this.#rig.tiltDegrees * Math.PI / 180);
    context.translate(-middleX, -middleY);
    for (const { shape } of brow) paintShape(context, shape);
    context.restore();
  }
}

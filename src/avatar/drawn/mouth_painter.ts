/**
 * What paints a parametric mouth, whatever its kind. In: the six mouth parameters and a smile. Out: strokes and fills
 * on a canvas whose units are the art's and whose origin is the middle of the closed lips (mouth.x, mouth.y). Runs in
 * the stage's thread, once a frame: well under half a millisecond at 720p, nothing allocated.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { MouthArt } from "./manifest.ts";
import type { Bounds } from "./bounds.ts";
import { LipsPainter } from "./lips_painter.ts";
import { MuzzlePainter } from "./muzzle_painter.ts";

export interface MouthPainter {
  /**
   * `mouth` is in the order of MOUTH_PARAMETERS, each 0..1. `smile` -1..1 lowers or lifts the corners of the closed
   * mouth; it is for idling only and 0 while speech moves the lips. All zero is the relaxed closed mouth.
   */
  paint(mouth: Float32Array, smile: number): void;
}

/** The painter of an avatar's kind of mouth. Colours and gradients are made here, once. */
export function createMouthPainter(context: SKRSContext2D, art: MouthArt): MouthPainter {
  return art.style === "muzzle" ? new MuzzlePainter(context, art) : new LipsPainter(context, art);
}

/** All that the mouth can ever cover (without the chin, which the jaw's warp moves), in art units. */
export function mouthBounds(art: MouthArt): Bounds {
  const own = art.style === "muzzle" ? MuzzlePainter.bounds(art) : LipsPainter.bounds(art);
  return {
    left: art.x + own.left,
    top: art.y + own.top,
    right: art.x + own.right,
    bottom: art.y + own.bottom,
  };
}

/**
 * What paints both eyes, whatever their kind. In: lids, gaze and squint. Out: strokes and fills on a canvas whose
 * units are the art's. Runs in the stage's thread when an eye has visibly changed: well under half a millisecond at
 * 720p.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { EyesArt } from "./manifest.ts";
import type { Bounds } from "./bounds.ts";
import { LidEyePainter } from "./lid_eye_painter.ts";

export interface EyePainter {
  /**
   * Lids from -0.5 (wide open) over 0 (as drawn) to 1 (shut); gaze -1..1 to the right and downwards; squint 0..1
   * lifts the lower lids as a smile does. Left and right are the picture's.
   */
  paint(lidLeft: number, lidRight: number, gazeX: number, gazeY: number, squint: number): void;
}

/** The painter of an avatar's kind of eyes. */
export function createEyePainter(context: SKRSContext2D, art: EyesArt): EyePainter {
  return new LidEyePainter(context, art);
}

/** All that the eyes can ever cover, in art units. */
export function eyesBounds(art: EyesArt): Bounds {
  return LidEyePainter.bounds(art);
}

/** How a drawn figure bends: from its manifest, or from where its eyes and chin are. In: art units. Out: pixels. */
import type { HeadRig } from "../posed/puppet.ts";
import type { DrawnManifest, HeadArt } from "./manifest.ts";
import type { View } from "./view.ts";

/** Proportions of a grown-up's head and neck, in distances from the eyes to the chin. */
const CROWN = 1.3;
const HALF_WIDTH = 0.95;
const NECK = 0.18;
const SHOULDERS = 0.8;

/** The head, in art units. */
export function headOf(manifest: DrawnManifest): HeadArt {
  if (manifest.head) return manifest.head;
  const { eyes, chin, mouth } = manifest;
  const eyeY = (eyes.left.inner.y + eyes.right.inner.y) / 2;
  const face = chin.y - eyeY;
  return {
    x: mouth.x,
    y: (eyeY - CROWN * face + chin.y) / 2,
    radiusX: HALF_WIDTH * face,
    radiusY: (1 + CROWN) * face / 2,
    neckY: chin.y + NECK * face,
    shoulderY: chin.y + SHOULDERS * face,
  };
}

export function drawnRig(manifest: DrawnManifest, view: View): HeadRig {
  const head = headOf(manifest);
  const x = (head.x - view.x) * view.scale;
  const y = (artY: number) => (artY - view.y) * view.scale;
  return {
    centreX: x,
    centreY: y(head.y),
    radiusX: head.radiusX * view.scale,
    radiusY: head.radiusY * view.scale,
    pivotX: x,
    pivotY: y(head.neckY),
    shoulderY: y(head.shoulderY),
    amount: 1,
  };
}

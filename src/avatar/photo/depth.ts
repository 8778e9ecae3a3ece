/**
 * How near each part of a photographed head is to the viewer, from the mesh's z: what parallax bends the photo by.
 *
 * In: the mesh in pixels of the frame. Out: 0 (rim of the head) .. 1 (tip of the nose) at any pixel. Asked at loading.
 */
import { type HeadPlace } from "./framing.ts";
import { FACE_POINTS, type Mesh } from "./mesh.ts";

/** Every so many points of the mesh are enough. */
const EVERY = 3;

export function depthOf(mesh: Mesh, head: HeadPlace): (x: number, y: number) => number {
  const centreY = (head.top + head.chin) / 2;
  const radiusY = head.height / 2 * 1.08;
  const zs = Array.from({ length: FACE_POINTS }, (_, index) => mesh.z(index));
  const nearest = Math.min(...zs);
  const farthest = Math.max(...zs);
  const range = Math.max(1e-6, farthest - nearest);
  const reach = 2 * (0.16 * mesh.pupils) ** 2;
  return (x, y) => {
    const across = (x - head.centreX) / (head.halfWidth * 1.1);
    const along = (y - centreY) / radiusY;
    const distance = across * across + along * along;
    if (distance >= 1) return 0;
    // The head behind and around the mesh is round.
    const round = 0.55 * Math.sqrt(1 - distance);
    let weights = 0.15;
    let sum = 0.15 * round;
    for (let index = 0; index < FACE_POINTS; index += EVERY) {
      const dx = x - mesh.x(index);
      const dy = y - mesh.y(index);
      const weight = Math.exp(-(dx * dx + dy * dy) / reach);
      weights += weight;
      sum += weight * (0.35 + 0.65 * (farthest - zs[index]!) / range);
    }
    return Math.min(1, sum / weights) * Math.min(1, 3 * (1 - distance));
  };
}

/**
 * The mesh of a film's face from frame to frame, without the trembling of its points: it moves with the head at once, and
 * what the points do beside that is followed the slower the smaller it is: lips that move are where they are.
 *
 * In: 478 points a frame, in any pixels. Out: `mesh`. A jump (another clip, a cut) is taken as it is. Allocates nothing
 * after the constructor.
 */
import { LEFT_EYE, Mesh, MESH_POINTS, RIGHT_EYE } from "./mesh.ts";

/** Points that only move with the head: forehead and temples, corners of the eyes, nose. Their errors cancel. */
const FIRM = [
  ...[10, 109, 338, 67, 297, 103, 332, 54, 284, 21, 251, 162, 389, 127, 356, 234, 454, 151, 9, 8],
  ...[33, 133, 362, 263, 130, 359, 168, 6, 197, 195, 5, 4, 1, 2, 98, 327],
] as const;
/** A head that moves farther than this in a frame, in parts of the pupils' distance, has jumped. */
const JUMP = 0.3;
/** A point that is so far from where it was expected is followed at once; one that is hardly off, by LEAST of the way. */
const AWAY = 0.02;
const LEAST = 0.18;

export class SteadyMesh {
  readonly mesh = new Mesh(new Float64Array(MESH_POINTS * 3));
  #isKnown = false;
  // The head's motion: x' = a x - b y + c, y' = b x + a y + d.
  #a = 1;
  #b = 0;
  #c = 0;
  #d = 0;

  /** Whether the last points were taken as they are. */
  hasJumped = true;

  forget(): void {
    this.#isKnown = false;
  }

  /** False where the points are no face (not finite, eyes on one place): the mesh is unusable until they are one. */
  follow(points: Float32Array): boolean {
    const to = this.mesh.points;
    const pupils = Math.hypot(
      points[RIGHT_EYE.iris * 3]! - points[LEFT_EYE.iris * 3]!,
      points[RIGHT_EYE.iris * 3 + 1]! - points[LEFT_EYE.iris * 3 + 1]!,
    );
    if (!(pupils >= 2) || !isFinite(points)) {
      this.#isKnown = false;
      return false;
    }
    this.hasJumped = !this.#isKnown || !this.#findMotion(points, JUMP * pupils);
    this.#isKnown = true;
    if (this.hasJumped) {
      for (let at = 0; at < to.length; at++) to[at] = points[at]!;
      return true;
    }
    const away = AWAY * pupils;
    for (let at = 0; at < to.length; at += 3) {
      const x = this.#a * to[at]! - this.#b * to[at + 1]! + this.#c;
      const y = this.#b * to[at]! + this.#a * to[at + 1]! + this.#d;
      const dx = points[at]! - x;
      const dy = points[at + 1]! - y;
      const share = Math.min(1, LEAST + (1 - LEAST) * (dx * dx + dy * dy) / (away * away));
      to[at] = x + dx * share;
      to[at + 1] = y + dy * share;
      to[at + 2] = points[at + 2]!;
    }
    return true;
  }

  /** The turn, growth and shift that bring the firm points best to where they are now. False where they jumped. */
  #findMotion(points: Float32Array, jump: number): boolean {
    const from = this.mesh.points;
    let fromX = 0, fromY = 0, toX = 0, toY = 0;
    for (const index of FIRM) {
      fromX += from[index * 3]! / FIRM.length;
      fromY += from[index * 3 + 1]! / FIRM.length;
      toX += points[index * 3]! / FIRM.length;
      toY += points[index * 3 + 1]! / FIRM.length;
    }
    let along = 0, across = 0, size = 0;
    for (const index of FIRM) {
      const x = from[index * 3]! - fromX;
      const y = from[index * 3 + 1]! - fromY;
      const nowX = points[index * 3]! - toX;
      const nowY = points[index * 3 + 1]! - toY;
      along += x * nowX + y * nowY;
      across += x * nowY - y * nowX;
      size += x * x + y * y;
    }
    this.#a = along / size;
    this.#b = across / size;
    this.#c = toX - this.#a * fromX + this.#b * fromY;
    this.#d = toY - this.#b * fromX - this.#a * fromY;
    return Math.hypot(toX - fromX, toY - fromY) < jump && Math.abs(this.#a - 1) < JUMP &&
      Math.abs(this.#b) < JUMP;
  }
}

function isFinite(points: Float32Array): boolean {
  for (let at = 0; at < MESH_POINTS * 3; at++) if (!Number.isFinite(points[at]!)) return false;
  return true;
}

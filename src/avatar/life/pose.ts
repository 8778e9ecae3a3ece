/**
 * Where head, eyes and brows are at one frame. Written by Life, read by every kind of face. Left and right are the
 * picture's; 0 everywhere is the face as it was drawn or photographed.
 */
export interface Pose {
  /** Turn of the head, -1 (to the picture's left) .. 1 (right); 1 is the most that still looks natural. */
  yaw: number;
  /** -1 (up) .. 1 (down). */
  pitch: number;
  /** -1 (leans to the picture's left) .. 1. */
  roll: number;
  /** Shift of the head, -1..1: to the right and downwards. */
  shiftX: number;
  shiftY: number;
  /** 0 (breathed out) .. 1 (in). */
  breath: number;
  /** 0 (open) .. 1 (shut); down to -0.5 for eyes wide open. */
  lidLeft: number;
  lidRight: number;
  /** -1..1: to the right and downwards. */
  gazeX: number;
  gazeY: number;
  /** -1 (lowered) .. 1 (raised). */
  browLeft: number;
  browRight: number;
  /** -1 (inner ends down: a frown) .. 1 (inner ends up: worry). */
  browTilt: number;
  /** -1 (corners of the closed mouth down) .. 1 (up). Fades out with speech: the lips then belong to it. */
  smile: number;
  /** 0..1: lower lids and cheeks lift, as in a real smile. */
  squint: number;
}

export function restPose(): Pose {
  return {
    yaw: 0,
    pitch: 0,
    roll: 0,
    shiftX: 0,
    shiftY: 0,
    breath: 0,
    lidLeft: 0,
    lidRight: 0,
    gazeX: 0,
    gazeY: 0,
    browLeft: 0,
    browRight: 0,
    browTilt: 0,
    smile: 0,
    squint: 0,
  };
}

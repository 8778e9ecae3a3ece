/**
 * Which part of a photo a frame shows: the head where a camera would have it, as much around it as the framing wants,
 * and, if it can be, nothing beyond the photo's edges.
 *
 * In: the mesh in the photo's pixels, the photo's size and the frame's. Out: a view in the photo's pixels.
 */
import type { FrameSize } from "../../time/mod.ts";
import type { Framing } from "../look.ts";
import { CHIN, FOREHEAD, type Mesh, NOSE_BRIDGE } from "./mesh.ts";

export interface PhotoView {
  /** Top left corner of the frame in the photo; may lie outside. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the frame for one of the photo. */
  readonly scale: number;
}

/** The head with its hair, in pixels of whatever the mesh is in. */
export interface HeadPlace {
  readonly centreX: number;
  readonly top: number;
  readonly chin: number;
  readonly height: number;
  readonly halfWidth: number;
}

/** Hair and skull above the mesh, in parts of the mesh's height. */
const ABOVE_MESH = 0.44;
/** Height of the view, and least width, in heads; where the eyes are in the view's height. */
const WANTED = {
  bust: { high: 2.05, wide: 1.42, eyes: 0.41 },
  head: { high: 1.42, wide: 1.06, eyes: 0.45 },
} as const;
/** A photo that shows less around the head than wanted is shown as it is, down to this. */
const HIGH_MIN = 1.12;
const WIDE_MIN = 0.95;
/** Room above the hair, in parts of the view's height. */
const HEADROOM = 0.05;

export function headPlace(mesh: Mesh): HeadPlace {
  const chin = mesh.y(CHIN);
  const forehead = mesh.y(FOREHEAD);
  const top = forehead - ABOVE_MESH * (chin - forehead);
  const halfWidth = Math.abs(mesh.x(454) - mesh.x(234)) / 2 * 1.2;
  return { centreX: (mesh.x(454) + mesh.x(234)) / 2, top, chin, height: chin - top, halfWidth };
}

export function framePhoto(mesh: Mesh, photo: FrameSize, frame: FrameSize, framing: Framing): PhotoView {
  const head = headPlace(mesh);
  const { high, wide, eyes } = WANTED[framing];
  const aspect = frame.width / frame.height;
  const wantedHeight = Math.max(high, wide / aspect) * head.height;
  const leastHeight = Math.max(HIGH_MIN, WIDE_MIN / aspect) * head.height;
  const fitting = Math.min(photo.height, photo.width / aspect);
  const height = Math.max(Math.min(wantedHeight, fitting), Math.min(leastHeight, wantedHeight));
  const width = height * aspect;
  const x = inside(head.centreX - width / 2, width, photo.width, 0.5);
  // What lacks at the bottom would cut the shoulders: what is added goes above.
  const start = Math.min(mesh.y(NOSE_BRIDGE) - eyes * height, head.top - HEADROOM * height);
  const y = inside(start, height, photo.height, 1);
  return { x, y, scale: frame.height / height };
}

/** A start so that `length` from it lies within 0..`room`; where it cannot, `before` of the surplus goes before 0. */
function inside(start: number, length: number, room: number, before: number): number {
  if (length >= room) return (room - length) * before;
  return Math.min(room - length, Math.max(0, start));
}

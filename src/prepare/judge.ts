/**
 * Whether a measured face can be made to speak: large enough, seen from the front, mouth and eyes free and as they
 * are at rest.
 *
 * In: the mesh, and the picture for colours. Out: nothing, or an InputFault with one line that says what is and what
 * is wanted: `small_face`, `turned_face`, `open_mouth`, `closed_eyes`, `covered_mouth`. Angles are in degrees.
 */
import { InputFault } from "../errors/mod.ts";
import type { Mesh } from "../avatar/mod.ts";
import type { Picture } from "./picture.ts";

/** Ear to ear. */
const FACE_WIDTH_MIN = 80;
/** Below it the face looks soft at 720p. */
export const FACE_WIDTH_SHARP = 250;
const YAW_MAX = 22;
const PITCH_MAX = 20;
const ROLL_MAX = 20;
/** Height of the opening between the lips, and of the eyes', in their widths. */
const MOUTH_OPEN_MAX = 0.32;
const EYE_OPEN_MIN = 0.14;
/** The line from forehead to chin of a face that looks straight ahead leans back so far. */
const PITCH_REST = 10;
/** Lips are redder than skin; a mask, a hand in a glove or a microphone is less red by more than this. */
const LESS_RED_MAX = 12;
/** A picture whose skin has less colour than this is black and white, or as good as. */
const COLOUR_MIN = 10;

const LEFT_EAR = 234;
const RIGHT_EAR = 454;
const FOREHEAD = 10;
const CHIN = 152;
/** Below the eyes, and around the mouth. */
const CHEEKS = [117, 346, 50, 280, 118, 347] as const;
const AROUND_MOUTH = [164, 18, 200, 57, 287, 0, 17] as const;

export interface HeadPose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** Turn to a side, nod and lean of the head, 0 for a face that looks straight ahead. */
export function poseOf(mesh: Mesh): HeadPose {
  const degrees = (across: number, along: number) => Math.atan2(across, along) * 180 / Math.PI;
  const roll = degrees(mesh.y(263) - mesh.y(33), mesh.x(263) - mesh.x(33));
  const wide = Math.hypot(mesh.x(RIGHT_EAR) - mesh.x(LEFT_EAR), mesh.y(RIGHT_EAR) - mesh.y(LEFT_EAR));
  const high = Math.hypot(mesh.x(CHIN) - mesh.x(FOREHEAD), mesh.y(CHIN) - mesh.y(FOREHEAD));
  return {
    yaw: degrees(mesh.z(RIGHT_EAR) - mesh.z(LEFT_EAR), wide),
    pitch: degrees(mesh.z(CHIN) - mesh.z(FOREHEAD), high) - PITCH_REST,
    roll,
  };
}

/** Width of the face in pixels, as if it were not turned. */
export function faceWidth(mesh: Mesh): number {
  return Math.hypot(
    mesh.x(RIGHT_EAR) - mesh.x(LEFT_EAR),
    mesh.y(RIGHT_EAR) - mesh.y(LEFT_EAR),
    mesh.z(RIGHT_EAR) - mesh.z(LEFT_EAR),
  );
}

/** `what` names the picture in messages. */
export function judgeFace(mesh: Mesh, picture: Picture, what: string): void {
  const wide = Math.round(faceWidth(mesh));
  if (wide < FACE_WIDTH_MIN) {
    throw refuse(
      "small_face",
      `the face in ${what} is ${wide} pixels wide, wanted at least ${FACE_WIDTH_MIN} (${FACE_WIDTH_SHARP} look sharp)`,
    );
  }
  judgePose(poseOf(mesh), what);
  const opening = distance(mesh, 13, 14) / distance(mesh, 61, 291);
  if (opening > MOUTH_OPEN_MAX) {
    throw refuse(
      "open_mouth",
      `the mouth in ${what} is open by ${percent(opening)} of its width, wanted at most ${
        percent(MOUTH_OPEN_MAX)
      }: a closed mouth or a smile`,
    );
  }
  const eyes = Math.max(
    distance(mesh, 159, 145) / distance(mesh, 33, 133),
    distance(mesh, 386, 374) / distance(mesh, 362, 263),
  );
  if (eyes < EYE_OPEN_MIN) throw refuse("closed_eyes", `the eyes in ${what} are closed, wanted open ones`);
  if (isMouthCovered(mesh, picture)) {
    throw refuse("covered_mouth", `the mouth in ${what} is covered, wanted a face with nothing before it`);
  }
}

export function judgePose({ yaw, pitch, roll }: HeadPose, what: string): void {
  for (
    const [angle, most, name] of [
      [yaw, YAW_MAX, "turned to the side"],
      [pitch, PITCH_MAX, pitch > 0 ? "bowed" : "raised"],
      [roll, ROLL_MAX, "leaning"],
    ] as const
  ) {
    if (Math.abs(angle) <= most) continue;
    throw refuse(
      "turned_face",
      `the face in ${what} is ${name} by ${
        Math.round(Math.abs(angle))
      } degrees, wanted at most ${most}: look into the lens`,
    );
  }
}

function isMouthCovered(mesh: Mesh, picture: Picture): boolean {
  const skin = meanRed(mesh, picture, CHEEKS);
  if (skin < COLOUR_MIN) return false; // black and white: it cannot be told
  return meanRed(mesh, picture, AROUND_MOUTH) < skin - LESS_RED_MAX;
}

/** Redness: Cr of BT.601, 0 for grey, over a few pixels about each point. */
function meanRed(mesh: Mesh, { rgb, width, height }: Picture, points: readonly number[]): number {
  let sum = 0;
  let count = 0;
  const step = Math.max(1, Math.round(mesh.pupils / 40));
  for (const point of points) {
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const x = Math.min(width - 1, Math.max(0, Math.floor(mesh.x(point)) + dx * step));
        const y = Math.min(height - 1, Math.max(0, Math.floor(mesh.y(point)) + dy * step));
        const at = (y * width + x) * 3;
        sum += 0.5 * rgb[at]! - 0.419 * rgb[at + 1]! - 0.081 * rgb[at + 2]!;
        count++;
      }
    }
  }
  return sum / count;
}

function distance(mesh: Mesh, a: number, b: number): number {
  return Math.hypot(mesh.x(a) - mesh.x(b), mesh.y(a) - mesh.y(b));
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function refuse(code: string, message: string): InputFault {
  return new InputFault(message, { code });
}

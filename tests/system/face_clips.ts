/**
 * Short films of a real face, made by Debian's ffmpeg of NASA's portrait of Eileen Collins (public domain, python3-skimage):
 * a window that wanders over the picture at a known speed, so that where the face is can be worked out.
 *
 *   await faceClip(`${folder}/a.mp4`, { seconds: 2, fps: 30 });
 */
import { assert } from "@std/assert";

export const PORTRAIT = "/usr/lib/python3/dist-packages/skimage/data/astronaut.png";
/** Of the films, unless `filter` says otherwise. */
export const CLIP_SIDE = 320;
/** Side of the window in pixels of the portrait, and how far it wanders in a second. */
export const WINDOW = 280;
export const WANDER = 24;

export interface FaceClip {
  readonly seconds: number;
  /** Default 25. */
  readonly fps?: number;
  /** Filters after the window. */
  readonly filter?: string;
  /** Before the output: encoder, pixel format. Default H.264. */
  readonly output?: readonly string[];
}

export async function ffmpeg(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-nostdin", "-v", "error", "-y", ...args],
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

export async function faceClip(path: string, { seconds, fps = 25, filter, output }: FaceClip): Promise<void> {
  const window = `crop=${WINDOW}:${WINDOW}:90+${WANDER}*t:4,scale=${CLIP_SIDE}:${CLIP_SIDE}`;
  await ffmpeg(
    ...["-loop", "1", "-framerate", String(fps), "-i", PORTRAIT, "-t", String(seconds)],
    ...["-vf", filter ? `${window},${filter}` : window],
    ...(output ?? ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"]),
    path,
  );
}

/**
 * The second pass over a clip: film, track, masks and what the engines' networks see, into the avatar's folder.
 *
 * In: moving pictures, the points of each frame, an encoder for latents. Out: the clip's entry and its files. Main thread.
 * Latents that were encoded before an interruption are taken from where they were kept.
 */
import {
  type ClipFrame,
  type ClipPlan,
  ClipWriter,
  type Edges,
  FACE_SIDE,
  FILM_FPS,
  HALF_MAX,
  LATENT_VALUES,
  type WrittenClip,
} from "../../film/mod.ts";
import { encoderImage, LATENT_IMAGE_SIDE, LATENT_IMAGE_VALUES } from "../../features/mod.ts";
import { Fault, InputFault } from "../../errors/mod.ts";
import { cutResized } from "./cut_resized.ts";
import {
  cropBox,
  meanBoxes,
  museTalkBox,
  type MuseTalkVersion,
  ultralightBox,
  wav2lipBox,
} from "./face_boxes.ts";
import { jawMask } from "./jaw_mask.ts";
import { type MovingPictures, readAhead, timeText } from "./moving_pictures.ts";
import type { ProgressMeter } from "./progress.ts";
import type { Records } from "./workshop.ts";

/** MuseTalk's autoencoder, as src/lipsync opens it. */
export interface LatentEncoder {
  /** count * 3 * 256 * 256 values in -1..1 -> count * 4 * 32 * 32. */
  encode(count: number, images: Float32Array): Promise<Float32Array>;
}

export interface ClipWishes {
  readonly plan: Omit<ClipPlan, "frames">;
  readonly version: MuseTalkVersion;
  readonly shiftPx: number;
  readonly hasWav2lip: boolean;
  readonly hasUltralight: boolean;
  readonly latents?: { readonly encoder: LatentEncoder; readonly records: Records };
}

/** Nothing smaller is a face, in pixels. */
export const BOX_SIDE_MIN = 16;
export const LATENT_RECORD_BYTES = LATENT_VALUES * 4;

/** Everything of a frame that is known before its picture is. */
export interface FrameBoxes {
  readonly musetalk: Edges;
  readonly crop: Edges;
  readonly wav2lip?: Edges;
  readonly ultralight?: Edges;
}

/** Boxes of every frame. Throws InputFault `no_face` where a face has left the picture, for whichever engine. */
export function boxesOf(
  points: readonly Float32Array[],
  { what, size }: MovingPictures,
  wishes: ClipWishes,
): FrameBoxes[] {
  const wide = wishes.hasWav2lip ? meanBoxes(points.map((one) => wav2lipBox(one, size))) : [];
  return points.map((one, frame) => {
    const musetalk = museTalkBox(one, size, wishes.version, wishes.shiftPx);
    const boxes = {
      musetalk,
      crop: cropBox(musetalk, wishes.version),
      ...(wishes.hasWav2lip ? { wav2lip: wide[frame]! } : {}),
      ...(wishes.hasUltralight ? { ultralight: ultralightBox(one, size) } : {}),
    };
    if (Object.values(boxes).every(isLarge)) return boxes;
    throw new InputFault(
      `${what} shows less than a face at ${timeText(frame, FILM_FPS)}, wanted the whole face in every frame`,
      { code: "no_face" },
    );
  });
}

/** Points that stand in a wrong order make sides of less than nothing. */
function isLarge([x1, y1, x2, y2]: Edges): boolean {
  return x2 - x1 >= BOX_SIDE_MIN && y2 - y1 >= BOX_SIDE_MIN;
}

export async function writeClip(
  folder: string,
  pictures: MovingPictures,
  points: readonly Float32Array[],
  wishes: ClipWishes,
  progress: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<WrittenClip> {
  const boxes = boxesOf(points, pictures, wishes);
  const { width } = pictures.size;
  using writer = new ClipWriter(folder, { ...wishes.plan, frames: points.length }, pictures.size);
  progress.begin(`writing ${wishes.plan.name}`, points.length);
  for await (const { frame, rgb } of readAhead(pictures.pictures(signal ? { signal } : {}))) {
    const own = boxes[frame];
    if (own === undefined) break;
    // Both projects call OpenCV's resize as it is; "INTER_AREA" in Ultralight's stands where the target belongs and does
    // nothing.
    const faces = {
      ...(own.wav2lip ? { wav2lip: cutResized(rgb, width, own.wav2lip, FACE_SIDE.wav2lip, "linear") } : {}),
      ...(own.ultralight
        ? { ultralight: cutResized(rgb, width, own.ultralight, FACE_SIDE.ultralight, "linear") }
        : {}),
    };
    const made: ClipFrame = {
      rgb,
      boxes: { ...own },
      points: points[frame]!,
      mask: jawMask(points[frame]!, own.musetalk, own.crop),
      faces,
      ...(wishes.latents
        ? { latents: await latentsOf(rgb, width, own.musetalk, frame, wishes.latents) }
        : {}),
    };
    await writer.add(made);
    progress.at(frame + 1);
  }
  return await writer.finish();
}

/** The masked crop's latents, then the whole one's (musetalk/models/vae.py: get_latents_for_unet). */
async function latentsOf(
  rgb: Uint8Array,
  width: number,
  box: Edges,
  frame: number,
  { encoder, records }: NonNullable<ClipWishes["latents"]>,
): Promise<Float32Array> {
  const latents = new Float32Array(LATENT_VALUES);
  if (frame < records.count) {
    records.read(frame, new Uint8Array(latents.buffer));
    return latents;
  }
  const crop = cutResized(rgb, width, box, LATENT_IMAGE_SIDE, "lanczos4");
  const images = new Float32Array(2 * LATENT_IMAGE_VALUES);
  encoderImage(crop, true, images);
  encoderImage(crop, false, images, LATENT_IMAGE_VALUES);
  latents.set(await encoder.encode(2, images));
  // Not kept, or the same command would stumble over it again with a better model.
  const wrong = latents.find((value) => !(Math.abs(value) <= HALF_MAX));
  if (wrong !== undefined) {
    throw new Fault(
      `the model's encoder answered ${wrong} for the face at ${
        timeText(frame, FILM_FPS)
      }, wanted numbers that ` +
        `float16 holds: export it without --fp16, or take another model`,
      { code: "bad_latents" },
    );
  }
  records.add(new Uint8Array(latents.slice().buffer));
  return latents;
}

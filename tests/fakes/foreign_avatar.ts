/**
 * Avatar folders as MuseTalk and LiveTalking leave them, tiny and made by the test; and a finder that sees a face in the
 * middle of whatever it is shown.
 *
 *   const folder = await makeForeign(parent, { kind: "musetalk", frames: 6, isDoubled: true });
 *   await importAvatar({ path: folder.path, finder: centredFinder(), ... })
 */
import sharp from "sharp";
import type { Edges } from "../../src/film/mod.ts";
import type { FaceFinder } from "../../src/prepare/face_finder.ts";
import type { FrameSize } from "../../src/time/mod.ts";
import { makePortrait } from "../unit/photo_portrait.ts";
import { pickleBytes, type Pickled, torchBytes } from "./pickle_bytes.ts";

export interface ForeignOptions {
  readonly kind: "musetalk" | "wav2lip" | "ultralight";
  readonly frames: number;
  /** Default "foreign". */
  readonly name?: string;
  /** Default 160x96. */
  readonly size?: FrameSize;
  /** Forward, then backward. Default false. */
  readonly isDoubled?: boolean;
  /** Frames without a face: MuseTalk's placeholder, and no latents. */
  readonly faceless?: readonly number[];
  /** Of faces. Default 256, or 168. */
  readonly faceSide?: number;
  /** MuseTalk 1.0 writes tuples. Default 1.5. */
  readonly version?: "1.0" | "1.5";
}

export interface MadeForeign {
  readonly path: string;
  /** Of the film, forward. */
  readonly pictures: readonly Uint8Array[];
  readonly boxes: readonly Edges[];
  readonly crops: readonly Edges[];
  /** Of each crop. */
  readonly masks: readonly Uint8Array[];
  readonly latents: readonly Float16Array[];
}

const LATENT_SHAPE = [1, 8, 32, 32];

export async function makeForeign(parent: string, options: ForeignOptions): Promise<MadeForeign> {
  const { kind, frames, name = "foreign", size = { width: 160, height: 96 }, faceless = [] } = options;
  const path = `${parent}/${name}`;
  const forward = Array.from({ length: frames }, (_, frame) => frame);
  const order = options.isDoubled ? [...forward, ...forward.toReversed()] : forward;
  const pictures = forward.map((frame) => pictureOf(frame, size));
  const boxes = forward.map((frame): Edges => [50 + frame % 3, 20 + frame % 2, 110, 86]);
  const crops = boxes.map(([x1, y1, x2, y2]): Edges => {
    const half = Math.trunc(Math.floor(Math.max(x2 - x1, y2 - y1) / 2) * 1.5);
    const [x, y] = [(x1 + x2) >> 1, (y1 + y2) >> 1];
    return [x - half, y - half, x + half, y + half];
  });
  const masks = crops.map(([x1, y1, x2, y2], frame) =>
    Uint8Array.from({ length: (x2 - x1) * (y2 - y1) }, (_, at) => (at * 7 + frame * 31) % 256)
  );
  const latents = forward.map((frame) =>
    Float16Array.from({ length: 8192 }, (_, at) => Math.sin(at * 0.37 + frame) * 3)
  );
  await writePictures(`${path}/full_imgs`, order.map((frame) => [pictures[frame]!, size, 3]));
  if (kind === "musetalk") {
    await writePictures(
      `${path}/mask`,
      order.map((frame) => {
        const [x1, y1, x2, y2] = crops[frame]!;
        return [masks[frame]!, { width: x2 - x1, height: y2 - y1 }, 1];
      }),
    );
    const isList = options.version !== "1.0";
    await Deno.writeFile(
      `${path}/coords.pkl`,
      pickleBytes(order.map((frame): Pickled => {
        if (faceless.includes(frame)) return { tuple: [0.0, 0.0, 0.0, 0.0] };
        const [x1, y1, x2, y2] = boxes[frame]!;
        const box = [{ int32: x1 }, y1, { int32: x2 }, { int32: y2 }];
        return isList ? box : { tuple: box };
      })),
    );
    await Deno.writeFile(`${path}/mask_coords.pkl`, pickleBytes(order.map((frame) => [...crops[frame]!])));
    const held = order.filter((frame) => !faceless.includes(frame)).map((frame) => latents[frame]!);
    await Deno.writeFile(`${path}/latents.pt`, torchBytes(held, LATENT_SHAPE));
    const info = { avatar_id: name, video_path: "somewhere.mp4", bbox_shift: 0 };
    await Deno.writeTextFile(`${path}/avator_info.json`, JSON.stringify(info));
  } else {
    const side = options.faceSide ?? (kind === "wav2lip" ? 256 : 168);
    await writePictures(
      `${path}/face_imgs`,
      order.map((frame) => [
        Uint8Array.from({ length: side * side * 3 }, (_, at) => 60 + frame * 20 + at % 3 * 30),
        { width: side, height: side },
        3,
      ]),
    );
    await Deno.writeFile(
      `${path}/coords.pkl`,
      pickleBytes(order.map((frame): Pickled => {
        const [x1, y1, x2, y2] = boxes[frame]!;
        return { tuple: kind === "wav2lip" ? [y1, y2, x1, x2] : [x1, y1, x2, y2] };
      })),
    );
  }
  return { path, pictures, boxes, crops, masks, latents };
}

/** A folder of numbered pictures, such as a custom action's. */
export async function writePictures(
  folder: string,
  pictures: readonly (readonly [Uint8Array, FrameSize, 1 | 3])[],
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [at, [bytes, size, channels]] of pictures.entries()) {
    const image = sharp(bytes, { raw: { ...size, channels } });
    await (channels === 1 ? image.toColourspace("b-w") : image).png({ compressionLevel: 1 })
      .toFile(`${folder}/${String(at).padStart(8, "0")}.png`);
  }
}

/** No two frames are the same. */
export function pictureOf(frame: number, { width, height }: FrameSize): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      rgb[at] = 90 + x / 2 + frame;
      rgb[at + 1] = 70 + y / 2;
      rgb[at + 2] = 60 + (frame * 9) % 100;
    }
  }
  return rgb;
}

/** Sees one face in the middle of every square, of a width that it finds again in the region about it. */
export function centredFinder(
  isSeen: (looks: number) => boolean = () => true,
): FaceFinder {
  const { mesh } = makePortrait({ width: 256, height: 256, pupils: 60 });
  let looks = 0;
  const finder = {
    mirrored: [],
    find(_rgb: Uint8Array, side: number) {
      if (!isSeen(looks++)) return Promise.resolve([]);
      const points = mesh.points.slice(0, 468 * 3);
      const xs = Array.from({ length: 468 }, (_, index) => points[index * 3]!);
      const ys = Array.from({ length: 468 }, (_, index) => points[index * 3 + 1]!);
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      const scale = side / 1.75 / Math.max(right - left, 0.75 * (bottom - top));
      for (let index = 0; index < 468; index++) {
        points[index * 3] = (points[index * 3]! - (left + right) / 2) * scale + side / 2;
        points[index * 3 + 1] = (points[index * 3 + 1]! - (top + bottom) / 2) * scale + side / 2;
        points[index * 3 + 2]! *= scale;
      }
      return Promise.resolve([{ certainty: 1, points }]);
    },
  };
  // The real one has private fields; what is called of it is all here.
  return finder as unknown as FaceFinder;
}

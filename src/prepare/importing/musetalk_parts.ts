/**
 * MuseTalk's masks and latents of each frame of a foreign folder.
 *
 * In: the folder and its boxes, all of them, also those of a film that is held twice. Out: opacity of each pixel of a box,
 * and 8 * 32 * 32 latent values, by frame; InputFault `bad_import` or `bad_pickle` that names frame and file. Main thread;
 * holds latents.pt, decodes one mask at a time.
 */
import { type Edges, HALF_MAX, LATENT_VALUES } from "../../film/mod.ts";
import { decodePicture } from "../../avatar/mod.ts";
import { NdArray, readTorchFile } from "../../pickle/mod.ts";
import { readCoords } from "./coords.ts";
import { badImport, checkCount, type ForeignFolder } from "./foreign_folder.ts";

const LATENTS = "latents.pt";
const MASKS = "mask";
const MASK_COORDS = "mask_coords.pkl";
const PICKLE_BYTES_MAX = 64 << 20;
const LATENTS_BYTES_MAX = 1 << 30;
const SHAPES = ["1,8,32,32", "8,32,32"];

export class MuseTalkParts {
  readonly #folder: ForeignFolder;
  readonly #masks: readonly string[];
  readonly #crops: readonly (Edges | undefined)[];
  readonly #latents: readonly NdArray[];
  /** For each frame its place in latents.pt: frames without a face have none there. */
  readonly #places: readonly number[];

  private constructor(
    folder: ForeignFolder,
    masks: readonly string[],
    crops: readonly (Edges | undefined)[],
    latents: readonly NdArray[],
    places: readonly number[],
  ) {
    this.#folder = folder;
    this.#masks = masks;
    this.#crops = crops;
    this.#latents = latents;
    this.#places = places;
  }

  static open(folder: ForeignFolder, boxes: readonly (Edges | undefined)[]): MuseTalkParts {
    const frames = boxes.length;
    const masks = folder.pictures(MASKS);
    checkCount(`${folder.name}/${MASKS}`, masks.length, "pictures", frames);
    const label = `${folder.name}/${MASK_COORDS}`;
    const crops = readCoords(folder.read(MASK_COORDS, PICKLE_BYTES_MAX), label, "x1, y1, x2, y2").boxes;
    checkCount(label, crops.length, "boxes", frames);
    const latents = readLatents(folder);
    let faces = 0;
    const places = boxes.map((box) => box ? faces++ : -1);
    if (latents.length !== faces) checkCount(`${folder.name}/${LATENTS}`, latents.length, "tensors", frames);
    const isWhole = latents.length === frames;
    return new MuseTalkParts(folder, masks, crops, latents, isWhole ? boxes.map((_, at) => at) : places);
  }

  /** The square that the mask was made for. */
  crop(frame: number): Edges {
    const crop = this.#crops[frame];
    if (!crop) {
      throw badImport(`${this.#folder.name}/${MASK_COORDS} has no box for frame ${frame}, wanted one`);
    }
    return crop;
  }

  latents(frame: number): Float32Array {
    const values = this.#latents[this.#places[frame]!]!.floats();
    if (values.length !== LATENT_VALUES || values.some((value) => !(Math.abs(value) <= HALF_MAX))) {
      throw badImport(
        `${this.#folder.name}/${LATENTS} has values for frame ${frame} that are no latents, wanted ${LATENT_VALUES} numbers of float16`,
      );
    }
    return values;
  }

  /** Opacity of each pixel of `box`: what of the mask lies in it. */
  async mask(frame: number, box: Edges): Promise<Uint8Array> {
    const name = this.#masks[frame]!;
    const crop = this.crop(frame);
    const { width, height, rgba } = await decodePicture(
      this.#folder.read(name, 64 << 20),
      `${this.#folder.name}/${name}`,
      "bad_import",
    );
    if (width !== crop[2] - crop[0] || height !== crop[3] - crop[1]) {
      throw badImport(
        `${this.#folder.name}/${name} has ${width}x${height} pixels, wanted the ${crop[2] - crop[0]}x${
          crop[3] - crop[1]
        } of its box in ${MASK_COORDS}`,
      );
    }
    const [x1, y1, x2, y2] = box;
    const mask = new Uint8Array((x2 - x1) * (y2 - y1));
    for (let y = y1, at = 0; y < y2; y++) {
      for (let x = x1; x < x2; x++, at++) {
        const isInside = x >= crop[0] && x < crop[2] && y >= crop[1] && y < crop[3];
        if (isInside) mask[at] = rgba[((y - crop[1]) * width + x - crop[0]) * 4]!;
      }
    }
    return mask;
  }
}

function readLatents(folder: ForeignFolder): NdArray[] {
  const label = `${folder.name}/${LATENTS}`;
  const list = readTorchFile(folder.read(LATENTS, LATENTS_BYTES_MAX), label);
  if (!Array.isArray(list)) throw badImport(`${label} holds no list, wanted a tensor [1, 8, 32, 32] a frame`);
  return list.map((tensor, frame) => {
    if (tensor instanceof NdArray && SHAPES.includes(tensor.shape.join(","))) return tensor;
    const is = tensor instanceof NdArray ? `[${tensor.shape.join(", ")}]` : "something else";
    throw badImport(`${label} has ${is} for frame ${frame}, wanted a tensor [1, 8, 32, 32]`);
  });
}

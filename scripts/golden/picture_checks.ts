/**
 * What MuseTalk's own functions see, held against the shipped code: the autoencoder's images, patches, and the blend.
 *
 * In: a folder of known answers. Out: for each kind the largest error of all its cases.
 */
import {
  decodedByte,
  decodedPatch,
  encoderImage,
  LATENT_IMAGE_SIDE,
  LATENT_IMAGE_VALUES,
} from "../../src/features/mod.ts";
import { pastePlane } from "../../src/stage/mod.ts";
import { type Check, worse } from "./check.ts";
import { bad, type GoldenPicture, type KnownAnswers } from "./known_answers.ts";

const SIDE = LATENT_IMAGE_SIDE;

/** The crop as the encoder sees it, whole and with its lower half hidden. */
export async function checkEncoderImages(golden: KnownAnswers): Promise<Check[]> {
  const { vae_pre: spots } = golden.json;
  if (spots === undefined) return [{ kind: "encoder images", cases: 0, error: 0, limit: 0 }];
  const face = await golden.picture(spots.file);
  if (face.width !== SIDE || face.height !== SIDE || face.channels < 3) {
    throw bad(`${spots.file} is ${face.width}x${face.height}, wanted ${SIDE} RGB pixels a side`);
  }
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let at = 0; at < rgb.length; at++) {
    rgb[at] = face.bytes[Math.floor(at / 3) * face.channels + at % 3]!;
  }
  const image = new Float32Array(LATENT_IMAGE_VALUES);
  return (["masked", "reference"] as const).map((kind) => {
    encoderImage(rgb, kind === "masked", image);
    let error = 0;
    for (const { at: [channel, row, column], value } of spots[kind]) {
      error = worse(error, image[(channel * SIDE + row) * SIDE + column], value);
    }
    return { kind: `encoder image, ${kind}`, cases: spots[kind].length, error, limit: 0 };
  });
}

/** Each value by itself, and all of them as one picture's planes. */
export function checkDecoded(golden: KnownAnswers): Check {
  const { decode } = golden.json;
  const side = Math.ceil(Math.sqrt(decode.length / 3));
  const values = new Float32Array(3 * side * side);
  decode.forEach(({ decoder }, at) => values[at] = decoder);
  const patch = new Uint8Array(values.length);
  decodedPatch(values, 0, side, patch);
  let error = 0;
  decode.forEach(({ decoder, u8 }, at) => {
    error = worse(error, decodedByte(decoder), u8);
    error = worse(error, patch[at % (side * side) * 3 + Math.floor(at / (side * side))], u8);
  });
  return { kind: "decoder to bytes", cases: decode.length, error, limit: 0 };
}

/** The patch over the frame, channel by channel, by the arithmetic that pastes Y, U and V. */
export async function checkBlend(golden: KnownAnswers): Promise<Check> {
  let error = 0;
  for (const one of golden.json.blend) {
    const frame = await golden.picture(one.frame);
    const patch = await golden.picture(one.patch);
    const mask = await golden.picture(one.mask);
    const out = await golden.picture(one.out);
    const [box, crop] = [boxOf(one.box), boxOf(one.crop)];
    if (patch.width !== box.x2 - box.x1 || patch.height !== box.y2 - box.y1) {
      throw bad(`${one.patch} is ${patch.width}x${patch.height}, wanted the size of its box`);
    }
    if (mask.width !== crop.x2 - crop.x1 || mask.height !== crop.y2 - crop.y1) {
      throw bad(`${one.mask} is ${mask.width}x${mask.height}, wanted the size of its crop`);
    }
    if (out.width !== frame.width || out.height !== frame.height) {
      throw bad(`${one.out} is ${out.width}x${out.height}, wanted the size of ${one.frame}`);
    }
    const opacity = plane(mask, 0);
    for (let channel = 0; channel < 3; channel++) {
      const mine = plane(frame, channel);
      pastePlane(mine, frame.width, frame.height, plane(patch, channel), box, opacity, crop);
      const wanted = plane(out, channel);
      for (let at = 0; at < mine.length; at++) error = worse(error, mine[at], wanted[at]);
    }
  }
  return { kind: "blend", cases: golden.json.blend.length, error, limit: 1 };
}

function boxOf([x1, y1, x2, y2]: readonly [number, number, number, number]) {
  return { x1, y1, x2, y2 };
}

function plane({ bytes, channels, width, height }: GoldenPicture, channel: number): Uint8Array {
  const from = Math.min(channel, channels - 1);
  return Uint8Array.from({ length: width * height }, (_, at) => bytes[at * channels + from]!);
}

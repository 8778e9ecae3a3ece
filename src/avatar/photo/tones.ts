/**
 * What colours a photo gives skin and lips, measured on the picture, and from them those of teeth, tongue and the
 * dark between: a photo in black and white gets grey teeth, one in lamp light warm ones.
 *
 * In: the still I420 picture and the mesh in its pixels. Out: luma and chroma, counted from 0 (limited range less its
 * offsets). Once, at loading.
 */
import type { I420Frame } from "../face.ts";
import { LOWER_LIP_INNER, LOWER_LIP_OUTER, type Mesh } from "./mesh.ts";

export interface Tone {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

export interface MouthTones {
  readonly teeth: Tone;
  readonly tongue: Tone;
  readonly cavity: Tone;
  /** The wet inner side of the lips. */
  readonly lip: Tone;
}

/** Cheeks, forehead and chin, where skin is bare in most faces. */
const SKIN = [50, 280, 205, 425, 117, 346, 151, 9, 199, 36, 266] as const;

export function measureTones(picture: I420Frame, mesh: Mesh): MouthTones {
  const skin = SKIN.map((index) => toneAt(picture, mesh.x(index), mesh.y(index)));
  const lips = LOWER_LIP_OUTER.slice(2, -2).map((outer, at) => {
    const inner = LOWER_LIP_INNER[at + 2]!;
    return toneAt(picture, (mesh.x(outer) + mesh.x(inner)) / 2, (mesh.y(outer) + mesh.y(inner)) / 2);
  });
  const bare = median(skin);
  const lip = median(lips);
  const bright = skin.map((tone) => tone.y).toSorted((a, b) => a - b).at(-2)!;
  return {
    teeth: { y: Math.min(205, Math.max(bright * 1.05, bare.y * 1.22)), u: bare.u * 0.45, v: bare.v * 0.38 },
    tongue: { y: Math.max(30, lip.y * 0.82), u: lip.u * 0.8, v: lip.v * 1.1 },
    lip: { y: lip.y * 0.7, u: lip.u * 0.9, v: lip.v * 1.1 },
    cavity: { y: Math.max(6, lip.y * 0.13), u: lip.u * 0.25, v: lip.v * 0.45 },
  };
}

function median(tones: readonly Tone[]): Tone {
  const middle = (of: (tone: Tone) => number) => tones.map(of).toSorted((a, b) => a - b)[tones.length >> 1]!;
  return { y: middle((tone) => tone.y), u: middle((tone) => tone.u), v: middle((tone) => tone.v) };
}

/** Mean over a few pixels around a place, cut at the picture's edges. */
function toneAt({ bytes, width, height }: I420Frame, x: number, y: number): Tone {
  const chromaWidth = width >> 1;
  const uAt = width * height;
  const vAt = uAt + uAt / 4;
  let [luma, u, v, count] = [0, 0, 0, 0];
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      const column = Math.min(width - 1, Math.max(0, Math.floor(x) + dx));
      const row = Math.min(height - 1, Math.max(0, Math.floor(y) + dy));
      const chroma = (row >> 1) * chromaWidth + (column >> 1);
      luma += bytes[row * width + column]! - 16;
      u += bytes[uAt + chroma]! - 128;
      v += bytes[vAt + chroma]! - 128;
      count++;
    }
  }
  return { y: luma / count, u: u / count, v: v / count };
}

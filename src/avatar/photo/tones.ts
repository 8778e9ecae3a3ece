/**
 * What colours a picture gives skin and lips, measured on it, and from them those of teeth, tongue and the dark between:
 * a photo in black and white gets grey teeth, one in lamp light warm ones.
 *
 * In: the still I420 picture and the mesh in its pixels. Out: luma and chroma, counted from 0 (limited range less its
 * offsets). Once at loading for a photo; for a film with every frame, followed slowly and without allocating.
 */
import type { I420Frame } from "../face.ts";
import { mix } from "./ease.ts";
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
/** Places along the lower lip that count: not its corners. */
const LIP_FROM = 2;
const LIP_TO = LOWER_LIP_OUTER.length - 2;

class MovingTone implements Tone {
  y = 0;
  u = 0;
  v = 0;

  follow(y: number, u: number, v: number, share: number): void {
    this.y = mix(this.y, y, share);
    this.u = mix(this.u, u, share);
    this.v = mix(this.v, v, share);
  }
}

export class ToneMeter {
  readonly tones = {
    teeth: new MovingTone(),
    tongue: new MovingTone(),
    cavity: new MovingTone(),
    lip: new MovingTone(),
  };
  readonly #skin = new Samples(SKIN.length);
  readonly #lips = new Samples(LIP_TO - LIP_FROM);

  /** Moves the tones `share` of the way (0..1) to those of this picture. */
  measure(picture: I420Frame, mesh: Mesh, share: number): void {
    const skin = this.#skin;
    const lips = this.#lips;
    for (let at = 0; at < SKIN.length; at++) {
      skin.take(at, picture, mesh.x(SKIN[at]!), mesh.y(SKIN[at]!));
    }
    for (let at = LIP_FROM; at < LIP_TO; at++) {
      const outer = LOWER_LIP_OUTER[at]!;
      const inner = LOWER_LIP_INNER[at]!;
      const x = (mesh.x(outer) + mesh.x(inner)) / 2;
      lips.take(at - LIP_FROM, picture, x, (mesh.y(outer) + mesh.y(inner)) / 2);
    }
    skin.sort();
    lips.sort();
    const bare = { y: skin.y[skin.middle]!, u: skin.u[skin.middle]!, v: skin.v[skin.middle]! };
    const lip = { y: lips.y[lips.middle]!, u: lips.u[lips.middle]!, v: lips.v[lips.middle]! };
    const bright = skin.y[SKIN.length - 2]!;
    const { tones } = this;
    const teeth = Math.min(205, Math.max(bright * 1.05, bare.y * 1.22));
    tones.teeth.follow(teeth, bare.u * 0.45, bare.v * 0.38, share);
    tones.tongue.follow(Math.max(30, lip.y * 0.82), lip.u * 0.8, lip.v * 1.1, share);
    tones.lip.follow(lip.y * 0.7, lip.u * 0.9, lip.v * 1.1, share);
    tones.cavity.follow(Math.max(6, lip.y * 0.13), lip.u * 0.25, lip.v * 0.45, share);
  }
}

export function measureTones(picture: I420Frame, mesh: Mesh): MouthTones {
  const meter = new ToneMeter();
  meter.measure(picture, mesh, 1);
  return meter.tones;
}

/** Colours at some places, then each component sorted for itself. */
class Samples {
  readonly y: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly middle: number;

  constructor(count: number) {
    this.y = new Float64Array(count);
    this.u = new Float64Array(count);
    this.v = new Float64Array(count);
    this.middle = count >> 1;
  }

  /** Mean over a few pixels around a place, cut at the picture's edges. */
  take(at: number, { bytes, width, height }: I420Frame, x: number, y: number): void {
    const chromaWidth = width >> 1;
    const uAt = width * height;
    const vAt = uAt + uAt / 4;
    let luma = 0, u = 0, v = 0, count = 0;
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
    this.y[at] = luma / count;
    this.u[at] = u / count;
    this.v[at] = v / count;
  }

  sort(): void {
    this.y.sort();
    this.u.sort();
    this.v.sort();
  }
}

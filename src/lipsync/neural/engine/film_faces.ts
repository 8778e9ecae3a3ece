/**
 * What each family's network sees of an avatar's frames, read from its folder as it is needed.
 *
 * In: the folder of a video avatar. Out: a FaceSource. Engine's process; holds one frame, reads a few kilobytes for each.
 */
import {
  type Clip,
  FACE_SIDE,
  FaceReader,
  isSpokenOn,
  LATENT_VALUES,
  LatentsReader,
  readClips,
} from "../../../film/mod.ts";
import { InputFault } from "../../../errors/mod.ts";
import {
  fillUltralightFace,
  fillWav2LipFace,
  LinearResize,
  placeUltralightPatch,
  ULTRALIGHT_CROP_SIDE,
} from "../networks/face_values.ts";
import type { Family, MouthNetwork } from "../networks/mouth_network.ts";
import type { FaceSource, FilmFaces, WalkedFilm } from "./rung.ts";

/** Throws InputFault `bad_avatar` where the folder is not whole, `not_prepared` where it has nothing for the family. */
export function openFilmFaces(network: MouthNetwork, folder: string): FilmFaces {
  const clips = readClips(folder);
  const walked = clips.map(({ role, frames, order, sound }): WalkedFilm => ({
    ...{ role, frames, order },
    hasSound: sound !== undefined,
  }));
  return { faces: facesOf(network, folder, clips), clips: walked };
}

function facesOf({ family, patchSize }: MouthNetwork, folder: string, clips: readonly Clip[]): FaceSource {
  switch (family) {
    case "musetalk":
      return new LatentFaces(folder, clips, patchSize);
    case "wav2lip":
      return new CropFaces(folder, clips, patchSize);
    case "ultralight":
      return new UltralightFaces(folder, clips);
  }
}

function notPrepared(folder: string, clip: Clip, family: Family): InputFault {
  return new InputFault(
    `avatar ${folder}: clip "${clip.name}" was not prepared for ${family}, wanted deno task prepare with --engine ${family}`,
    { code: "not_prepared" },
  );
}

/** Something that is read clip by clip; clips that nobody speaks on are never asked for. */
class ByClip<T extends Disposable> implements Disposable {
  readonly #opened: (T | undefined)[];

  constructor(clips: readonly Clip[], open: (clip: Clip) => T) {
    using stack = new DisposableStack();
    this.#opened = clips.map((clip) => isSpokenOn(clip, clips) ? stack.use(open(clip)) : undefined);
    stack.move();
  }

  at(clip: number): T {
    const found = this.#opened[clip];
    if (found === undefined) throw new RangeError(`clip ${clip} has nothing to be seen`);
    return found;
  }

  [Symbol.dispose](): void {
    for (const one of this.#opened) one?.[Symbol.dispose]();
  }
}

class LatentFaces implements FaceSource {
  readonly faceValues = LATENT_VALUES;
  readonly #clips: ByClip<LatentsReader>;

  constructor(folder: string, clips: readonly Clip[], readonly patchSide: number) {
    this.#clips = new ByClip(clips, (clip) => {
      if (clip.latents === undefined) throw notPrepared(folder, clip, "musetalk");
      return LatentsReader.open(folder, clip.latents, clip.frames);
    });
  }

  fill(clip: number, frame: number, into: Float32Array, at: number): void {
    this.#clips.at(clip).read(frame, into.subarray(at, at + LATENT_VALUES));
  }

  finish(_clip: number, _frame: number, patch: Uint8Array, into: Uint8Array): void {
    into.set(patch);
  }

  [Symbol.dispose](): void {
    this.#clips[Symbol.dispose]();
  }
}

class CropFaces implements FaceSource {
  readonly faceValues: number;
  readonly #clips: ByClip<FaceReader>;
  readonly #resize: LinearResize;
  readonly #crop: Uint8Array;

  constructor(folder: string, clips: readonly Clip[], readonly patchSide: number) {
    this.faceValues = 6 * patchSide * patchSide;
    this.#resize = new LinearResize(FACE_SIDE.wav2lip, patchSide);
    this.#crop = new Uint8Array(patchSide * patchSide * 3);
    this.#clips = new ByClip(clips, (clip) => {
      const pack = clip.faces?.wav2lip;
      if (pack === undefined) throw notPrepared(folder, clip, "wav2lip");
      return FaceReader.open(folder, pack, clip.frames, FACE_SIDE.wav2lip);
    });
  }

  async fill(clip: number, frame: number, into: Float32Array, at: number): Promise<void> {
    this.#resize.run(await this.#clips.at(clip).read(frame), this.#crop);
    fillWav2LipFace(this.#crop, this.patchSide, into, at);
  }

  finish(_clip: number, _frame: number, patch: Uint8Array, into: Uint8Array): void {
    into.set(patch);
  }

  [Symbol.dispose](): void {
    this.#clips[Symbol.dispose]();
  }
}

/** The network paints the inside of its crop; what is pasted is the whole crop. */
class UltralightFaces implements FaceSource {
  readonly faceValues = 6 * 160 * 160;
  readonly patchSide = ULTRALIGHT_CROP_SIDE;
  readonly #clips: ByClip<FaceReader>;

  constructor(folder: string, clips: readonly Clip[]) {
    this.#clips = new ByClip(clips, (clip) => {
      const pack = clip.faces?.ultralight;
      if (pack === undefined) throw notPrepared(folder, clip, "ultralight");
      return FaceReader.open(folder, pack, clip.frames, FACE_SIDE.ultralight);
    });
  }

  async fill(clip: number, frame: number, into: Float32Array, at: number): Promise<void> {
    fillUltralightFace(await this.#clips.at(clip).read(frame), into, at);
  }

  async finish(clip: number, frame: number, patch: Uint8Array, into: Uint8Array): Promise<void> {
    placeUltralightPatch(await this.#clips.at(clip).read(frame), patch, into);
  }

  [Symbol.dispose](): void {
    this.#clips[Symbol.dispose]();
  }
}

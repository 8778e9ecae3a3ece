/**
 * Writes one clip of a video avatar into its folder: film, track, masks, and what the networks want.
 *
 * In: ClipFrames in order, as many as were announced. Out: files named after the clip, its entry for the manifest and
 * the files' sizes and hashes. Everything is written as it comes; two frames at most are held. Main thread.
 * What the first frame has (latents, faces), each must have.
 */
import type { FrameSize } from "../time/mod.ts";
import type { Clip } from "./clip.ts";
import type { ClipFrame } from "./clip_frame.ts";
import type { FilmWriter } from "./film_writer.ts";
import { LatentsWriter } from "./latents_writer.ts";
import { FACE_SIDE } from "./layout.ts";
import { type FileEntry, fileEntry } from "./out_file.ts";
import { PackWriter } from "./pack_writer.ts";
import { TrackWriter } from "./track_writer.ts";

export interface ClipPlan extends Pick<Clip, "name" | "role" | "frames" | "order"> {
  /** A file that lies in the folder when finish() is called. */
  readonly sound?: string;
}

export interface WrittenClip {
  readonly clip: Clip;
  readonly files: readonly FileEntry[];
}

/** What is in a frame besides the picture, mask and track. */
interface ClipExtras {
  readonly hasLatents: boolean;
  readonly hasWav2lip: boolean;
  readonly hasUltralight: boolean;
}

/** The clip's entry in the manifest: its files are called after it. */
function clipEntry(plan: ClipPlan, extras: ClipExtras): Clip {
  const { name } = plan;
  const faces = {
    ...(extras.hasWav2lip ? { wav2lip: `${name}.wav2lip` } : {}),
    ...(extras.hasUltralight ? { ultralight: `${name}.ultralight` } : {}),
  };
  return {
    name,
    role: plan.role,
    frames: plan.frames,
    order: plan.order,
    film: `${name}.mp4`,
    track: `${name}.track`,
    masks: `${name}.masks`,
    ...(extras.hasLatents ? { latents: `${name}.latents` } : {}),
    ...(Object.keys(faces).length > 0 ? { faces } : {}),
    ...(plan.sound === undefined ? {} : { sound: plan.sound }),
  };
}

/** Every file that a clip is made of. */
function clipFiles(clip: Clip): string[] {
  return [
    clip.film,
    clip.track,
    clip.masks,
    clip.latents,
    clip.faces?.wav2lip,
    clip.faces?.ultralight,
    clip.sound,
  ]
    .filter((name) => name !== undefined);
}

async function writtenClip(folder: string, clip: Clip): Promise<WrittenClip> {
  const files: FileEntry[] = [];
  for (const name of clipFiles(clip)) files.push(await fileEntry(folder, name));
  return { clip, files };
}

export class ClipWriter implements Disposable {
  readonly #folder: string;
  readonly #plan: ClipPlan;
  readonly #size: FrameSize;
  readonly #open = new DisposableStack();
  #writers: Writers | undefined;
  #added = 0;

  /** Nothing is written before the first frame. */
  constructor(folder: string, plan: ClipPlan, size: FrameSize) {
    this.#folder = folder;
    this.#plan = plan;
    this.#size = size;
  }

  async add(frame: ClipFrame): Promise<void> {
    const writers = this.#writers ??= await this.#begin(frame);
    checkMask(frame);
    const { latents, wav2lip, ultralight } = writers;
    // Looked up before anything is under way.
    const values = latents && wanted(frame.latents, "latents");
    const large = wav2lip && wanted(frame.faces?.wav2lip, "a Wav2Lip face");
    const small = ultralight && wanted(frame.faces?.ultralight, "an Ultralight face");
    await settleAll([
      writers.film.add(frame.rgb),
      writers.track.add(frame.boxes, frame.points),
      writers.masks.addMask(frame.mask),
      values && latents?.add(values),
      large && wav2lip?.addFace(large, FACE_SIDE.wav2lip),
      small && ultralight?.addFace(small, FACE_SIDE.ultralight),
    ]);
    this.#added++;
  }

  /** Closes the files and reads them once more for their hashes. */
  async finish(): Promise<WrittenClip> {
    const writers = this.#writers;
    if (writers === undefined || this.#added !== this.#plan.frames) {
      throw new RangeError(`a clip of ${this.#added} frames, announced were ${this.#plan.frames}`);
    }
    writers.film.finish();
    for (const one of [writers.track, writers.masks, writers.latents, writers.wav2lip, writers.ultralight]) {
      await one?.finish();
    }
    this.#open.dispose();
    return await writtenClip(this.#folder, writers.clip);
  }

  async #begin(first: ClipFrame): Promise<Writers> {
    const clip = clipEntry(this.#plan, {
      hasLatents: first.latents !== undefined,
      hasWav2lip: first.faces?.wav2lip !== undefined,
      hasUltralight: first.faces?.ultralight !== undefined,
    });
    const { frames } = clip;
    const { FilmWriter } = await import("./film_writer.ts"); // 100 ms of FFmpeg: only where films are written
    const at = (name: string) => `${this.#folder}/${name}`;
    const pack = async (name: string) => this.#open.use(await PackWriter.create(at(name), frames));
    return {
      clip,
      film: this.#open.use(new FilmWriter(at(clip.film), this.#size)),
      track: this.#open.use(await TrackWriter.create(at(clip.track), frames)),
      masks: await pack(clip.masks),
      latents: clip.latents
        ? this.#open.use(await LatentsWriter.create(at(clip.latents), frames))
        : undefined,
      wav2lip: clip.faces?.wav2lip ? await pack(clip.faces.wav2lip) : undefined,
      ultralight: clip.faces?.ultralight ? await pack(clip.faces.ultralight) : undefined,
    };
  }

  /** Closes what is open; files that are not finished stay as they are. */
  [Symbol.dispose](): void {
    this.#open.dispose();
  }
}

interface Writers {
  readonly clip: Clip;
  readonly film: FilmWriter;
  readonly track: TrackWriter;
  readonly masks: PackWriter;
  readonly latents: LatentsWriter | undefined;
  readonly wav2lip: PackWriter | undefined;
  readonly ultralight: PackWriter | undefined;
}

/** Waits for all before it throws: nothing may be freed that a library's thread still works on. */
async function settleAll(work: readonly (Promise<void> | undefined)[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) if (one.status === "rejected") throw one.reason;
}

function checkMask({ boxes, mask }: ClipFrame): void {
  const [x1, y1, x2, y2] = boxes.musetalk ?? [0, 0, 0, 0];
  const pixels = Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
  if (mask.length !== pixels) {
    throw new RangeError(`a mask of ${mask.length} bytes for a box of ${pixels} pixels, wanted one each`);
  }
}

function wanted<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`a frame without ${what} in a clip that has them`);
  return value;
}

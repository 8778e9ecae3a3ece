/** The doors to what needs the media library, which is loaded when the first film is opened and not before. */
import type { FrameSize } from "../time/mod.ts";
import type { FilmReader } from "./film_reader.ts";
import type { FilmPart, FilmScaler } from "./film_scaler.ts";

export interface FilmDecoding {
  /** Throws InputFault `bad_avatar` where the film is not one of `frames` frames of that size. */
  open(folder: string, name: string, size: FrameSize, frames: number): FilmReader;
  scaler(part: FilmPart, size: FrameSize): FilmScaler;
}

export async function loadFilmDecoding(): Promise<FilmDecoding> {
  const [{ FilmReader }, { FilmScaler }] = await Promise.all([
    import("./film_reader.ts"),
    import("./film_scaler.ts"),
  ]);
  return {
    open: (folder, name, size, frames) => new FilmReader(folder, name, size, frames),
    scaler: (part, size) => new FilmScaler(part, size),
  };
}

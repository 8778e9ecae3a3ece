/**
 * Which part of a film the programme shows: all that its shape allows ("bust"), or nearer ("head"), the head in it.
 *
 * In: the head's place in the film, both sizes, the framing. Out: a part of the film with even edges, and how places and
 * boxes of the film move with it. A film of the programme's size is shown as it is.
 */
import type { FilmPart } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { Framing } from "../look.ts";
import type { HeadPlace } from "../photo/framing.ts";

/** Height and least width of a near view, in heads; where its middle of the face is, from above. */
const NEAR = { high: 1.6, wide: 1.2, face: 0.5 } as const;
/** Where the middle of the face is in a view that the film limits. */
const FACE = 0.45;

export interface FilmView {
  readonly part: FilmPart;
  readonly scaleX: number;
  readonly scaleY: number;
}

export function viewOf(head: HeadPlace, film: FrameSize, frame: FrameSize, framing: Framing): FilmView {
  const aspect = frame.width / frame.height;
  const fitting = Math.min(film.height, film.width / aspect);
  const isNear = framing === "head";
  const wanted = isNear ? Math.max(NEAR.high, NEAR.wide / aspect) * head.height : fitting;
  const height = even(Math.min(fitting, wanted), film.height);
  const width = even(height * aspect, film.width);
  const middle = (head.top + head.chin) / 2;
  const y = middle - (isNear ? NEAR.face : FACE) * height;
  // Where both cannot be, the chin is more than the hair.
  const chinStays = Math.max(y, head.chin + 0.12 * head.height - height);
  const hairStays = Math.min(chinStays, head.top - 0.04 * head.height);
  const part = {
    x: place(head.centreX - width / 2, film.width - width),
    y: place(height > 1.2 * head.height ? hairStays : chinStays, film.height - height),
    width,
    height,
  };
  return { part, scaleX: frame.width / width, scaleY: frame.height / height };
}

/** Moves an edge of the film to whole pixels of the programme. */
export function toFrameX({ part, scaleX }: FilmView, x: number): number {
  return Math.round((x - part.x) * scaleX);
}

export function toFrameY({ part, scaleY }: FilmView, y: number): number {
  return Math.round((y - part.y) * scaleY);
}

function even(value: number, most: number): number {
  return Math.max(2, Math.min(most, 2 * Math.round(value / 2)));
}

function place(start: number, room: number): number {
  return Math.min(room, Math.max(0, 2 * Math.round(start / 2)));
}

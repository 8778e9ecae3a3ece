/** What the manifests of all kinds of avatars are made of: names, colours, lengths. For zod, at the edge only. */
import { z } from "zod";

export const AVATAR_ID = /^[a-z0-9-]{1,40}$/;
const COLOUR = /^#[0-9a-f]{6}$/i;
/** A plain name inside the folder: no slash, no leading dot. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$/;
/** Nothing in an avatar lies farther out than this. */
const PLACE_MAX = 10_000;

export const colour = z.string().regex(COLOUR, "wanted a colour like #8899aa");
export const fileName = z.string().regex(FILE_NAME, "wanted a file name without folders");
export const place = z.number().min(-PLACE_MAX).max(PLACE_MAX);
export const length = z.number().positive().max(PLACE_MAX);
export const point = z.strictObject({ x: place, y: place });
export const area = z.strictObject({ x: place, y: place, width: length, height: length });

/** The fields that every avatar.json begins with; `kind` follows. */
export const identity = {
  id: z.string().regex(AVATAR_ID, "wanted 1 to 40 of a-z, 0-9 and -"),
  name: z.string().min(1).max(80),
  licence: z.string().min(1).max(80),
  author: z.string().min(1).max(200),
};

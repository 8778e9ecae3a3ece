/**
 * avatar.json: what a drawn avatar's folder says about itself. Lengths and places are in the art's own units, y
 * downwards; colours are #rrggbb. Checked once, when the avatar is opened; trusted inside.
 */
import { z } from "zod";

export const AVATAR_ID = /^[a-z0-9-]{1,40}$/;
const COLOUR = /^#[0-9a-f]{6}$/i;
/** A plain name inside the folder: no slash, no leading dot. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$/;
/** Nothing in an avatar lies farther out than this. */
const PLACE_MAX = 10_000;

const colour = z.string().regex(COLOUR, "wanted a colour like #8899aa");
const place = z.number().min(-PLACE_MAX).max(PLACE_MAX);
const length = z.number().positive().max(PLACE_MAX);
const point = z.strictObject({ x: place, y: place });

const mouth = z.strictObject({
  /** Middle of the line between the closed lips. */
  x: place,
  y: place,
  /** Half the distance between the corners of the relaxed mouth. */
  halfWidth: length,
  upperLip: length,
  lowerLip: length,
  /** How far the lower lip falls when the jaw is wide open. */
  drop: length,
  colours: z.strictObject({
    upper: colour,
    lower: colour,
    light: colour,
    line: colour,
    cavity: colour,
    throat: colour,
    teeth: colour,
    tongue: colour,
    shadow: colour,
  }),
});

/** The chin follows the jaw a little: the skin around it is shifted. */
const chin = z.strictObject({
  /** Where the chin ends. */
  y: place,
  halfWidth: length,
  drop: length,
});

const eye = z.strictObject({
  /** The corner at the nose and the one at the temple. */
  inner: point,
  outer: point,
  /** Height of the open upper lid above, and of the lower lid below, the line between the corners. */
  upper: length,
  lower: length,
});

const eyes = z.strictObject({
  left: eye,
  right: eye,
  irisRadius: length,
  colours: z.strictObject({
    white: colour,
    whiteShade: colour,
    iris: colour,
    irisLight: colour,
    irisRim: colour,
    pupil: colour,
    lid: colour,
    lidShade: colour,
    lash: colour,
    duct: colour,
  }),
});

const brow = z.strictObject({ inner: point, peak: point, outer: point, thickness: length });
const brows = z.strictObject({ left: brow, right: brow, colour, lift: length });

export const avatarManifest = z.strictObject({
  id: z.string().regex(AVATAR_ID, "wanted 1 to 40 of a-z, 0-9 and -"),
  name: z.string().min(1).max(80),
  kind: z.literal("drawn"),
  licence: z.string().min(1).max(80),
  author: z.string().min(1).max(200),
  /** SVG beside avatar.json: everything that does not move, without mouth, eyeballs and brows. */
  art: z.string().regex(FILE_NAME, "wanted a file name without folders"),
  /** Fills what the art leaves empty. */
  background: colour,
  /** The part of the art that is in the picture whatever its shape. */
  focus: z.strictObject({ x: place, y: place, width: length, height: length }),
  mouth,
  chin,
  eyes,
  brows,
});

export type AvatarManifest = z.infer<typeof avatarManifest>;
export type MouthArt = z.infer<typeof mouth>;
export type ChinArt = z.infer<typeof chin>;
export type EyeArt = z.infer<typeof eye>;
export type EyesArt = z.infer<typeof eyes>;
export type BrowArt = z.infer<typeof brow>;
export type BrowsArt = z.infer<typeof brows>;

/** The first thing wrong, in one line: where, and what is wanted. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const where = issue.path.join(".");
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}

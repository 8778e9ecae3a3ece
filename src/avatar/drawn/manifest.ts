/**
 * avatar.json of a drawn avatar. Lengths and places are in the art's own units, y downwards; colours are #rrggbb.
 * Checked once, when the avatar is opened; trusted inside.
 */
import { z } from "zod";
import { area, colour, fileName, identity, length, place, point } from "../manifest_fields.ts";

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

const head = z.strictObject({
  /** Middle and radii of the head. */
  x: place,
  y: place,
  radiusX: length,
  radiusY: length,
  /** The top of the neck, about which the head turns, and from where on down nothing follows the head. */
  neckY: place,
  shoulderY: place,
});

export const drawnManifest = z.strictObject({
  ...identity,
  kind: z.literal("drawn"),
  /** SVG beside avatar.json: everything that does not move, without mouth, eyeballs and brows. */
  art: fileName,
  /** Fills what the art leaves empty. */
  background: colour,
  /** The part of the art that is in the picture whatever its shape. */
  focus: area,
  /** The same when the head alone is wanted; absent: the head and some room around it. */
  headFocus: area.optional(),
  mouth,
  chin,
  eyes,
  brows,
  /** The head with its hair, and its neck; absent: a grown-up's proportions, from eyes and chin. */
  head: head.optional(),
});

export type DrawnManifest = z.infer<typeof drawnManifest>;
export type HeadArt = z.infer<typeof head>;
export type MouthArt = z.infer<typeof mouth>;
export type ChinArt = z.infer<typeof chin>;
export type EyeArt = z.infer<typeof eye>;
export type EyesArt = z.infer<typeof eyes>;
export type BrowArt = z.infer<typeof brow>;
export type BrowsArt = z.infer<typeof brows>;

/**
 * avatar.json of a drawn avatar. Lengths and places are in the art's own units, y downwards; colours are #rrggbb.
 * Checked once, when the avatar is opened; trusted inside.
 */
import { z } from "zod";
import { area, colour, fileName, identity, length, place, point } from "../manifest_fields.ts";

const mouthPlace = {
  /** Middle of the line between the closed lips. */
  x: place,
  y: place,
  /** Half the distance between the corners of the relaxed mouth. */
  halfWidth: length,
  /** How far the lower lip falls when the jaw is wide open. */
  drop: length,
};

const mouthInside = { cavity: colour, throat: colour, teeth: colour, tongue: colour };

/** A human mouth. */
const lips = z.strictObject({
  style: z.literal("lips"),
  ...mouthPlace,
  upperLip: length,
  lowerLip: length,
  colours: z.strictObject({
    upper: colour,
    lower: colour,
    light: colour,
    line: colour,
    ...mouthInside,
    shadow: colour,
  }),
});

/** An animal's mouth: a dark line in fur, with a line up to the nose. */
const muzzle = z.strictObject({
  style: z.literal("muzzle"),
  ...mouthPlace,
  /** How far above the mouth's middle the nose ends. */
  nose: length,
  colours: z.strictObject({ line: colour, fur: colour, furShade: colour, ...mouthInside, shadow: colour }),
});

const mouth = z.discriminatedUnion("style", [lips, muzzle]);

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
  /** Length of the lashes, 1 = a woman's; 0 leaves the dark rim alone. */
  lashes: z.number().min(0).max(2),
  /** Width of the lids' dark rims, 1 = a human's. */
  rim: z.number().min(0).max(6),
  /** Strength of the fold above the upper lid, 0 for none. */
  crease: z.number().min(0).max(2),
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
export type LipsArt = z.infer<typeof lips>;
export type MuzzleArt = z.infer<typeof muzzle>;
export type ChinArt = z.infer<typeof chin>;
export type EyeArt = z.infer<typeof eye>;
export type EyesArt = z.infer<typeof eyes>;
export type BrowArt = z.infer<typeof brow>;
export type BrowsArt = z.infer<typeof brows>;

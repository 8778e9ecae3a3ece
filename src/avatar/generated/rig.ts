/**
 * What a rig file says about a style: where its faces are and how its artist draws lips, eyes and brows. Lengths are
 * in the style's own units (those of its viewBox), y downwards; left and right are the picture's. Data and small
 * pure functions only; everything that paints reads it.
 */
import type { Bounds } from "../drawn/bounds.ts";
import type { AnyStyle, Choice, ComponentNames, PartName, StyleOptions } from "./character.ts";
import type { Shape } from "./shapes.ts";

/** What one shape of a component belongs to; "still" ones stay where the style drew them. */
export type Role = "mouth" | "eye" | "white" | "pupil" | "brow" | "still";

/** Colours of one character, as #rrggbb. */
export interface Ink {
  /** The face around mouth and eyes; lids are painted in it. */
  readonly skin: string;
  /** The lines of mouth and lids. */
  readonly line: string;
  readonly cavity: string;
  readonly teeth: string;
  readonly tongue: string;
  /** Skin shows around a mouth that is painted over a beard. */
  readonly halo?: string;
}

export interface MouthRig {
  /** Where the middle of the closed mouth may lie; each character's own mouth says where it does. */
  readonly within: Bounds;
  /** Half the distance between the corners of the relaxed mouth, from and to. */
  readonly halfWidthMin: number;
  readonly halfWidthMax: number;
  /** Opening of "aa" in half widths; `lowest` is as far down as the lower lip may come. */
  readonly drop: number;
  readonly lowest: number;
  /** The line between the corners rises to the right by so many degrees. */
  readonly riseDegrees: number;
  /** Width of the line around the open mouth (0 for none) and of the closed mouth's line in its middle. */
  readonly openLine: number;
  readonly closedLine: number;
  /** Whether teeth and tongue have a line of their own, as in ink drawings without colours. */
  readonly isInked: boolean;
  /** -1 (sulky) .. 1 (cheerful): the relaxed mouth of each of the style's own mouths, and of all others. */
  readonly mood: Readonly<Record<string, number>>;
  readonly moodElse: number;
}

export interface EyesRig {
  /** Width of the line of a shut lid; its half width and sag where the eye's own shape does not say. */
  readonly lidLine: number;
  readonly lidHalfWidthMin: number;
  /** How far a glance moves the eye or its pupil. */
  readonly glanceX: number;
  readonly glanceY: number;
  /** Where between the eye's top (0) and bottom (1) the lids meet. */
  readonly meet: number;
  /** Positive: a shut lid hangs through like a sleeping eye, in parts of its half width. */
  readonly sag: number;
}

export interface BrowsRig {
  /** How far a brow goes up or down, and how far its inner end turns, in degrees. */
  readonly lift: number;
  readonly tiltDegrees: number;
}

export interface HeadShape {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  /** Top of the neck. */
  readonly neckX: number;
  readonly neckY: number;
  /** From here on down nothing follows the head. */
  readonly shoulderY: number;
}

export interface StyleRig {
  /** The style's name in the library, and how people write it. */
  readonly style: string;
  readonly load: () => Promise<AnyStyle>;
  readonly components: ComponentNames;
  /** Options that always hold, such as no masks over the mouth. */
  readonly always: StyleOptions;
  /** component -> variant -> the variant that takes its place: eyes that are shut for good cannot blink. */
  readonly instead: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Left of it is the left eye. */
  readonly middleX: number;
  readonly head: HeadShape;
  /** The lowest line that every character of the style fills. */
  readonly bottom: number;
  readonly mouth: MouthRig;
  readonly eyes: EyesRig;
  readonly brows: BrowsRig;
  /** Where the whole face is one component: variants with eyes shut for good, and those that lend them open ones. */
  readonly eyesFrom?: Readonly<Record<string, string>>;
  /** What a shape is; called for every shape of the mouth's, the eyes' and the brows' component. */
  readonly role: (shape: Shape, part: PartName, choice: Choice) => Role;
  readonly ink: (choice: Choice) => Ink;
  /** Whether the mouth is painted over the beard; else that hangs over the mouth as the style has it. */
  readonly isBeardBehind: (choice: Choice) => boolean;
  /** Mends the still picture for Skia, which knows no blend modes in SVG. */
  readonly retouch?: (svg: string, choice: Choice) => string;
  /** SVG of clothes for a style that ends at the neck: after its head, or behind all where no head is named. */
  readonly clothes?: (choice: Choice, tint: string) => string;
}

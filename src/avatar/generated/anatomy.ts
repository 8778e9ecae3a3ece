/**
 * From a character in pieces to layers from back to front: still pictures, and between them the shapes that move,
 * sorted by what they are; and what its own mouth says about ours.
 *
 * In: a character and its style's rig. Out: SVG text and shapes in the style's units. Runs at loading.
 */
import type { Bounds } from "../drawn/bounds.ts";
import type { Character, Choice } from "./character.ts";
import type { EyeShape } from "./eye_strokes.ts";
import type { StrokeMouth } from "./mouth_strokes.ts";
import type { Ink, Role, StyleRig } from "./rig.ts";
import { boundsOf, type Shape, shapesOf } from "./shapes.ts";
import { cutSvg, type Place } from "./svg_cut.ts";

export interface StillLayer {
  readonly kind: "still";
  readonly svg: string;
}

export interface MovingLayer {
  readonly kind: "moving";
  readonly eyes: readonly EyeShape[];
  readonly brows: readonly Shape[];
  readonly hasMouth: boolean;
}

/** What does not move although it is part of a component that does, such as glasses: in front of the rest of it. */
export interface ShapesLayer {
  readonly kind: "shapes";
  readonly shapes: readonly Shape[];
}

export type Layer = StillLayer | ShapesLayer | MovingLayer;

export interface PlacedMouth extends StrokeMouth {
  /** Middle of the closed mouth, and the turn of its line in radians. */
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

export interface Anatomy {
  readonly layers: readonly Layer[];
  readonly definitions: string;
  readonly mouth: PlacedMouth;
  readonly ink: Ink;
}

/** `clothes` colours what we draw where the style draws none. */
export function anatomyOf(character: Character, rig: StyleRig, clothes: string): Anatomy {
  const { parts, choice } = character;
  const { pieces, places, definitions } = cutSvg(character.picture, parts.map((part) => part.at));
  const still = (svg: string): StillLayer => ({ kind: "still", svg: rig.retouch?.(svg, choice) ?? svg });
  const mouthLayer: MovingLayer = { kind: "moving", eyes: [], brows: [], hasMouth: true };
  const isOverBeard = parts.some(({ name }) => name === "beard") && rig.isBeardBehind(choice);
  const dress = () => still(rig.clothes?.(choice, clothes) ?? "");
  // Where the style has heads alone, ours stand behind them.
  const layers: Layer[] = rig.components.head === undefined
    ? [dress(), still(pieces[0]!)]
    : [still(pieces[0]!)];
  let own: Bounds | undefined;
  for (const [index, part] of parts.entries()) {
    const place = places[index]!;
    if (part.name === "clothes") layers.push(dress());
    else if (part.name === "beard") {
      layers.push(still(placed(part.source, place)));
      if (isOverBeard) layers.push(mouthLayer);
    } else {
      const shapes = shapesOf(part.source, place).map((shape) => ({
        shape,
        role: rig.role(shape, part.name, choice),
      }));
      const of = (...roles: readonly Role[]) => shapes.filter(({ role }) => roles.includes(role));
      const eyes = of("eye", "white", "pupil");
      layers.push({ kind: "moving", eyes, brows: of("brow").map(({ shape }) => shape), hasMouth: false });
      if (part.name === "mouth") {
        own = boundsOf(of("mouth").map(({ shape }) => shape));
        if (!isOverBeard) layers.push(mouthLayer);
      }
      layers.push({ kind: "shapes", shapes: of("still").map(({ shape }) => shape) });
    }
    layers.push(still(pieces[index + 1]!));
  }
  const ink = rig.ink(choice);
  return { layers, definitions, ink, mouth: placeMouth(own, rig, choice, ink) };
}

function placed(source: string, { matrix, attributes }: Place): string {
  const written = [...attributes].map(([key, value]) => ` ${key}="${value}"`).join("");
  return `<g transform="matrix(${matrix.join(" ")})"${written}>${source}</g>`;
}

/** Ours stands where the character's own mouth stood, and is as wide as that within what suits speech. */
function placeMouth(own: Bounds | undefined, rig: StyleRig, choice: Choice, ink: Ink): PlacedMouth {
  const { mouth } = rig;
  const { left, top, right, bottom } = own ?? mouth.within;
  const x = between((left + right) / 2, mouth.within.left, mouth.within.right);
  const y = between((top + bottom) / 2, mouth.within.top, mouth.within.bottom);
  const halfWidth = between((right - left) / 2, mouth.halfWidthMin, mouth.halfWidthMax);
  return {
    x,
    y,
    angle: -mouth.riseDegrees * Math.PI / 180,
    halfWidth,
    drop: Math.min(mouth.drop * halfWidth, mouth.lowest - y),
    openLine: mouth.openLine,
    closedLine: mouth.closedLine,
    isInked: mouth.isInked,
    mood: mouth.mood[choice.get(rig.components.mouth) ?? ""] ?? mouth.moodElse,
    ink,
  };
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

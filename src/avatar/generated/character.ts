/**
 * One character of a style, taken apart: the still picture without mouth, eyes and brows, and these as pieces of SVG
 * with the places where they stood.
 *
 * In: a style of the library, a seed and options that were checked. Out: text only, nothing is painted. The library
 * draws the same random numbers whether a component is wanted or not, so that a picture without one differs from
 * the whole in that component alone: it is found as the difference of the two. Runs at loading, some 10 ms.
 */
import { createAvatar, type Style } from "@dicebear/core";
import { tagsOf } from "./svg_cut.ts";

/** Names of the style's own components; a style without brows or beards has none. */
export interface ComponentNames {
  readonly mouth: string;
  readonly eyes: string;
  readonly brows?: string;
  readonly beard?: string;
  /** After this one our own clothes are put in. */
  readonly head?: string;
}

export type PartName = "mouth" | "eyes" | "brows" | "beard" | "clothes";

export type StyleOptions = Readonly<Record<string, readonly (string | number)[] | number | boolean>>;

/** What the library chose: component -> variant, and colour name + "Color" -> #rrggbb or "transparent". */
export type Choice = ReadonlyMap<string, string>;

export interface Part {
  readonly name: PartName;
  /** The component's SVG; empty for clothes. */
  readonly source: string;
  /** Offset in the character's picture. */
  readonly at: number;
}

export interface Character {
  /** The inside of the <svg> without the parts. */
  readonly picture: string;
  /** From back to front. */
  readonly parts: readonly Part[];
  readonly choice: Choice;
}

export type AnyStyle = Style<Record<string, unknown>>;

/** The variants and colours that `seed` and `options` come to. */
export function chooseVariants(style: AnyStyle, seed: string, options: StyleOptions): Choice {
  const { extra } = createAvatar(style, { seed, ...options }).toJson();
  return new Map(
    Object.entries(extra).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Throws nothing; a component that the style left out is no part. */
export function takeApart(
  style: AnyStyle,
  seed: string,
  options: StyleOptions,
  names: ComponentNames,
): Character {
  const choice = chooseVariants(style, seed, options);
  const fixed: Record<string, unknown> = { seed, ...options };
  let picture = inside(createAvatar(style, fixed).toString());
  let parts: Part[] = [];
  // The mouth goes first: where the library colours it by the beard, that beard is still there.
  for (const name of ["mouth", "eyes", "brows", "beard"] as const) {
    const component = names[name];
    if (component === undefined || !choice.has(component)) continue;
    fixed[component] = [];
    const without = inside(createAvatar(style, fixed).toString());
    const { at, length } = difference(picture, without);
    if (length === 0) continue;
    const source = picture.slice(at, at + length);
    // Those found before lie in the same order as in the picture; at the same offset, before this one.
    const before = parts.filter((part) => part.at <= at);
    const after = parts.slice(before.length).map((part) => ({ ...part, at: part.at - length }));
    parts = [...before, { name, source, at }, ...after];
    picture = without;
  }
  if (names.head !== undefined) {
    const without = inside(createAvatar(style, { ...fixed, [names.head]: [] }).toString());
    const { at, length } = difference(picture, without);
    const end = at + length;
    const before = parts.filter((part) => part.at <= end);
    parts = [...before, { name: "clothes", source: "", at: end }, ...parts.slice(before.length)];
  }
  return { picture, parts, choice };
}

/** Without the outer element and the metadata, which is the style's licence as text. */
function inside(svg: string): string {
  const from = svg.indexOf(">") + 1;
  return svg.slice(from, svg.lastIndexOf("</svg>")).replace(/<metadata\b[\s\S]*?<\/metadata>/, "");
}

/** Where `whole` has something that `without` lacks: whole elements, or nothing. */
function difference(whole: string, without: string): { at: number; length: number } {
  const length = whole.length - without.length;
  let same = 0;
  while (same < without.length && whole[same] === without[same]) same++;
  // What follows may begin as the piece does, with whole tags even: back to where the piece is complete.
  const starts = Array.from(tagsOf(whole), (tag) => tag.from).filter((from) => from <= same).reverse();
  const at = starts.find((from) =>
    isComplete(whole.slice(from, from + length)) && whole.startsWith(without.slice(from), from + length)
  );
  return at === undefined ? { at: 0, length: 0 } : { at, length };
}

/** Whether every element that begins in it ends in it, and the other way round. */
function isComplete(svg: string): boolean {
  let depth = 0;
  for (const tag of tagsOf(svg)) {
    if (tag.kind === "open") depth++;
    else if (tag.kind === "close" && --depth < 0) return false;
  }
  return depth === 0 && svg.startsWith("<") && svg.endsWith(">");
}

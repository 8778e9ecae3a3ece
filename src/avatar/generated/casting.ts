/**
 * From a style's name, a seed and options to a character taken apart; nothing is painted yet.
 *
 * In: what avatar.json or "dicebear:STYLE/SEED" says. Out: the style's rig and the character's anatomy, or InputFault
 * `bad_avatar` in one line naming the nearest style or option. Limits: the library's own art, seeds of 500
 * characters, of which nothing is ever written into the SVG.
 */
import { badAvatar } from "../folder.ts";
import { type Anatomy, anatomyOf } from "./anatomy.ts";
import { colourOf, mixed } from "./backdrop.ts";
import { type AnyStyle, chooseVariants, type StyleOptions, takeApart } from "./character.ts";
import { checkOptions, oneOf } from "./check_options.ts";
import type { GeneratedManifest } from "./manifest.ts";
import type { StyleRig } from "./rig.ts";
import { rigs } from "./rigs.ts";

/** What a character is made of. */
export interface GeneratedSpec extends Pick<GeneratedManifest, "style" | "seed"> {
  readonly id: string;
  readonly options?: GeneratedManifest["options"];
  readonly background?: string | undefined;
  readonly clothes?: string | undefined;
}

export interface CastCharacter {
  readonly rig: StyleRig;
  readonly style: AnyStyle;
  /** All options, those that the rig sets included. */
  readonly options: StyleOptions;
  readonly anatomy: Anatomy;
  /** Behind the figure, #rrggbb. */
  readonly colour: string;
}

/** Names of the styles that can speak. */
export const GENERATED_STYLES: readonly string[] = rigs.map((rig) => rig.style);

/** Throws InputFault `bad_avatar` for a style or an option that is not known. */
export async function castCharacter(spec: GeneratedSpec): Promise<CastCharacter> {
  const what = labelOf(spec);
  const rig = rigs.find(({ style }) => style === spec.style);
  if (!rig) {
    throw badAvatar(
      `${what}: style "${spec.style}" is not known, wanted ${oneOf(spec.style, GENERATED_STYLES)}`,
    );
  }
  const style = await rig.load();
  const asked = { ...checkOptions(style, spec.options ?? {}, what), ...rig.always };
  const options = withoutUnfit(style, spec.seed, asked, rig);
  const colour = spec.background ?? colourOf(`${spec.style}/${spec.seed}`);
  const clothes = spec.clothes ?? mixed(colour, "#3c4654", 0.55);
  return { rig, style, options, anatomy: openEyed(style, spec.seed, options, rig, clothes), colour };
}

/** For messages, which are one line whatever the seed is. */
export function labelOf({ id }: Pick<GeneratedSpec, "id">): string {
  return `avatar ${id.replace(/\p{Cc}+/gu, " ")}`;
}

/** The character's anatomy; eyes that are shut for good are borrowed from another variant of the same face. */
function openEyed(
  style: AnyStyle,
  seed: string,
  options: StyleOptions,
  rig: StyleRig,
  clothes: string,
): Anatomy {
  const character = takeApart(style, seed, options, rig.components);
  const anatomy = anatomyOf(character, rig, clothes);
  const { eyes: component } = rig.components;
  const lender = rig.eyesFrom?.[character.choice.get(component) ?? ""];
  if (lender === undefined) return anatomy;
  const other = takeApart(style, seed, { ...options, [component]: [lender] }, rig.components);
  const eyes = anatomyOf(other, rig, clothes).layers.flatMap((layer) =>
    layer.kind === "moving" ? layer.eyes : []
  );
  const layers = anatomy.layers.map((layer) =>
    layer.kind === "moving" && layer.eyes.length > 0 ? { ...layer, eyes } : layer
  );
  return { ...anatomy, layers };
}

/** Variants that cannot speak, blink or glance give way to others, as the rig says. */
function withoutUnfit(style: AnyStyle, seed: string, options: StyleOptions, rig: StyleRig): StyleOptions {
  const choice = chooseVariants(style, seed, options);
  const result: Record<string, StyleOptions[string]> = { ...options };
  for (const [component, variants] of Object.entries(rig.instead)) {
    const fit = variants[choice.get(component) ?? ""];
    if (fit !== undefined) result[component] = [fit];
  }
  return result;
}

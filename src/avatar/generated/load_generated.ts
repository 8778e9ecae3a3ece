/**
 * From a style, a seed and options to a puppet. Runs once, in the thread that will paint: canvases stay there.
 *
 * In: what avatar.json or "dicebear:STYLE/SEED" says, and the frame's size. Out: a puppet, or InputFault
 * `bad_avatar`. Limits: the library's own art, seeds of 500 characters, four of its pictures painted at most.
 */
import { createCanvas } from "@napi-rs/canvas";
import type { FrameSize } from "../../time/mod.ts";
import type { Bounds } from "../drawn/bounds.ts";
import type { View } from "../drawn/view.ts";
import { badAvatar } from "../folder.ts";
import type { AvatarLook } from "../look.ts";
import type { HeadRig, Puppet } from "../posed/puppet.ts";
import { type Anatomy, anatomyOf } from "./anatomy.ts";
import { colourOf, mixed, paintBackdrop } from "./backdrop.ts";
import { type AnyStyle, chooseVariants, type StyleOptions, takeApart } from "./character.ts";
import { checkOptions, oneOf } from "./check_options.ts";
import { frameFigure } from "./framing.ts";
import { GeneratedPuppet } from "./generated_puppet.ts";
import type { PaintedLayer } from "./layer_stack.ts";
import type { GeneratedManifest } from "./manifest.ts";
import type { HeadShape, StyleRig } from "./rig.ts";
import { rigs } from "./rigs.ts";
import { paintShape } from "./shapes.ts";
import { svgImage } from "./svg_image.ts";

/** What a character is made of. */
export interface GeneratedSpec extends Pick<GeneratedManifest, "style" | "seed"> {
  readonly id: string;
  readonly options?: GeneratedManifest["options"];
  readonly background?: string | undefined;
  readonly clothes?: string | undefined;
}

/** Side of the small picture that says how far hair reaches, in pixels, and the part of the style's units it shows. */
const SCOUT_PIXELS = 160;
const SCOUT_MARGIN = 0.3;

/** Names of the styles that can speak. */
export const GENERATED_STYLES: readonly string[] = rigs.map((rig) => rig.style);

/** Throws InputFault `bad_avatar` for a style or an option that is not known, in one line naming the nearest. */
export async function loadGenerated(spec: GeneratedSpec, size: FrameSize, look: AvatarLook): Promise<Puppet> {
  const what = `avatar ${spec.id}`;
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
  const anatomy = openEyed(style, spec.seed, options, rig, clothes);
  const hair = await hairBounds(anatomy, rig, what);
  const view = frameFigure(size, look.framing, rig.head, hair, rig.bottom);
  const layers: PaintedLayer[] = [];
  for (const layer of anatomy.layers) {
    const isStill = layer.kind === "still";
    layers.push(isStill ? await svgImage(layer.svg, anatomy.definitions, view, size, what) : layer);
  }
  const figurine = { layers, anatomy, rig, view, size };
  return new GeneratedPuppet(spec.id, figurine, headRig(rig.head, hair, view), paintBackdrop(colour, size));
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
    layer.kind === "moving" && layer.hasMouth ? { ...layer, eyes } : layer
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

/** How far the head reaches with its hair, hat and ears, above the shoulders: measured on a small picture. */
async function hairBounds(anatomy: Anatomy, rig: StyleRig, what: string): Promise<Bounds> {
  const side = rig.bottom * (1 + 2 * SCOUT_MARGIN);
  const from = -rig.bottom * SCOUT_MARGIN;
  const view = { x: from, y: from, scale: SCOUT_PIXELS / side };
  const size = { width: SCOUT_PIXELS, height: SCOUT_PIXELS };
  const canvas = createCanvas(size.width, size.height);
  const context = canvas.getContext("2d");
  for (const layer of anatomy.layers) {
    if (layer.kind === "moving") continue;
    context.resetTransform();
    if (layer.kind === "still") {
      const image = await svgImage(layer.svg, anatomy.definitions, view, size, what);
      if (image) context.drawImage(image, 0, 0);
    } else {
      context.setTransform(view.scale, 0, 0, view.scale, -view.x * view.scale, -view.y * view.scale);
      for (const shape of layer.shapes) paintShape(context, shape);
    }
  }
  const pixels = canvas.data();
  const { head } = rig;
  const end = Math.floor((head.neckY - view.y) * view.scale);
  let [left, top, right] = [head.x - head.radiusX, head.y - head.radiusY, head.x + head.radiusX];
  for (let y = 0; y < end; y++) {
    for (let x = 0; x < SCOUT_PIXELS; x++) {
      if (pixels[(y * SCOUT_PIXELS + x) * 4 + 3]! < 64) continue;
      left = Math.min(left, view.x + x / view.scale);
      right = Math.max(right, view.x + (x + 1) / view.scale);
      top = Math.min(top, view.y + y / view.scale);
    }
  }
  canvas.width = canvas.height = 1;
  return { left, top, right, bottom: head.neckY };
}

function headRig(head: HeadShape, hair: Bounds, view: View): HeadRig {
  const x = (value: number) => (value - view.x) * view.scale;
  const y = (value: number) => (value - view.y) * view.scale;
  return {
    centreX: x((hair.left + hair.right) / 2),
    centreY: y((hair.top + hair.bottom) / 2),
    radiusX: (hair.right - hair.left) / 2 * view.scale,
    radiusY: (hair.bottom - hair.top) / 2 * view.scale,
    pivotX: x(head.neckX),
    pivotY: y(head.neckY),
    shoulderY: y(head.shoulderY),
    amount: 1,
  };
}

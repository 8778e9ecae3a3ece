/**
 * From a style, a seed and options to a puppet. Runs once, in the thread that will paint: canvases stay there.
 *
 * In: what avatar.json or "dicebear:STYLE/SEED" says, and the frame's size. Out: a puppet, or InputFault
 * `bad_avatar`. A handful of pictures of the frame's size are painted and given back.
 */
import { createCanvas } from "@napi-rs/canvas";
import type { FrameSize } from "../../time/mod.ts";
import type { Bounds } from "../drawn/bounds.ts";
import type { View } from "../drawn/view.ts";
import type { AvatarLook, Framing } from "../look.ts";
import type { HeadRig, Puppet } from "../posed/puppet.ts";
import type { Anatomy } from "./anatomy.ts";
import { paintBackdrop } from "./backdrop.ts";
import { type CastCharacter, castCharacter, type GeneratedSpec, labelOf } from "./casting.ts";
import { frameFigure } from "./framing.ts";
import { GeneratedPuppet } from "./generated_puppet.ts";
import type { Figurine, PaintedLayer } from "./layer_stack.ts";
import type { HeadShape, StyleRig } from "./rig.ts";
import { paintShape } from "./shapes.ts";
import { svgImage } from "./svg_image.ts";

/** Side of the small picture that says how far hair reaches, in pixels, and the part of the style's units it shows. */
const SCOUT_PIXELS = 160;
const SCOUT_MARGIN = 0.3;
/** What is farther out than so many of the head's radii is no hair but a hand, say. */
const HAIR_RADII = 1.6;

/** Throws InputFault `bad_avatar` for a style or an option that is not known, in one line naming the nearest. */
export async function loadGenerated(spec: GeneratedSpec, size: FrameSize, look: AvatarLook): Promise<Puppet> {
  const cast = await castCharacter(spec);
  const { figurine, rig } = await paintLayers(cast, size, look.framing, labelOf(spec));
  return new GeneratedPuppet(spec.id, figurine, rig, paintBackdrop(cast.colour, size));
}

/** The character's still layers as images of the frame's size, and how it bends there. */
export async function paintLayers(
  { rig, anatomy }: CastCharacter,
  size: FrameSize,
  framing: Framing,
  what: string,
): Promise<{ figurine: Figurine; rig: HeadRig }> {
  const hair = await hairBounds(anatomy, rig, what);
  const view = frameFigure(size, framing, rig.head, hair, rig.bottom);
  const layers: PaintedLayer[] = [];
  for (const layer of anatomy.layers) {
    const isStill = layer.kind === "still";
    layers.push(isStill ? await svgImage(layer.svg, anatomy.definitions, view, size, what) : layer);
  }
  return { figurine: { layers, anatomy, rig, view, size }, rig: headRig(rig.head, hair, view) };
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
      const artX = view.x + (x + 0.5) / view.scale;
      if (Math.abs(artX - head.x) > head.radiusX * HAIR_RADII) continue;
      left = Math.min(left, artX);
      right = Math.max(right, artX);
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

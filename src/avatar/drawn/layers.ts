/**
 * Paints the art: an SVG whose top-level groups are layers, from back to front.
 *
 * In: SVG source. Out: two canvases of the frame's size, the figure and what lies behind it. Three attributes of ours
 * stand on top-level groups: data-back="1" puts the layer behind the figure, data-blur="n" softens it by n units,
 * data-atop="1" shows it only where the last layer without it is opaque (shading on skin, shine on hair). Runs once,
 * at loading.
 */
import { type Canvas, createCanvas, Image } from "@napi-rs/canvas";
import type { InputFault } from "../../errors/mod.ts";
import { type FrameSize, withDeadline } from "../../time/mod.ts";
import { badAvatar } from "../folder.ts";
import { guardedSvg } from "./svg_guard.ts";
import { Extent } from "./extent.ts";
import type { View } from "./view.ts";

const PAINT_MS_MAX = 10_000;
/** Each is a canvas of its own for a while, and a blur reads so many pixels around each. */
const LAYERS_MAX = 200;
const BLUR_MAX = 100;
/** A blur of one sigma is felt so many sigmas away. */
const BLUR_REACH = 3;
const LAYER = /^<g\b([^<>]*)>$/;

interface Layer {
  readonly source: string;
  readonly blur: number;
  readonly isAtop: boolean;
  readonly isBack: boolean;
}

/** Lines from `from` to the one that is `end`; throws nothing where it never comes. */
function block(lines: readonly string[], from: number, end: string): string[] {
  const to = lines.indexOf(end, from);
  return to < 0 ? [] : lines.slice(from, to + 1);
}

/**
 * Top-level groups begin and end at the start of a line. Throws InputFault `bad_avatar` where there is none, too many,
 * or one that is blurred without measure.
 */
function layersOf(lines: readonly string[], what: string): Layer[] {
  const layers: Layer[] = [];
  for (let at = 0; at < lines.length; at++) {
    const attributes = LAYER.exec(lines[at]!)?.[1];
    if (attributes === undefined) continue;
    const own = block(lines, at, "</g>");
    if (own.length === 0) break; // and so do all after it
    at += own.length - 1;
    layers.push({
      source: own.join("\n"),
      blur: Number(/\bdata-blur="([\d.]+)"/.exec(attributes)?.[1] ?? 0),
      isAtop: /\bdata-atop="1"/.test(attributes),
      isBack: /\bdata-back="1"/.test(attributes),
    });
  }
  if (layers.length === 0) {
    throw badAvatar(`${what} has no layer, wanted an SVG with top-level <g> groups at the start of lines`);
  }
  if (layers.length > LAYERS_MAX) {
    throw badAvatar(`${what} has ${layers.length} layers, wanted at most ${LAYERS_MAX}`);
  }
  if (!layers.every(({ blur }) => blur <= BLUR_MAX)) {
    throw badAvatar(`${what} has a layer with too much data-blur, wanted at most ${BLUR_MAX}`);
  }
  return layers;
}

/** The art in the frame's size: the figure on nothing, and what lies behind it. */
export interface PaintedArt {
  readonly figure: Canvas;
  readonly background: Canvas;
}

/** `background` fills what the layers behind the figure leave empty. Throws InputFault `bad_avatar`. */
export async function paintArt(
  svg: string,
  what: string,
  background: string,
  view: View,
  size: FrameSize,
): Promise<PaintedArt> {
  const lines = guardedSvg(svg, what).split(/\r?\n/);
  const definitionsAt = lines.indexOf("<defs>");
  const definitions = definitionsAt < 0 ? "" : block(lines, definitionsAt, "</defs>").join("\n");
  const layers = layersOf(lines, what);
  const paint = async (canvas: Canvas, painted: readonly Layer[]) => {
    await paintLayers(canvas, painted, definitions, what, view, size);
    return canvas;
  };
  const behind = createCanvas(size.width, size.height);
  const context = behind.getContext("2d");
  context.fillStyle = background;
  context.fillRect(0, 0, size.width, size.height);
  return {
    background: await paint(behind, layers.filter((layer) => layer.isBack)),
    figure: await paint(createCanvas(size.width, size.height), layers.filter((layer) => !layer.isBack)),
  };
}

async function paintLayers(
  canvas: Canvas,
  layers: readonly Layer[],
  definitions: string,
  what: string,
  view: View,
  size: FrameSize,
): Promise<void> {
  const context = canvas.getContext("2d");
  if (layers.length === 0) return;
  const piece = createCanvas(size.width, size.height);
  const pieceContext = piece.getContext("2d");
  const viewBox = `${view.x} ${view.y} ${size.width / view.scale} ${size.height / view.scale}`;
  const extent = new Extent(size);
  for (const layer of layers) {
    const source = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
      `viewBox="${viewBox}" preserveAspectRatio="none">${definitions}${layer.source}</svg>`;
    const image = await loadSvg(source, what);
    if (!layer.isAtop) {
      context.drawImage(piece, 0, 0);
      pieceContext.clearRect(0, 0, size.width, size.height);
    }
    const blur = layer.blur * view.scale;
    const around = extent.of(image, blur * BLUR_REACH);
    if (!around) continue; // nothing of it is in the picture
    pieceContext.save();
    // A blur costs by the area that it could touch.
    pieceContext.beginPath();
    pieceContext.rect(around.x, around.y, around.width, around.height);
    pieceContext.clip();
    pieceContext.globalCompositeOperation = layer.isAtop ? "source-atop" : "source-over";
    pieceContext.filter = blur > 0 ? `blur(${blur}px)` : "none";
    pieceContext.drawImage(image, 0, 0);
    pieceContext.restore();
  }
  context.drawImage(piece, 0, 0);
  piece.width = piece.height = 1; // frees the surface now, not at some collection
}

/** Throws InputFault `bad_avatar` for what Skia cannot read. */
async function loadSvg(source: string, what: string): Promise<Image> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const image = new Image();
  image.onload = () => resolve(); // called while the image is locked: it may not be touched here
  image.onerror = () => reject(refusal(what));
  image.src = new TextEncoder().encode(source);
  await withDeadline(promise, PAINT_MS_MAX, `painting ${what}`);
  if (image.width === 0) throw refusal(what);
  return image;
}

function refusal(what: string): InputFault {
  return badAvatar(`${what} cannot be painted, wanted a valid SVG`);
}

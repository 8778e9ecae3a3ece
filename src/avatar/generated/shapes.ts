/**
 * The single shapes of a piece of SVG, so that eyes and brows can be moved one by one as their artist drew them.
 *
 * In: the SVG of one component of a style and where it stands. Out: paths in the units of the whole picture with
 * fill and stroke; a path of several blots comes apart into its blots, each with its holes. Runs at loading.
 */
import { createCanvas, Path2D, type SKRSContext2D } from "@napi-rs/canvas";
import type { Bounds } from "../drawn/bounds.ts";
import { type Attributes, type Matrix, matrixOf, multiply, type Place, type Tag, tagsOf } from "./svg_cut.ts";

export interface Shape {
  readonly path: Path2D;
  readonly bounds: Bounds;
  /** CSS colour; absent where only stroked. */
  readonly fill?: string;
  readonly rule: "evenodd" | "nonzero";
  readonly stroke?: string;
  readonly lineWidth: number;
  readonly lineCap: "butt" | "round";
  readonly opacity: number;
}

/** Asked only whether points lie in paths. */
const SCOUT = createCanvas(1, 1).getContext("2d");

/** Every shape of `svg`, from back to front. */
export function shapesOf(svg: string, place: Place): Shape[] {
  const shapes: Shape[] = [];
  const stack: { matrix: Matrix; attributes: Attributes }[] = [place];
  for (const tag of tagsOf(svg)) {
    if (tag.kind === "close") {
      stack.pop();
      continue;
    }
    const outer = stack.at(-1)!;
    const attributes = inherit(outer.attributes, tag.attributes);
    const matrix = multiply(outer.matrix, matrixOf(tag.attributes.get("transform")));
    if (tag.kind === "open") stack.push({ matrix, attributes });
    const path = pathOf(tag);
    if (path) shapes.push(...blots(moved(path, matrix), attributes));
  }
  return shapes;
}

export function paintShape(context: SKRSContext2D, shape: Shape): void {
  context.globalAlpha = shape.opacity;
  if (shape.fill !== undefined) {
    context.fillStyle = shape.fill;
    context.fill(shape.path, shape.rule);
  }
  if (shape.stroke !== undefined) {
    context.strokeStyle = shape.stroke;
    context.lineWidth = shape.lineWidth;
    context.lineCap = shape.lineCap;
    context.stroke(shape.path);
  }
  context.globalAlpha = 1;
}

/** The rectangle around all of them; undefined for none. */
export function boundsOf(shapes: readonly { readonly bounds: Bounds }[]): Bounds | undefined {
  if (shapes.length === 0) return undefined;
  return {
    left: Math.min(...shapes.map(({ bounds }) => bounds.left)),
    top: Math.min(...shapes.map(({ bounds }) => bounds.top)),
    right: Math.max(...shapes.map(({ bounds }) => bounds.right)),
    bottom: Math.max(...shapes.map(({ bounds }) => bounds.bottom)),
  };
}

function inherit(outer: Attributes, own: Attributes): Attributes {
  const result = new Map(outer);
  for (const [key, value] of own) {
    // Opacities multiply, all else is replaced; the transform is in the matrix.
    if (key === "opacity") result.set(key, String(Number(result.get(key) ?? 1) * Number(value)));
    else if (key !== "transform") result.set(key, value);
  }
  return result;
}

function pathOf(tag: Tag): Path2D | undefined {
  const number = (name: string) => Number(tag.attributes.get(name) ?? 0);
  const path = new Path2D();
  switch (tag.name) {
    case "path":
      return new Path2D(tag.attributes.get("d") ?? "");
    case "circle":
      path.ellipse(number("cx"), number("cy"), number("r"), number("r"), 0, 0, Math.PI * 2);
      break;
    case "ellipse":
      path.ellipse(number("cx"), number("cy"), number("rx"), number("ry"), 0, 0, Math.PI * 2);
      break;
    case "rect":
      path.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
      break;
    default:
      return undefined;
  }
  path.closePath();
  return path;
}

function moved(path: Path2D, [a, b, c, d, e, f]: Matrix): Path2D {
  return path.transform({ a, b, c, d, e, f });
}

function blots(path: Path2D, attributes: Attributes): Shape[] {
  const fill = paintOf(attributes.get("fill")); // the library's pictures have fill="none" around everything
  const stroke = paintOf(attributes.get("stroke"));
  const look = {
    ...(fill === undefined ? {} : { fill }),
    ...(stroke === undefined ? {} : { stroke }),
    rule: attributes.get("fill-rule") === "evenodd" ? "evenodd" as const : "nonzero" as const,
    lineWidth: Number(attributes.get("stroke-width") ?? 1),
    lineCap: attributes.get("stroke-linecap") === "round" ? "round" as const : "butt" as const,
    opacity: Number(attributes.get("opacity") ?? 1) * Number(attributes.get("fill-opacity") ?? 1),
  };
  if (fill === undefined && stroke === undefined) return [];
  const margin = stroke === undefined ? 0 : look.lineWidth / 2;
  return grouped(path).map((source) => {
    const blot = new Path2D(source);
    return { ...look, path: blot, bounds: grown(blot, margin) };
  });
}

function paintOf(value: string | undefined): string | undefined {
  return value === undefined || value === "none" || value === "transparent" ? undefined : value;
}

/** Path data for each closed line together with its holes; what lies in a hole is a blot of its own again. */
function grouped(path: Path2D): string[] {
  const lines = path.toSVGString().split(/(?=M)/).filter((line) => /[LQCZ]/.test(line));
  const blots = lines.map((source) => ({
    source,
    path: new Path2D(source),
    bounds: grown(new Path2D(source), 0),
  }))
    .toSorted((one, other) => areaOf(other.bounds) - areaOf(one.bounds))
    .map((line) => ({ ...line, depth: 0, data: line.source }));
  for (const [index, line] of blots.entries()) {
    const [x = 0, y = 0] = (/M([-\d.e]+)[ ,]([-\d.e]+)/.exec(line.source) ?? []).slice(1).map(Number);
    const around = blots.slice(0, index).filter((outer) => contains(outer, x, y));
    line.depth = around.length;
    const holder = around.at(-1);
    if (line.depth % 2 === 1 && holder) holder.data += line.source;
  }
  return blots.filter(({ depth }) => depth % 2 === 0).map(({ data }) => data);
}

function contains(outer: { readonly path: Path2D; readonly bounds: Bounds }, x: number, y: number): boolean {
  const { left, top, right, bottom } = outer.bounds;
  if (x < left || x > right || y < top || y > bottom) return false;
  return SCOUT.isPointInPath(outer.path, x, y);
}

function grown(path: Path2D, margin: number): Bounds {
  const [left, top, right, bottom] = path.computeTightBounds();
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
}

function areaOf({ left, top, right, bottom }: Bounds): number {
  return (right - left) * (bottom - top);
}

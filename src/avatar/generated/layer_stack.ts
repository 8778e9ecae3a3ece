/**
 * A character's layers over one box of the frame: what does not move there is kept as pictures, the rest drawn anew.
 *
 * In: the layers, a box, poses and mouths. Out: premultiplied RGBA on a canvas of the box's size. What moves is
 * painted only where the figure is, so that its outline never changes. Runs in the stage's thread.
 */
import { type Canvas, createCanvas, type Image, type SKRSContext2D } from "@napi-rs/canvas";
import type { Bounds } from "../drawn/bounds.ts";
import { boxOf, type View } from "../drawn/view.ts";
import type { Box } from "../face.ts";
import type { Pose } from "../life/pose.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { Anatomy, MovingLayer, PlacedMouth, ShapesLayer } from "./anatomy.ts";
import { BrowStrokes } from "./brow_strokes.ts";
import { EyeStrokes } from "./eye_strokes.ts";
import { MouthStrokes } from "./mouth_strokes.ts";
import type { StyleRig } from "./rig.ts";
import { paintShape } from "./shapes.ts";

/** A still layer as an image of the frame's size (undefined where it shows nothing), or the others as they are. */
export type PaintedLayer = Image | ShapesLayer | MovingLayer | undefined;

/** What all stacks of one character share. */
export interface Figurine {
  readonly layers: readonly PaintedLayer[];
  readonly anatomy: Anatomy;
  readonly rig: StyleRig;
  readonly view: View;
  readonly size: FrameSize;
}

/** Boxes are larger than what is drawn in them by so many pixels: soft edges. */
const EDGE_PIXELS = 2;

interface Drawer {
  readonly eyes?: EyeStrokes;
  readonly brows?: BrowStrokes;
  readonly mouth?: MouthStrokes;
}

export class LayerStack {
  readonly #figurine: Figurine;
  readonly #box: Box;
  readonly #canvas: Canvas;
  readonly #context: SKRSContext2D;
  readonly #steps: (Canvas | Drawer)[] = [];

  constructor(figurine: Figurine, box: Box) {
    this.#figurine = figurine;
    this.#box = box;
    this.#canvas = createCanvas(box.width, box.height);
    this.#context = this.#canvas.getContext("2d");
    let still: Canvas | undefined;
    for (const layer of figurine.layers) {
      if (layer === undefined) continue;
      const drawer = "kind" in layer && layer.kind === "moving" ? this.#drawer(layer) : undefined;
      if (drawer) {
        if (still) this.#keep(still);
        still = undefined;
        this.#steps.push(drawer);
      } else if (!("kind" in layer) || layer.kind === "shapes") {
        still ??= createCanvas(box.width, box.height);
        this.#paintStill(still.getContext("2d"), layer);
      }
    }
    if (still) this.#keep(still);
  }

  /** Premultiplied RGBA of the box, to be given back by the caller. */
  paint(pose: Pose, mouth: Float32Array, smile: number): Uint8Array {
    const context = this.#context;
    context.clearRect(0, 0, this.#box.width, this.#box.height);
    for (let index = 0; index < this.#steps.length; index++) {
      const step = this.#steps[index]!;
      if ("getContext" in step) context.drawImage(step, 0, 0);
      else this.#paintMoving(step, pose, mouth, smile);
    }
    return this.#canvas.data();
  }

  /** Frees the pictures now, not at some collection. */
  close(): void {
    for (const step of this.#steps) if ("getContext" in step) step.width = step.height = 1;
    this.#canvas.width = this.#canvas.height = 1;
  }

  #paintMoving(drawer: Drawer, pose: Pose, mouth: Float32Array, smile: number): void {
    const context = this.#context;
    context.save();
    this.#toStyleUnits(context);
    context.globalCompositeOperation = "source-atop";
    drawer.eyes?.paint(pose.lidLeft, pose.lidRight, pose.gazeX, pose.gazeY, pose.squint);
    drawer.brows?.paint(pose.browLeft, pose.browRight, pose.browTilt);
    if (drawer.mouth) {
      const { x, y, angle } = this.#figurine.anatomy.mouth;
      context.translate(x, y);
      context.rotate(angle);
      drawer.mouth.paint(mouth, smile);
    }
    context.restore();
  }

  /** The painters of what reaches into the box; undefined where nothing does. */
  #drawer(layer: MovingLayer): Drawer | undefined {
    const { anatomy, rig, view, size } = this.#figurine;
    const context = this.#context;
    const reaches = (bounds: Bounds | undefined) =>
      bounds !== undefined && doShare(boxAround([bounds], view, size), this.#box);
    const drawer: Drawer = {
      ...(reaches(EyeStrokes.bounds(layer.eyes, rig.eyes)) &&
        { eyes: new EyeStrokes(context, layer.eyes, rig.eyes, anatomy.ink, rig.middleX) }),
      ...(reaches(BrowStrokes.bounds(layer.brows, rig.brows)) &&
        { brows: new BrowStrokes(context, layer.brows, rig.brows, rig.middleX) }),
      ...(layer.hasMouth && reaches(mouthBounds(anatomy.mouth)) &&
        { mouth: new MouthStrokes(context, anatomy.mouth) }),
    };
    return Object.keys(drawer).length > 0 ? drawer : undefined;
  }

  #paintStill(context: SKRSContext2D, layer: Image | ShapesLayer): void {
    if (!("kind" in layer)) {
      context.drawImage(layer, -this.#box.x, -this.#box.y);
      return;
    }
    context.save();
    this.#toStyleUnits(context);
    for (const shape of layer.shapes) paintShape(context, shape);
    context.restore();
  }

  #keep(still: Canvas): void {
    const pixels = still.data();
    if (new Uint32Array(pixels.buffer).some((pixel) => pixel !== 0)) this.#steps.push(still);
    else still.width = still.height = 1;
  }

  #toStyleUnits(context: SKRSContext2D): void {
    const { x, y, scale } = this.#figurine.view;
    context.setTransform(scale, 0, 0, scale, -x * scale - this.#box.x, -y * scale - this.#box.y);
  }
}

/** All that eyes and brows can change, in the style's units. */
export function upperBounds({ anatomy, rig }: Figurine): Bounds[] {
  return anatomy.layers.flatMap((layer) =>
    layer.kind === "moving"
      ? [EyeStrokes.bounds(layer.eyes, rig.eyes), BrowStrokes.bounds(layer.brows, rig.brows)]
      : []
  ).filter((bounds) => bounds !== undefined);
}

/** All that the mouth can change, in the style's units. */
export function mouthBounds(mouth: PlacedMouth): Bounds {
  const { left, top, right, bottom } = MouthStrokes.bounds(mouth);
  const [cos, sin] = [Math.cos(mouth.angle), Math.sin(mouth.angle)];
  const corners = [[left, top], [right, top], [left, bottom], [right, bottom]] as const;
  const xs = corners.map(([x, y]) => mouth.x + x * cos - y * sin);
  const ys = corners.map(([x, y]) => mouth.y + x * sin + y * cos);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The box of even pixels around all of them, inside the frame. */
export function boxAround(bounds: readonly Bounds[], view: View, size: FrameSize): Box {
  const edge = EDGE_PIXELS / view.scale;
  return boxOf(
    view,
    size,
    Math.min(...bounds.map(({ left }) => left)) - edge,
    Math.min(...bounds.map(({ top }) => top)) - edge,
    Math.max(...bounds.map(({ right }) => right)) + edge,
    Math.max(...bounds.map(({ bottom }) => bottom)) + edge,
  );
}

function doShare(one: Box, other: Box): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height &&
    other.y < one.y + one.height;
}

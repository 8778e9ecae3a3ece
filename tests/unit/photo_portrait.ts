/**
 * A portrait that is nobody's: a face mesh by formula and a picture painted from it, for the tests of photo avatars.
 *
 *   const portrait = makePortrait({ width: 640, height: 480, pupils: 110 });
 *   portrait.mesh, portrait.rgba
 */
import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import {
  JAW_LINE,
  LEFT_EYE,
  LOWER_LIP_INNER,
  LOWER_LIP_OUTER,
  Mesh,
  MESH_POINTS,
  RIGHT_EYE,
  UPPER_LIP_INNER,
  UPPER_LIP_OUTER,
} from "../../src/avatar/photo/mesh.ts";

export interface PortraitOptions {
  readonly width?: number;
  readonly height?: number;
  /** Distance between the pupils in pixels. Default 110. */
  readonly pupils?: number;
  /** Gap between the lips in parts of the pupils' distance; above 0 teeth are seen. Default 0. */
  readonly gap?: number;
  /** Opening of the eyes, in their widths. Default 0.36. */
  readonly eyes?: number;
  /** Colour of everything around the mouth, for a mask. */
  readonly mask?: string;
  /** Default a plain grey wall. */
  readonly background?: (context: SKRSContext2D, width: number, height: number) => void;
  /** Turns of the head in degrees. Default 0. */
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
}

export interface Portrait {
  readonly width: number;
  readonly height: number;
  readonly mesh: Mesh;
  readonly canvas: Canvas;
  /** Opaque. */
  readonly rgba: Uint8Array;
}

const SKIN = "#dba98c";
const LIPS = "#b4585c";
const DEGREE = Math.PI / 180;

/** Places in parts of the pupils' distance, from the middle between the pupils; z grows away from the viewer. */
function places(gap: number, eyes: number): Map<number, [number, number, number]> {
  const map = new Map<number, [number, number, number]>();
  for (let index = 0; index < MESH_POINTS; index++) {
    // Spread over the face, round towards the ears, as the rest of a mesh is.
    const angle = index * 2.399963;
    const radius = Math.sqrt((index % 97) / 97);
    const [x, y] = [0.95 * radius * Math.cos(angle), 0.35 + 1.2 * radius * Math.sin(angle)];
    map.set(index, [x, y, 0.75 * radius * radius - 0.35]);
  }
  const row = (indices: readonly number[], point: (u: number) => [number, number, number]) =>
    indices.forEach((index, at) => map.set(index, point(-1 + 2 * at / (indices.length - 1))));
  const mouthY = 1.08;
  const bow = (u: number) => 1 - u * u;
  const lipX = (u: number, half: number) => half * Math.sin(u * Math.PI / 2);
  row(UPPER_LIP_OUTER, (u) => [lipX(u, 0.41), mouthY - (0.11 + gap / 2) * bow(u), -0.2 + 0.2 * u * u]);
  row(LOWER_LIP_OUTER, (u) => [lipX(u, 0.41), mouthY + (0.15 + gap / 2) * bow(u), -0.2 + 0.2 * u * u]);
  row(UPPER_LIP_INNER, (u) => [lipX(u, 0.38), mouthY - gap / 2 * bow(u), -0.18 + 0.2 * u * u]);
  row(LOWER_LIP_INNER, (u) => [lipX(u, 0.38), mouthY + gap / 2 * bow(u), -0.18 + 0.2 * u * u]);
  row(
    JAW_LINE,
    (u) => [1.05 * Math.sin(u * Math.PI / 2), 0.25 + 1.45 * Math.cos(u * Math.PI / 2), 0.7 * u * u],
  );
  for (const [eye, side] of [[LEFT_EYE, -0.5], [RIGHT_EYE, 0.5]] as const) {
    const half = 0.24;
    row(eye.upper, (u) => [side + half * u, -half * eyes * 1.2 * bow(u), 0.1]);
    row(eye.lower, (u) => [side + half * u, half * eyes * 0.8 * bow(u), 0.1]);
    row(eye.fold, (u) => [side + 0.27 * u, -0.14 * bow(u) - 0.02, 0.1]);
    row(eye.browTop, (u) => [side + 0.33 * u, -0.36 - 0.06 * bow(u), 0.02]);
    row(eye.browBottom, (u) => [side + 0.33 * u, -0.29 - 0.05 * bow(u), 0.02]);
    [[0, 0], [0.09, 0], [0, -0.09], [-0.09, 0], [0, 0.09]].forEach(([x, y], at) =>
      map.set(eye.iris + at, [side + x!, y!, 0.1])
    );
  }
  const fixed: [number, number, number, number][] = [
    ...[[10, 0, -1.05, 0], [152, 0, 1.7, 0], [4, 0, 0.55, -0.5], [1, 0, 0.62, -0.48]],
    ...[[2, 0, 0.78, -0.3], [168, 0, 0, -0.15], [9, 0, -0.3, -0.1], [234, -1.05, 0.25, 0.7]],
    ...[[454, 1.05, 0.25, 0.7], [58, -0.9, 1.05, 0.5], [172, -0.8, 1.25, 0.4], [288, 0.9, 1.05, 0.5]],
    ...[[397, 0.8, 1.25, 0.4], [130, -0.78, 0, 0.15], [359, 0.78, 0, 0.15], [18, 0, 1.3, -0.15]],
    ...[[50, -0.55, 0.5, 0], [280, 0.55, 0.5, 0], [205, -0.5, 0.75, 0], [425, 0.5, 0.75, 0]],
    ...[[117, -0.55, 0.3, 0], [346, 0.55, 0.3, 0], [118, -0.5, 0.32, 0], [347, 0.5, 0.32, 0]],
    ...[[151, 0, -0.6, 0], [199, 0, 1.5, 0], [200, 0, 1.4, -0.1], [36, -0.4, 0.5, 0], [266, 0.4, 0.5, 0]],
    ...[[164, 0, 0.88, -0.2], [57, -0.5, 1.08, 0], [287, 0.5, 1.08, 0]],
  ] as [number, number, number, number][];
  for (const [index, x, y, z] of fixed) map.set(index, [x, y, z]);
  return map;
}

export function makePortrait(options: PortraitOptions = {}): Portrait {
  const { width = 640, height = 480, pupils = 110, gap = 0, eyes = 0.36 } = options;
  const points = new Float64Array(MESH_POINTS * 3);
  const [yaw, pitch, roll] = [options.yaw ?? 0, options.pitch ?? 0, options.roll ?? 0].map((angle) =>
    angle * DEGREE
  );
  for (const [index, [x, y, z]] of places(gap, eyes)) {
    // A face that looks straight ahead leans its chin forward by what the models call 10 degrees.
    const [y0, z0] = turn(y - 0.3, z, 10 * DEGREE);
    const [x1, z1] = turn(x, z0, yaw!);
    const [y1, z2] = turn(y0, z1, pitch!);
    const [x2, y2] = turn(x1, y1, roll!);
    points[index * 3] = width / 2 + x2 * pupils;
    points[index * 3 + 1] = height * 0.42 + (y2 + 0.3) * pupils;
    points[index * 3 + 2] = z2 * pupils;
  }
  const mesh = new Mesh(points);
  const canvas = createCanvas(width, height);
  paint(canvas.getContext("2d"), mesh, options, width, height, gap);
  const rgba = new Uint8Array(canvas.getContext("2d").getImageData(0, 0, width, height).data);
  return { width, height, mesh, canvas, rgba };
}

/** The two coordinates after a turn by `angle`. */
function turn(a: number, b: number, angle: number): [number, number] {
  return [a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle)];
}

function paint(
  context: SKRSContext2D,
  mesh: Mesh,
  options: PortraitOptions,
  width: number,
  height: number,
  gap: number,
): void {
  const p = mesh.pupils;
  const fill = (colour: string, ...rows: (readonly number[])[]) => {
    context.fillStyle = colour;
    context.beginPath();
    const path = [...rows[0]!, ...rows.slice(1).flatMap((row) => row.toReversed())];
    path.forEach((index, at) =>
      at === 0 ? context.moveTo(mesh.x(index), mesh.y(index)) : context.lineTo(mesh.x(index), mesh.y(index))
    );
    context.closePath();
    context.fill();
  };
  const oval = (colour: string, x: number, y: number, radiusX: number, radiusY: number) => {
    context.fillStyle = colour;
    context.beginPath();
    context.ellipse(x, y, radiusX, radiusY, 0, 0, 2 * Math.PI);
    context.fill();
  };
  if (options.background) options.background(context, width, height);
  else {
    context.fillStyle = "#2b3036";
    context.fillRect(0, 0, width, height);
  }
  const [middleX, chin, forehead] = [mesh.x(168), mesh.y(152), mesh.y(10)];
  oval("#4a3328", middleX, (chin + forehead) / 2 - 0.35 * p, 1.25 * p, 1.55 * p);
  oval("#33414f", middleX, chin + 1.6 * p, 2.2 * p, 1.25 * p);
  oval(SKIN, middleX, chin + 0.1 * p, 0.6 * p, 0.8 * p);
  oval(SKIN, middleX, (chin + forehead) / 2, 1.05 * p, (chin - forehead) / 2);
  for (const eye of [LEFT_EYE, RIGHT_EYE]) {
    fill("#4a3328", eye.browTop, eye.browBottom);
    fill("#f2f0ec", eye.upper, eye.lower);
    context.save();
    context.beginPath();
    [...eye.upper, ...eye.lower.toReversed()].forEach((index) =>
      context.lineTo(mesh.x(index), mesh.y(index))
    );
    context.clip();
    oval("#5b4632", mesh.x(eye.iris), mesh.y(eye.iris), 0.09 * p, 0.09 * p);
    oval("#17120e", mesh.x(eye.iris), mesh.y(eye.iris), 0.04 * p, 0.04 * p);
    context.restore();
  }
  fill(LIPS, UPPER_LIP_OUTER, UPPER_LIP_INNER);
  fill(LIPS, LOWER_LIP_INNER, LOWER_LIP_OUTER);
  if (gap > 0) fill("#efeae0", UPPER_LIP_INNER, LOWER_LIP_INNER);
  context.strokeStyle = "#7a3338";
  context.lineWidth = Math.max(1, 0.02 * p);
  context.beginPath();
  if (gap === 0) UPPER_LIP_INNER.forEach((index) => context.lineTo(mesh.x(index), mesh.y(index)));
  context.stroke();
  if (options.mask) oval(options.mask, mesh.x(13), mesh.y(13), 0.75 * p, 0.55 * p);
}

/**
 * Draws one contact sheet: rows of labelled cells, each row begun by what it shows.
 *
 * In: an avatar's source. Out: a canvas with every viseme and mix, expressions, lids, glances, brows, actions, how far
 * the head turns, a fade from a smile into speech, and whole frames of three shapes.
 */
import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import {
  ACTION_MS,
  ACTIONS,
  calmManner,
  EXPRESSIONS,
  type I420Frame,
  loadFace,
  type Manner,
} from "../../src/avatar/mod.ts";
import { Life } from "../../src/avatar/life/life.ts";
import { type Pose, restPose } from "../../src/avatar/life/pose.ts";
import { loadPuppet } from "../../src/avatar/load.ts";
import type { AvatarLook } from "../../src/avatar/look.ts";
import type { Puppet } from "../../src/avatar/posed/puppet.ts";
import { type FrameSize, i420Bytes } from "../../src/time/mod.ts";
import { Poser, toCanvas } from "./poser.ts";
import { MIXES, VISEMES } from "./visemes.ts";

const SIZE: FrameSize = { width: 1280, height: 720 };
const WHOLES: readonly FrameSize[] = [
  { width: 640, height: 360 },
  { width: 360, height: 360 },
  { width: 202, height: 360 },
];
const COLUMNS = 8;
const CELL = 230;
const GAP = 6;
const TITLE = 30;
const LABEL = 22;
const OWN: AvatarLook = { background: { kind: "own" }, framing: "bust" };
const FADE_FRAMES = 8;

/** A square piece of the frame. */
interface Crop {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

interface Cell {
  readonly label: string;
  readonly picture: Canvas;
  /** Absent: the picture as it is. */
  readonly crop?: Crop;
}

interface Section {
  readonly title: string;
  readonly cells: readonly Cell[];
}

/** Throws InputFault where the avatar cannot be loaded. */
export async function drawSheet(source: string): Promise<Canvas> {
  using puppet = await loadPuppet(source, SIZE, OWN);
  const sections = [
    { title: `${puppet.id}: frames of 16:9, 1:1 and 9:16, bust and head`, cells: await wholes(source) },
    ...poses(puppet),
    { title: "from happy and silent into happy and speaking", cells: await fade(source) },
  ];
  return layOut(sections);
}

function poses(puppet: Puppet): Section[] {
  const poser = new Poser(puppet);
  const head = headCrop(puppet);
  const lips = mouthCrop(puppet);
  const eyes = upperCrop(puppet);
  const posed = (crop: Crop) => ([label, pose]: readonly [string, Partial<Pose>]): Cell => ({
    label,
    picture: poser.paint(pose),
    crop,
  });
  const spoken = ([label, mouth]: readonly [string, readonly number[]]): Cell => ({
    label,
    picture: poser.paint({}, mouth),
    crop: lips,
  });
  const lid = (value: number): readonly [string, Partial<Pose>] => [
    `lids ${value}`,
    { lidLeft: value, lidRight: value },
  ];
  return [
    { title: "visemes", cells: VISEMES.map(spoken) },
    { title: "mixes", cells: MIXES.map(spoken) },
    {
      title: "expressions, silent and speaking",
      cells: EXPRESSIONS.flatMap((name, index): Cell[] => {
        const pose = lifePose(mannerOf(index));
        return [
          { label: name, picture: poser.paint(pose), crop: head },
          { label: `${name}, "aa"`, picture: poser.paint({ ...pose, smile: 0 }, [1, 0.15]), crop: head },
        ];
      }),
    },
    { title: "lids", cells: [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 0.9, 1].map(lid).map(posed(eyes)) },
    { title: "glances, squint and wink", cells: GLANCES.map(posed(eyes)) },
    { title: "brows", cells: BROWS.map(posed(eyes)) },
    { title: "actions at their extremes", cells: actions(poser, head) },
    { title: "as far as the head goes", cells: EXTREMES.map(posed(head)) },
  ];
}

const GLANCES: readonly (readonly [string, Partial<Pose>])[] = [
  ["left", { gazeX: -1 }],
  ["right", { gazeX: 1 }],
  ["up", { gazeY: -1, lidLeft: -0.12, lidRight: -0.12 }],
  ["down", { gazeY: 1, lidLeft: 0.3, lidRight: 0.3 }],
  ["up right", { gazeX: 0.7, gazeY: -0.7 }],
  ["squint", { squint: 1 }],
  ["squint, lids 0.3", { squint: 1, lidLeft: 0.3, lidRight: 0.3 }],
  ["wink", { lidRight: 1, squint: 0.3 }],
];

const BROWS: readonly (readonly [string, Partial<Pose>])[] = [
  ["raised", { browLeft: 1, browRight: 1 }],
  ["half raised", { browLeft: 0.5, browRight: 0.5 }],
  ["lowered", { browLeft: -1, browRight: -1 }],
  ["one raised", { browLeft: -0.2, browRight: 0.8 }],
  ["worry", { browTilt: 1 }],
  ["frown", { browTilt: -1 }],
  ["raised worry", { browLeft: 0.6, browRight: 0.6, browTilt: 0.8 }],
  ["lowered frown", { browLeft: -0.8, browRight: -0.8, browTilt: -1 }],
];

const EXTREMES: readonly (readonly [string, Partial<Pose>])[] = [
  ["rest", {}],
  ["yaw -1", { yaw: -1 }],
  ["yaw 1", { yaw: 1 }],
  ["pitch -1", { pitch: -1 }],
  ["pitch 1", { pitch: 1 }],
  ["roll -1", { roll: -1 }],
  ["roll 1", { roll: 1 }],
  ["breath 1", { breath: 1 }],
  ["all -1", { yaw: -1, pitch: -1, roll: -1, shiftX: -1, shiftY: -1 }],
  ["all 1", { yaw: 1, pitch: 1, roll: 1, shiftX: 1, shiftY: 1, breath: 1 }],
];

function actions(poser: Poser, crop: Crop): Cell[] {
  return ACTIONS.flatMap((name, action) =>
    [0.14, 0.32, 0.5, 0.7].map((part): Cell => ({
      label: `${name} at ${Math.round(part * 100)} %`,
      picture: poser.paint(lifePose({ ...calmManner(), action, actionMs: part * ACTION_MS[action]! })),
      crop,
    }))
  );
}

/** The pose of one quiet moment under `manner`. */
function lifePose(manner: Manner): Pose {
  const pose = restPose();
  new Life(1, 25).pose(30, manner, pose);
  return pose;
}

function mannerOf(expression: number): Manner {
  const manner = calmManner();
  manner.expressions.fill(0);
  manner.expressions[expression] = 1;
  return manner;
}

async function wholes(source: string): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const framing of ["bust", "head"] as const) {
    for (const size of WHOLES) {
      using puppet = await loadPuppet(source, size, { ...OWN, framing });
      cells.push({ label: `${framing} ${size.width}x${size.height}`, picture: new Poser(puppet).paint() });
    }
  }
  const isCutOut = { background: { kind: "transparent" }, framing: "bust" } as const;
  try {
    using puppet = await loadPuppet(source, WHOLES[0]!, isCutOut);
    if (puppet.figure.alpha) cells.push({ label: "transparent", picture: new Poser(puppet, true).paint() });
  } catch {
    // this avatar has a background of its own only
  }
  return cells;
}

/** What the stage shows, by its own calls, where an utterance begins under a smile. */
async function fade(source: string): Promise<Cell[]> {
  using face = await loadFace(source, SIZE);
  const frame: I420Frame = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)) };
  const happy = mannerOf(EXPRESSIONS.indexOf("happy"));
  const { x, y, width } = face.speechBox;
  const side = width * 1.3;
  return Array.from({ length: FADE_FRAMES }, (_, index): Cell => {
    const part = index / (FADE_FRAMES - 1);
    const opacity = part * part * (3 - 2 * part);
    const number = 100 + index;
    face.paintIdle(frame, number, happy);
    face.paintMouth(
      frame,
      number,
      Float32Array.of(0.8, 0.2, 0, 0, 0, 0).map((v) => v * opacity),
      happy,
      opacity,
    );
    const crop = { x: x + (width - side) / 2, y: y - side * 0.25, side };
    return { label: `opacity ${opacity.toFixed(2)}`, picture: toCanvas(frame), crop };
  });
}

function headCrop({ rig }: Puppet): Crop {
  const side = Math.max(rig.radiusX, rig.radiusY) * 2.6;
  return { x: rig.centreX - side / 2, y: rig.centreY + rig.radiusY * 0.1 - side / 2, side };
}

function mouthCrop({ mouthBox: { x, y, width, height } }: Puppet): Crop {
  const side = Math.max(width, height) * 1.25;
  return { x: x + (width - side) / 2, y: y + (height - side) / 2 - side * 0.08, side };
}

function upperCrop({ upperBox: { x, y, width, height } }: Puppet): Crop {
  const side = Math.max(width, height) * 1.15;
  return { x: x + (width - side) / 2, y: y + (height - side) / 2, side };
}

function layOut(sections: readonly Section[]): Canvas {
  const width = COLUMNS * (CELL + GAP) + GAP;
  const height = placeAll(undefined, sections);
  const sheet = createCanvas(width, height);
  const context = sheet.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  placeAll(context, sections);
  return sheet;
}

/** Places every cell, onto nothing where there is no context. Answers how far down they reach. */
function placeAll(context: SKRSContext2D | undefined, sections: readonly Section[]): number {
  const widest = COLUMNS * (CELL + GAP);
  let y = 0;
  for (const { title, cells } of sections) {
    if (context) write(context, title, GAP, y + 22, "bold 18px sans-serif");
    y += TITLE;
    let x = GAP;
    let rowHeight = 0;
    for (const { label, picture, crop } of cells) {
      const width = crop ? CELL : picture.width;
      const height = crop ? CELL : picture.height;
      if (x > GAP && x + width > widest + GAP) {
        x = GAP;
        y += rowHeight;
        rowHeight = 0;
      }
      if (context) {
        if (crop) context.drawImage(picture, crop.x, crop.y, crop.side, crop.side, x, y, CELL, CELL);
        else context.drawImage(picture, x, y);
        write(context, label, x + 4, y + height + 16, "15px sans-serif");
      }
      x += width + GAP;
      rowHeight = Math.max(rowHeight, height + LABEL + GAP);
    }
    y += rowHeight;
  }
  return y;
}

function write(context: SKRSContext2D, text: string, x: number, y: number, font: string): void {
  context.font = font;
  context.fillStyle = "#222222";
  context.fillText(text, x, y);
}

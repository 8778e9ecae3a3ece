/**
 * One contact sheet for an avatar: every mouth shape, half-way blends, blink phases, glances, and three shapes of
 * frame, to be looked at by a person.
 *
 *   deno run -A scripts/avatar_sheet.ts ID [FOLDER...]   writes out/avatar-ID.png
 *   deno run -A scripts/avatar_sheet.ts ID --preview     also writes preview.png (640x360) into the avatar's folder
 */
import { type Canvas, createCanvas } from "@napi-rs/canvas";
import sharp from "sharp";
import { type Face, findAvatar, type I420Frame, loadFace } from "../src/avatar/mod.ts";
import { InputFault, oneLine } from "../src/errors/mod.ts";
import { MOUTH_LENGTH } from "../src/lipsync/mod.ts";
import { type FrameSize, i420Bytes } from "../src/time/mod.ts";

const SHIPPED = decodeURIComponent(new URL("../avatars", import.meta.url).pathname);
const OUT = decodeURIComponent(new URL("../out", import.meta.url).pathname);
const COLUMNS = 6;
const CELL = 260;
const LABEL = 22;

/** jaw, spread, pucker, press, teeth, tongue. */
const SHAPES: readonly [string, readonly number[]][] = [
  ["closed", [0, 0, 0, 0, 0, 0]],
  ["aa", [1, 0, 0, 0, 0, 0]],
  ["aa half", [0.5, 0, 0, 0, 0, 0]],
  ["aa quarter", [0.25, 0, 0, 0, 0, 0]],
  ["jaw 0.08", [0.08, 0, 0, 0, 0, 0]],
  ["eh", [0.5, 0.5, 0, 0, 0, 0]],
  ["ee", [0.18, 1, 0, 0, 0, 0]],
  ["ee half", [0.09, 0.5, 0, 0, 0, 0]],
  ["oh", [0.55, 0, 0.65, 0, 0, 0]],
  ["oo", [0.12, 0, 1, 0, 0, 0]],
  ["oo half", [0.06, 0, 0.5, 0, 0, 0]],
  ["aa to oo", [0.55, 0, 0.5, 0, 0, 0]],
  ["m b p", [0, 0, 0, 1, 0, 0]],
  ["m half", [0, 0, 0, 0.5, 0, 0]],
  ["aa to m", [0.5, 0, 0, 0.5, 0, 0]],
  ["f v", [0.1, 0, 0, 0, 1, 0]],
  ["f half", [0.1, 0, 0, 0, 0.5, 0]],
  ["f open", [0.6, 0, 0, 0, 1, 0]],
  ["l", [0.35, 0.1, 0, 0, 0, 1]],
  ["th", [0.15, 0.15, 0, 0, 0, 1]],
  ["s z", [0.12, 0.45, 0, 0, 0.25, 0]],
  ["sh", [0.14, 0, 0.6, 0, 0.2, 0]],
  ["smile aa", [1, 1, 0, 0, 0, 0]],
  ["all", [1, 1, 1, 1, 1, 1]],
];

function toCanvas(frame: I420Frame): Canvas {
  const { width, height, bytes } = frame;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const uAt = width * height;
  const vAt = uAt * 5 / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = (y >> 1) * (width >> 1) + (x >> 1);
      const luma = 1.164 * (bytes[y * width + x]! - 16);
      const u = bytes[uAt + chroma]! - 128;
      const v = bytes[vAt + chroma]! - 128;
      const at = (y * width + x) * 4;
      image.data[at] = luma + 1.596 * v;
      image.data[at + 1] = luma - 0.392 * u - 0.813 * v;
      image.data[at + 2] = luma + 2.017 * u;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function newFrame(size: FrameSize): I420Frame {
  return { width: size.width, height: size.height, bytes: new Uint8Array(i420Bytes(size)) };
}

/** Frames of the first minutes that look different from all before, a dozen of them: blinks, glances, brows. */
function livingFrames(face: Face, most: number): number[] {
  const frame = newFrame(face.size);
  const seen = new Set<number>();
  const frames: number[] = [];
  for (let number = 0; number < 4000 && frames.length < most; number++) {
    face.paintIdle(frame, number);
    let hash = 17;
    for (let at = 0; at < frame.bytes.length; at += 3) hash = (Math.imul(hash, 31) + frame.bytes[at]!) | 0;
    if (!seen.has(hash)) frames.push(number);
    seen.add(hash);
  }
  return frames;
}

async function drawSheet(folder: string): Promise<Canvas> {
  using face = await loadFace(folder, { width: 1280, height: 720 });
  const frame = newFrame(face.size);
  const living = livingFrames(face, 18);
  const wholes: readonly FrameSize[] = [
    { width: 640, height: 360 },
    { width: 360, height: 360 },
    { width: 202, height: 360 },
  ];
  const rows = Math.ceil(SHAPES.length / COLUMNS) + Math.ceil(living.length / COLUMNS);
  const sheet = createCanvas(COLUMNS * CELL, rows * (CELL + LABEL) + 380);
  const context = sheet.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.font = "15px sans-serif";
  const middleX = face.speechBox.x + face.speechBox.width / 2;
  let cell = 0;
  const place = (label: string, middleY: number, side: number) => {
    const x = cell % COLUMNS * CELL;
    const y = Math.floor(cell / COLUMNS) * (CELL + LABEL);
    cell++;
    context.drawImage(
      toCanvas(frame),
      middleX - side / 2,
      middleY - side / 2,
      side,
      side,
      x,
      y,
      CELL - 4,
      CELL - 4,
    );
    context.fillStyle = "#222222";
    context.fillText(label, x + 6, y + CELL + 13);
  };
  for (const [label, values] of SHAPES) {
    face.paintIdle(frame, 0);
    face.paintMouth(frame, 0, Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => values[index] ?? 0));
    place(label, face.speechBox.y + face.speechBox.height * 0.4, face.speechBox.width * 1.5);
  }
  for (const number of living) {
    face.paintIdle(frame, number);
    place(
      `idle frame ${number}`,
      face.speechBox.y - face.speechBox.height * 0.42,
      face.speechBox.width * 1.5,
    );
  }
  let x = 0;
  for (const size of wholes) {
    using small = await loadFace(folder, size);
    const whole = newFrame(size);
    small.paintIdle(whole, 0);
    context.drawImage(toCanvas(whole), x, rows * (CELL + LABEL) + 10);
    x += size.width + 10;
  }
  return sheet;
}

async function writePreview(folder: string): Promise<void> {
  using face = await loadFace(folder, { width: 640, height: 360 });
  const frame = newFrame(face.size);
  face.paintIdle(frame, 0);
  const png = toCanvas(frame).encodeSync("png");
  Deno.writeFileSync(
    `${folder}/preview.png`,
    await sharp(png).png({ palette: true, colours: 256 }).toBuffer(),
  );
}

const USAGE = `usage: deno task avatar:sheet ID [FOLDER ...] [--preview]

Draws out/avatar-ID.png: every mouth shape, blinks, glances and three shapes of frame, to be looked at.

  ID          an avatar's id
  FOLDER      a folder with more avatars, beside those that come along
  --preview   also writes preview.png into the avatar's folder
  --help      this text`;

function refuse(line: string): never {
  console.error(`avatar:sheet: ${line}`);
  Deno.exit(2);
}

async function writeSheet(id: string, folders: readonly string[], isPreviewToo: boolean): Promise<void> {
  const folder = findAvatar(id, [SHIPPED, ...folders]);
  const sheet = (await drawSheet(folder)).encodeSync("png");
  Deno.mkdirSync(OUT, { recursive: true });
  Deno.writeFileSync(`${OUT}/avatar-${id}.png`, sheet);
  if (isPreviewToo) await writePreview(folder);
  console.error(`written: out/avatar-${id}.png`);
}

const isFlag = (argument: string) => argument.startsWith("-");
const flags = new Set(Deno.args.filter(isFlag));
const isPreviewToo = flags.delete("--preview");
if (flags.delete("--help") || flags.delete("-h")) {
  console.log(USAGE);
  Deno.exit(0);
}
for (const flag of flags) refuse(`no flag is called "${flag}", wanted --preview or --help`);
const [id, ...folders] = Deno.args.filter((argument) => !isFlag(argument));
if (id === undefined) refuse("an avatar's id is missing, wanted ID [FOLDER ...] [--preview]");
try {
  await writeSheet(id, folders, isPreviewToo);
} catch (error) {
  if (!(error instanceof InputFault)) throw error;
  refuse(oneLine(error));
}

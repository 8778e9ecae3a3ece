/**
 * A picture for people to see what prepare saw: some frames of a clip, close up, with boxes, mesh and mask drawn over them.
 *
 * In: the finished avatar's folder. Out: a PNG. Main thread; decodes the clip once, converts a few of its frames.
 */
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { FACE_POINTS } from "../../avatar/mod.ts";
import { BOXES, type Clip, FILM_FPS, PackReader, TrackReader } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import { FilmPictures } from "./film_pictures.ts";
import { timeText } from "./moving_pictures.ts";

const CELLS = 8;
const ACROSS = 4;
const CELL = 440;
const LEGEND = 40;
/** What is shown, in sides of MuseTalk's crop. */
const AROUND = 1.25;
const COLOURS = { musetalk: "#ffd400", crop: "#ff7a00", wav2lip: "#00d0ff", ultralight: "#7dff5a" } as const;
const NAMES = {
  musetalk: "MuseTalk's box",
  crop: "its crop",
  wav2lip: "Wav2Lip",
  ultralight: "Ultralight",
} as const;
const MASK_COLOUR = [255, 40, 60] as const;

export async function contactSheet(
  folder: string,
  clip: Clip,
  size: FrameSize,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const count = Math.min(CELLS, clip.frames);
  const wanted = Array.from({ length: count }, (_, nth) => Math.floor(nth * clip.frames / count));
  const canvas = createCanvas(CELL * Math.min(ACROSS, count), CELL * Math.ceil(count / ACROSS) + LEGEND);
  const context = canvas.getContext("2d");
  context.fillStyle = "#15181c";
  context.fillRect(0, 0, canvas.width, canvas.height);
  using track = TrackReader.open(folder, clip.track, clip.frames);
  using masks = PackReader.open(folder, clip.masks, clip.frames);
  const film = await FilmPictures.open(`${folder}/${clip.film}`, size, signal);
  const only = new Set(wanted);
  for await (const { frame, rgb } of film.pictures({ only, ...(signal ? { signal } : {}) })) {
    const cell = wanted.indexOf(frame);
    track.read(frame);
    context.save();
    context.beginPath();
    context.rect(cell % ACROSS * CELL, Math.floor(cell / ACROSS) * CELL, CELL, CELL);
    context.clip();
    context.translate(cell % ACROSS * CELL, Math.floor(cell / ACROSS) * CELL);
    drawCell(context, rgb, size, track, masks, frame);
    context.restore();
  }
  drawLegend(context, canvas.height);
  return canvas.toBuffer("image/png");
}

function drawCell(
  context: SKRSContext2D,
  rgb: Uint8Array,
  size: FrameSize,
  track: TrackReader,
  masks: PackReader,
  frame: number,
): void {
  const boxOf = (name: (typeof BOXES)[number]) => {
    const at = BOXES.indexOf(name) * 4;
    return Array.from(track.boxes.subarray(at, at + 4)) as [number, number, number, number];
  };
  const [left, top, right, bottom] = boxOf("crop");
  const side = Math.max(1, right - left) * AROUND;
  const scale = CELL / side;
  context.save();
  context.scale(scale, scale);
  context.translate(side / 2 - (left + right) / 2, side / 2 - (top + bottom) / 2);
  context.drawImage(
    imageOf(size.width, size.height, (into) => {
      for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
        into.set(rgb.subarray(from, from + 3), to);
        into[to + 3] = 255;
      }
    }),
    0,
    0,
  );
  const [x1, y1, x2, y2] = boxOf("musetalk");
  const mask = new Uint8Array(Math.max(0, (x2 - x1) * (y2 - y1)));
  masks.mask(frame, mask);
  if (mask.length > 0) context.drawImage(imageOf(x2 - x1, y2 - y1, (into) => veil(mask, into)), x1, y1);
  context.fillStyle = "rgba(255, 255, 255, 0.8)";
  const dot = 1.6 / scale;
  for (let point = 0; point < FACE_POINTS; point++) {
    context.fillRect(track.points[point * 3]! - dot / 2, track.points[point * 3 + 1]! - dot / 2, dot, dot);
  }
  context.lineWidth = 2 / scale;
  for (const name of BOXES) {
    const [boxLeft, boxTop, boxRight, boxBottom] = boxOf(name);
    if (boxRight <= boxLeft) continue;
    context.strokeStyle = COLOURS[name];
    context.strokeRect(boxLeft, boxTop, boxRight - boxLeft, boxBottom - boxTop);
  }
  context.restore();
  context.font = "15px sans-serif";
  context.fillStyle = "rgba(0, 0, 0, 0.6)";
  context.fillRect(8, 8, 150, 24);
  context.fillStyle = "#fff";
  context.fillText(`frame ${frame}, ${timeText(frame, FILM_FPS)}`, 14, 25);
}

function drawLegend(context: SKRSContext2D, height: number): void {
  context.font = "15px sans-serif";
  let at = 14;
  const entries = [...BOXES.map((name) => [COLOURS[name], NAMES[name]]), [
    `rgb(${MASK_COLOUR.join()})`,
    "mask",
  ]];
  for (const [colour, name] of entries as [string, string][]) {
    context.fillStyle = colour;
    context.fillRect(at, height - 26, 14, 14);
    context.fillText(name, at + 20, height - 14);
    at += 38 + context.measureText(name).width;
  }
}

function imageOf(width: number, height: number, fill: (rgba: Uint8ClampedArray) => void) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  fill(image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}

function veil(mask: Uint8Array, into: Uint8ClampedArray): void {
  for (let at = 0; at < mask.length; at++) {
    into.set(MASK_COLOUR, at * 4);
    into[at * 4 + 3] = mask[at]! * 0.45;
  }
}

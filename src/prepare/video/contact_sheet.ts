/**
 * A picture for people to see what prepare saw: some frames of a clip with boxes, mesh and mask drawn over them.
 *
 * In: the finished avatar's folder. Out: a PNG. Main thread; decodes a few frames.
 */
import { createCanvas } from "@napi-rs/canvas";
import sharp from "sharp";
import { BOXES, type Clip, PackReader, TrackReader } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import { FilmPictures } from "./film_pictures.ts";

const CELLS = 8;
const ACROSS = 4;
const CELL_WIDTH = 480;
const COLOURS = { musetalk: "#ffd400", crop: "#ff7a00", wav2lip: "#00d0ff", ultralight: "#7dff5a" } as const;

export async function contactSheet(folder: string, clip: Clip, size: FrameSize): Promise<Uint8Array> {
  const cellHeight = Math.round(CELL_WIDTH * size.height / size.width);
  const count = Math.min(CELLS, clip.frames);
  const wanted = new Set(Array.from({ length: count }, (_, nth) => Math.floor(nth * clip.frames / count)));
  const canvas = createCanvas(
    CELL_WIDTH * Math.min(ACROSS, count),
    cellHeight * Math.ceil(count / ACROSS) + 40,
  );
  const context = canvas.getContext("2d");
  context.fillStyle = "#15181c";
  context.fillRect(0, 0, canvas.width, canvas.height);
  using track = TrackReader.open(folder, clip.track, clip.frames);
  using masks = PackReader.open(folder, clip.masks, clip.frames);
  const scale = CELL_WIDTH / size.width;
  let cell = 0;
  const pictures = await FilmPictures.open(`${folder}/${clip.film}`);
  for await (const { frame, rgb } of pictures.pictures({})) {
    if (!wanted.has(frame)) continue;
    const [left, top] = [cell % ACROSS * CELL_WIDTH, Math.floor(cell / ACROSS) * cellHeight];
    track.read(frame);
    context.save();
    context.translate(left, top);
    context.beginPath();
    context.rect(0, 0, CELL_WIDTH, cellHeight);
    context.clip();
    context.drawImage(await imageOf(rgb, size), 0, 0, CELL_WIDTH, cellHeight);
    context.scale(scale, scale);
    const [x1, y1, x2, y2] = track.boxes.slice(0, 4) as unknown as [number, number, number, number];
    const mask = new Uint8Array(Math.max(0, (x2 - x1) * (y2 - y1)));
    masks.mask(frame, mask);
    if (mask.length > 0) context.drawImage(maskImage(mask, x2 - x1, y2 - y1), x1, y1);
    context.fillStyle = "rgba(255, 255, 255, 0.75)";
    for (let point = 0; point < 468; point++) {
      context.fillRect(track.points[point * 3]! - 0.7, track.points[point * 3 + 1]! - 0.7, 1.4, 1.4);
    }
    for (const [nth, name] of BOXES.entries()) {
      const [left, top, right, bottom] = track.boxes.slice(nth * 4, nth * 4 + 4) as unknown as number[];
      if (right! <= left!) continue;
      context.strokeStyle = COLOURS[name];
      context.lineWidth = 2 / scale;
      context.strokeRect(left!, top!, right! - left!, bottom! - top!);
    }
    context.restore();
    context.fillStyle = "#fff";
    context.font = "16px sans-serif";
    context.fillText(`frame ${frame}`, left + 10, top + 22);
    cell++;
  }
  let at = 14;
  for (const name of BOXES) {
    context.fillStyle = COLOURS[name];
    context.fillRect(at, canvas.height - 26, 14, 14);
    context.fillText(name === "crop" ? "musetalk's crop" : name, at + 20, canvas.height - 13);
    at += 180;
  }
  return canvas.toBuffer("image/png");
}

async function imageOf(rgb: Uint8Array, { width, height }: FrameSize) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const { data } = await sharp(rgb, { raw: { width, height, channels: 3 } }).ensureAlpha().raw().toBuffer({
    resolveWithObject: true,
  });
  image.data.set(data);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The mask as a red veil. */
function maskImage(mask: Uint8Array, width: number, height: number) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let at = 0; at < mask.length; at++) {
    image.data[at * 4] = 255;
    image.data[at * 4 + 3] = mask[at]! * 0.4;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

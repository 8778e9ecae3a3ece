/**
 * Reads a clip's track: boxes and landmarks of any frame (layout.ts has the format).
 *
 * In: the file. Out: numbers of one frame at a time, in memory that is used again: nothing is allocated after opening. Any
 * thread. A frame that cannot be (points that are no numbers, boxes of no sensible size) is InputFault `bad_avatar`.
 */
import { checkHead, InFile } from "./in_file.ts";
import {
  BOXES,
  type BoxName,
  COORDINATE_MAX,
  HEAD_BYTES,
  LAYOUT_VERSION,
  TRACK_MAGIC,
  TRACK_POINTS,
} from "./layout.ts";

const BOX_INTS = BOXES.length * 4;
const RECORD_BYTES = BOX_INTS * 4 + TRACK_POINTS * 3 * 4;
const WANTED = "the track of a clip";

export class TrackReader implements Disposable {
  /** Of the frame read last, in the order of BOXES: x1, y1, x2, y2 each. */
  readonly boxes: Int32Array;
  /** Of the frame read last: x, y, z of TRACK_POINTS points. */
  readonly points: Float32Array;
  readonly frames: number;
  readonly #file: InFile;
  readonly #record = new Uint8Array(RECORD_BYTES);

  private constructor(file: InFile, frames: number) {
    this.#file = file;
    this.frames = frames;
    // Little-endian as every machine is that this runs on.
    this.boxes = new Int32Array(this.#record.buffer, 0, BOX_INTS);
    this.points = new Float32Array(this.#record.buffer, BOX_INTS * 4);
  }

  /** `frames` is how many the manifest says. */
  static open(folder: string, name: string, frames: number): TrackReader {
    using opened = new DisposableStack();
    const file = opened.use(InFile.open(folder, name, WANTED));
    checkHead(file, {
      magic: TRACK_MAGIC,
      version: LAYOUT_VERSION,
      count: frames,
      fourth: TRACK_POINTS,
    }, WANTED);
    const bytes = HEAD_BYTES + frames * RECORD_BYTES;
    if (file.bytes !== bytes) throw file.bad(`has ${file.bytes} bytes, wanted ${bytes}`);
    opened.move();
    return new TrackReader(file, frames);
  }

  /** From now on `boxes` and `points` are of frame `frame`. */
  read(frame: number): void {
    if (!(frame >= 0 && frame < this.frames)) {
      throw new RangeError(`frame ${frame} of a track with ${this.frames}`);
    }
    this.#file.read(HEAD_BYTES + frame * RECORD_BYTES, this.#record);
    const { boxes, points } = this;
    for (let at = 0; at < points.length; at++) {
      if (!(Math.abs(points[at]!) <= COORDINATE_MAX)) {
        throw this.#file.bad(`has a point at ${points[at]} in frame ${frame}, wanted points in the picture`);
      }
    }
    for (let at = 0; at < BOX_INTS; at++) {
      if (Math.abs(boxes[at]!) > COORDINATE_MAX) {
        throw this.#file.bad(`has a box edge at ${boxes[at]} in frame ${frame}, wanted boxes in the picture`);
      }
    }
  }

  /** Whether that box was prepared for the frame read last. */
  hasBox(name: BoxName): boolean {
    const at = BOXES.indexOf(name) * 4;
    return this.boxes[at + 2]! > this.boxes[at]! && this.boxes[at + 3]! > this.boxes[at + 1]!;
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

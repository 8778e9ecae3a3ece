/**
 * Writes a clip's track: boxes and face mesh of each frame (layout.ts has the format).
 *
 * In: one frame's boxes and points after another, as many as were announced. Out: the file. Main thread; one frame is
 * held.
 */
import type { Edges } from "./clip_frame.ts";
import {
  BOXES,
  type BoxName,
  COORDINATE_MAX,
  HEAD_BYTES,
  LAYOUT_VERSION,
  TRACK_MAGIC,
  TRACK_POINTS,
} from "./layout.ts";
import { OutFile } from "./out_file.ts";

const BOX_BYTES = 16;
const RECORD_BYTES = BOXES.length * BOX_BYTES + TRACK_POINTS * 3 * 4;

export class TrackWriter implements Disposable {
  readonly #file: OutFile;
  readonly #frames: number;
  readonly #record = new Uint8Array(RECORD_BYTES);
  readonly #view = new DataView(this.#record.buffer);
  #written = 0;

  private constructor(file: OutFile, frames: number) {
    this.#file = file;
    this.#frames = frames;
  }

  static async create(path: string, frames: number): Promise<TrackWriter> {
    const file = await OutFile.create(path);
    const head = new DataView(new ArrayBuffer(HEAD_BYTES));
    [TRACK_MAGIC, LAYOUT_VERSION, frames, TRACK_POINTS].forEach((word, at) =>
      head.setUint32(at * 4, word, true)
    );
    await file.write(new Uint8Array(head.buffer));
    return new TrackWriter(file, frames);
  }

  /** A box that is left out is written as an empty one. `points`: x, y, z of TRACK_POINTS points. */
  async add(boxes: Readonly<Partial<Record<BoxName, Edges>>>, points: Float32Array): Promise<void> {
    if (points.length !== TRACK_POINTS * 3) {
      throw new RangeError(`${points.length} coordinates in a track, wanted ${TRACK_POINTS * 3}`);
    }
    BOXES.forEach((name, at) => {
      const box = boxes[name] ?? NO_BOX;
      box.forEach((edge, side) => {
        if (!Number.isInteger(edge) || Math.abs(edge) > COORDINATE_MAX) {
          throw new RangeError(
            `a box ${name} with an edge at ${edge}, wanted whole pixels up to ${COORDINATE_MAX}`,
          );
        }
        this.#view.setInt32(at * BOX_BYTES + side * 4, edge, true);
      });
    });
    const from = BOXES.length * BOX_BYTES;
    for (let at = 0; at < points.length; at++) this.#view.setFloat32(from + at * 4, points[at]!, true);
    await this.#file.write(this.#record);
    this.#written++;
  }

  async finish(): Promise<void> {
    if (this.#written !== this.#frames) {
      throw new RangeError(`a track of ${this.#written} frames, announced were ${this.#frames}`);
    }
    await this.#file.finish();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

const NO_BOX: Edges = [0, 0, 0, 0];

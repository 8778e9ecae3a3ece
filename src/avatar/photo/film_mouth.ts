/**
 * A mouth that speaks on a film: each frame's own lips, chin and cheeks are bent, as PhotoMouth does it with a photo's.
 *
 * In: with every frame its picture and the mesh of its face, then six parameters and a smile. Out: the pixels of `box` in
 * the frame. Stage's thread; allocates nothing after the constructor. A frame whose own mouth is open is closed first, as
 * far as speech has taken over; teeth and tongue are drawn ones in colours that follow the film's slowly.
 */
import type { FrameSize } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { smooth } from "./ease.ts";
import { EvenBox } from "./even_box.ts";
import { type Mesh, MESH_POINTS } from "./mesh.ts";
import { type FilmReading, MouthContours } from "./mouth_contours.ts";
import { MouthInside } from "./mouth_inside.ts";
import { MouthPainter, PUPILS_MM } from "./mouth_painter.ts";
import { MouthShape } from "./mouth_shape.ts";
import { MovingLayers } from "./moving_layer.ts";
import { SteadyMesh } from "./steady_mesh.ts";
import { ToneMeter } from "./tones.ts";

/** Width of the sharpest edges of a film, in its pixels. */
const SOFT_PX = 0.8;
/** Share of the way that tones go in one frame. */
const TONES_FOLLOW = 0.04;
/** A parameter from here on means that speech has taken the mouth over, where nobody says how far it has. */
const SPEAKS = 0.15;

export class FilmMouth {
  readonly #size: FrameSize;
  readonly #box = new EvenBox();
  readonly #mesh = new SteadyMesh();
  readonly #tones = new ToneMeter();
  readonly #layers = new MovingLayers();
  readonly #contours: MouthContours;
  readonly #shape: MouthShape;
  readonly #inside: MouthInside;
  readonly #painter: MouthPainter;
  readonly #reading: FilmReading = { closing: 0 };
  #still: I420Frame | undefined;
  #isFitted = false;

  constructor(size: FrameSize) {
    this.#size = size;
    const nothing = { ...size, bytes: new Uint8Array(0) };
    this.#contours = MouthContours.ofFilm(size);
    this.#shape = new MouthShape(this.#contours);
    this.#inside = new MouthInside(nothing, this.#shape, this.#tones.tones, this.#layers);
    this.#painter = new MouthPainter(nothing, this.#box, this.#contours, this.#shape, this.#inside);
  }

  /** All that paint() can change: even, inside the frame. Valid after fit(); the same object every time. */
  get box(): Box {
    return this.#box;
  }

  /**
   * Takes the next frame: x, y, z of 478 points in its pixels (a face may lie partly or wholly outside) and its picture,
   * which has to stay as it is until paint(). Points that are no face leave nothing to be painted.
   */
  fit(points: Float32Array, still: I420Frame): void {
    if (
      points.length < MESH_POINTS * 3 || still.width !== this.#size.width ||
      still.height !== this.#size.height
    ) {
      throw new RangeError(
        `${points.length} values and ${still.width}x${still.height} pixels, wanted ${MESH_POINTS * 3} and ` +
          `${this.#size.width}x${this.#size.height}`,
      );
    }
    this.#still = still;
    this.#isFitted = this.#mesh.follow(points) && isFrontal(this.#mesh.mesh);
    if (!this.#isFitted) {
      this.#box.set({ left: 0, top: 0, right: 0, bottom: 0 }, this.#size);
      return;
    }
    const { mesh, hasJumped } = this.#mesh;
    this.#tones.measure(still, mesh, hasJumped ? 1 : TONES_FOLLOW);
    this.#contours.fit(mesh, SOFT_PX, this.#reading);
    const { restX, restY, lean, pupils, bounds } = this.#contours;
    const mm = pupils / PUPILS_MM;
    this.#box.set(bounds, this.#size);
    this.#layers.place(restX, restY, lean, mm);
    this.#inside.fit(still, mm, SOFT_PX);
    this.#painter.fit(still, this.#box, mm, SOFT_PX);
  }

  /** Another clip: points and colours are taken as they come. */
  forget(): void {
    this.#mesh.forget();
  }

  /**
   * Bends the fitted frame into `into`, which holds the same picture and is not `still` itself. `closing` (0..1) is how
   * far a mouth that is open in the film is closed before the parameters open it: how far speech has faded in. Without it
   * the parameters say so: when all of them are 0 nothing changes.
   */
  paint(
    into: I420Frame,
    mouth: Float32Array,
    smile: number,
    closing = smooth(strongest(mouth) / SPEAKS),
  ): void {
    if (!this.#isFitted) return;
    if (into.bytes === this.#still?.bytes) {
      throw new RangeError("a picture cannot be bent into itself, wanted a copy");
    }
    if (closing !== this.#reading.closing) {
      this.#reading.closing = closing;
      this.#contours.fit(this.#mesh.mesh, SOFT_PX, this.#reading);
    }
    if (strongest(mouth) === 0 && smile === 0 && this.#contours.apart === 0) return;
    this.#painter.paint(into, mouth, smile);
  }
}

/** Whether both corners of the mouth and of the eyes are seen, in their places: not from the side, not upside down. */
function isFrontal(mesh: Mesh): boolean {
  const { pupils } = mesh;
  return mesh.x(291) - mesh.x(61) > 0.2 * pupils && mesh.x(263) - mesh.x(33) > 0.5 * pupils;
}

function strongest(mouth: Float32Array): number {
  let most = 0;
  for (let at = 0; at < mouth.length; at++) most = Math.max(most, mouth[at]!);
  return most;
}

/**
 * Finds faces in a picture with the models of @vladmandic/human, on the CPU by WASM and without a network.
 *
 * In: square RGB pictures. Out: each face with its certainty and 478 points in pixels of that picture, 468 where irises
 * are not asked for. Main thread, which it blocks for some 50 ms a picture (35 without irises); loading takes some
 * 200 ms. Limits: 10 faces.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { FACE_POINTS, MESH_POINTS } from "../avatar/mod.ts";
import { Fault, oneLine } from "../errors/mod.ts";

const FACES_MAX = 10;
/** The mesh's z is in pixels of the crop that the model sees. */
const CROP_SIDE = 192;

export interface FoundFace {
  /** 0..1. */
  readonly certainty: number;
  /** x, y, z of each point. */
  readonly points: Float64Array;
}

interface Tensor {
  dispose(): void;
}

/** What we use of the package, whose types need a browser's. */
interface Human {
  readonly tf: { tensor(data: Uint8Array, shape: number[], type: string): Tensor };
  readonly faceUVMap: readonly (readonly [number, number])[];
  load(): Promise<void>;
  detect(input: Tensor): Promise<{
    readonly error: string | null;
    readonly face: readonly {
      readonly score: number;
      readonly boxScore: number;
      readonly size: readonly [number, number];
      readonly mesh: readonly (readonly [number, number, number])[];
    }[];
  }>;
}

export class FaceFinder {
  readonly #human: Human;
  readonly #points: number;
  /** For each of the 468 points of the face the one on its other side. */
  readonly mirrored: readonly number[];

  private constructor(human: Human, points: number) {
    this.#human = human;
    this.#points = points;
    this.mirrored = human.faceUVMap.map(([u, v]) => nearestPoint(human.faceUVMap, 1 - u, v));
  }

  /** Throws Fault `no_face_models` where the package or its models are not installed. */
  static async load({ hasIrises = true }: { hasIrises?: boolean } = {}): Promise<FaceFinder> {
    try {
      const { resolve } = createRequire(import.meta.url);
      const folder = dirname(resolve("@vladmandic/human"));
      const wasm = dirname(resolve("@tensorflow/tfjs-backend-wasm"));
      const loaded = await import(pathToFileURL(join(folder, "human.node-wasm.js")).href);
      const human: Human = new loaded.Human({
        modelBasePath: `${pathToFileURL(join(folder, "..", "models")).href}/`,
        wasmPath: `${wasm}/`,
        backend: "wasm",
        async: false,
        debug: false,
        cacheSensitivity: 0,
        filter: { enabled: false },
        gesture: { enabled: false },
        body: { enabled: false },
        hand: { enabled: false },
        object: { enabled: false },
        segmentation: { enabled: false },
        face: {
          enabled: true,
          detector: { enabled: true, rotation: true, maxDetected: FACES_MAX, minConfidence: 0.2 },
          mesh: { enabled: true },
          iris: { enabled: hasIrises },
          attention: { enabled: false },
          emotion: { enabled: false },
          description: { enabled: false },
          antispoof: { enabled: false },
          liveness: { enabled: false },
        },
      });
      await human.load();
      return new FaceFinder(human, hasIrises ? MESH_POINTS : FACE_POINTS);
    } catch (error) {
      throw new Fault(
        `loading the face models failed: ${oneLine(error)}, wanted the packages of deno.json (deno install)`,
        { code: "no_face_models", cause: error },
      );
    }
  }

  /** `rgb` is side * side * 3 bytes. Points count from the picture's corner, the first pixel's middle is at 0.5. */
  async find(rgb: Uint8Array, side: number): Promise<FoundFace[]> {
    const input = this.#human.tf.tensor(rgb, [1, side, side, 3], "int32");
    try {
      const { face, error } = await this.#human.detect(input);
      if (error) throw new Fault(`finding faces failed: ${error}`, { code: "face_search" });
      return face.filter(({ mesh }) => mesh.length === this.#points).map(
        ({ score, boxScore, size, mesh }) => {
          const deep = Math.max(...size) / CROP_SIDE;
          // The package cuts places down to whole pixels.
          const points = Float64Array.from(mesh.flatMap(([x, y, z]) => [x + 0.5, y + 0.5, z * deep]));
          return { certainty: Math.min(score, boxScore), points };
        },
      );
    } finally {
      input.dispose();
    }
  }
}

function nearestPoint(points: readonly (readonly [number, number])[], u: number, v: number): number {
  let nearest = 0;
  let least = Infinity;
  points.forEach(([x, y], index) => {
    const distance = (x - u) ** 2 + (y - v) ** 2;
    if (distance < least) [nearest, least] = [index, distance];
  });
  return nearest;
}

/**
 * What OBS shows in the machine and how it is known again. In: a client of OBS; bytes of a node as ffmpeg read them.
 * Out: a scene of two colours side by side with a small bar that moves; colours, distinct frames and whose they are.
 */
import type { OBSWebSocket } from "obs-websocket-js/json";
import { every, withDeadline } from "../../../src/time/mod.ts";
import { isLipcamFrame, LIPCAM_FRAME_BYTES } from "./obs_lipcam.ts";

export const OBS_SIZE = { width: 320, height: 180 } as const;
export const OBS_FRAME_BYTES = OBS_SIZE.width * OBS_SIZE.height * 2; // YUYV
/** Of each node that somebody writes to. */
export const FRAMES_READ = 24;
const CALL_MS_MAX = 60_000;

/** Red, green, blue of both halves. */
export const HALVES = { left: [200, 40, 40], right: [40, 60, 200] } as const;
export type Yuv = readonly [luma: number, blueness: number, redness: number];

/** A request to OBS with a deadline that a slow machine can keep. */
export function asked<T>(work: Promise<T>, what: string): Promise<T> {
  return withDeadline(work, CALL_MS_MAX, what);
}

/** Makes the scene and shows it; what it answers moves the bar until disposed. */
export async function makeScene(client: OBSWebSocket): Promise<() => Disposable> {
  const sceneName = "Picture";
  await asked(client.call("CreateScene", { sceneName }), "making a scene");
  const put = async (
    inputName: string,
    rgb: readonly number[],
    x: number,
    y: number,
    w: number,
    h: number,
  ) => {
    const color = 0xff000000 + rgb[2]! * 65536 + rgb[1]! * 256 + rgb[0]!;
    const { sceneItemId } = await asked(
      client.call("CreateInput", {
        sceneName,
        inputName,
        inputKind: "color_source_v3",
        inputSettings: { color, width: w, height: h },
      }),
      `making ${inputName}`,
    );
    const moved = (positionX: number) =>
      asked(
        client.call("SetSceneItemTransform", {
          sceneName,
          sceneItemId,
          sceneItemTransform: { positionX, positionY: y },
        }),
        `placing ${inputName}`,
      );
    await moved(x);
    return moved;
  };
  const { width, height } = OBS_SIZE;
  await put("Left", HALVES.left, 0, 0, width / 2, height);
  await put("Right", HALVES.right, width / 2, 0, width / 2, height);
  const move = await put("Bar", [255, 255, 255], 0, height - 20, 16, 20);
  await asked(client.call("SetCurrentProgramScene", { sceneName }), "showing the scene");
  let x = 0;
  return () =>
    every(150, async () => {
      x = (x + 8) % (width - 16);
      await move(x);
    }, () => {}); // a case that costs the OBS costs its answers too
}

/** A colour in BT.709 or BT.601, limited range, each 0..255. */
export function yuvOf([r, g, b]: readonly [number, number, number], matrix: 709 | 601): Yuv {
  const [kr, kb] = matrix === 709 ? [0.2126, 0.0722] : [0.299, 0.114];
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  return [
    16 + y * 219 / 255,
    128 + (b - y) / (1 - kb) / 2 * 224 / 255,
    128 + (r - y) / (1 - kr) / 2 * 224 / 255,
  ];
}

export interface Seen {
  readonly frames: number;
  /** Frames that differ from each other. */
  readonly distinct: number;
  /** Frames that are byte for byte a Lipcam's. */
  readonly ofLipcam: number;
  /** The reader's first complaint. */
  readonly complaint?: string;
  /** Mean of the middle of each half of the last frame, where frames are as large as OBS's. */
  readonly left?: Yuv;
  readonly right?: Yuv;
}

/** What a reader of a node got: whole frames of one format, one behind the other. */
export async function look(bytes: Uint8Array<ArrayBuffer>, frameBytes: number): Promise<Seen> {
  const hashes = new Set<string>();
  let ofLipcam = 0;
  const frames = Math.floor(bytes.length / frameBytes);
  for (let index = 0; index < frames; index++) {
    const frame = bytes.subarray(index * frameBytes, (index + 1) * frameBytes);
    hashes.add(new Uint8Array(await crypto.subtle.digest("SHA-256", frame)).toHex());
    if (frameBytes === LIPCAM_FRAME_BYTES && isLipcamFrame(frame)) ofLipcam++;
  }
  const seen = { frames, distinct: hashes.size, ofLipcam };
  if (frameBytes !== OBS_FRAME_BYTES || frames === 0) return seen;
  const last = bytes.subarray((frames - 1) * frameBytes, frames * frameBytes);
  return { ...seen, left: middleOf(last, 0.25), right: middleOf(last, 0.75) };
}

/** Mean of 16x16 pixels of a YUYV picture around a share of its width, a third down. */
function middleOf(frame: Uint8Array, share: number): Yuv {
  const { width, height } = OBS_SIZE;
  const sums = [0, 0, 0];
  const column = Math.round(width * share / 2) * 2 - 8;
  const row = Math.round(height / 3) - 8;
  for (let y = row; y < row + 16; y++) {
    for (let x = column; x < column + 16; x += 2) {
      const at = (y * width + x) * 2;
      sums[0]! += (frame[at]! + frame[at + 2]!) / 2;
      sums[1]! += frame[at + 1]!;
      sums[2]! += frame[at + 3]!;
    }
  }
  return [sums[0]! / 128, sums[1]! / 128, sums[2]! / 128];
}

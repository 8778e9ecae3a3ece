/**
 * What a video avatar's mouth costs at 1280x720, in ms: a patch of 256 pixels a side taken, matched in colour and pasted,
 * and the mouth by visemes fitted to a frame and bent.
 */
import type { PatchPlacement } from "../../src/avatar/mod.ts";
import { FilmMouth } from "../../src/avatar/photo/film_mouth.ts";
import { rgbaToI420Box } from "../../src/avatar/pixels.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";
import { PatchPaster } from "../../src/stage/mod.ts";
import { i420Bytes, MonotonicClock } from "../../src/time/mod.ts";
import { makePortrait } from "../../tests/unit/photo_portrait.ts";
import { type Figure, figure } from "./figure.ts";

const SIZE = { width: 1280, height: 720 };
const SIDE = 256;
const WARM_FRAMES = 200;
const FRAMES = 500;

/** Each frame's cost, after some that warm up. */
function costs(frame: (at: number) => void): number[] {
  const clock = new MonotonicClock();
  const each: number[] = [];
  for (let at = 0; at < WARM_FRAMES + FRAMES; at++) {
    const fromMs = clock.nowMs();
    frame(at);
    if (at >= WARM_FRAMES) each.push(clock.nowMs() - fromMs);
  }
  return each;
}

/** A mask with a soft rim over the lower part of a box, or (`share` 1) over all of it. */
export function placementOf(width: number, height: number, share: number): PatchPlacement {
  const first = Math.round(height * (1 - share));
  const mask = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return Math.max(0, Math.min(255, Math.min(x, width - 1 - x, y - first, height - 1 - y) * 8));
  });
  return { box: { x: 511, y: 201, width, height }, mask };
}

export function pasteCosts(placement: PatchPlacement): number[] {
  const frame = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)).map((_, at) => at * 31) };
  const rgb = new Uint8Array(SIDE * SIDE * 3).map((_, at) => at * 7);
  const paster = new PatchPaster();
  return costs(() => {
    paster.take(rgb, SIDE);
    paster.paste(frame, placement, 1);
  });
}

/** A head that moves, its points trembling by half a pixel, and a mouth that is open. */
export function filmMouthCosts(pupils: number): number[] {
  const { mesh, rgba } = makePortrait({ ...SIZE, pupils, gap: 0.05, roll: 3 });
  const still = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)) };
  rgbaToI420Box(rgba, { x: 0, y: 0, ...SIZE }, still);
  const into = { ...SIZE, bytes: still.bytes.slice() };
  const points = Float32Array.from(mesh.points);
  const moved = points.slice();
  const film = new FilmMouth(SIZE);
  const mouth = new Float32Array(MOUTH_LENGTH);
  return costs((frame) => {
    for (let at = 0; at < points.length; at++) {
      moved[at] = points[at]! + 6 * Math.sin(frame / 10) +
        (Math.imul(at + frame, 2654435761) >>> 8) / 2 ** 25;
    }
    mouth[0] = 0.5 + 0.5 * Math.sin(frame);
    mouth[1] = 0.3;
    film.fit(moved, still);
    film.paint(into, mouth, 0, 1);
  });
}

export function benchPatch(): Figure[] {
  const patch = { target: "p50 <= 1.5", reaches: ({ p50 }: { p50: number }) => p50 <= 1.5 };
  const mouth = { target: "p50 <= 2", reaches: ({ p50 }: { p50: number }) => p50 <= 2 };
  return [
    figure("patch 256 pasted, 301x321, half covered", "ms", pasteCosts(placementOf(301, 321, 0.5)), patch),
    figure("patch 256 pasted, 301x321, all covered", "ms", pasteCosts(placementOf(301, 321, 1)), patch),
    figure("patch 256 pasted, 421x501, half covered", "ms", pasteCosts(placementOf(421, 501, 0.5)), patch),
    figure("film mouth by visemes, pupils 90 apart", "ms", filmMouthCosts(90), mouth),
    figure("film mouth by visemes, pupils 150 apart", "ms", filmMouthCosts(150), mouth),
  ];
}

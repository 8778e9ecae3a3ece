/** A face that is followed from the points that were kept is looked for at the same pixels. */
import { assert, assertEquals } from "@std/assert";
import type { FaceFinder } from "../../src/prepare/face_finder.ts";
import { FaceTracker } from "../../src/prepare/video/face_tracker.ts";

const SIDE = 320;
/** The region about this face begins at 77.49999995, and at 77.5 where its points are rounded to 32 bits. */
const [LEFT, RIGHT, TOP, BOTTOM] = [99.9999999, 160, 100, 140];
const REGION = { x: 77, y: 68, side: 105 };
const LOOK_SIDE = 768;

function face(scale: number, x: number, y: number): Float64Array {
  return Float64Array.from({ length: 468 * 3 }, (_, at) => {
    const isLow = Math.floor(at / 3) % 2 === 0;
    const place = [isLow ? LEFT - x : RIGHT - x, isLow ? TOP - y : BOTTOM - y, 0];
    return place[at % 3]! * scale;
  });
}

/** Finds the face wherever it looks, and tells what it has seen. */
function fakeFinder() {
  const seen: Uint8Array[] = [];
  const finder = {
    mirrored: [],
    find(pixels: ArrayLike<number>, side: number) {
      seen.push(Uint8Array.from(pixels));
      const { x, y } = REGION;
      const points = side === LOOK_SIDE ? face(LOOK_SIDE / REGION.side, x, y) : face(1, 0, 0);
      return Promise.resolve([{ certainty: 1, points }]);
    },
  };
  return { seen, finder: finder as unknown as FaceFinder };
}

/** A difference of megabytes is not to be printed. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

Deno.test("FaceTracker: from the points that were kept it looks at the same pixels", async () => {
  const rgb = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => at * at >> 5);
  const picture = { width: SIDE, height: SIDE, rgb };
  const { seen, finder } = fakeFinder();
  const tracker = new FaceTracker(finder);
  const kept = await tracker.follow(picture, { frame: 0, before: -1 }, "a");
  assertEquals([kept!.length, seen.length], [478 * 3, 2]);
  await tracker.follow(picture, { frame: 1, before: 0 }, "a");
  await new FaceTracker(finder, kept).follow(picture, { frame: 1, before: 0 }, "a");
  assertEquals(seen.length, 4);
  assert(isSame(seen[3]!, seen[2]!), "it looked elsewhere");
  // The numbers above are such that rounding shows: another column of pixels.
  assert(!isSame(seen[2]!, seen[1]!));
});

Deno.test("FaceTracker: the whole picture is searched every 50 frames, also where the fiftieth repeats another", async () => {
  const picture = { width: SIDE, height: SIDE, rgb: new Uint8Array(SIDE * SIDE * 3) };
  const { seen, finder } = fakeFinder();
  const tracker = new FaceTracker(finder);
  const kept = await tracker.follow(picture, { frame: 0, before: -1 }, "a");
  const looks = async (by: FaceTracker, frame: number, before: number) => {
    const at = seen.length;
    await by.follow(picture, { frame, before }, "a");
    return seen.length - at;
  };
  assertEquals(await looks(tracker, 49, 47), 1);
  assertEquals(await looks(tracker, 51, 49), 2);
  assertEquals(await looks(tracker, 53, 51), 1);
  // Taken up again with frame 50 done already, which was not looked at.
  assertEquals(await looks(new FaceTracker(finder, kept), 51, 49), 2);
});

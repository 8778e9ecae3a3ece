/** 25 moments a second out of films of any rate; turning, bounding and calming what is in them. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { FrameTimes } from "../../src/prepare/video/frame_times.ts";
import { keptSize, timeText } from "../../src/prepare/video/moving_pictures.ts";
import { bridged, smoothed, steadyPoints } from "../../src/prepare/video/steady_points.ts";
import { turnOf, uprightFilters } from "../../src/prepare/video/upright.ts";

/** Which picture is shown at each moment. */
function shownAt(timesSec: readonly number[], lastSec?: number): number[] {
  const times = new FrameTimes();
  const shown: number[] = [];
  timesSec.forEach((time, picture) => {
    const moments = times.add(time);
    if (moments) { for (let at = moments.from; at < moments.to; at++) shown[at] = picture - 1; }
  });
  const { from, to } = times.finish(lastSec);
  for (let at = from; at < to; at++) shown[at] = timesSec.length - 1;
  return shown;
}

/** The rule itself, looked up the slow way. */
function nearest(timesSec: readonly number[], moments: number): number[] {
  return Array.from({ length: moments }, (_, at) => {
    let best = 0;
    timesSec.forEach((time, picture) => {
      const closer = Math.abs(time - timesSec[0]! - at / 25) -
        Math.abs(timesSec[best]! - timesSec[0]! - at / 25);
      if (closer < 1e-9) best = picture;
    });
    return best;
  });
}

Deno.test("FrameTimes: 25 a second passes through, 50 loses every other, 10 repeats", () => {
  assertEquals(shownAt([0, 0.04, 0.08, 0.12]), [0, 1, 2, 3]);
  assertEquals(shownAt([0, 0.02, 0.04, 0.06, 0.08, 0.1]), [0, 2, 4]);
  assertEquals(shownAt([0, 0.1, 0.2]), [0, 0, 1, 1, 2, 2, 2, 2]);
});

Deno.test("FrameTimes: each moment shows the picture nearest in time, at any rate and at none", () => {
  for (const fps of [12, 23.976, 24, 29.97, 30, 48, 60, 120]) {
    const times = Array.from({ length: Math.round(fps * 3) }, (_, picture) => 7.3 + picture / fps);
    const shown = shownAt(times);
    assertEquals(shown, nearest(times, shown.length), `${fps} a second`);
    assertLess(Math.abs(shown.length - 75), 2, `${fps} a second`);
  }
  // As a telephone stores it: no two steps alike.
  const varying = Array.from({ length: 90 }, (_, picture) => picture / 30 + 0.011 * Math.sin(picture * 1.7));
  const shown = shownAt(varying);
  assertEquals(shown, nearest(varying, shown.length));
});

Deno.test("FrameTimes: a long picture fills its time, the last one its own", () => {
  assertEquals(shownAt([0, 0.04, 1.04], 0.04).length, 27);
  assertEquals(shownAt([0, 0.04], 0.2).length, 6);
  assertEquals(shownAt([5]).length, 1);
  assertEquals(shownAt([5], 0.001).length, 1);
});

Deno.test("FrameTimes: a time that does not grow makes no moment, its picture stands for the one before", () => {
  assertEquals(shownAt([0, 0.04, 0.04, 0.03, 0.08]), [0, 3, 4]);
});

function matrix(a: number, b: number, c: number, d: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(36));
  [a, b, 0, c, d, 0, 0, 0, 1].forEach((value, at) => view.setInt32(at * 4, value * 65_536, true));
  return new Uint8Array(view.buffer);
}

Deno.test("turnOf: quarters and mirrors of a display matrix", () => {
  assertEquals(turnOf(undefined), { filters: [], isSideways: false });
  assertEquals(turnOf(matrix(1, 0, 0, 1)), { filters: [], isSideways: false });
  assertEquals(turnOf(matrix(0, 1, -1, 0)), { filters: ["transpose=clock"], isSideways: true });
  assertEquals(turnOf(matrix(0, -1, 1, 0)), { filters: ["transpose=cclock"], isSideways: true });
  assertEquals(turnOf(matrix(-1, 0, 0, -1)), { filters: ["hflip", "vflip"], isSideways: false });
  assertEquals(turnOf(matrix(-1, 0, 0, 1)), { filters: ["hflip"], isSideways: false });
  assertEquals(turnOf(matrix(1, 0, 0, -1)), { filters: ["vflip"], isSideways: false });
  assertEquals(turnOf(matrix(0, 1, 1, 0)).filters, ["transpose=cclock_flip"]);
});

const COLOURS = { isHdr: false, isUnspecified: false };

Deno.test("uprightFilters: cut where it goes over, then scaled, then turned, HDR brought down", () => {
  const turn = turnOf(matrix(0, 1, -1, 0));
  const raw = { width: 1920, height: 1080 };
  const tall = uprightFilters({ raw, turn, colours: COLOURS, size: { width: 540, height: 960 } });
  assertStringIncludes(tall, "scale=w=960:h=540");
  assert(tall.endsWith("format=rgb24,transpose=clock"), tall);
  const cut = uprightFilters({
    raw,
    turn: turnOf(undefined),
    colours: COLOURS,
    size: { width: 640, height: 480 },
  });
  assertEquals(cut.split(",")[0], "crop=w=iw*0.750000:h=ih*1.000000");
  assertStringIncludes(cut, "scale=w=640:h=480");
  const hdr = uprightFilters({
    raw,
    turn: turnOf(undefined),
    colours: { ...COLOURS, isHdr: true },
    size: raw,
  });
  assertStringIncludes(hdr, "tonemap");
});

Deno.test("keptSize: even, at most 1920 by 1080 either way round, and never larger than it was", () => {
  const sizes = [[7680, 4320, 1920, 1080], [4320, 7680, 1080, 1920], [1920, 1080, 1920, 1080], [
    641,
    359,
    642,
    360,
  ]];
  for (
    const [width, height, keptWidth, keptHeight] of [...sizes, [4000, 3000, 1440, 1080], [
      3000,
      3000,
      1080,
      1080,
    ]]
  ) {
    const kept = keptSize({ width: width!, height: height! }, "a.mp4");
    assertEquals([kept.width, kept.height], [keptWidth, keptHeight]);
  }
  assertStringIncludes(
    assertThrows(() => keptSize({ width: 60, height: 90 }, "a.mp4"), InputFault).message,
    "60x90",
  );
});

Deno.test("timeText: minutes, seconds and tenths", () => {
  assertEquals([timeText(0, 25), timeText(80, 25), timeText(1510, 25)], ["0:00.0", "0:03.2", "1:00.4"]);
});

const points = (x: number) => {
  const all = new Float32Array(478 * 3);
  for (let index = 0; index < 478; index++) all.set([x + (index === 454 ? 200 : 0), 100, 0], index * 3);
  return all;
};

Deno.test("bridged: up to a second without a face is filled in evenly", () => {
  const seen = [points(0), ...Array<undefined>(25), points(26)];
  assertEquals(bridged(seen, "a.mp4").map((one) => one[0]), Array.from({ length: 27 }, (_, at) => at));
});

Deno.test("bridged: at the ends the nearest face stands still", () => {
  const seen = [undefined, undefined, points(5), points(6), undefined];
  assertEquals(bridged(seen, "a.mp4").map((one) => one[0]), [5, 5, 5, 6, 6]);
});

Deno.test("bridged: a longer time without a face is named, all of them", () => {
  const gap = Array<undefined>(26);
  const seen = [points(0), ...gap, points(1), points(2), ...gap, points(3)];
  const fault = assertThrows(() => bridged(seen, "a.mp4"), InputFault);
  assertEquals(fault.code, "no_face");
  assertStringIncludes(fault.message, "a.mp4 shows no face from 0:00.0 to 0:01.1, from 0:01.2 to 0:02.2");
  assertStringIncludes(
    assertThrows(() => bridged([undefined], "a.mp4"), InputFault).message,
    "shows no face",
  );
});

Deno.test("smoothed: what trembles gets calm, what moves evenly is not shifted in time", () => {
  const still = Array.from({ length: 30 }, (_, frame) => points(100 + (frame % 2)));
  const calm = smoothed(still).slice(4, -4).map((one) => one[0]!);
  assertLess(Math.max(...calm) - Math.min(...calm), 0.06);
  const moving = Array.from({ length: 30 }, (_, frame) => points(3 * frame));
  smoothed(moving).forEach((one, frame) => assertAlmostEquals(one[0]!, 3 * frame, 1e-3));
});

Deno.test("smoothed: nothing is blended over a cut", () => {
  const seen = [
    ...Array.from({ length: 6 }, () => points(50)),
    ...Array.from({ length: 6 }, () => points(300)),
  ];
  assertEquals(steadyPoints(seen, "a.mp4").map((one) => one[0]), seen.map((one) => one[0]));
});

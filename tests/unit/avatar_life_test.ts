/** What Life promises of every pose: its range, that it is a function of frame and manner, that it never jumps or loops. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { Life } from "../../src/avatar/life/life.ts";
import { type Pose, restPose } from "../../src/avatar/life/pose.ts";
import { ACTION_MS, ACTIONS, calmManner, EXPRESSIONS, type Manner } from "../../src/avatar/manner.ts";

const FPS = 25;
const FIELDS = Object.keys(restPose()) as (keyof Pose)[];
/** -1..1 but for these. */
const RANGES: Partial<Record<keyof Pose, readonly [number, number]>> = {
  breath: [0, 1],
  squint: [0, 1],
  lidLeft: [-0.5, 1],
  lidRight: [-0.5, 1],
};
/** The most that a field moves within 40 ms. Lids fall in three frames, eyes jump. */
const STEP_MAX: Partial<Record<keyof Pose, number>> = {
  lidLeft: 0.75,
  lidRight: 0.75,
  gazeX: 1,
  gazeY: 1,
  breath: 0.07,
};
const STEP_MAX_OTHERS = 0.05;

function fail(line: string): never {
  throw new Error(line);
}

const calm = calmManner();

function poseOf(life: Life, frame: number, manner: Manner = calm): Pose {
  const pose = restPose();
  life.pose(frame, manner, pose);
  return pose;
}

function mannerOf(change: Partial<Manner>, expression = 0): Manner {
  const manner = calmManner();
  manner.expressions.fill(0);
  manner.expressions[expression] = 1;
  return Object.assign(manner, change);
}

const MANNERS: readonly [string, Manner][] = [
  ...EXPRESSIONS.map((name, index): [string, Manner] => [name, mannerOf({}, index)]),
  ...EXPRESSIONS.map((
    name,
    index,
  ): [string, Manner] => [`${name}, stressed`, mannerOf({ stress: 1 }, index)]),
  ...ACTIONS.map((name, action): [string, Manner] => [
    `surprised and ${name}`,
    mannerOf({ action, actionMs: ACTION_MS[action]! * 0.3, stress: 1 }, EXPRESSIONS.indexOf("surprised")),
  ]),
];

for (const [name, manner] of MANNERS) {
  Deno.test(`Life keeps every value in its range: ${name}`, () => {
    for (const seed of [0, 1, -7, 2 ** 40]) {
      const life = new Life(seed, FPS);
      for (let frame = 0; frame < 1500; frame++) {
        const pose = poseOf(life, frame, manner);
        for (const field of FIELDS) {
          const [lowest, highest] = RANGES[field] ?? [-1, 1];
          const isInside = pose[field] >= lowest && pose[field] <= highest;
          if (!isInside) fail(`${field} is ${pose[field]} at ${frame}`);
        }
      }
    }
  });
}

Deno.test("Life is a function of seed, frame and manner, whatever was asked before", () => {
  const [one, other] = [new Life(5, FPS), new Life(5, FPS)];
  const far = poseOf(one, 123_456);
  for (let frame = 0; frame < 50; frame++) poseOf(other, frame);
  assertEquals(poseOf(other, 123_456), far);
  const different = poseOf(new Life(6, FPS), 123_456);
  for (const field of ["yaw", "pitch", "roll", "breath"] as const) assert(different[field] !== far[field]);
});

Deno.test("Life is the same at every frame rate", () => {
  const [slow, fast] = [poseOf(new Life(5, 25), 1000), poseOf(new Life(5, 50), 2000)];
  for (const field of FIELDS) assertAlmostEquals(slow[field], fast[field], 1e-9);
});

Deno.test("Life moves without a jump, lids and eyes apart", () => {
  const life = new Life(3, FPS);
  let last = poseOf(life, 0);
  for (let frame = 1; frame < 20_000; frame++) {
    const next = poseOf(life, frame);
    for (const field of FIELDS) {
      const step = Math.abs(next[field] - last[field]);
      const most = STEP_MAX[field] ?? STEP_MAX_OTHERS;
      if (!(step < most)) fail(`${field} moves by ${step} at ${frame}, wanted less than ${most}`);
    }
    last = next;
  }
});

Deno.test("Life lets the eyes travel: no saccade of half the way lasts less than a frame at 50 a second", () => {
  const life = new Life(3, 50);
  let jumps = 0;
  for (let frame = 1; frame < 20_000; frame++) {
    const [from, to] = [poseOf(life, frame - 1), poseOf(life, frame)];
    jumps += Math.hypot(to.gazeX - from.gazeX, to.gazeY - from.gazeY) > 0.6 ? 1 : 0;
  }
  assertEquals(jumps, 0);
});

/** Frames at which a blink is deepest. */
function blinks(life: Life, frames: number): number[] {
  const found: number[] = [];
  for (let frame = 1; frame < frames; frame++) {
    const [before, at, after] = [-1, 0, 1].map((offset) => poseOf(life, frame + offset).lidLeft);
    if (at! > 0.7 && at! > before! && at! >= after!) found.push(frame);
  }
  return found;
}

Deno.test("Life blinks every two to six seconds, now and then twice, and never evenly", () => {
  const minutes = 10;
  const at = blinks(new Life(1, FPS), minutes * 60 * FPS);
  const gaps = at.slice(1).map((frame, index) => (frame - at[index]!) / FPS);
  const single = gaps.filter((gap) => gap >= 0.6);
  assert(single.every((gap) => gap > 1.5 && gap < 6.2), `${Math.min(...single)} to ${Math.max(...single)} s`);
  const doubles = gaps.length - single.length;
  assertGreater(doubles, minutes);
  assertLess(doubles, minutes * 5);
  assertGreater(new Set(single.map((gap) => Math.round(gap * 5))).size, 10);
});

Deno.test("Life looks at the viewer most of the time and away now and then", () => {
  const life = new Life(1, FPS);
  let away = 0;
  for (let frame = 0; frame < 10_000; frame++) {
    const { gazeX, gazeY } = poseOf(life, frame);
    if (Math.hypot(gazeX, gazeY) > 0.2) away++;
  }
  assertGreater(away, 1000);
  assertLess(away, 4000);
});

Deno.test("Life has no period within twenty minutes", () => {
  const life = new Life(1, FPS);
  const frames = 20 * 60 * FPS;
  const length = 10 * FPS;
  const track = Array.from({ length: frames + length }, (_, frame) => poseOf(life, frame));
  let nearest = Infinity;
  for (let shift = 2 * FPS; shift <= frames; shift++) {
    let away = 0;
    for (let frame = 0; frame < length && away < nearest; frame += 2) {
      const [a, b] = [track[frame]!, track[frame + shift]!];
      away += Math.abs(a.yaw - b.yaw) + Math.abs(a.pitch - b.pitch) + Math.abs(a.roll - b.roll) +
        Math.abs(a.lidLeft - b.lidLeft) + Math.abs(a.gazeX - b.gazeX);
    }
    nearest = Math.min(nearest, away);
  }
  assertGreater(nearest / (length / 2), 0.1, "mean distance of the most alike ten seconds");
});

for (const [action, name] of ACTIONS.entries()) {
  Deno.test(`Life's ${name} goes from rest to rest without a jump`, () => {
    const life = new Life(9, FPS);
    const frame = 777; // time stands still, the action alone moves
    const rest = poseOf(life, frame);
    const manner = mannerOf({ action });
    let last = rest;
    let farthest = 0;
    const lengthMs = ACTION_MS[action]!;
    for (let ms = 0; ms <= lengthMs; ms += 10) {
      manner.actionMs = ms;
      const next = poseOf(life, frame, manner);
      for (const field of FIELDS) {
        assertLess(Math.abs(next[field] - last[field]), 0.13, `${field} at ${ms} ms`);
        farthest = Math.max(farthest, Math.abs(next[field] - rest[field]));
      }
      last = next;
    }
    assertGreater(farthest, 0.5);
    for (const field of FIELDS) assertAlmostEquals(last[field], rest[field], 0.02);
  });
}

Deno.test("Life follows the voice's stress with head and brows, and leaves the lips alone", () => {
  const life = new Life(2, FPS);
  const [even, strong] = [poseOf(life, 500), poseOf(life, 500, mannerOf({ stress: 1 }))];
  assertGreater(strong.pitch, even.pitch + 0.3);
  assertGreater(strong.browLeft, even.browLeft + 0.3);
  assertEquals(strong.smile, even.smile);
});

Deno.test("Life shows each expression in the field that tells it", () => {
  const life = new Life(2, FPS);
  const [neutral, happy, sad, surprised, thinking] = EXPRESSIONS.map((_, index) =>
    poseOf(life, 40, mannerOf({}, index))
  ) as [Pose, Pose, Pose, Pose, Pose];
  assertGreater(happy.smile, 0.7);
  assertGreater(happy.squint, 0.4);
  assertLess(sad.smile, -0.5);
  assertGreater(sad.browTilt, 0.6);
  assertGreater(surprised.browLeft, 0.7);
  assertLess(surprised.lidLeft, neutral.lidLeft - 0.3);
  assertLess(thinking.gazeY, neutral.gazeY - 0.3);
  assertGreater(thinking.browRight, thinking.browLeft + 0.4);
});

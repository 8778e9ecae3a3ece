/** The walk through an avatar's clips: actions from their beginning, once, and back to where it was. */
import { assertEquals } from "@std/assert";
import { FilmWalk, frameAt, type WalkState } from "../../src/film/mod.ts";

const CLIPS = [
  { role: "idle", frames: 10, order: "pingpong" },
  { role: "speaking", frames: 8, order: "loop" },
  { role: "action", frames: 5, order: "once" },
  { role: "action", frames: 3, order: "once" },
] as const;
const [IDLE, SPEAKING, WAVE, NOD] = [0, 1, 2, 3];

const placeOf = ({ clip, step, frame }: FilmWalk) => [clip, step, frame];

function stateOf(walk: FilmWalk): WalkState {
  const state = { action: -1, actionStep: 0, idleStep: 0, speakingStep: 0, isSpeaking: false };
  walk.save(state);
  return state;
}

Deno.test("FilmWalk.act: an action begins at its beginning, also where one runs already", () => {
  const walk = new FilmWalk(CLIPS);
  walk.advance(4);
  walk.act(WAVE);
  assertEquals(placeOf(walk), [WAVE, 0, 0]);
  walk.advance(3);
  assertEquals(placeOf(walk), [WAVE, 3, 3]);
  walk.act(WAVE);
  assertEquals(placeOf(walk), [WAVE, 0, 0]);
  walk.advance(2);
  walk.act(NOD);
  assertEquals(placeOf(walk), [NOD, 0, 0]);
});

Deno.test("FilmWalk.advance: an action that is over gives way to what was before it, where it was left", () => {
  const walk = new FilmWalk(CLIPS);
  walk.advance(4);
  walk.act(NOD);
  walk.advance(2);
  assertEquals(placeOf(walk), [NOD, 2, 2]);
  walk.advance(1);
  assertEquals([placeOf(walk), stateOf(walk).action], [[IDLE, 4, 4], -1]);
  walk.speak(true);
  walk.advance(3);
  walk.act(NOD);
  walk.advance(3);
  assertEquals(placeOf(walk), [SPEAKING, 3, 3]);
});

Deno.test("FilmWalk.act: clips that are no action, or are not there, change nothing", () => {
  const walk = new FilmWalk(CLIPS);
  walk.advance(2);
  for (const clip of [IDLE, SPEAKING, 4, -1]) {
    walk.act(clip);
    assertEquals(placeOf(walk), [IDLE, 2, 2], `clip ${clip}`);
  }
});

Deno.test("FilmWalk.load: goes on at another one's place; an action that this avatar has not is none", () => {
  const walk = new FilmWalk(CLIPS);
  walk.advance(6);
  walk.speak(true);
  walk.advance(5);
  walk.act(WAVE);
  walk.advance(1);
  const other = new FilmWalk(CLIPS);
  other.load(stateOf(walk));
  assertEquals([placeOf(other), stateOf(other)], [placeOf(walk), stateOf(walk)]);
  const smaller = new FilmWalk(CLIPS.slice(0, 2));
  smaller.load(stateOf(walk));
  assertEquals([placeOf(smaller), stateOf(smaller).action], [[SPEAKING, 5, 5], -1]);
});

Deno.test("frameAt: forward and backward without showing the ends twice, round, or once and standing still", () => {
  const frames = (order: "pingpong" | "loop" | "once", count: number) =>
    Array.from({ length: 9 }, (_, step) => frameAt({ frames: count, order }, step));
  assertEquals(frames("pingpong", 4), [0, 1, 2, 3, 2, 1, 0, 1, 2]);
  assertEquals(frames("loop", 4), [0, 1, 2, 3, 0, 1, 2, 3, 0]);
  assertEquals(frames("once", 4), [0, 1, 2, 3, 3, 3, 3, 3, 3]);
  for (const order of ["pingpong", "loop", "once"] as const) assertEquals(frames(order, 1), Array(9).fill(0));
});

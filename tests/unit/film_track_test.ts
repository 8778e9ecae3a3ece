/** How a film face speaks: patches, rests, what is late, where the walk is. */
import { assert, assertEquals } from "@std/assert";
import type { FilmClip, FilmFace, I420Frame } from "../../src/avatar/mod.ts";
import { emptyPlace, type PatchResult, PatchRing, WalkBoard } from "../../src/lipsync/mod.ts";
import { Gauges } from "../../src/metrics/mod.ts";
import { clipCueCode } from "../../src/speech/mod.ts";
import { FilmTrack } from "../../src/stage/film_track.ts";
import { STAGE_GAUGES } from "../../src/stage/mod.ts";
import { Epoch, frameRate } from "../../src/time/mod.ts";
import { PlainFace } from "../fakes/face.ts";

const SIZE = { width: 64, height: 64 };
const CLIPS: FilmClip[] = [
  { name: "idle", role: "idle", frames: 100, order: "pingpong", hasSound: false },
  { name: "wave", role: "action", frames: 5, order: "once", hasSound: false },
  { name: "sing", role: "action", frames: 5, order: "once", hasSound: true },
];

function stage(
  options: { isActive?: boolean; syncThresholdMs?: number; fps?: number; maskValue?: number } = {},
) {
  const shown: [number, number][] = [];
  const film: FilmFace = {
    clips: CLIPS,
    show: (clip, frame) => void shown.push([clip, frame]) === undefined,
    expect() {},
    placement: () => ({
      box: { x: 0, y: 0, width: 16, height: 16 },
      mask: new Uint8Array(256).fill(options.maskValue ?? 255),
    }),
  };
  const patches = new PatchRing(32);
  const board = new WalkBoard();
  const epoch = new Epoch();
  const gauges = new Gauges(STAGE_GAUGES);
  const track = new FilmTrack({
    ...{ film, epoch, gauges, patches, board },
    face: new PlainFace(SIZE),
    rate: frameRate(options.fps ?? 25),
    syncThresholdMs: options.syncThresholdMs ?? 100,
    isActive: () => options.isActive ?? true,
  });
  const answer = (
    speechFrame: number,
    more: Partial<PatchResult> & { value?: number; isRest?: boolean } = {},
  ) => {
    const { value = 128, isRest, ...rest } = more;
    const patch = { side: 8, rgb: new Uint8Array(192).fill(value) };
    assert(patches.write({
      ...{ speechFrame, epoch: 0, isProtected: false, family: "musetalk", clip: 0, step: 0, avatar: 0 },
      ...(isRest ? {} : { patch }),
      ...rest,
    }));
  };
  /** Luma under the patch's box, over black. */
  const luma = (opacity = 1, below = 0) => {
    const frame: I420Frame = { ...SIZE, bytes: new Uint8Array(64 * 96).fill(below, 0, 64 * 64) };
    track.paste(frame, opacity);
    return frame.bytes[8 * 64 + 8]!;
  };
  const place = () => {
    const into = emptyPlace();
    track.publish(0, true);
    assert(board.read(into));
    return into;
  };
  return { track, patches, epoch, gauges, shown, answer, luma, place };
}

Deno.test("FilmTrack.isReady: waits for the first patch, but no longer than syncThresholdMs", () => {
  const { track, answer } = stage();
  assertEquals([track.isReady(0), track.isReady(0), track.isReady(0)], [false, false, true]);
  const other = stage();
  other.answer(0);
  assertEquals(other.track.isReady(0), true);
  assertEquals(stage({ isActive: false }).track.isReady(0), true);
  answer(5);
});

Deno.test("FilmTrack: a patch comes within three units and goes in rest", () => {
  const { track, answer, luma } = stage();
  const seen: number[] = [];
  for (let frame = 0; frame < 4; frame++) {
    answer(frame, { value: 255, step: frame + 1 });
    track.speak(frame);
    seen.push(luma());
  }
  assert(seen[0]! > 0 && seen[0]! < seen[1]! && seen[1]! < seen[2]!);
  assertEquals(seen[2], seen[3]);
  for (let frame = 4; frame < 8; frame++) {
    answer(frame, { isRest: true, step: frame + 1 });
    track.speak(frame);
  }
  assertEquals(luma(), 0);
  assertEquals(track.showsMouth, true);
});

Deno.test("FilmTrack: the last patch is repeated up to syncThresholdMs, then visemes take over, and back", () => {
  const { track, answer, gauges, luma } = stage();
  for (let frame = 0; frame < 4; frame++) {
    answer(frame, { step: frame + 1 });
    track.speak(frame);
  }
  for (let frame = 4; frame < 12; frame++) track.speak(frame);
  assertEquals([gauges.get("patchFrames"), gauges.get("repeatedPatches"), gauges.get("visemeFrames")], [
    4,
    2,
    6,
  ]);
  assertEquals([luma(), track.showsMouth], [0, true]);
  answer(12, { step: 13 });
  track.speak(12);
  assert(luma() > 0);
});

Deno.test("FilmTrack: where an engine answers every third frame the nearest answer is shown", () => {
  const { track, answer, luma } = stage();
  const values: number[] = [];
  for (let frame = 0; frame <= 12; frame += 3) answer(frame, { value: 40 + frame * 10, step: frame + 1 });
  for (let frame = 0; frame <= 12; frame++) {
    track.speak(frame);
    values.push(luma());
  }
  const late = values.slice(5);
  // 5, 6 and 7 show the answer for 6; 8, 9 and 10 that for 9.
  assertEquals([late[0], late[2]], [late[1], late[1]]);
  assertEquals([late[3], late[5]], [late[4], late[4]]);
});

Deno.test("FilmTrack: the walk meets the place that patches were made for, at most one frame faster or slower", () => {
  const { track, answer, shown } = stage();
  for (let n = 0; n < 10; n++) track.idle(false);
  for (let frame = 0; frame < 6; frame++) {
    answer(frame, { step: 13 + frame });
    track.speak(frame);
  }
  assertEquals(shown.slice(10).map(([, frame]) => frame), [12, 14, 15, 16, 17, 18]);
  const slow = stage();
  for (let n = 0; n < 10; n++) slow.track.idle(false);
  for (let frame = 0; frame < 4; frame++) {
    slow.answer(frame, { step: 10 + frame });
    slow.track.speak(frame);
  }
  assertEquals(slow.shown.slice(10).map(([, frame]) => frame), [10, 11, 12, 13]);
});

Deno.test("FilmTrack: what was made for elsewhere, another avatar or before an interrupt is not shown", () => {
  const far = stage();
  far.answer(0, { step: 40 });
  far.track.speak(0);
  assertEquals(far.luma(), 0);
  const other = stage();
  other.answer(0, { avatar: 1, step: 1 });
  other.track.speak(0);
  assertEquals([other.luma(), other.patches.ring.queued], [0, 0]);
  const stale = stage();
  stale.answer(0, { step: 1 });
  stale.epoch.bump();
  stale.track.speak(1);
  assertEquals([stale.luma(), stale.patches.ring.queued], [0, 0]);
});

Deno.test("FilmTrack: an action begins with its cue, runs once, and the idle clip goes on where it was", () => {
  const { track, shown } = stage({ isActive: false });
  for (let n = 0; n < 3; n++) track.idle(false);
  track.cue(clipCueCode(1));
  for (let n = 0; n < 7; n++) track.idle(false);
  assertEquals(shown, [[0, 1], [0, 2], [0, 3], [1, 0], [1, 1], [1, 2], [1, 3], [1, 4], [0, 4], [0, 5]]);
});

Deno.test("FilmTrack: a clip with its own sound shows its own mouth", () => {
  const { track, answer, luma } = stage();
  track.cue(clipCueCode(2));
  answer(0, { clip: 2, step: 0, value: 255 });
  track.speak(0);
  assertEquals([luma(), track.showsMouth], [0, false]);
});

Deno.test("FilmTrack: while speech is paused the face moves on within two frames of where it was", () => {
  const { track, shown } = stage({ isActive: false });
  track.speak(0);
  for (let n = 0; n < 40; n++) track.idle(true);
  track.speak(1);
  const frames = shown.map(([, frame]) => frame);
  assert(frames.slice(1, -1).every((frame) => Math.abs(frame - frames[0]!) <= 2), frames.join(" "));
  assert(new Set(frames).size > 3, "it stands still");
  assertEquals(frames.at(-1), frames[0]! + 1);
});

Deno.test("FilmTrack: films run at 25 frames a second whatever the programme's rate, and the board says where", () => {
  const { track, shown, place } = stage({ fps: 50, isActive: false });
  for (let n = 0; n < 20; n++) track.idle(false);
  assertEquals(shown.at(-1), [0, 10]);
  assertEquals(place().walk.idleStep, 10);
});

/** Speaks frames 0 to 3 with a patch each. */
function speakFour({ track, answer }: ReturnType<typeof stage>, value = 255): void {
  for (let frame = 0; frame < 4; frame++) {
    answer(frame, { value, step: frame + 1 });
    track.speak(frame);
  }
}

Deno.test("FilmTrack.paste: a patch covers as far as speech has faded in", () => {
  const one = stage();
  speakFour(one);
  for (const opacity of [0, 0.25, 0.5, 1]) {
    assert(Math.abs(one.luma(opacity) - 235 * opacity) <= 1, `${one.luma(opacity)} at ${opacity}`);
  }
});

Deno.test("FilmTrack.end: the last patch is of no use to the next utterance, which waits for its own again", () => {
  const one = stage();
  speakFour(one);
  assertEquals(one.place().walk.isSpeaking, true);
  one.track.end(false);
  assertEquals(one.place().walk.isSpeaking, false);
  // It goes out in three units, not at once.
  assertEquals(one.luma(), 235);
  one.track.speak(4);
  assertEquals([one.gauges.get("repeatedPatches"), one.gauges.get("visemeFrames")], [0, 1]);
  one.track.end(true);
  assertEquals(one.luma(), 0, "cut off, nothing goes on");
  // Waiting begins anew with each utterance.
  assertEquals([one.track.isReady(5), one.track.isReady(5)], [false, false]);
  one.track.end(false);
  assertEquals([one.track.isReady(6), one.track.isReady(6), one.track.isReady(6)], [false, false, true]);
});

Deno.test("FilmTrack.end: a rest of the utterance before is forgotten too", () => {
  const one = stage();
  one.answer(9, { isRest: true, step: 1 });
  one.track.speak(9);
  one.track.end(false);
  one.answer(0, { value: 255, step: 2 });
  one.track.speak(0);
  assertEquals([one.gauges.get("patchFrames"), one.luma() > 0], [1, true]);
});

Deno.test("FilmTrack.end: the next utterance's colours are matched at once, not from the last one's on", () => {
  const one = stage({ maskValue: 128 });
  const grey = 100;
  speakFour(one, grey + 8);
  const plain = 16 + grey * 219 / 255;
  assert(Math.abs(one.luma(1, plain) - plain) <= 1, "the first cast is taken out");
  one.track.end(false);
  for (let frame = 4; frame < 8; frame++) {
    one.answer(frame, { value: grey - 8, step: frame + 1 });
    one.track.speak(frame);
  }
  const luma = one.luma(1, plain);
  assert(Math.abs(luma - plain) <= 1, `${luma} over ${plain.toFixed(1)}`);
});

Deno.test("FilmTrack: a patch made three frames from where the walk is can be shown, one of four cannot", () => {
  for (const [off, isShown] of [[3, true], [4, false], [-3, true], [-4, false]] as const) {
    const { track, answer, luma, gauges } = stage();
    for (let n = 0; n < 10; n++) track.idle(false);
    answer(0, { step: 11 + off, value: 255 });
    track.speak(0);
    assertEquals([luma() > 0, gauges.get("patchFrames")], [isShown, isShown ? 1 : 0], `${off} frames off`);
  }
});

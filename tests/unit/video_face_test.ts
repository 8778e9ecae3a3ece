/** A face made of film: shows the frames it is told to, dissolves between clips, and is refused where its folder is broken. */
import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { assertStringIncludes } from "@std/assert";
import { type Face, type I420Frame, listAvatars, loadFace } from "../../src/avatar/mod.ts";
import { checkAvatar } from "../../src/avatar/mod.ts";
import { viewOf } from "../../src/avatar/video/film_view.ts";
import { VideoFace } from "../../src/avatar/video/video_face.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { FilmWalk, loadFilmDecoding } from "../../src/film/mod.ts";
import { type FrameSize, i420Bytes } from "../../src/time/mod.ts";
import {
  clipFrame,
  makeVideoAvatar,
  readNumber,
  VIDEO_SIZE,
  type VideoAvatarClip,
} from "../fakes/video_avatar.ts";

/** No test waits for a frame in vain. */
const PATIENT = { patienceMs: 10_000 };
const CLIPS: readonly VideoAvatarClip[] = [
  { name: "idle", role: "idle", frames: 40 },
  { name: "speaking", role: "speaking", frames: 25 },
  { name: "wave", role: "action", frames: 12 },
];

const parent = await Deno.makeTempDir();
const source = await makeVideoAvatar(parent, { clips: CLIPS });
globalThis.addEventListener("unload", () => Deno.removeSync(parent, { recursive: true }));

function blank(size: FrameSize = VIDEO_SIZE): I420Frame {
  return { ...size, bytes: new Uint8Array(i420Bytes(size)) };
}

function shown(face: Face, unit: number): { clip: number; frame: number; isClear: boolean } {
  const into = blank(face.size);
  face.paintIdle(into, unit);
  return readNumber(into.bytes, face.size);
}

Deno.test("VideoFace: a walk shows every frame of every clip in its order, and nothing is late", async () => {
  using face = await loadFace(source, VIDEO_SIZE, PATIENT);
  assert(face instanceof VideoFace);
  const { film } = face;
  assertEquals(film.clips.map(({ name, hasSound }) => [name, hasSound]), [
    ["idle", false],
    ["speaking", false],
    ["wave", false],
  ]);
  const walk = new FilmWalk(film.clips);
  let switchedAt = -100;
  let before = 0;
  for (let unit = 0; unit < 260; unit++) {
    if (unit === 60) walk.speak(true);
    if (unit === 150) walk.act(2);
    if (unit === 200) walk.speak(false);
    const { clip, frame } = walk;
    if (clip !== before) switchedAt = unit;
    before = clip;
    assert(film.show(clip, frame), `unit ${unit}`);
    const picture = shown(face, unit);
    if (unit >= switchedAt + 6) assertEquals(picture, { clip, frame, isClear: true }, `unit ${unit}`);
    walk.advance(1);
    film.expect(walk.clip, Math.floor(walk.step));
  }
  assertEquals(film.lateFrames, 0);
});

Deno.test("VideoFace: a film of the programme's size is shown bit for bit", async () => {
  using face = await loadFace(source, VIDEO_SIZE, PATIENT);
  const { open } = await loadFilmDecoding();
  using film = open(source, "speaking.mp4", VIDEO_SIZE, 25);
  const wanted = new Uint8Array(i420Bytes(VIDEO_SIZE));
  for (const [unit, frame] of [3, 24, 11].entries()) {
    assert(face.film!.show(1, frame));
    const into = blank();
    face.paintIdle(into, unit * 100);
    face.paintIdle(into, unit * 100 + 50);
    film.read(frame, wanted);
    assertEquals(into.bytes, wanted);
  }
});

Deno.test("VideoFace: frames come in any order at any size, and alpha is opaque", async () => {
  const size = { width: 240, height: 144 };
  using face = await loadFace(source, size, PATIENT);
  for (const [unit, frame] of [0, 39, 20, 19, 18, 3, 39, 38].entries()) {
    assert(face.film!.show(0, frame));
    shown(face, unit * 20);
    assertEquals(shown(face, unit * 20 + 10), { clip: 0, frame, isClear: true });
  }
  const alpha = new Uint8Array(size.width * size.height);
  face.paintIdle({ ...blank(size), alpha }, 1000);
  assert(alpha.every((value) => value === 255));
});

Deno.test("VideoFace: a frame that is not there leaves the one before, and comes when it is waited for", async () => {
  using hasty = await loadFace(source, VIDEO_SIZE, { patienceMs: 0 });
  assert(hasty instanceof VideoFace);
  assertEquals(hasty.film.show(1, 24), false);
  assertEquals(hasty.film.lateFrames, 1);
  assertEquals(shown(hasty, 0), { clip: 0, frame: 0, isClear: true });
  assertEquals([hasty.film.show(7, 0), hasty.film.show(0, 40), hasty.film.show(0, -1)], [
    false,
    false,
    false,
  ]);
  using patient = await loadFace(source, VIDEO_SIZE, PATIENT);
  assert(patient.film!.show(1, 24));
});

Deno.test("VideoFace: another clip dissolves in over six frames, the same unit twice alike", async () => {
  using face = await loadFace(source, VIDEO_SIZE, PATIENT);
  const old = blank();
  face.paintIdle(old, 0);
  assert(face.film!.show(1, 3));
  const fresh = blank();
  face.paintIdle(fresh, 1);
  face.paintIdle(fresh, 1);
  const again = blank();
  face.paintIdle(again, 1);
  assertEquals(again.bytes, fresh.bytes);
  const last = blank();
  face.paintIdle(last, 50);
  const differing = last.bytes.findIndex((value, at) => Math.abs(value - old.bytes[at]!) > 100);
  let before = old.bytes[differing]!;
  const rises = last.bytes[differing]! > before;
  for (let unit = 1; unit <= 6; unit++) {
    const into = blank();
    face.paintIdle(into, unit);
    const now = into.bytes[differing]!;
    assert(rises ? now > before : now < before, `unit ${unit}: ${before} then ${now}`);
    assert(now !== last.bytes[differing]);
    before = now;
  }
  const over = blank();
  face.paintIdle(over, 7);
  assertEquals(over.bytes, last.bytes);
  // Back in the middle of it: what is seen goes on from there.
  assert(face.film!.show(0, 0));
  const middle = blank();
  face.paintIdle(middle, 8);
  face.paintIdle(middle, 10);
  const seen = middle.bytes[differing]!;
  assert(face.film!.show(1, 3));
  face.paintIdle(middle, 11);
  assertLess(Math.abs(middle.bytes[differing]! - seen), 30);
});

Deno.test("VideoFace: patches are placed where each family's box is, with a mask of its size", async () => {
  using face = await loadFace(source, VIDEO_SIZE, PATIENT);
  const film = face.film!;
  assert(film.show(0, 9));
  const { boxes, mask } = clipFrame(0, 9);
  const [x, y, right, bottom] = boxes.musetalk!;
  const placed = film.placement("musetalk")!;
  assertEquals({ ...placed.box }, { x, y, width: right - x, height: bottom - y });
  assertEquals(placed.mask.slice(0, mask.length), mask);
  const [left, top, faceRight, faceBottom] = boxes.wav2lip!;
  const wav2lip = film.placement("wav2lip")!;
  assertEquals({ ...wav2lip.box }, { x: left, y: top, width: faceRight - left, height: faceBottom - top });
  const at = (part: number) =>
    wav2lip.mask[Math.floor(part * wav2lip.box.height) * wav2lip.box.width + (wav2lip.box.width >> 1)]!;
  assertEquals([at(0.1), at(0.75)], [0, 255]);
  const ultralight = film.placement("ultralight")!;
  assertEquals(ultralight.box.width, boxes.ultralight![2] - boxes.ultralight![0]);
  const box = face.speechBox;
  for (const edges of [boxes.musetalk!, boxes.wav2lip!, boxes.ultralight!]) {
    assert(box.x <= edges[0] && box.y <= Math.max(0, edges[1]));
    assert(box.x + box.width >= edges[2] && box.y + box.height >= Math.min(96, edges[3]));
  }
});

Deno.test("VideoFace: a family that was not prepared has no place", async () => {
  const other = await makeVideoAvatar(parent, {
    id: "bare",
    families: [],
    clips: [{ ...CLIPS[0]!, frames: 3 }],
  });
  using face = await loadFace(other, VIDEO_SIZE, PATIENT);
  for (const family of ["musetalk", "wav2lip", "ultralight"] as const) {
    assertEquals(face.film!.placement(family), undefined);
  }
});

Deno.test("VideoFace: visemes move the mouth of the shown frame and nothing outside of speechBox", async () => {
  const size = { width: 640, height: 384 };
  const large = await makeVideoAvatar(parent, { id: "large", size, clips: [{ ...CLIPS[0]!, frames: 9 }] });
  using face = await loadFace(large, size, PATIENT);
  const open = Float32Array.of(1, 0, 0, 0, 0, 0);
  for (const [unit, frame] of [0, 5].entries()) {
    assert(face.film!.show(0, frame));
    const idle = blank(size);
    const spoken = blank(size);
    face.paintIdle(idle, unit);
    face.paintIdle(spoken, unit);
    face.paintMouth(spoken, unit, open);
    const { x, y, width, height } = face.speechBox;
    let changed = 0;
    for (let at = 0; at < size.width * size.height; at++) {
      if (idle.bytes[at] === spoken.bytes[at]) continue;
      const [column, row] = [at % size.width, Math.floor(at / size.width)];
      assert(column >= x && column < x + width && row >= y && row < y + height, `${column}, ${row} changed`);
      changed++;
    }
    assertGreater(changed, 500);
    const untouched = blank(size);
    face.paintIdle(untouched, unit);
    face.paintMouth(untouched, unit, open, undefined, 0);
    assertEquals(untouched.bytes, idle.bytes);
  }
});

Deno.test("viewOf: the whole film where it has the programme's shape, else the head stays in", () => {
  const head = { centreX: 1300, top: 150, chin: 600, height: 450, halfWidth: 180 };
  const film = { width: 1920, height: 1080 };
  assertEquals(viewOf(head, film, film, "bust"), { part: { x: 0, y: 0, ...film }, scaleX: 1, scaleY: 1 });
  assertEquals(viewOf(head, film, { width: 1280, height: 720 }, "bust").part, { x: 0, y: 0, ...film });
  const { part, scaleX } = viewOf(head, film, { width: 720, height: 1280 }, "bust");
  assertEquals([part.y, part.height, part.width], [0, 1080, 608]);
  assert(part.x <= 1300 - 180 && part.x + part.width >= 1300 + 180);
  assertLess(Math.abs(scaleX - 720 / 608), 1e-9);
  const near = viewOf(head, film, { width: 1280, height: 720 }, "head").part;
  assertLess(near.height, 800);
  assert(near.y <= 150 && near.y + near.height >= 600);
});

Deno.test("loadFace: a video avatar is listed with its kind, and has a background of its own only", async () => {
  assertEquals(listAvatars([parent]).find(({ id }) => id === "tiny")!.kind, "video");
  for (const background of ["transparent", "#203040"]) {
    for (const load of [loadFace(source, VIDEO_SIZE, { background }), checkAvatar(source, { background })]) {
      assertEquals((await assertRejects(() => load, InputFault)).code, "bad_background");
    }
  }
  await checkAvatar(source);
});

Deno.test("loadFace: a corrupt folder is refused and the file named", async () => {
  const spoilt = await makeVideoAvatar(parent, { id: "spoilt", clips: [{ ...CLIPS[0]!, frames: 10 }] });
  const spoil = async (name: string, edit: (bytes: Uint8Array) => Uint8Array, wanted = "") => {
    const bytes = await Deno.readFile(`${spoilt}/${name}`);
    await Deno.writeFile(`${spoilt}/${name}`, edit(bytes.slice()));
    const fault = await assertRejects(() => loadFace(spoilt, VIDEO_SIZE), InputFault);
    assertEquals(fault.code, "bad_avatar");
    assertStringIncludes(fault.message, `spoilt: ${name}`);
    assertStringIncludes(fault.message, wanted);
    await Deno.writeFile(`${spoilt}/${name}`, bytes);
  };
  for (const name of ["idle.mp4", "idle.track", "idle.masks", "idle.latents", "idle.wav2lip"]) {
    await spoil(name, (bytes) => bytes.subarray(0, bytes.length >> 1), "bytes");
    // Any numbers may be latents: only their hash tells, see checkAvatar.
    if (name !== "idle.latents") await spoil(name, (bytes) => bytes.fill(0xee));
  }
  const manifest = (edit: (text: string) => string) => (bytes: Uint8Array) =>
    new TextEncoder().encode(edit(new TextDecoder().decode(bytes)));
  await spoil("avatar.json", manifest((text) => text.replace('"width": 160', '"width": 162')), "").catch(
    (error) => assertStringIncludes(String(error), "idle.mp4"),
  );
  const bytes = await Deno.readFile(`${spoilt}/idle.latents`);
  bytes[100]! ^= 1;
  await Deno.writeFile(`${spoilt}/idle.latents`, bytes);
  const changed = await assertRejects(() => checkAvatar(spoilt), InputFault);
  assertStringIncludes(changed.message, "idle.latents has changed");
});

Deno.test("loadFace: in a thread that is parked like the stage, frames still come", async () => {
  const worker = new Worker(import.meta.resolve("../fakes/parked_face.ts"), { type: "module" });
  const answer = Promise.withResolvers<{ late: number; wrong: number; shown: number }>();
  worker.onmessage = ({ data }) => answer.resolve(data);
  worker.onerror = (event) => answer.reject(new Error(event.message));
  worker.postMessage({ source, size: VIDEO_SIZE, units: 100, periodMs: 8 });
  const { late, wrong, shown } = await answer.promise;
  worker.terminate();
  assertEquals([wrong, shown], [0, 100]);
  assertLess(late, 50);
});

/**
 * `prepare` on clips, as a person runs it: what it writes, that it can be taken up again to the byte, and what it refuses.
 * The face is NASA's portrait of Eileen Collins (face_clips.ts); how films are read is in prepare_film_test.ts.
 */
import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import sharp from "sharp";
import { InputFault } from "../../src/errors/mod.ts";
import { BOXES, fileEntry, TrackReader } from "../../src/film/mod.ts";
import type { PrepareVideoOptions } from "../../src/prepare/mod.ts";
import { FilmPictures } from "../../src/prepare/video/film_pictures.ts";
import { POINT_RECORD_BYTES } from "../../src/prepare/video/find_points.ts";
import { writeNeuralModel } from "../fakes/neural_models.ts";
import { CLIP_SIDE, faceClip, ffmpeg, PORTRAIT } from "./face_clips.ts";
import { LiveProcess } from "./live_process.ts";
import {
  assertSame,
  assertWhole,
  call,
  END_MS_MAX,
  filesOf,
  manifestOf,
  run,
  start,
  test,
} from "./prepare_clips.ts";

const MAIN = decodeURIComponent(new URL("../../main.ts", import.meta.url).pathname);
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"];

test("prepare makes an avatar of a clip of 30 frames a second, that live takes", async ({ room, avatars }) => {
  await faceClip(`${room.working}/clip.mp4`, { seconds: 2, fps: 30 });
  const args = ["clip.mp4", "--id", "anna", "--preview", "--json", "--progress", "json"];
  const { code, stdout, lines } = await run(room, ...args);
  assertEquals(code, 0, lines.join("\n"));
  const { folder, frames, width, height, id, tookMs } = JSON.parse(stdout);
  console.log(`a clip of 2 s: ${tookMs} ms`);
  assertEquals([folder, frames, width, height, id], [`${avatars}/anna`, 50, CLIP_SIDE, CLIP_SIDE, "anna"]);
  assertEquals(filesOf(avatars), ["anna"]);
  const told = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  for (const step of ["finding the face in clip.mp4", "writing idle"]) {
    const { frames, of } = told.findLast((one) => one.step === step);
    assertEquals([frames, of], [50, 50], step);
  }
  const notes = lines.filter((line) => !line.startsWith("{"));
  assertEquals(notes.length, 1, notes.join("\n"));
  assertStringIncludes(notes[0]!, "no MuseTalk model with an encoder is installed");

  const { clips: [idle] } = await assertWhole(folder);
  assertEquals([idle!.frames, idle!.order, idle!.latents], [50, "pingpong", undefined]);
  assertEquals(Object.keys(idle!.faces ?? {}), ["wav2lip", "ultralight"]);
  const sheet = await sharp(`${folder}/preview-boxes.png`).metadata();
  assert(sheet.width > 1000 && sheet.height > 800);
  // The window wanders to the right, and so the face goes to the left: 24 of 280 pixels a second.
  using track = TrackReader.open(folder, idle!.track, 50);
  const noseAt = (frame: number) => {
    track.read(frame);
    const [x1, y1, x2, y2] = track.boxes.subarray(0, 4);
    assert(x1! >= 0 && y1! >= 0 && x2! <= CLIP_SIDE && y2! <= CLIP_SIDE);
    for (let box = 0; box < BOXES.length; box++) assertLess(track.boxes[box * 4]!, track.boxes[box * 4 + 2]!);
    return track.points[4 * 3]!;
  };
  const moved = noseAt(3) - noseAt(46);
  assertLess(Math.abs(moved - 24 * 43 / 25 * CLIP_SIDE / 280), 5, `moved by ${moved}`);

  const again = await run(room, ...args);
  assertEquals([again.code, again.stdout, again.lines.length], [2, "", 1], again.stderr);
  assertStringIncludes(again.stderr, "--force");
  assertEquals(filesOf(avatars), ["anna"]);
  await using live = await LiveProcess.start(room, [
    ...["--avatar", "anna", "--camera", "none", "--sound", "none", "--size", "320x180"],
  ]);
  assertEquals((await live.state()).picture.phase, "idle");
});

test("prepare that was killed or stopped goes on to the same bytes", async ({ room, avatars }) => {
  const models = `${room.data}/lipcam/models`;
  await Deno.mkdir(models, { recursive: true });
  // In the way: one without an encoder, by name before the one that has it.
  const blind = `${models}/${await writeNeuralModel(models, "musetalk/1.5", { name: "a" })}/model.json`;
  const { graphs: { encoder: _, ...graphs }, ...manifest } = JSON.parse(await Deno.readTextFile(blind));
  await Deno.writeTextFile(blind, JSON.stringify({ ...manifest, graphs }));
  await writeNeuralModel(models, "musetalk/1.5", { name: "m" });
  const clip = `${room.working}/slow.mp4`;
  await faceClip(clip, { seconds: 2, fps: 10 });
  const args = (id: string) => [clip, "--id", id, "--engine", "all", "--progress", "json"];
  const whole = await run(room, ...args("whole"));
  assertEquals(whole.code, 0, whole.stderr);
  const { clips: [idle], musetalk } = await assertWhole(`${avatars}/whole`);
  assertEquals([idle!.latents, musetalk?.model], ["idle.latents", "m"]);
  const before = await fileEntry(`${avatars}/whole`, "avatar.json");

  {
    await using killed = start(room, ...args("cut"));
    await killed.said(/"step":"finding[^\n]*"frames":([2-4]\d)/, END_MS_MAX);
    killed.signal("SIGKILL");
    assertEquals((await killed.ended(5000)).signal, "SIGKILL");
  }
  const [workshop = "", ...others] = filesOf(avatars);
  assertEquals([workshop.startsWith(".prepare-"), others], [true, ["whole"]]);
  // In the middle of a record, and of a picture that stands for several frames.
  const points = `${avatars}/${workshop}/idle.points`;
  const repeated: number[] = [];
  const film = await FilmPictures.open(clip);
  for await (const { frame, isRepeated } of film.pictures({})) if (isRepeated) repeated.push(frame);
  const resumed = repeated.find((frame) => frame > 8)!;
  await Deno.truncate(points, (resumed + 0.4) * POINT_RECORD_BYTES);
  {
    await using stopped = start(room, ...args("cut"));
    await stopped.said(/"step":"writing/, END_MS_MAX);
    stopped.signal("SIGINT");
    const { code, lines, stderr } = await stopped.ended(20_000);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, `slow.mp4: resumed from frame ${resumed}`);
    assertEquals(lines.at(-1), "lipcam: stopped by SIGINT");
    assertStringIncludes(lines.at(-2)!, "the same command goes on from here");
  }
  assertEquals(filesOf(avatars), [workshop, "whole"]);
  assertEquals(Deno.statSync(points).size, 50 * POINT_RECORD_BYTES);
  const last = await run(room, ...args("cut"));
  assertEquals(last.code, 0, last.stderr);
  assertStringIncludes(last.stderr, "slow.mp4: resumed from frame 50");
  assertEquals(filesOf(avatars), ["cut", "whole"]);
  await assertSame(`${avatars}/cut`, `${avatars}/whole`);

  // A disk that is full (no file may grow beyond 100 kB) leaves nothing, and what is there stays.
  const shell = `trap '' XFSZ; ulimit -f 100; exec "$@"`;
  const full = await new Deno.Command("bash", {
    args: ["-c", shell, "-", Deno.execPath(), "run", "-A", MAIN, "prepare", ...args("whole"), "--force"],
    cwd: room.working,
    env: room.env(),
  }).output();
  const says = new TextDecoder().decode(full.stderr);
  assertEquals(full.code, 1, says);
  assertStringIncludes(says.trim().split("\n").at(-1)!, "no space left on the disk");
  assertEquals(filesOf(avatars), ["cut", "whole"]);
  assertEquals(await fileEntry(`${avatars}/whole`, "avatar.json"), before);
  await assertSame(`${avatars}/cut`, `${avatars}/whole`);
});

test("prepare takes several clips of every kind, and an action with its own sound", async ({ room, avatars }) => {
  const at = (name: string) => `${room.working}/${name}`;
  const seconds = 0.6;
  await faceClip(at("side.mp4"), { seconds, filter: "transpose=cclock" });
  await ffmpeg("-i", at("side.mp4"), "-c", "copy", "-metadata:s:v", "rotate=270", at("idle.mp4"));
  await faceClip(at("varying.mkv"), {
    seconds,
    fps: 60,
    filter: "select='not(mod(n,2))+not(mod(n,7))',scale=400:400",
    output: ["-vsync", "vfr", ...H264],
  });
  await faceClip(at("wave.mov"), { seconds, filter: "format=argb", output: ["-c:v", "qtrle"] });
  const tone = ["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`];
  await ffmpeg("-i", at("varying.mkv"), ...tone, "-c:v", "copy", "-c:a", "aac", at("hello.mp4"));
  const { folder, frames } = await call({
    avatars,
    hasPreview: true,
    clips: [
      { name: "idle", role: "idle", path: at("idle.mp4"), hasSound: false },
      { name: "speaking", role: "speaking", path: at("varying.mkv"), hasSound: false },
      { name: "wave", role: "action", path: at("wave.mov"), hasSound: false },
      { name: "hello", role: "action", path: at("hello.mp4"), hasSound: true },
    ],
  });
  assertEquals(frames, 60);
  const { clips, width, height } = await assertWhole(folder);
  assertEquals([width, height], [CLIP_SIDE, CLIP_SIDE]);
  assertEquals(clips.map(({ order, sound }) => [order, sound]), [
    ["pingpong", undefined],
    ["pingpong", undefined],
    ["once", undefined],
    ["once", "hello.wav"],
  ]);
  const wav = await Deno.readFile(`${folder}/hello.wav`);
  const samples = new Int16Array(wav.buffer, 44);
  assertLess(Math.abs(samples.length - seconds * 48_000), 3000);
  assertLess(3000, samples.reduce((most, one) => Math.max(most, one), 0));

  const quiet = await assertRejects(
    () =>
      call({
        avatars,
        isForced: true,
        clips: [
          { name: "idle", role: "idle", path: at("idle.mp4"), hasSound: false },
          { name: "wave", role: "action", path: at("wave.mov"), hasSound: true },
        ],
      }),
    InputFault,
  );
  assertStringIncludes(quiet.message, "action wave shall keep its sound: ");
  assertEquals(filesOf(avatars), ["anna"]);
  assertEquals(manifestOf(folder).clips.length, 4);
});

test("prepare takes a folder of pictures in the order of their numbers, and one photo", async ({ room, avatars }) => {
  const folder = `${room.working}/pictures`;
  await Deno.mkdir(folder);
  for (let nth = 0; nth < 11; nth++) {
    await sharp(PORTRAIT).extract({ left: 90 + 4 * nth, top: 4, width: 280, height: 280 }).png()
      .toFile(`${folder}/${nth}.png`);
  }
  const made = await call({ avatars, path: folder });
  assertEquals([made.frames, made.size.width], [11, 280]);
  await assertWhole(made.folder);
  using track = TrackReader.open(made.folder, "idle.track", 11);
  const noses = Array.from({ length: 11 }, (_, frame) => {
    track.read(frame);
    return track.points[4 * 3]!;
  });
  for (let nth = 1; nth < 11; nth++) assertLess(noses[nth]!, noses[nth - 1]!);

  const photo = await run(room, PORTRAIT, "--id", "photo", "--engine", "wav2lip", "--json");
  assertEquals(photo.code, 0, photo.stderr);
  assertEquals(JSON.parse(photo.stdout).frames, 1);
  await assertWhole(`${avatars}/photo`);
});

test("prepare bridges half a second without a face and names two seconds, and two faces", async ({ room, avatars }) => {
  const at = (name: string) => `${room.working}/${name}`;
  const hidden = (from: number, to: number) => `drawbox=t=fill:color=gray:enable='between(t,${from},${to})'`;
  await faceClip(at("short.mp4"), { seconds: 1.2, filter: hidden(0.4, 0.87) });
  const { frames, folder } = await call({ avatars, path: at("short.mp4") });
  assertEquals(frames, 30);
  using track = TrackReader.open(folder, "idle.track", 30);
  let before = Infinity;
  for (let frame = 0; frame < 30; frame += 3) {
    track.read(frame);
    const nose = track.points[4 * 3]!;
    assertLess(nose, before + 1, `frame ${frame} goes back`);
    before = nose;
  }
  await faceClip(at("long.mp4"), { seconds: 2.6, filter: hidden(0.2, 2.17) });
  const gone = await assertRejects(() => call({ avatars, id: "b", path: at("long.mp4") }), InputFault);
  assertEquals(gone.code, "no_face");
  assertStringIncludes(gone.message, "long.mp4 shows no face from 0:00.2 to 0:02.2, wanted");

  await faceClip(at("two.mp4"), { seconds: 0.4, filter: "split[a][b];[a][b]hstack" });
  const two = await assertRejects(() => call({ avatars, id: "b", path: at("two.mp4") }), InputFault);
  assertEquals(two.code, "several_faces");
  assertStringIncludes(two.message, "two.mp4 at 0:00.0 shows 2 faces");
  assertEquals(filesOf(avatars), ["anna"]);
});

test("prepare refuses clips and wishes that cannot be meant in one line, and leaves nothing", async ({ room, avatars }) => {
  const at = (name: string) => `${room.working}/${name}`;
  await faceClip(at("clip.mp4"), { seconds: 0.2 });
  await ffmpeg("-f", "lavfi", "-i", "sine=duration=0.5", at("sound.m4a"));
  await Deno.writeFile(at("empty.mp4"), new Uint8Array());
  await Deno.writeFile(at("cut.mp4"), (await Deno.readFile(at("clip.mp4"))).subarray(0, 5000));
  await Deno.mkdir(at("nothing"));
  await ffmpeg("-f", "lavfi", "-i", "color=s=64x64:r=1/500:d=1000", ...H264, at("quarter.mp4"));
  const clip = (path: string) => [{ name: "idle", role: "idle", path, hasSound: false }] as const;
  const wave = (name: string) => ({ name, role: "action", path: at("clip.mp4"), hasSound: false }) as const;
  const cases: [Partial<PrepareVideoOptions>, string, string][] = [
    [{ clips: clip(at("sound.m4a")) }, "bad_video", "sound.m4a: no video track"],
    [{ clips: clip(at("empty.mp4")) }, "bad_video", "empty.mp4: it is empty"],
    [{ clips: clip(at("cut.mp4")) }, "bad_video", "cut.mp4: it cannot be read as a film"],
    [{ clips: clip(at("absent.mp4")) }, "bad_video", "absent.mp4: it does not exist"],
    [{ clips: clip(at("absent.png")) }, "bad_video", "absent.png: it does not exist"],
    [{ clips: clip(at("nothing")) }, "bad_video", "nothing: no pictures in it"],
    [{ clips: [...clip(at("clip.mp4")), wave("Wave!")] }, "bad_clip_name", '"Wave!"'],
    [{ clips: [...clip(at("clip.mp4")), wave("idle")] }, "bad_clip_name", "two clips are called idle"],
    [{ clips: clip(at("clip.mp4")), id: "../a" }, "bad_avatar_id", '"../a"'],
    [
      { clips: [...clip(at("quarter.mp4")), { ...wave("wave"), path: at("quarter.mp4") }] },
      "bad_video",
      "the clips: 2000 s long together, wanted at most 1800 s",
    ],
  ];
  for (const [options, code, says] of cases) {
    const fault = await assertRejects(() => call({ avatars, ...options }), InputFault, says);
    assertEquals(fault.code, code);
    assert(!fault.message.includes("\n") && fault.message.includes("wanted"), fault.message);
    assertEquals(filesOf(avatars), [], says);
  }
  const wishes: [string[], string][] = [
    [["clip.mp4", "--progress", "xml"], '"xml"'],
    [
      ["clip.mp4", "--background", "blur"],
      "--background does nothing for a clip, wanted it with a photo only",
    ],
    [["clip.mp4", "--actions", "a.json"], "--actions does nothing for a clip"],
    [[PORTRAIT, "--preview"], "--preview does nothing for a photo, wanted it with a clip only"],
    [
      [PORTRAIT, "--engine", "all", "--background", "blur"],
      "--background does nothing for a photo with --engine",
    ],
    [["clip.mp4", "--engine", "musetalk"], "no MuseTalk model with an encoder"],
    [["clip.mp4", "--engine", "wav3lip"], '"wav3lip"'],
    [["clip.mp4", "--action", "wave"], "NAME=CLIP"],
    [[PORTRAIT, "--action", "wave=absent.mp4"], "absent.mp4"],
  ];
  for (const [args, says] of wishes) {
    const { code, stdout, lines } = await run(room, ...args, "--id", "anna");
    assertEquals([code, stdout], [2, ""], lines.join("\n"));
    assertStringIncludes(lines.at(-1)!, says);
    assertEquals(filesOf(avatars), [], says);
  }
});

/**
 * Latents that `prepare` keeps: only numbers, and only of the weights that are asked now; and where a film's pictures
 * repeat, which what is kept depends on.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/errors/mod.ts";
import type { PreparedVideo } from "../../src/prepare/mod.ts";
import { FilmPictures } from "../../src/prepare/video/film_pictures.ts";
import { faceClip } from "./face_clips.ts";
import { exists } from "./live_process.ts";
import { call, test } from "./prepare_clips.ts";

test("prepare names an encoder that answers no numbers, and keeps nothing of it", async ({ room, avatars }) => {
  const path = `${room.working}/clip.mp4`;
  await faceClip(path, { seconds: 0.2 });
  const encoder = (value: number) => ({
    model: "m",
    encode: (count: number) => Promise.resolve(new Float32Array(count * 4 * 32 * 32).fill(value)),
  });
  for (const value of [NaN, 70_000, -Infinity]) {
    const fault = await assertRejects(
      () => call({ avatars, path, engines: ["musetalk"], encoder: encoder(value) }),
      Fault,
      `answered ${value} for the face at 0:00.0`,
    );
    assertEquals(fault.code, "bad_latents");
    assertEquals(exists(`${avatars}/anna`), false);
  }
  const { notes, folder } = await call({ avatars, path, engines: ["musetalk"], encoder: encoder(0.25) });
  assertEquals(notes, ["clip.mp4: resumed from frame 5"]);
  const halves = new Float16Array((await Deno.readFile(`${folder}/idle.latents`)).buffer);
  assertEquals([halves.length, new Set(halves)], [5 * 8192, new Set([0.25])]);
});

test("prepare takes up latents of the same weights only", async ({ room, avatars }) => {
  const path = `${room.working}/clip.mp4`;
  await faceClip(path, { seconds: 0.4 });
  const run = async (value: number, mark: string, framesMax = Infinity) => {
    const stop = new AbortController();
    let frames = 0;
    const encode = (count: number) => {
      if (++frames === framesMax) stop.abort(new Fault("stopped", { code: "stopped" }));
      return Promise.resolve(new Float32Array(count * 4 * 32 * 32).fill(value));
    };
    const encoder = { model: "m", mark, encode };
    return await call({ avatars, path, engines: ["musetalk"], isForced: true, encoder, signal: stop.signal });
  };
  const valuesOf = ({ folder }: PreparedVideo) => {
    const halves = new Float16Array(Deno.readFileSync(`${folder}/idle.latents`).buffer);
    return Array.from({ length: 10 }, (_, frame) => halves[frame * 8192]);
  };
  await assertRejects(() => run(0.25, "a", 2), Fault, "stopped");
  // Pictures are read ahead, so that it ends a few frames later.
  const resumed = valuesOf(await run(0.5, "a"));
  assertEquals([resumed[0], resumed[1], resumed[9]], [0.25, 0.25, 0.5]);
  await assertRejects(() => run(0.25, "a", 2), Fault, "stopped");
  assertEquals(new Set(valuesOf(await run(0.5, "b"))), new Set([0.5]));
});

test("prepare knows which frames a picture stands for wherever it begins", async ({ room }) => {
  const path = `${room.working}/slow.mkv`;
  await faceClip(path, { seconds: 1, fps: 8 });
  const film = await FilmPictures.open(path);
  const from = async (first: number) => {
    const places: [isRepeated: boolean, before: number | undefined][] = [];
    for await (const { isRepeated, before } of film.pictures({ from: first })) {
      places.push([isRepeated, before]);
    }
    return places;
  };
  const all = await from(0);
  assertEquals(all.filter(([isRepeated]) => !isRepeated).length, 8);
  assertEquals(all.slice(0, 5).map(([, before]) => before), [-1, -1, 0, 0, 0]);
  for (let first = 1; first < all.length; first++) assertEquals(await from(first), all.slice(first));
});

/** What the writers of films, tracks, packs and latents leave on the disk, and what they refuse. */
import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Demuxer } from "node-av";
import { CodecContext, Frame, Packet, SoftwareScaleContext } from "node-av/lib";
import { AV_PKT_FLAG_KEY } from "node-av/constants";
import { Fault } from "../../src/errors/mod.ts";
import { type ClipFrame, ClipWriter, LATENT_VALUES } from "../../src/film/mod.ts";
import { FilmWriter, GROUP_FRAMES } from "../../src/film/film_writer.ts";
import { LatentsWriter } from "../../src/film/latents_writer.ts";
import { OutFile } from "../../src/film/out_file.ts";
import { PackWriter } from "../../src/film/pack_writer.ts";
import { TrackWriter } from "../../src/film/track_writer.ts";
import { FilmPictures } from "../../src/prepare/video/film_pictures.ts";

const SIZE = { width: 96, height: 64 };

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Four fields of colour, brighter from frame to frame. */
function picture(frame: number): Uint8Array {
  const rgb = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let y = 0, at = 0; y < SIZE.height; y++) {
    for (let x = 0; x < SIZE.width; x++, at += 3) {
      const field = (x < 48 ? 0 : 1) + (y < 32 ? 0 : 2);
      rgb.set(
        [[200, 40, 30], [30, 180, 60], [40, 60, 210], [90 + frame, 90 + frame, 90 + frame]][field]!,
        at,
      );
    }
  }
  return rgb;
}

Deno.test("FilmWriter: colours and order come back, a key frame opens each group, every frame lasts 1/25 s", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/a.mp4`;
    const frames = 2 * GROUP_FRAMES + 3;
    {
      using film = new FilmWriter(path, SIZE);
      for (let frame = 0; frame < frames; frame++) await film.add(picture(frame));
      film.finish();
    }
    const film = await FilmPictures.open(path);
    assertEquals([film.size, film.framesExpected], [SIZE, frames]);
    let seen = 0;
    for await (const { frame, rgb } of film.pictures({})) {
      assertEquals(frame, seen++);
      for (const [x, y] of [[20, 15], [70, 15], [20, 50], [70, 50]] as const) {
        const at = (y * SIZE.width + x) * 3;
        const wanted = picture(frame);
        for (let channel = 0; channel < 3; channel++) {
          const off = Math.abs(rgb[at + channel]! - wanted[at + channel]!);
          assertLess(off, 5, `frame ${frame} at ${x},${y} is off by ${off}`);
        }
      }
    }
    assertEquals(seen, frames);
    const keys: number[] = [];
    const stamps: number[] = [];
    await using demuxer = await Demuxer.open(path);
    const { timeBase } = demuxer.video()!;
    for await (const packet of demuxer.packets()) {
      using one = packet;
      if (one === null) break;
      const stamp = Number(one.pts) * timeBase.num / timeBase.den * 25;
      assertEquals(one.dts, one.pts);
      stamps.push(Math.round(stamp * 1000) / 1000);
      if ((one.flags & AV_PKT_FLAG_KEY) !== 0) keys.push(Math.round(stamp));
    }
    assertEquals(stamps, Array.from({ length: frames }, (_, at) => at));
    assertEquals(keys, [0, 8, 16]);
  });
});

Deno.test("FilmWriter: the same pictures make the same bytes", async () => {
  await withFolder(async (folder) => {
    for (const name of ["a.mp4", "b.mp4"]) {
      using film = new FilmWriter(`${folder}/${name}`, SIZE);
      for (let frame = 0; frame < 10; frame++) await film.add(picture(frame));
      film.finish();
    }
    assertEquals(await Deno.readFile(`${folder}/a.mp4`), await Deno.readFile(`${folder}/b.mp4`));
    assertThrows(() => new FilmWriter(`${folder}/c.mp4`, { width: 97, height: 64 }), RangeError);
  });
});

Deno.test("FilmWriter: where the file cannot be made nothing of the library's stays", () => {
  const freed: string[] = [];
  using stack = new DisposableStack();
  const watch = (type: { readonly name: string; readonly prototype: object }, method: string) => {
    const kept: (this: object) => unknown = Reflect.get(type.prototype, method);
    const watched = function (this: object) {
      freed.push(type.name);
      return kept.call(this);
    };
    Reflect.set(type.prototype, method, watched);
    stack.defer(() => Reflect.set(type.prototype, method, kept));
  };
  watch(CodecContext, "freeContext");
  watch(SoftwareScaleContext, "freeContext");
  watch(Frame, "free");
  watch(Packet, "free");
  assertThrows(() => new FilmWriter("/nowhere/at/all.mp4", SIZE), Fault, "No such file");
  assertEquals(freed.toSorted(), ["CodecContext", "Frame", "Frame", "Packet", "SoftwareScaleContext"]);
});

Deno.test("LatentsWriter: float16, rounded to the nearest, ties to even; what it cannot hold is refused", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/a.latents`;
    using latents = await LatentsWriter.create(path, 1);
    // By Python's struct.pack("<e").
    const known = [
      ...[[1.00048828125, 15360], [1.00146484375, 15362], [0.1, 11878], [-2.5, 49408], [65504, 31743]],
      ...[[5.960464477539063e-8, 1], [2.98e-8, 0], [1 / 3, 13653], [0, 0]],
    ] as [number, number][];
    const values = new Float32Array(LATENT_VALUES);
    known.forEach(([value], at) => values[at] = value);
    await latents.add(values);
    await latents.finish();
    const words = new DataView((await Deno.readFile(path)).buffer);
    assertEquals(words.byteLength, LATENT_VALUES * 2);
    assertEquals(known.map((_, at) => words.getUint16(at * 2, true)), known.map(([, bits]) => bits));
    for (const bad of [NaN, Infinity, 70_000]) {
      using refusing = await LatentsWriter.create(path, 1);
      await assertRejects(() => refusing.add(values.slice().fill(bad)), RangeError);
    }
  });
});

Deno.test("writers: fewer or more than announced is refused", async () => {
  await withFolder(async (folder) => {
    using pack = await PackWriter.create(`${folder}/a`, 1);
    await assertRejects(() => pack.finish(), RangeError, "announced were 1");
    await pack.add(new Uint8Array(3));
    await assertRejects(() => pack.add(new Uint8Array(3)), RangeError);
    using track = await TrackWriter.create(`${folder}/b`, 2);
    await assertRejects(() => track.finish(), RangeError, "announced were 2");
    await assertRejects(() => track.add({}, new Float32Array(5)), RangeError);
    const points = new Float32Array(478 * 3);
    await assertRejects(() => track.add({ crop: [0, 0, 1.5, 2] }, points), RangeError);
    // As far as the reader takes it.
    await assertRejects(() => track.add({ crop: [0, 0, 16_385, 2] }, points), RangeError);
    await track.add({ crop: [-16_384, 0, 16_384, 2] }, points);
  });
});

const frameOf = (more: Partial<ClipFrame> = {}): ClipFrame => ({
  rgb: picture(0),
  boxes: { musetalk: [4, 4, 14, 12] },
  points: new Float32Array(478 * 3),
  mask: new Uint8Array(80),
  ...more,
});

Deno.test("ClipWriter: the entry names what was written, with sizes and hashes of what lies on the disk", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/wave.wav`, "sound");
    const plan = { name: "wave", role: "action", frames: 2, order: "once", sound: "wave.wav" } as const;
    using writer = new ClipWriter(folder, plan, SIZE);
    const faces = { ultralight: new Uint8Array(168 * 168 * 3).fill(90) };
    for (let frame = 0; frame < 2; frame++) await writer.add(frameOf({ faces }));
    const { clip, files } = await writer.finish();
    assertEquals(clip, {
      ...{ name: "wave", role: "action", frames: 2, order: "once", film: "wave.mp4", track: "wave.track" },
      ...{ masks: "wave.masks", faces: { ultralight: "wave.ultralight" }, sound: "wave.wav" },
    });
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    assertEquals(files.map(({ name }) => name).toSorted(), names);
    for (const { name, bytes, sha256 } of files) {
      const content = await Deno.readFile(`${folder}/${name}`);
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
      assertEquals([bytes, sha256], [content.length, hash.toHex()]);
    }
  });
});

Deno.test("ClipWriter: a frame that lacks what the first one had, or whose mask has another size, is refused", async () => {
  await withFolder(async (folder) => {
    using writer = new ClipWriter(folder, { name: "a", role: "idle", frames: 2, order: "pingpong" }, SIZE);
    await writer.add(frameOf({ latents: new Float32Array(LATENT_VALUES) }));
    await assertRejects(() => writer.add(frameOf()), RangeError, "without latents");
    await assertRejects(() => writer.add(frameOf({ mask: new Uint8Array(79) })), RangeError, "79 bytes");
    await assertRejects(() => writer.finish(), RangeError, "announced were 2");
  });
});

Deno.test({
  name: "writers: a full disk is a Fault of that name",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using file = await OutFile.create("/dev/full");
    const fault = await assertRejects(() => file.write(new Uint8Array(9)), Fault);
    assertEquals(fault.code, "disk_full");
    assertStringIncludes(fault.message, "/dev/full");
    await assertRejects(() => OutFile.create("/proc/nowhere/a"), Fault);
    assert(fault.message.includes("no space left"));
  },
});

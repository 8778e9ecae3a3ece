/**
 * Films of every kind as `prepare` reads them: rate, turn, alpha, depth, size, shape; compared with the plain film's
 * pictures. And films that are none, each named by what is wrong with it.
 */
import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { FilmPictures } from "../../src/prepare/video/film_pictures.ts";
import { CLIP_SIDE, faceClip, ffmpeg, PORTRAIT } from "./face_clips.ts";
import { exists, skipWithout } from "./live_process.ts";

const ignore = skipWithout("tests of films for prepare", "ffmpeg") ||
  !exists(PORTRAIT) && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function picturesOf(path: string): Promise<{ size: [number, number]; rgb: Uint8Array[] }> {
  const film = await FilmPictures.open(path);
  const rgb: Uint8Array[] = [];
  for await (const picture of film.pictures({})) {
    assertEquals(picture.frame, rgb.length);
    rgb.push(picture.rgb.slice());
  }
  return { size: [film.size.width, film.size.height], rgb };
}

/** Mean difference of two pictures' bytes. */
function apart(a: Uint8Array, b: Uint8Array): number {
  assertEquals(a.length, b.length);
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
}

interface Kind {
  readonly name: string;
  readonly file: string;
  /** How far a frame is from the plain film's at most, mean of its bytes. */
  readonly offMax: number;
  /** So many frames earlier or later the like of it may be, where the rate is another one. Default 0. */
  readonly shiftMax?: number;
  make(path: string, folder: string): Promise<void>;
}

const SECONDS = 0.6;
const FRAMES = 15;
const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p"];

const KINDS: readonly Kind[] = [
  {
    name: "50 frames a second",
    file: "fast.mp4",
    offMax: 1.5,
    make: (path) => faceClip(path, { seconds: SECONDS, fps: 50 }),
  },
  {
    name: "10 frames a second",
    file: "slow.mkv",
    offMax: 2,
    shiftMax: 1,
    make: (path) => faceClip(path, { seconds: SECONDS, fps: 10 }),
  },
  {
    name: "a varying rate",
    file: "varying.mkv",
    offMax: 3,
    shiftMax: 1,
    make: (path) =>
      faceClip(path, {
        seconds: SECONDS,
        fps: 60,
        filter: "select='not(mod(n,2))+not(mod(n,7))'",
        output: ["-vsync", "vfr", ...H264],
      }),
  },
  {
    name: "a film that lies on its side and says so",
    file: "turned.mp4",
    offMax: 2,
    make: async (path, folder) => {
      await faceClip(`${folder}/side.mp4`, { seconds: SECONDS, filter: "transpose=cclock" });
      await ffmpeg("-i", `${folder}/side.mp4`, "-c", "copy", "-metadata:s:v", "rotate=270", path);
    },
  },
  {
    name: "transparency in a QuickTime film",
    file: "alpha.mov",
    offMax: 2,
    make: (path) =>
      faceClip(path, {
        seconds: SECONDS,
        filter: "format=argb,colorchannelmixer=aa=0.5",
        output: ["-c:v", "qtrle"],
      }),
  },
  {
    name: "transparency in a WebM film",
    file: "alpha.webm",
    offMax: 4,
    make: (path) =>
      faceClip(path, {
        seconds: SECONDS,
        filter: "format=yuva420p",
        output: ["-c:v", "libvpx-vp9", "-crf", "10", "-b:v", "0", "-cpu-used", "8", "-deadline", "realtime"],
      }),
  },
  {
    name: "ten bits",
    file: "deep.mkv",
    offMax: 2,
    make: (path) =>
      faceClip(path, {
        seconds: SECONDS,
        output: ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p10le"],
      }),
  },
  {
    name: "pixels that are not square",
    file: "wide.mp4",
    offMax: 5,
    make: (path) => faceClip(path, { seconds: SECONDS, filter: "scale=160:320,setsar=2" }),
  },
];

for (const { name, file, offMax, shiftMax = 0, make } of KINDS) {
  Deno.test({
    name: `prepare reads ${name} as the plain film`,
    ignore,
    async fn() {
      await withFolder(async (folder) => {
        await faceClip(`${folder}/plain.mp4`, { seconds: SECONDS });
        await make(`${folder}/${file}`, folder);
        const plain = await picturesOf(`${folder}/plain.mp4`);
        const other = await picturesOf(`${folder}/${file}`);
        assertEquals(plain.rgb.length, FRAMES);
        assertEquals(other.size, [CLIP_SIDE, CLIP_SIDE]);
        assertLess(Math.abs(other.rgb.length - FRAMES), 2, `${other.rgb.length} frames`);
        const offs = other.rgb.slice(0, FRAMES - shiftMax).map((rgb, frame) =>
          Math.min(
            ...plain.rgb.slice(Math.max(0, frame - shiftMax), frame + shiftMax + 1).map((one) =>
              apart(rgb, one)
            ),
          )
        );
        console.log(`${name}: off by ${Math.max(...offs).toFixed(2)} of 255 at most`);
        for (const [frame, off] of offs.entries()) assertLess(off, offMax, `frame ${frame}`);
      });
    },
  });
}

Deno.test({
  name: "prepare scales 8K down to 1080 lines, and takes HDR down to what a screen shows",
  ignore,
  async fn() {
    await withFolder(async (folder) => {
      await faceClip(`${folder}/8k.mp4`, { seconds: 0.08, filter: "scale=7680:4320,setsar=1", output: H264 });
      const { size, rgb } = await picturesOf(`${folder}/8k.mp4`);
      assertEquals([size, rgb.length], [[1920, 1080], 2]);
      await faceClip(`${folder}/hdr.mkv`, {
        seconds: 0.2,
        filter: "format=yuv420p10le",
        output: [
          ...["-c:v", "libx264", "-preset", "ultrafast", "-color_trc", "smpte2084"],
          ...["-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-color_range", "tv"],
        ],
      });
      const hdr = await picturesOf(`${folder}/hdr.mkv`);
      assertEquals(hdr.rgb.length, 5);
      const bright = hdr.rgb[2]!.reduce((a, b) => a + b, 0) / hdr.rgb[2]!.length;
      assert(bright > 25 && bright < 235, `a mean of ${bright.toFixed(1)}`);
    });
  },
});

interface NoFilm {
  readonly name: string;
  readonly says: string;
  make(folder: string): Promise<string>;
}

async function cut(from: string, to: string, part: number): Promise<string> {
  const bytes = await Deno.readFile(from);
  await Deno.writeFile(to, bytes.subarray(0, Math.floor(bytes.length * part)));
  return to;
}

const NO_FILMS: readonly NoFilm[] = [
  {
    name: "a file that is not there",
    says: "does not exist",
    make: (folder) => Promise.resolve(`${folder}/a.mp4`),
  },
  {
    name: "an empty file",
    says: "it is empty",
    make: async (folder) => {
      await Deno.writeFile(`${folder}/a.mp4`, new Uint8Array());
      return `${folder}/a.mp4`;
    },
  },
  {
    name: "text",
    says: "cannot be read as a film",
    make: async (folder) => {
      await Deno.writeTextFile(`${folder}/a.mp4`, "not a film at all\n".repeat(99));
      return `${folder}/a.mp4`;
    },
  },
  {
    name: "a film of no time",
    says: "a.mkv: ",
    make: async (folder) => {
      await faceClip(`${folder}/b.mkv`, { seconds: 0.4 });
      await ffmpeg("-i", `${folder}/b.mkv`, "-t", "0", "-c", "copy", `${folder}/a.mkv`);
      return `${folder}/a.mkv`;
    },
  },
  {
    name: "sound alone",
    says: "no video track",
    make: async (folder) => {
      await ffmpeg("-f", "lavfi", "-i", "sine=duration=0.5", `${folder}/a.m4a`);
      return `${folder}/a.m4a`;
    },
  },
  {
    name: "an MP4 without its index",
    says: "cannot be read as a film",
    make: async (folder) => {
      await faceClip(`${folder}/b.mp4`, { seconds: 0.4 });
      return await cut(`${folder}/b.mp4`, `${folder}/a.mp4`, 0.6);
    },
  },
  {
    name: "a film that is cut off in the middle",
    says: "cut off at 0:0",
    make: async (folder) => {
      await faceClip(`${folder}/b.mp4`, { seconds: 4, output: [...H264, "-movflags", "+faststart"] });
      return await cut(`${folder}/b.mp4`, `${folder}/a.mp4`, 0.4);
    },
  },
  {
    name: "an hour",
    says: "wanted at most 1800 s (30 minutes)",
    make: async (folder) => {
      const seconds = "3600";
      await ffmpeg("-f", "lavfi", "-i", `color=s=64x64:r=1/600:d=${seconds}`, ...H264, `${folder}/a.mkv`);
      return `${folder}/a.mkv`;
    },
  },
];

for (const { name, says, make } of NO_FILMS) {
  Deno.test({
    name: `prepare names what is wrong with ${name}`,
    ignore,
    async fn() {
      await withFolder(async (folder) => {
        const path = await make(folder);
        const fault = await assertRejects(() => picturesOf(path), InputFault);
        console.log(`${name}: ${fault.message}`);
        assertEquals(fault.code, "bad_video");
        assertStringIncludes(fault.message, says);
        assertStringIncludes(fault.message, "wanted");
        assert(!fault.message.includes("\n"));
      });
    },
  });
}

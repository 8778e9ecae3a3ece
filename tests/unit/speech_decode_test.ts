/** Files of every common kind against the sine that is in them, and what is refused. */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { decodeAudioFile, probeAudioFile } from "../../src/speech/mod.ts";
import { fileURLToPath as fromFileUrl } from "node:url";

const GOLDEN = new URL("../golden/speech/", import.meta.url);

async function decoded(path: string): Promise<Float32Array> {
  const pieces: Float32Array[] = [];
  for await (const piece of decodeAudioFile(path)) pieces.push(piece);
  for (const piece of pieces) assert(piece.length > 0 && piece.length <= 48_000);
  return Float32Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Level of a frequency in the middle of the sound, 1 = a sine at full scale. */
function level(samples: Float32Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  const middle = samples.subarray(4800, 19_200);
  middle.forEach((sample, k) => {
    re += sample * Math.cos(2 * Math.PI * frequencyHz * k / 48_000);
    im += sample * Math.sin(2 * Math.PI * frequencyHz * k / 48_000);
  });
  return 2 * Math.hypot(re, im) / middle.length;
}

for (
  const [kind, codec, sampleRateHz, channels, amplitude] of [
    ["wav", "pcm_s16le", 22_050, 1, 0.5],
    ["flac", "flac", 44_100, 2, 0.5],
    ["mp3", "mp3", 44_100, 2, 0.475],
    ["ogg", "vorbis", 44_100, 2, 0.5],
    ["m4a", "aac", 44_100, 2, 0.5],
  ] as const
) {
  Deno.test(`decodeAudioFile gives the sine of a ${kind} file at its level and length`, async () => {
    const path = fromFileUrl(new URL(`sine440.${kind}`, GOLDEN));
    const samples = await decoded(path);
    assertAlmostEquals(level(samples, 440), amplitude, 0.01);
    assertLess(level(samples, 880), 0.01);
    // Lossy kinds may be padded to whole blocks.
    assertAlmostEquals(samples.length, 24_000, kind === "wav" || kind === "flac" ? 0 : 2500);
    const info = await probeAudioFile(path);
    assertEquals({ ...info, durationMs: 0 }, { durationMs: 0, codec, sampleRateHz, channels });
    assertAlmostEquals(info.durationMs, 500, 60);
  });
}

Deno.test("decodeAudioFile refuses what has no sound, naming the file, in one line", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "lipcam-decode-" });
  const write = async (name: string, bytes: Uint8Array) => {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    return `${folder}/${name}`;
  };
  const noise = Uint8Array.from({ length: 5000 }, (_, k) => (k * 2654435761) >>> 24);
  const wav = await Deno.readFile(new URL("sine440.wav", GOLDEN));
  const ogg = await Deno.readFile(new URL("sine440.ogg", GOLDEN));
  const cases: readonly (readonly [string, string])[] = [
    ["not there", `${folder}/missing.wav`],
    ["a directory", folder],
    ["empty", await write("empty.mp3", new Uint8Array())],
    ["Invalid data", await write("noise.wav", noise)],
    ["wanted a WAV", await write("noise.mp3", noise)],
    ...await Promise.all([30, 100, 1000].map(async (bytes): Promise<[string, string]> => [
      "it ends before any sound",
      await write(`cut_${bytes}.ogg`, ogg.subarray(0, bytes)),
    ])),
    ["wanted a WAV", await write("header.wav", wav.subarray(0, 44))],
    ["wanted a WAV", await write("list.m3u8", new TextEncoder().encode("#EXTM3U\n#EXTINF:1,\nx.wav\n"))],
    ["no audio track", fromFileUrl(new URL("silent_film.mp4", GOLDEN))],
    ["not there", "concat:a.wav|b.wav"],
    ["not a regular file", "/dev/zero"],
  ];
  try {
    for (const [is, path] of cases) {
      await t.step(`${path.slice(path.lastIndexOf("/") + 1)}: ${is}`, async () => {
        const error = await assertRejects(() => decoded(path), InputFault, is);
        assertEquals(error.code, "bad_audio_file");
        assertEquals(error.message.includes("\n"), false);
        assert(error.message.includes(JSON.stringify(path)));
      });
    }
    await t.step("a WAV cut short gives what is there", async () => {
      const half = await write("half.wav", wav.subarray(0, wav.length / 2 | 0));
      assertAlmostEquals((await decoded(half)).length, 12_000, 60);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("decodeAudioFile stops with the signal's reason", async () => {
  const path = fromFileUrl(new URL("sine440.mp3", GOLDEN));
  const abort = new AbortController();
  const pieces = decodeAudioFile(path, { signal: abort.signal });
  await pieces.next();
  abort.abort(new Fault("no more", { code: "stopped" }));
  await assertRejects(() => pieces.next(), Fault, "no more");
});

/** The sound an action keeps begins with its first picture, and the progress that is told stays readable. */
import { assertAlmostEquals, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import { writeClipSound } from "../../src/prepare/video/clip_sound.ts";
import { type Progress, ProgressMeter } from "../../src/prepare/video/progress.ts";
import { wavBytes } from "../fakes/wav.ts";

const RATE = 48_000;

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeClipSound: what begins late is preceded by silence, what begins early is cut", async () => {
  await withFolder(async (folder) => {
    // 0.3 s of nothing, then one loud sample.
    const pcm = new Float32Array(RATE / 2);
    const click = 0.3 * RATE;
    pcm.fill(0.5, click, click + 48);
    await Deno.writeFile(`${folder}/film.wav`, wavBytes(pcm, RATE));
    for (const lateSec of [0, 0.25, 2.5, -0.1, -0.31]) {
      const path = `${folder}/sound.wav`;
      await writeClipSound(`${folder}/film.wav`, lateSec, path, "wave");
      const bytes = await Deno.readFile(path);
      const samples = new Int16Array(bytes.buffer, 44);
      const head = new DataView(bytes.buffer);
      assertEquals(samples.length, pcm.length + Math.round(lateSec * RATE), `${lateSec}`);
      assertEquals([head.getUint32(4, true) + 8, head.getUint32(40, true) + 44], [
        bytes.length,
        bytes.length,
      ]);
      assertEquals([head.getUint16(22, true), head.getUint32(24, true)], [1, RATE]);
      const found = samples.findIndex((value) => value > 8000);
      if (lateSec === -0.31) assertEquals(found, -1);
      else assertLess(Math.abs(found - click - lateSec * RATE), 3, `${lateSec}`);
    }
  });
});

Deno.test("writeClipSound: a film without sound is refused and says which action; a full or absent disk is a Fault", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/film.mp4`, "no film");
    const quiet = () => writeClipSound(`${folder}/film.mp4`, 0, `${folder}/sound.wav`, "wave");
    await assertRejects(quiet, InputFault, "action wave shall keep its sound: ");
    const away = () => writeClipSound(`${folder}/film.mp4`, 0, `${folder}/absent/sound.wav`, "wave");
    const fault = await assertRejects(away, Fault);
    assertEquals(fault.code, "not_writable");
  });
});

/** What is told of frames that come every `everyMs`. */
function told(of: number, frames: number, everyMs: number): Progress[] {
  let nowMs = 0;
  const all: Progress[] = [];
  const meter = new ProgressMeter({ nowMs: () => nowMs, waitUntil() {} }, (progress) => all.push(progress));
  meter.begin("writing", of);
  for (let frame = 1; frame <= frames; frame++) {
    nowMs += everyMs;
    meter.at(frame);
  }
  return all;
}

Deno.test("ProgressMeter: five times a second at most, also beyond what was expected, and at the end", () => {
  const plain = told(100, 100, 10);
  assertEquals(plain.length, 6);
  assertEquals([plain.at(-1)!.frames, plain.at(-1)!.leftMs], [100, 0]);
  const longer = told(1, 1000, 10);
  assertLess(longer.length, 53, "a film that does not say how long it is");
  assertEquals(longer.at(-1)!.frames, longer.at(-1)!.of);
  assertAlmostEquals(told(100, 50, 30).at(-1)!.leftMs!, 1500, 100);
});

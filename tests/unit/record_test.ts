import { assert, assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputFault } from "../../src/errors/mod.ts";
import { Recorder, startRecording } from "../../src/record/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { delay } from "../../src/time/mod.ts";

const SIZE = { width: 64, height: 64 };
const OPTIONS = { size: SIZE, fps: 25, samplesPerFrame: 1920 };

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

Deno.test("Recorder.open refuses paths that cannot be used and leaves nothing", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "dir.mp4"));
    await Deno.writeTextFile(join(folder, "file"), "");
    for (
      const [path, part] of [
        ["missing/a.mp4", "folder does not exist"],
        ["file/a.mp4", "not a folder"],
        ["dir.mp4", "it is a folder"],
        ["a.avi", "wanted one of .mp4, .mkv, .webm"],
        ["a", "no extension"],
        [".mp4", "no extension"],
      ] as const
    ) {
      await assertRejects(() => Recorder.open(join(folder, path), OPTIONS), InputFault, part);
    }
    assertEquals(names(folder), ["dir.mp4", "file"]);
  });
});

Deno.test("Recorder.open refuses transparent pictures where the file cannot hold them", async () => {
  await inFolder(async (folder) => {
    const options = { ...OPTIONS, hasAlpha: true };
    for (const name of ["a.mp4", "a.mkv"]) {
      await assertRejects(
        () => Recorder.open(join(folder, name), options),
        InputFault,
        "wanted a .webm file",
      );
    }
    assertEquals(names(folder), []);
  });
});

Deno.test("Recorder.close without frames leaves no file", async () => {
  await inFolder(async (folder) => {
    const recorder = await Recorder.open(join(folder, "a.mp4"), OPTIONS);
    assertEquals((await recorder.close()).frames, 0);
    assertEquals(names(folder), []);
  });
});

Deno.test("Recorder replaces an older recording only at close and never touches another's partial file", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.mp4");
    await Deno.writeTextFile(path, "old");
    await Deno.writeTextFile(join(folder, ".a.partial.mp4"), "rescued");
    const recorder = await Recorder.open(path, OPTIONS);
    await recorder.add(new Uint8Array(64 * 64 * 3 / 2), new Float32Array(1920));
    assertEquals(await Deno.readTextFile(path), "old");
    const result = await recorder.close();
    assertEquals(result.bytes, (await Deno.stat(path)).size);
    assertEquals(result.durationMs, 40);
    assertEquals(names(folder), [".a.partial.mp4", "a.mp4"]);
    assertEquals(await Deno.readTextFile(join(folder, ".a.partial.mp4")), "rescued");
    assertEquals(await recorder.close(), result);
    await assertRejects(
      () => recorder.add(new Uint8Array(64 * 64 * 3 / 2), new Float32Array(1920)),
      Error,
      "closed",
    );
  });
});

Deno.test("Recorder.discard leaves nothing", async () => {
  await inFolder(async (folder) => {
    const recorder = await Recorder.open(join(folder, "a.webm"), OPTIONS);
    await recorder.add(new Uint8Array(64 * 64 * 3 / 2), new Float32Array(1920));
    await recorder.discard();
    assertEquals(names(folder), []);
  });
});

Deno.test("Recorder.add refuses a frame or samples of the wrong length", async () => {
  await inFolder(async (folder) => {
    await using recorder = await Recorder.open(join(folder, "a.mp4"), OPTIONS);
    await assertRejects(
      () => recorder.add(new Uint8Array(10), new Float32Array(1920)),
      RangeError,
      "10 bytes",
    );
    await assertRejects(
      () => recorder.add(new Uint8Array(6144), new Float32Array(5)),
      RangeError,
      "5 samples",
    );
  });
});

function publish(ring: UnitRing, count: number): void {
  for (let at = 0; at < count; at++) {
    const slot = ring.begin();
    slot.frame.fill(ring.published & 127);
    slot.samples.fill(0);
    ring.publish();
  }
}

const SHAPE = { ...SIZE, slots: 8, samplesPerFrame: 1920 };

Deno.test("startRecording records from the current unit to the last one published at stop", async () => {
  await inFolder(async (folder) => {
    const ring = new UnitRing(SHAPE);
    publish(ring, 3);
    const path = join(folder, "live.mp4");
    await using recording = await startRecording({ path, units: { shape: SHAPE, buffer: ring.buffer } });
    for (let at = 0; at < 20; at++) {
      publish(ring, 1);
      await delay(5);
    }
    const result = await recording.stop();
    assertEquals(result.frames, 21); // unit 2 was current, then 20 more
    assertEquals((await recording.ended).fault, undefined);
    const state = recording.state();
    assertEquals([state.encodedFrames, state.isRunning, state.queueUnits], [21, false, 0]);
    assertGreater(result.bytes, 500);
    assertEquals(names(folder), ["live.mp4"]);
  });
});

Deno.test("startRecording counts lost units and fills their place", async () => {
  await inFolder(async (folder) => {
    const ring = new UnitRing(SHAPE);
    publish(ring, 30); // 22 of them are overwritten before anybody reads
    await using recording = await startRecording({
      path: join(folder, "late.webm"),
      units: { shape: SHAPE, buffer: ring.buffer },
      firstUnit: 0,
    });
    const result = await recording.stop();
    assertEquals(result.frames, 30);
    assertEquals(recording.state().lostUnits, 22);
  });
});

Deno.test("startRecording rejects with InputFault for a bad path", async () => {
  await inFolder(async (folder) => {
    const ring = new UnitRing(SHAPE);
    const units = { shape: SHAPE, buffer: ring.buffer };
    const fault = await assertRejects(
      () => startRecording({ path: join(folder, "none/a.mp4"), units }),
      InputFault,
    );
    assertStringIncludes(fault.message, "folder does not exist");
    assert(fault.exitCode === 2);
  });
});

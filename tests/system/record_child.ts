/** A process of its own that records, so that a test can end it: `record_child.ts PATH wait|noise|live`. */
import { Fault } from "../../src/errors/mod.ts";
import { Recorder, startRecording } from "../../src/record/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { delay } from "../../src/time/mod.ts";

const [path, mode] = Deno.args;
const size = { width: 320, height: 180 };
if (mode === "live") await live();
const recorder = await Recorder.open(path!, { size, fps: 25, samplesPerFrame: 1920 });
const picture = new Uint8Array(size.width * size.height * 3 / 2);
const samples = new Float32Array(1920);
let noise = 1;
try {
  for (let frame = 0; frame < (mode === "wait" ? 250 : 5000); frame++) {
    for (let at = 0; at < picture.length; at++) {
      if (mode === "noise" && at % 7 === 0) noise = (noise * 1103515245 + 12345) & 0x7fffffff;
      picture[at] = mode === "noise" ? 100 + (noise >> 16) % 16 : (at + frame * 3) & 127;
    }
    await recorder.add(picture, samples);
  }
  console.log("added");
  if (mode === "wait") await new Promise(() => {});
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof Fault ? error.code : "", message: String(error) }));
}

/** A programme that records until SIGTERM, as `live` does. */
async function live(): Promise<never> {
  const shape = { ...size, slots: 8, samplesPerFrame: 1920 };
  const ring = new UnitRing(shape);
  const recording = await startRecording({
    path: path!,
    units: { shape, buffer: ring.buffer },
    firstUnit: 0,
  });
  const ending = new AbortController();
  Deno.addSignalListener("SIGTERM", () => ending.abort());
  while (!ending.signal.aborted) {
    ring.begin().frame.fill(ring.published & 127);
    ring.publish();
    await delay(10);
    if (ring.published === 50) console.log("recording");
  }
  await recording.stop();
  Deno.exit(0);
}

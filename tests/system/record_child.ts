/** A process of its own that records, so that a test can kill it: `record_child.ts PATH wait|noise`. */
import { Fault } from "../../src/errors/mod.ts";
import { Recorder } from "../../src/record/mod.ts";

const [path, mode] = Deno.args;
const size = { width: 320, height: 180 };
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

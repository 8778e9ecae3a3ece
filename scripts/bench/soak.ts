/**
 * `deno run -A scripts/bench/soak.ts [MINUTES]`: `live` as a person runs it, for ten minutes by default: sound into a
 * private PulseAudio, a fake camera, a recording, a sentence every ten seconds. Prints one line of JSON a minute (memory
 * of the process and of its player, what went wrong so far) and one at the end. Needs Linux, pulseaudio and cc.
 */
import { fileURLToPath } from "node:url";
import { delay } from "../../src/time/mod.ts";
import { buildFakeV4l2, FakeNode } from "../../tests/fakes/v4l2/mod.ts";
import { PrivatePulse } from "../../tests/system/pulse.ts";
import { childrenOf, residentMb } from "./processes.ts";
import { clock } from "./programme.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const SAY_MS = 10_000;
const LOOK_MS = 60_000;
const SENTENCES = [
  "The quick brown fox jumps over the lazy dog, and then it rests a while under the old tree.",
  "Good morning, everybody.",
  "My sister has bought a small house near the river; she likes to hear the water at night.",
];

async function state(): Promise<Record<string, Record<string, unknown>>> {
  const args = ["run", "-A", MAIN, "state", "--json"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

const minutes = Number(Deno.args[0] ?? 10);
await using _pulse = await PrivatePulse.start();
using node = new FakeNode(await buildFakeV4l2());
const folder = Deno.makeTempDirSync();
Deno.env.set("XDG_RUNTIME_DIR", folder);
const live = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", MAIN, "live", "--camera", node.path, "--record", `${folder}/soak.mp4`, "--port", "0"],
  env: node.env(),
  stdin: "piped",
  stdout: "null",
  stderr: "inherit",
}).spawn();
const writer = live.stdin.getWriter();
const startMs = clock.nowMs();
const text = new TextEncoder();
try {
  for (let turn = 0; clock.nowMs() - startMs < minutes * 60_000; turn++) {
    await writer.write(text.encode(`${SENTENCES[turn % SENTENCES.length]}\n`));
    if (turn % (LOOK_MS / SAY_MS) === 0 && turn > 0) await look();
    await delay(Math.max(0, startMs + (turn + 1) * SAY_MS - clock.nowMs()));
  }
  await look();
} finally {
  live.kill("SIGTERM");
  await live.status;
}
const writes = node.writes();
const gapsMs = writes.slice(1).map((write, at) => (write.monotonicNs - writes[at]!.monotonicNs) / 1e6);
console.log(JSON.stringify({
  frames: writes.length,
  gapsOver60Ms: gapsMs.filter((ms) => ms > 60).length,
  longestGapMs: Math.max(...gapsMs),
  recordingMb: Math.round(Deno.statSync(`${folder}/soak.mp4`).size / 1e5) / 10,
}));
Deno.removeSync(folder, { recursive: true });

async function look(): Promise<void> {
  const { picture, sound, camera, recording, speech } = await state();
  console.log(JSON.stringify({
    minute: Math.round((clock.nowMs() - startMs) / 6000) / 10,
    processMb: residentMb(live.pid),
    childrenMb: childrenOf(live.pid).map(residentMb),
    lagged: picture?.["laggedFrames"],
    repeated: picture?.["repeatedFrames"],
    units: picture?.["units"],
    starvedPauses: speech?.["starvedPauses"],
    latePauses: speech?.["latePauses"],
    sound: sound?.["kind"],
    underruns: sound?.["underruns"],
    restarts: sound?.["restarts"],
    latencyMs: sound?.["latencyMs"],
    depthMs: sound?.["depthMs"],
    targetDepthMs: sound?.["targetDepthMs"],
    cameraWritten: camera?.["written"],
    cameraDropped: camera?.["dropped"],
    recordingLost: recording?.["lostUnits"],
  }));
}

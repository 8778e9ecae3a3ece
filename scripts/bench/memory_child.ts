/** One simulated hour, in a process of its own so that RSS is its own; prints two readings as JSON. */
import { World } from "../../tests/sim/world.ts";

const TEXTS = [
  "One.",
  "A little longer, with a pause; and more.",
  "A rather long sentence that goes on, and ends.",
];
const collect = (globalThis as unknown as { gc: () => void }).gc;

function read(minute: number) {
  collect();
  const { heapUsed, rss } = Deno.memoryUsage();
  return { minute, heapMb: heapUsed / 2 ** 20, rssMb: rss / 2 ** 20 };
}

await using world = new World({ seed: 11, drift: 0.0001 });
await world.start();
const readings = [];
for (const minute of [10, 60]) {
  while (world.clock.nowMs() < minute * 60_000) {
    const { random, speaker } = world;
    if (random.chance(0.004) && speaker.state().queued < 10) speaker.say(TEXTS[random.whole(0, 2)]!);
    if (random.chance(0.001)) speaker.interrupt();
    await world.tick();
  }
  readings.push(read(minute));
}
console.log(JSON.stringify(readings));

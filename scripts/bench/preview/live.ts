/** The whole programme: four viewers on this machine and the stage's tick, a bad line, an outage. Viewers are aiortc's. */
import { LiveProcess, Room } from "../../../tests/system/live_process.ts";
import { view } from "../../../tests/system/webrtc/foreign_viewer.ts";
import { Relay } from "../../../tests/system/webrtc/relay.ts";
import { delay } from "../../../src/time/mod.ts";
import { type Figure, figure, single } from "../figure.ts";

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];
const TEXT = "This is a long text that is spoken while people are watching, and it goes on and on. ".repeat(
  6,
);
const LOOK_MS = 90;

export async function benchViewers(): Promise<Figure[]> {
  using room = new Room();
  await using live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", "any"]);
  const { port, token } = room.tokens()[0]!;
  const base = `http://127.0.0.1:${port}`;
  const client = await live.client();
  const viewers = Array.from({ length: 4 }, () => view({ base, token, path: "/whep", seconds: 22 }));
  await delay(4000);
  await client.say({ text: TEXT });
  const tickErrorsMs: number[] = [];
  let lagged = 0;
  for (let look = 0; look < 160; look++) {
    await delay(LOOK_MS);
    const { picture } = await client.state() as { picture: { tickErrorMs: number; laggedFrames: number } };
    tickErrorsMs.push(picture.tickErrorMs);
    lagged = picture.laggedFrames;
  }
  const seen = await Promise.all(viewers);
  const rates = seen.map(({ frameTimes }) => frameTimes.filter((time) => time > 5 && time < 20).length / 15);
  return [
    figure("stage tick error with four viewers", "ms", tickErrorsMs, {
      target: "p99 <= 5",
      reaches: ({ p99 }) => p99 <= 5,
    }),
    figure("frames a second at each of four viewers", "fps", rates, { target: "", reaches: () => true }),
    single("lagged frames meanwhile", "", lagged, { target: "", reaches: () => true }),
  ];
}

export async function benchLine(): Promise<Figure[]> {
  using room = new Room();
  await using _live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", "any"]);
  const { port, token } = room.tokens()[0]!;
  const base = `http://127.0.0.1:${port}`;
  const rates: number[] = [];
  for (const seed of [11, 12, 13]) {
    const weather = { seed, delayMs: 50, jitterMs: 4, dropShare: 0.05, reorderShare: 0.01 };
    await using relay = await Relay.open(base, token, weather);
    const { frameTimes } = await view({ base: relay.base, path: "/whep", seconds: 12 });
    rates.push(frameTimes.filter((time) => time > 3 && time < 12).length / 9);
  }
  const recoveriesMs: number[] = [];
  for (const seed of [1, 2, 3]) {
    await using relay = await Relay.open(base, token, { seed, delayMs: 20 });
    const watching = view({ base: relay.base, path: "/whep", seconds: 8 });
    while (relay.counts.passed < 400) await delay(50);
    await delay(700);
    relay.outage(2000);
    const { frameTimes } = await watching;
    const gaps = frameTimes.slice(1).map((time, at) => time - frameTimes[at]!);
    recoveriesMs.push((Math.max(...gaps) - 2) * 1000);
  }
  return [
    figure("frames a second at 5 % loss and 100 ms there and back", "fps", rates, {
      target: ">= 20",
      reaches: ({ p50 }) => p50 >= 20,
    }),
    figure("picture again after an outage of 2 s", "ms", recoveriesMs, {
      target: "<= 1000",
      reaches: ({ max }) => max <= 1000,
    }),
  ];
}

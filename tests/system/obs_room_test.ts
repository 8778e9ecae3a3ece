/** The room itself: OBS starts, answers, shows, is killed, comes back and counts no leak. */
import { assertEquals } from "@std/assert";
import { skipWithout, until } from "./live_process.ts";
import { ObsRoom } from "./obs/room.ts";

Deno.test("ObsRoom starts OBS, reads its pixels, restarts it and hears its leak count", async () => {
  if (skipWithout("OBS room", "obs", "Xvfb")) return;
  await using obs = await ObsRoom.start({ width: 640, height: 360, fps: 25 });
  const client = await obs.connect();
  const { baseWidth, baseHeight, fpsNumerator } = await client.call("GetVideoSettings");
  assertEquals([baseWidth, baseHeight, fpsNumerator], [640, 360, 25]);
  await client.call("CreateInput", {
    sceneName: "Scene",
    inputName: "colour",
    inputKind: "color_source_v3",
    inputSettings: { color: 0xff204080, width: 640, height: 180 },
  });
  const colour = await until("the colour", 3000, async () => {
    const found = await obs.pixel("Scene", 0.5, 0.25);
    return found[0] > 0 && found;
  });
  assertEquals(colour, [0x80, 0x40, 0x20]);
  assertEquals(await obs.pixel("Scene", 0.5, 0.75), [0, 0, 0]);
  const { leaks } = await obs.restart();
  assertEquals(leaks, 0);
  assertEquals(await obs.pixel("colour", 0.5, 0.5), [0x80, 0x40, 0x20]);
  await obs.kill();
  await obs.launch();
  const stopped = await obs.stop();
  assertEquals(stopped.leaks, stopped.leaksOfObs);
});

/** The programme in OBS's own media source, where our plugin is not installed. */
import { assert } from "@std/assert";
import { mediaSettings } from "../../src/obs/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { ObsRoom } from "./obs/room.ts";

Deno.test("OBS's media source shows the avatar, without a plugin", async () => {
  if (skipWithout("OBS tests", "obs", "Xvfb")) return;
  using room = new Room();
  await using obs = await ObsRoom.start();
  const silent = ["--camera", "none", "--sound", "none", "--size", "640x360", "--background", "#00c000"];
  await using live = await LiveProcess.start(room, silent);
  const client = await obs.connect();
  await client.call("CreateScene", { sceneName: "A" });
  await client.call("SetCurrentProgramScene", { sceneName: "A" });
  await client.call("CreateInput", {
    sceneName: "A",
    inputName: "avatar",
    inputKind: "ffmpeg_source",
    inputSettings: mediaSettings(`unix:${room.run}/lipcam/obs-feed.sock`),
  });
  const [red, green, blue] = await until("the green background", 10_000, async () => {
    const [red, green, blue] = await obs.pixel("avatar", 0.02, 0.02);
    return green > 100 && [red, green, blue];
  });
  assert(red < 30 && Math.abs(green! - 192) < 12 && blue! < 30, `${red} ${green} ${blue}`);
  const { obs: state } = await live.state();
  assert(state!.feed!.connected[0]?.kind === "media");
});

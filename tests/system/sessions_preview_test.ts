/**
 * Viewers' own programmes as a viewer that is not ours (aiortc) asks for them: an offer with an avatar, refusals, and an end
 * with the peer, with a goodbye or without.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ProgrammeState } from "../../src/programme/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { view, type Viewed } from "./webrtc/foreign_viewer.ts";

const hasAiortc = await new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import aiortc"],
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);
const ignore = skipWithout(
  "the test of viewers' own programmes",
  ...(hasAiortc ? [] : ["aiortc for python3"]),
);

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];

Deno.test({
  name: "preview: an offer with an avatar gets its own programme, which ends with its peer",
  ignore,
  async fn() {
    using room = new Room();
    await using _live = await LiveProcess.start(room, [
      ...FLAGS,
      "--webrtc-ports",
      "any",
      "--avatar",
      "lena",
    ]);
    const { port, token } = room.tokens()[0]!;
    const base = `http://127.0.0.1:${port}`;
    const get = async (path: string) =>
      await (await fetch(base + path, { headers: { Authorization: `Bearer ${token}` } })).json();
    const sessions = async () => (await get("/v1/webrtc")).sessions as { avatar: string | null }[];
    const watch = (avatar: string, isSilentEnd: boolean) => {
      const say = { text: `I am ${avatar}, and I speak for myself.` };
      const requests = [
        [1, "POST", "/v1/say?session=SESSION", say],
        [3, "GET", "/v1/state?session=SESSION"],
      ] as const;
      return view({ base, token, path: "/offer", avatar, seconds: 6, isSilentEnd, requests });
    };
    const unknown = await watch("nobody-here", false);
    assertEquals(unknown.status, 400);
    const viewing = [watch("theo", false), watch("mai", true)];
    await until("both", 15_000, async () => (await sessions()).length === 2);
    assertEquals((await sessions()).map(({ avatar }) => avatar).sort(), ["mai", "theo"]);
    const third = await watch("noor", false);
    assertEquals(third.status, 503);
    assertStringIncludes(third.refusal ?? "", "sessionsMax");
    const [theo, mai] = await Promise.all(viewing) as [Viewed, Viewed];
    for (const [name, seen] of [["theo", theo], ["mai", mai]] as const) {
      assertEquals(seen.answers[0]![0], 202);
      assert(seen.frames > 25 && seen.loudest > 3000, `${name}: ${seen.frames} frames, ${seen.loudest}`);
      assertEquals((JSON.parse(seen.answers[1]![1]) as ProgrammeState).avatar, name);
    }
    await until("their ends", 16_000, async () => (await sessions()).length === 0);
    const { avatar, picture, speech } = await get("/v1/state") as ProgrammeState;
    assertEquals([avatar, speech.accepted], ["lena", 0]); // nobody spoke to the shared one
    assert(picture.laggedFrames < 0.1 * picture.units, `${picture.laggedFrames} of ${picture.units} lagged`);
    const again = await watch("noor", false);
    assert(again.frames > 25, "there is room again");
  },
});

/** The camera taken away, given back, held by others, or no camera at all, under a whole running programme. */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { buildFakeV4l2, FakeNode } from "../fakes/v4l2/mod.ts";
import { LiveProcess, Room, skipWithout } from "./live_process.ts";

const LONG =
  "This sentence goes on and on, because a camera will be pulled out under it, and until it ends " +
  "it shall be spoken, with a camera or without one, and nobody shall hear that anything was ever wrong.";
const QUIET = ["--sound", "none", "--size", "320x180"];
const FRAME_BYTES = 320 * 180 * 3 / 2;

const ignore = skipWithout("cameras", "cc");
const library = ignore ? "" : await buildFakeV4l2();

for (
  const [how, lose, restore] of [
    ["unplugged", (node: FakeNode) => node.unplug(), (node: FakeNode) => node.replug()],
    ["failing with EIO", (node: FakeNode) => node.setFaults("eio@0"), (node: FakeNode) => node.setFaults()],
  ] as const
) {
  Deno.test({
    name: `live: a camera ${how} is said to be lost, speech goes on, and it is opened again`,
    ignore,
    async fn() {
      using room = new Room();
      using node = new FakeNode(library);
      const args = [...QUIET, "--camera", node.path, "--say", LONG];
      await using live = await LiveProcess.start(room, args, { env: node.env() });
      await live.reaches("speaking", 10_000, (state) => state.picture.phase === "speaking");
      const first = await live.state();
      assertEquals([first.camera.state, first.camera.format], ["open", "I420"]);
      lose(node);
      const isLostOnce = how === "unplugged";
      const lost = await live.reaches(
        "lost",
        5000,
        ({ camera }) => isLostOnce ? camera.state === "lost" : (camera.lostCount ?? 0) > 0,
      );
      await delay(1000);
      const during = await live.state();
      assertEquals([during.picture.phase, during.speech.accepted], ["speaking", 1]);
      assertGreater(during.picture.units, lost.picture.units + 15, "the programme went on");
      const before = node.writes().length;
      restore(node);
      const back = await live.reaches(
        "open again",
        8000,
        ({ camera }) => camera.state === "open" && node.writes().length > before + 10,
      );
      console.log(
        `camera ${how}: lost ${back.camera.lostCount} time(s), ${back.camera.written} frames written, ` +
          `${back.camera.dropped} dropped, ${back.picture.laggedFrames} lagged`,
      );
      assertGreater(back.camera.lostCount ?? 0, 0);
      assertGreater(back.camera.dropped ?? 0, 10);
      assertLess(back.picture.laggedFrames, back.picture.units / 5 + 3);
      live.signal("SIGTERM");
      const { code, lines } = await live.ended(10_000);
      assertEquals([code, lines.length], [0, 1], lines.join("\n"));
      assertEquals([...new Set(node.writes().map((write) => write.bytes))], [FRAME_BYTES]);
      const log = node.log();
      assertEquals(log.at(-1), "close");
      const count = (name: string) => log.filter((line) => line === name).length;
      assertEquals(count("open"), count("close"));
    },
  });
}

Deno.test({
  name: "live: a node that cannot be written is refused by name with exit 3 and nothing left behind",
  ignore,
  async fn() {
    using room = new Room();
    using busy = new FakeNode(library, { faults: ["s_fmt_ebusy"] });
    using taken = new FakeNode(library, { faults: ["no_output"] });
    using webcam = new FakeNode(library, { faults: ["driver=uvcvideo", "card=HD Webcam"] });
    using _holder = Deno.openSync(busy.path);
    using _other = Deno.openSync(taken.path);
    const cases: [string, Record<string, string>, string[]][] = [
      [busy.path, busy.env(), [busy.path, `(pid ${Deno.pid})`, "wanted a free node"]],
      [taken.path, taken.env(), [taken.path, `(pid ${Deno.pid})`, "wanted a free node"]],
      [webcam.path, webcam.env(), ['"HD Webcam"', "driver uvcvideo", "wanted a v4l2loopback node"]],
      ["/dev/null", {}, ["/dev/null", "not a video device", "wanted a v4l2loopback node"]],
      ["/dev/video99", {}, ["/dev/video99", "no such node", "modprobe v4l2loopback"]],
      [room.working, {}, ["not a video device"]],
    ];
    for (const [path, env, wanted] of cases) {
      const args = ["live", "--sound", "none", "--port", "0", "--record", "x.mp4", "--camera", path];
      const { code, stdout, lines } = await LiveProcess.run(room, args, { env });
      assertEquals([code, stdout, lines.length], [3, "", 1], `${path}: ${lines.join("\n")}`);
      for (const words of wanted) assertStringIncludes(lines[0]!, words);
      assertEquals([room.files(), room.runFiles()], [[], []]);
    }
  },
});

Deno.test({
  name: "live --camera-format YUYV and --fps 50: the node gets what was asked for, to the byte",
  ignore,
  async fn() {
    using room = new Room();
    using node = new FakeNode(library);
    const asked = ["--camera-format", "YUYV", "--fps", "50", "--camera", node.path];
    await using live = await LiveProcess.start(room, [...QUIET, ...asked], { env: node.env() });
    await live.reaches("a second of it", 10_000, ({ camera }) => (camera.written ?? 0) > 50);
    await (await live.client()).stop();
    assertEquals((await live.ended(10_000)).code, 0);
    const log = node.log();
    assert(log.includes("s_fmt YUYV 320x180") && log.includes("s_parm 50"), log.slice(0, 5).join("\n"));
    assertEquals([...new Set(node.writes().map((write) => write.bytes))], [320 * 180 * 2]);
  },
});

Deno.test({
  name: "live --camera auto without any camera goes on and says in one line what mends it",
  ignore: ignore || hasVideo(),
  async fn() {
    using room = new Room();
    await using live = await LiveProcess.start(room, [...QUIET, "--exit"]);
    const { code, lines } = await live.ended(15_000);
    assertEquals([code, lines.length], [0, 2], lines.join("\n"));
    assertStringIncludes(lines[0]!, "no camera");
    assertStringIncludes(lines[0]!, "modprobe v4l2loopback");
    assertStringIncludes(lines[1]!, "lipcam: live, no camera, sound none");
  },
});

function hasVideo(): boolean {
  return [...Deno.readDirSync("/dev")].some((entry) => /^video\d+$/.test(entry.name));
}

/**
 * GStreamer as a WHEP client (Debian's webrtcbin): a third make of WebRTC beside Chromium's and aiortc's, with bundle-only sections
 * and no data channel. Its ICE does not use the loopback interface, so the preview is at this machine's own address.
 */
import { assert, assertEquals } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { LiveProcess, Room, skipWithout } from "./live_process.ts";

interface Viewed {
  readonly status: number;
  readonly state: string;
  readonly frames: number;
  readonly frameTimes: readonly number[];
  readonly sizes: readonly number[];
  readonly soundBlocks: number;
  readonly loudest: number;
  readonly errors: readonly string[];
}

const ELEMENTS = ["webrtcbin", "nicesrc", "dtlssrtpdec", "rtph264depay", "avdec_h264", "vp8dec", "opusdec"];
const PROBE = `import gi, sys; gi.require_version("Gst", "1.0"); gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst; Gst.init(None)
sys.exit(0 if all(Gst.ElementFactory.find(name) for name in ${JSON.stringify(ELEMENTS)}) else 1)`;
const hasGStreamer = await new Deno.Command("/usr/bin/python3", { args: ["-c", PROBE], stderr: "null" })
  .output().then(({ success }) => success, () => false);
const own = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;
const ignore = skipWithout(
  "the tests with GStreamer",
  ...(hasGStreamer ? [] : ["GStreamer's webrtcbin, nice and libav for python3"]),
  ...(own === undefined ? ["an address beside loopback"] : []),
);

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];
const SCRIPT = decodeURIComponent(new URL("./webrtc/gstreamer_viewer.py", import.meta.url).pathname);
const SECONDS = 7;

async function watch(base: string, token: string, codec: string): Promise<Viewed> {
  const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: [SCRIPT, JSON.stringify({ base, token, seconds: SECONDS, codec })],
    signal: AbortSignal.timeout((SECONDS + 40) * 1000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text.startsWith("{"), text + new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

for (const codec of ["H264", "VP8"]) {
  Deno.test({
    name: `preview: GStreamer plays ${codec}: frames advance and speech is heard`,
    ignore,
    async fn() {
      using room = new Room();
      await using live = await LiveProcess.start(room, [
        ...FLAGS,
        ...["--webrtc-ports", "any", "--webrtc-interface", own!],
      ]);
      const { port, token } = room.tokens()[0]!;
      const client = await live.client();
      const watching = watch(`http://127.0.0.1:${port}`, token, codec);
      await delay(2500);
      await client.say({ text: "Hello everybody, I am speaking to somebody who watches, one two three." });
      const seen = await watching;
      assertEquals([seen.status, seen.state, seen.errors], [201, "connected", []]);
      assertEquals(seen.sizes, [1280, 720]);
      const rate = seen.frameTimes.filter((time) => time > 3 && time < SECONDS).length / (SECONDS - 3);
      assert(rate > 15, `${rate} frames a second`);
      assert(
        seen.soundBlocks > 150 && seen.loudest > 3000,
        `${seen.soundBlocks} blocks, loudest ${seen.loudest}`,
      );
    },
  });
}

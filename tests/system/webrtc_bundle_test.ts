/**
 * Offers whose later sections are bundle-only (port 0, RFC 9143), as GStreamer makes them: such a viewer gets picture and sound,
 * and nobody else loses theirs. The preview's real isolate and network, two peers of ours.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { WebRtcPreview } from "../../src/preview/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { CodedUnits } from "../../scripts/bench/preview/coded_units.ts";
import { TestPeer } from "./webrtc/test_peer.ts";

const LOOPBACK = { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] };
const WATCH_MS = 3000;

/** Every section but the first as one that stands only in the bundle. */
function bundleOnly(sdp: string): string {
  const [session, first, ...later] = sdp.split(/^(?=m=)/m);
  const closed = later.map((section) =>
    section.replace(/^(m=\w+) \d+/, "$1 0").replace(/^(c=.*\r\n)/m, "$1a=bundle-only\r\n")
  );
  return [session, first, ...closed].join("");
}

Deno.test("preview: a viewer whose sections are bundle-only gets picture and sound, another keeps its own", async () => {
  await using units = new CodedUnits(640, 360);
  const troubles: string[] = [];
  using preview = new WebRtcPreview({
    network: LOOPBACK,
    bits720: 2_000_000,
    peersMax: 2,
    onClosed: () => {},
    onTrouble: (line) => troubles.push(line),
  });
  const source = preview.add({ shape: units.ring.shape, buffer: units.ring.buffer });
  const answerTo = async (sdp: string) =>
    (await preview.offer({ source, sdp }, AbortSignal.timeout(10_000))).sdp;
  await using other = new TestPeer();
  await other.connect(answerTo);
  await delay(1500);
  await using bundled = new TestPeer();
  let answer = "";
  await bundled.connect(async (sdp) => answer = await answerTo(bundleOnly(sdp)));
  await delay(1000);
  const before = other.packets.audio.length;
  await delay(WATCH_MS);
  assertEquals(troubles, []);
  const heard = other.packets.audio.length - before;
  assert(heard > WATCH_MS / 20 * 0.8, `${heard} packets of sound at the other viewer`);
  assertMatch(answer, /^a=group:BUNDLE \S+ \S+/m);
  assert(bundled.packets.video.length > 50 && bundled.packets.audio.length > 100, "picture and sound");
});

/**
 * Sound and picture at a viewer, by what it decodes: a flash that carries its number and the tone under it, placed in time by RTP
 * and sender reports. The preview's real isolate, encoders and network; a programme made for measuring.
 */
import { assert, assertEquals } from "@std/assert";
import { WebRtcPreview } from "../../src/preview/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { CodedUnits } from "../../scripts/bench/preview/coded_units.ts";
import { flashOffsets } from "../../scripts/bench/preview/flashes.ts";
import { type PeerCodec, TestPeer } from "./webrtc/test_peer.ts";

const SECONDS = 7;
const LOOPBACK = { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] };

/** `soundLateMs` puts the tone later than its flash. */
async function watched(codec: PeerCodec, soundLateMs = 0) {
  await using units = new CodedUnits(640, 360, soundLateMs);
  using preview = new WebRtcPreview({
    network: LOOPBACK,
    bits720: 2_000_000,
    peersMax: 1,
    onClosed: () => {},
    onTrouble: (line) => console.error(line),
  });
  const source = preview.add({ shape: units.ring.shape, buffer: units.ring.buffer });
  await using peer = new TestPeer(codec);
  await peer.connect(async (sdp) => (await preview.offer({ source, sdp }, AbortSignal.timeout(10_000))).sdp);
  await delay(SECONDS * 1000);
  return { ...flashOffsets(peer), reports: peer.reports };
}

for (const codec of ["h264", "vp8"] as const) {
  Deno.test(`preview: ${codec}: the tone under a flash is within 2 ms of it, by sender reports`, async () => {
    const { pictures, offsetsMs, reports } = await watched(codec);
    assert(pictures > (SECONDS - 2) * 20, `${pictures} pictures`);
    assert(offsetsMs.length >= SECONDS - 4, `${offsetsMs.length} flashes with their tone`);
    assert(reports.video.length >= SECONDS - 2 && reports.audio.length >= SECONDS - 2, "reports of both");
    assertEquals(offsetsMs.filter((offset) => Math.abs(offset) > 2), []);
  });
}

Deno.test("flashOffsets: a tone that is 60 ms late is measured as 60 ms late", async () => {
  const { offsetsMs } = await watched("h264", 60);
  assert(offsetsMs.length >= SECONDS - 4, `${offsetsMs.length} flashes with their tone`);
  assertEquals(offsetsMs.filter((offset) => Math.abs(offset - 60) > 2), []);
});

/**
 * How far sound and picture are apart at a test peer (werift), twice: by RTP timestamps and sender reports of the frames that the
 * sender says belong together, and by the flash and the tone that the peer decodes.
 */
import { TestPeer } from "../../../tests/system/webrtc/test_peer.ts";
import { WebRtcPreview } from "../../../src/preview/mod.ts";
import { delay } from "../../../src/time/mod.ts";
import { type Figure, figure } from "../figure.ts";
import { CodedUnits } from "./coded_units.ts";
import { flashOffsets } from "./flashes.ts";

const SECONDS = 24;

export async function benchReports(): Promise<Figure[]> {
  await using units = new CodedUnits(1280, 720);
  using preview = new WebRtcPreview({
    network: { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] },
    bits720: 2_000_000,
    peersMax: 2,
    onClosed: () => {},
    onTrouble: (line) => console.error(line),
  });
  const source = preview.add({ shape: units.ring.shape, buffer: units.ring.buffer });
  await using peer = new TestPeer();
  await peer.connect(async (sdp) => (await preview.offer({ source, sdp }, AbortSignal.timeout(10_000))).sdp);
  await delay(SECONDS * 1000);
  const arrived = new Set(peer.packets.video.map(({ header }) => header.timestamp));
  const statedMs = peer.notes.flatMap(({ rtp, audio_rtp }) => {
    const [seenMs, heardMs] = [peer.wallMs("video", rtp), peer.wallMs("audio", audio_rtp)];
    const isKnown = seenMs !== undefined && heardMs !== undefined && arrived.has(rtp);
    return isKnown ? [Math.abs(heardMs - seenMs)] : [];
  });
  const { offsetsMs } = flashOffsets(peer);
  const aim = { target: "p95 <= 2", reaches: ({ p99 }: { p99: number }) => p99 <= 2 };
  return [
    figure("sound against picture by RTP and sender reports", "ms", statedMs, aim),
    figure("the same, of a decoded flash and tone", "ms", offsetsMs.map(Math.abs), aim),
  ];
}

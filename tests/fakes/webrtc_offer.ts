/** Offers as browsers make them, made up: sections are put together from what a test wants to be in them. */

export interface OfferWishes {
  /** In the order of preference. Default H.264 baseline after VP8, as Chromium has it. */
  readonly video?: readonly ("h264" | "h264-high" | "h264-mode0" | "vp8" | "vp9")[] | false;
  readonly audio?: boolean;
  readonly data?: boolean;
  readonly direction?: "recvonly" | "sendrecv" | "sendonly" | "inactive";
  readonly feedback?: readonly string[];
  readonly candidates?: readonly string[];
}

const CODECS = {
  "h264": ["H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"],
  "h264-high": ["H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640032"],
  "h264-mode0": ["H264/90000", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"],
  "vp8": ["VP8/90000", ""],
  "vp9": ["VP9/90000", "profile-id=0"],
} as const;

export const FINGERPRINT = "a=fingerprint:sha-256 " + Array.from({ length: 32 }, () => "AB").join(":");

export function browserOffer(wishes: OfferWishes = {}): string {
  const { video = ["vp8", "h264"], audio = true, data = true, direction = "recvonly" } = wishes;
  const { feedback = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"], candidates = [] } = wishes;
  const common = (mid: number) => [
    "c=IN IP4 0.0.0.0",
    ...candidates.map((candidate) => `a=${candidate}`),
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdef01234567",
    "a=ice-options:trickle",
    FINGERPRINT,
    "a=setup:actpass",
    `a=mid:${mid}`,
  ];
  const media = [`a=${direction}`, "a=rtcp-mux", "a=rtcp-rsize"];
  const extensions = [
    "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid",
  ];
  const sections: string[][] = [];
  if (video !== false) {
    const types = video.map((_, index) => 96 + 2 * index);
    const lines = video.flatMap((name, index) => {
      const type = types[index]!;
      const [codec, format] = CODECS[name];
      return [
        `a=rtpmap:${type} ${codec}`,
        ...(format === "" ? [] : [`a=fmtp:${type} ${format}`]),
        ...feedback.map((one) => `a=rtcp-fb:${type} ${one}`),
        `a=rtpmap:${type + 1} rtx/90000`,
        `a=fmtp:${type + 1} apt=${type}`,
      ];
    });
    const formats = types.flatMap((type) => [type, type + 1]).join(" ");
    sections.push([
      `m=video 9 UDP/TLS/RTP/SAVPF ${formats}`,
      ...common(sections.length),
      ...media,
      ...extensions,
      ...lines,
    ]);
  }
  if (audio) {
    sections.push([
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 0",
      ...common(sections.length),
      ...media,
      ...extensions,
      "a=rtpmap:111 opus/48000/2",
      "a=fmtp:111 minptime=10;useinbandfec=1",
      "a=rtpmap:0 PCMU/8000",
    ]);
  }
  if (data) {
    sections.push([
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
      ...common(sections.length),
      "a=sctp-port:5000",
      "a=max-message-size:262144",
    ]);
  }
  const bundle = sections.map((_, index) => index).join(" ");
  const head = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", `a=group:BUNDLE ${bundle}`];
  return [...head, ...sections.flat()].join("\r\n") + "\r\n";
}

/** What is left of an offer, and what is refused with a reason. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { usableCandidate } from "../../src/preview/webrtc/candidate.ts";
import { OFFER_CHARS_MAX, plainOffer } from "../../src/preview/webrtc/offer.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";

function refusal(sdp: string): string {
  const fault = assertThrows(() => plainOffer(sdp), InputFault);
  assert(!fault.message.includes("\n"));
  return fault.message;
}

Deno.test("plainOffer: H.264 is taken before VP8 whatever the order, with its repair stream and nothing else", () => {
  const { sdp, video, videoFormat, hasAudio, hasData, feedback } = plainOffer(browserOffer());
  assertEquals({ video, hasAudio, hasData, feedback }, {
    video: "h264",
    hasAudio: true,
    hasData: true,
    feedback: "remb",
  });
  assert(videoFormat.includes("packetization-mode=1"));
  assert(sdp.includes("m=video 9 UDP/TLS/RTP/SAVPF 98 99\r\n"));
  assert(sdp.includes("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
  for (const gone of ["VP8", "PCMU", "toffset", "transport-cc", "ccm fir"]) assert(!sdp.includes(gone), gone);
  for (
    const kept of ["a=fmtp:99 apt=98", "a=rtcp-fb:98 nack pli", "a=rtcp-fb:98 goog-remb", "abs-send-time"]
  ) {
    assert(sdp.includes(kept), kept);
  }
});

Deno.test("plainOffer: VP8 where there is no H.264 that we send", () => {
  assertEquals(plainOffer(browserOffer({ video: ["vp9", "vp8"] })).video, "vp8");
  assertEquals(plainOffer(browserOffer({ video: ["h264-high", "vp8"] })).video, "vp8");
  assertEquals(plainOffer(browserOffer({ video: ["h264-mode0", "vp8"] })).video, "vp8");
});

Deno.test("plainOffer: sound alone, and a picture that cannot be played beside sound that can", () => {
  const alone = plainOffer(browserOffer({ video: false }));
  assertEquals([alone.video, alone.hasAudio], [undefined, true]);
  const beside = plainOffer(browserOffer({ video: ["vp9"] }));
  assertEquals([beside.video, beside.hasAudio], [undefined, true]);
  assert(beside.sdp.includes("m=video 0 "));
});

Deno.test("plainOffer: feedback by arrival where bandwidth is not offered, and none", () => {
  assertEquals(plainOffer(browserOffer({ feedback: ["transport-cc", "nack"] })).feedback, "transport");
  assertEquals(plainOffer(browserOffer({ feedback: ["nack"] })).feedback, "none");
});

Deno.test("plainOffer: candidates are taken out of the text", () => {
  const candidates = ["candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host"];
  const offer = plainOffer(browserOffer({ candidates, audio: false, data: false }));
  assertEquals(offer.candidates, candidates);
  assert(!offer.sdp.includes("a=candidate"));
});

Deno.test("plainOffer: line ends of LF alone are read too", () => {
  assertEquals(plainOffer(browserOffer().replaceAll("\r\n", "\n")).video, "h264");
});

Deno.test("plainOffer: what cannot be answered is refused with what is given and wanted", () => {
  const offer = browserOffer();
  const cases: readonly (readonly [sdp: string, says: string])[] = [
    ["", "v=0"],
    ["hello", "v=0"],
    ["v=0\r\n", "no section"],
    ["v=0\r\n" + "a".repeat(OFFER_CHARS_MAX), "characters"],
    ["v=0\r\n" + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(1900), "sections"],
    ["v=0\r\n".repeat(5000), "lines"],
    [browserOffer({ direction: "sendonly" }), "wanted one of them to receive"],
    [browserOffer({ direction: "inactive" }), "wanted one of them to receive"],
    [browserOffer({ video: ["vp9"], audio: false }), "neither H.264"],
    [offer.replaceAll(/a=ice-pwd.*\r\n/g, ""), "no a=ice-pwd"],
    [offer.replaceAll(/a=fingerprint.*\r\n/g, ""), "no a=fingerprint"],
    [offer.replaceAll(/sha-256 \S+/g, "sha-256 zz"), "a=fingerprint is malformed"],
    [offer.replaceAll("ice-ufrag:abcd", "ice-ufrag:a b"), "a=ice-ufrag is malformed"],
    [offer.replaceAll(/a=mid.*\r\n/g, ""), "no a=mid"],
    [offer.replaceAll("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "RTP/AVP"],
    [offer.replace("m=audio", "m=text"), '"text"'],
    [offer.replace("m=audio", "m=video"), "several sections"],
    [offer.replace("m=video 9 ", "m=video x "), "no port"],
  ];
  for (const [sdp, says] of cases) {
    const message = refusal(sdp);
    assert(message.includes(says), `${message} does not say ${says}`);
    assert(message.length < 300, message);
  }
});

Deno.test("usableCandidate: takes plain UDP addresses, passes over names, TCP and other components", () => {
  const line = "candidate:1 1 UDP 2113937151 192.0.2.1 50000 typ host generation 0";
  assertEquals(usableCandidate(line), line);
  assertEquals(usableCandidate(`a=${line}`), line);
  assertEquals(
    usableCandidate(line.replace("192.0.2.1", "2001:db8::1")),
    line.replace("192.0.2.1", "2001:db8::1"),
  );
  assertEquals(usableCandidate(line.replace(":1 1 ", ":1 0 ")), line); // of Chromium's pool
  for (
    const unused of [
      line.replace("192.0.2.1", "6693c814-ec13-4db3.local"),
      line.replace("192.0.2.1", "example.org"),
      line.replace("UDP", "TCP"),
      line.replace(":1 1 ", ":1 2 "),
      line.replace("50000", "0"),
    ]
  ) assertEquals(usableCandidate(unused), undefined, unused);
});

Deno.test("usableCandidate: refuses what is no candidate", () => {
  const line = "candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host";
  for (
    const bad of [
      "",
      "hello",
      line.replace("50000", "70000"),
      line.replace("typ host", "typ moon"),
      line.replace("2113937151", "-1"),
      `${line} ${"x".repeat(600)}`,
    ]
  ) assertThrows(() => usableCandidate(bad), InputFault, "candidate");
});

Deno.test("plainOffer: sections that stand only in the bundle are open, those with port 0 alone are not", () => {
  const closed = browserOffer().replaceAll(/^(m=\w+) \d+ /gm, "$1 0 ");
  assertThrows(() => plainOffer(closed), InputFault, "wanted one of them to receive");
  const bundled = plainOffer(closed.replaceAll(/^(c=.*\r\n)/gm, "$1a=bundle-only\r\n"));
  assertEquals([bundled.video, bundled.hasAudio, bundled.hasData], ["h264", true, true]);
  assertEquals(bundled.sdp.match(/^m=\w+ 9 /gm)?.length, 3);
});

/** What we tell the WebRTC library that we can send: exactly what was chosen from the offer. */
import { RTCRtpCodecParameters, useNACK, useOPUS, usePLI, useREMB, useTWCC } from "werift";
import type { PlainOffer } from "./offer.ts";

export function codecsFor({ video, videoFormat, feedback }: PlainOffer) {
  const rate = feedback === "remb" ? [useREMB()] : feedback === "transport" ? [useTWCC()] : [];
  const repair = new RTCRtpCodecParameters({ mimeType: "video/rtx", clockRate: 90_000 });
  const picture = new RTCRtpCodecParameters({
    mimeType: video === "vp8" ? "video/VP8" : "video/H264",
    clockRate: 90_000,
    rtcpFeedback: [useNACK(), usePLI(), ...rate],
    ...(videoFormat === "" ? {} : { parameters: videoFormat }),
  });
  return {
    video: [picture, repair],
    audio: [useOPUS({ parameters: "minptime=10;useinbandfec=1", rtcpFeedback: [...rate] })],
  };
}

/**
 * The WebRTC isolate: viewers, their packets and the encoders of what they watch. Orders in, news out; units come by the
 * broadcast ring. Nothing real-time waits for it, and what comes from the network is read here and nowhere else: an
 * offer or a datagram that brings it down costs the viewers a reconnect and the programme nothing.
 */
import { Log } from "node-av/lib";
import { AV_LOG_QUIET } from "node-av/constants";
import { RTCDtlsTransport, RtcpPacketConverter } from "werift";
import { MonotonicClock, stepBack } from "../../time/mod.ts";
import { House } from "./house.ts";
import type { WebRtcOrder } from "./messages.ts";
import { rtcpParts } from "./rtcp_shape.ts";

/** Somebody waits for its pictures, but the stage comes first. */
const STEPS_BACK = 4;

stepBack(STEPS_BACK);
Log.setLevel(AV_LOG_QUIET); // its faults come back as status numbers; stderr belongs to the terminal

const house = new House(new MonotonicClock(), (news) => self.postMessage(news));

// A promise that nobody waits for inside the library must not end everybody's connection.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  house.trouble(event.reason);
});

// The library reads every part to the end of the datagram; here each is given by itself.
const readRtcp = RtcpPacketConverter.deSerialize;
RtcpPacketConverter.deSerialize = (datagram) => rtcpParts(datagram).flatMap(readRtcp);

self.onmessage = (event: MessageEvent<WebRtcOrder>) => house.take(event.data);

// Kept by the library, so that no viewer waits for it; after onmessage is set, or the first orders would be lost.
await RTCDtlsTransport.SetupCertificate();

/** A connection to one viewer by the library, as the network is set; and how our addresses are shown. */
import { RTCPeerConnection, useAbsSendTime, useSdesMid, useTransportWideCC } from "werift";
import { Fault } from "../../errors/mod.ts";
import { codecsFor } from "./codecs.ts";
import type { NetworkOrder } from "./messages.ts";
import type { PlainOffer } from "./offer.ts";

const STUN_SECONDS_MAX = 2;

/** `isPortShared`: it gets no port of its own. */
export function openConnection(
  offer: PlainOffer,
  { addresses, ports, iceServers }: NetworkOrder,
  isPortShared: boolean,
): RTCPeerConnection {
  const rate = offer.feedback === "transport" ? useTransportWideCC() : useAbsSendTime();
  const extensions = [useSdesMid(), rate];
  return new RTCPeerConnection({
    codecs: codecsFor(offer),
    headerExtensions: { video: extensions, audio: extensions },
    iceServers: iceServers.map((server) => ({ ...server })),
    // Nobody is between us and a viewer on this machine: it checks the way, we need not. Chromium answers checks wrongly
    // from candidates that it gathered ahead (iceCandidatePoolSize), which a full agent waits for in vain.
    iceLite: iceServers.length === 0 && addresses.every(isThisMachine),
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: [...addresses],
    ...(addresses.length === 1 ? { iceInterfaceAddresses: bound(addresses[0]!) } : {}),
    ...(ports === undefined || isPortShared ? {} : { icePortRange: [...ports] as [number, number] }),
    iceStunGatherTimeout: STUN_SECONDS_MAX,
    bundlePolicy: "max-bundle",
  });
}

/** An answer or a candidate with the address that viewers can reach in place of ours. */
export function withPublicAddress(text: string, { publicAddress }: NetworkOrder): string {
  if (publicAddress === undefined) return text;
  return text.replace(
    /(candidate:\S+ \d \w+ \d+ )(\S+)( \d+ typ host)/g,
    (_whole, before, _own, after) => `${before}${publicAddress}${after}`,
  );
}

export function noPort({ ports }: NetworkOrder): Fault {
  const range = ports?.join("-") ?? "any";
  return new Fault(`none of the preview's UDP ports ${range} is free, wanted more --webrtc-ports`, {
    code: "no_udp_port",
    retryable: true,
  });
}

function bound(address: string): { udp4: string } | { udp6: string } {
  return address.includes(":") ? { udp6: address } : { udp4: address };
}

function isThisMachine(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

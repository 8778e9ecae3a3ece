/** From the settings to how viewers of the preview are reached. */
import type { Config } from "../app/mod.ts";
import type { IceServer } from "../control/mod.ts";
import { type NetworkOrder, previewAddresses } from "../preview/mod.ts";

const KILO = 1000;

/** `isLocalOnly`: the page is served to this machine only. Throws InputFault `bad_interface`. */
export function networkOrder({ webrtc }: Config, isLocalOnly: boolean): NetworkOrder {
  return {
    addresses: previewAddresses(webrtc.interface, isLocalOnly),
    ports: portsOf(webrtc.ports),
    publicAddress: webrtc.publicAddress,
    iceServers: iceServers(webrtc.iceServers),
  };
}

export function bits720({ webrtc }: Config): number {
  return webrtc.kilobits * KILO;
}

function portsOf(text: string): readonly [number, number] | undefined {
  if (text === "any") return undefined;
  const [first, last = first] = text.split("-").map(Number);
  return [first!, last!];
}

/** "turn:user:password@host" as RTCConfiguration has it. */
export function iceServers(texts: readonly string[]): readonly IceServer[] {
  return texts.map((text) => {
    const [, scheme, username, credential, rest] = /^(turns?:)([^:@]+):([^@]+)@(.+)$/.exec(text) ?? [];
    if (scheme === undefined) return { urls: text };
    return { urls: `${scheme}${rest}`, username: username!, credential: credential! };
  });
}

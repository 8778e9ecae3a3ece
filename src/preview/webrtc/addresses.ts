/** At which addresses of this machine viewers may reach us. */
import { isIP } from "node:net";
import { InputFault } from "../../errors/mod.ts";

export interface Interface {
  readonly name: string;
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
}

const LOOPBACK = "127.0.0.1";

/**
 * `wanted` is an address or the name of an interface; without it: this machine only where the page is served to this machine
 * only, else every address it has. Throws InputFault `bad_interface`.
 */
export function previewAddresses(
  wanted: string | undefined,
  isLocalOnly: boolean,
  interfaces: readonly Interface[] = Deno.networkInterfaces(),
): readonly string[] {
  if (wanted === undefined) {
    if (isLocalOnly) return [LOOPBACK];
    const outward = interfaces.filter(({ address }) => !isLoopback(address) && !isLinkLocal(address));
    const addresses = outward.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    return [...new Set([...addresses, LOOPBACK])];
  }
  if (isIP(wanted) !== 0) {
    if (interfaces.some(({ address }) => address === wanted)) return [wanted];
    throw unknown(`no interface has the address ${wanted}`, interfaces);
  }
  const named = interfaces.filter(({ name, address }) => name === wanted && !isLinkLocal(address));
  if (named.length === 0) throw unknown(`there is no interface ${JSON.stringify(wanted)}`, interfaces);
  return named.map(({ address }) => address);
}

function unknown(what: string, interfaces: readonly Interface[]): InputFault {
  const known = [...new Set(interfaces.map(({ name }) => name))].join(", ");
  return new InputFault(`webrtc.interface: ${what}, wanted an address of this machine or one of ${known}`, {
    code: "bad_interface",
  });
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

function isLinkLocal(address: string): boolean {
  return address.startsWith("169.254.") || address.toLowerCase().startsWith("fe80:");
}

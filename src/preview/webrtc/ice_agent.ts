/** The library's ICE agent, as far as we reach into it: parts of werift 0.25 that its types keep to themselves. */
import { Buffer } from "node:buffer";
import { parseMessage, type RTCIceTransport } from "werift";
import type { IceServerOrder } from "./messages.ts";

/** Addresses that a viewer comes from: as many as it has ways to us. */
export const ADDRESSES_MAX = 32;

export type Address = readonly [host: string, port: number];

export interface IceAgent {
  readonly localUsername: string;
  readonly localPassword: string;
  stunServer: unknown;
  ensureProtocol(protocol: StunProtocol): void;
  /** What is no STUN, by whichever of its sockets. */
  readonly onData: { execute(data: Buffer): void };
  send(data: Buffer): Promise<void>;
}

/** One of an agent's sockets, in use once `ensureProtocol` has seen it. */
export interface StunProtocol {
  readonly type: string;
  transport: Transport;
  connectionMade(isIPv4: boolean): Promise<void>;
  datagramReceived(data: Buffer, from: Address): void;
}

export interface Transport {
  readonly type: "udp";
  readonly socketType: "udp4" | "udp6";
  readonly address: { readonly address: string; readonly port: number };
  closed: boolean;
  onData: (data: Buffer, from: Address) => void;
  send(data: Buffer, to: Address): Promise<void>;
  close(): Promise<void>;
}

export function agentOf(transport: RTCIceTransport): IceAgent {
  return transport.connection as unknown as IceAgent;
}

/** `act` sees each of the agent's sockets before it is opened. Before addresses are gathered. */
export function beforeOpened(agent: IceAgent, act: (protocol: StunProtocol) => void): void {
  const ensure = agent.ensureProtocol.bind(agent);
  agent.ensureProtocol = (protocol) => {
    if (protocol.type === "stun") act(protocol); // the others are connections that we opened
    ensure(protocol);
  };
}

/**
 * The library asks a public server of somebody else's where none is named, for every viewer. Before addresses are
 * gathered.
 */
export function askOnlyNamed(agent: IceAgent, iceServers: readonly IceServerOrder[]): void {
  if (!iceServers.some(({ urls }) => urls.startsWith("stun:"))) agent.stunServer = undefined;
}

/** Whether a STUN message is signed with the password: RFC 8489, section 14.5. */
export function isSigned(data: Buffer, password: string): boolean {
  try {
    return parseMessage(data, Buffer.from(password, "utf8")) !== undefined;
  } catch {
    return false; // its lengths lie
  }
}

/** The first half of a request's user name, which is the asked one's (RFC 8445, section 7.2.2); "" where there is none. */
export function askedUser(data: Buffer): string {
  try {
    const name: unknown = parseMessage(data)?.getAttributeValue("USERNAME");
    return String(name ?? "").split(":")[0]!;
  } catch {
    return "";
  }
}

export function nameOf([host, port]: Address): string {
  return `${host} ${port}`;
}

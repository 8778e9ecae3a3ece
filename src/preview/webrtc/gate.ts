/**
 * Stands between the network and the WebRTC library, which answers strangers and believes lengths: what it lets through
 * comes from whoever was told the answer's password, and has the shape that it claims.
 *
 * In: datagrams of anybody who can reach the port. Out: those of the viewer. Preview isolate. Rules: STUN requests are
 * signed; DTLS and media come from an address that sent one; once the viewer has the keys nothing comes in plain text
 * any more; nothing is longer than DATAGRAM_BYTES_MAX. What is refused is dropped in silence.
 */
import { Buffer } from "node:buffer";
import { parseMessage, type RTCDtlsTransport, type RTCIceTransport } from "werift";
import { isSoundSctp } from "./sctp_shape.ts";

const DATAGRAM_BYTES_MAX = 2048;
/** A viewer comes from as many as it has ways to us; each is tried out by the library. */
const ADDRESSES_MAX = 32;
const DTLS_HEADER_BYTES = 13;

type Address = readonly [host: string, port: number];

/** Parts of the library that its types keep to themselves. */
interface IceAgent {
  readonly localPassword: string;
  ensureProtocol(
    protocol: { readonly type: string; datagramReceived(data: Buffer, from: Address): void },
  ): void;
}

export class DatagramGate {
  refused = 0;
  readonly #known = new Set<string>();
  #isSealed = false;

  /** Before addresses are gathered. */
  guardIce(transport: RTCIceTransport): void {
    const agent = transport.connection as unknown as IceAgent;
    const ensure = agent.ensureProtocol.bind(agent);
    agent.ensureProtocol = (protocol) => {
      if (protocol.type === "stun") { // the others are connections that we opened
        const receive = protocol.datagramReceived.bind(protocol);
        protocol.datagramReceived = (data, from) => {
          if (this.admits(data, from, agent.localPassword)) receive(data, from);
          else this.refused++;
        };
      }
      ensure(protocol);
    };
  }

  /** What comes over data channels, after it was decrypted. */
  guardData(transport: RTCDtlsTransport): void {
    const receive = transport.dataReceiver;
    transport.dataReceiver = (data) => {
      if (isSoundSctp(data)) receive(data);
      else this.refused++;
    };
  }

  /** The viewer has the keys: whatever is in plain text is not its own. */
  seal(): void {
    this.#isSealed = true;
  }

  /** By its first byte: RFC 7983, section 7. */
  admits(data: Buffer, from: Address, password: string): boolean {
    if (data.length < DTLS_HEADER_BYTES || data.length > DATAGRAM_BYTES_MAX) return false;
    const kind = data[0]!;
    if (kind < 4) return this.#admitsStun(data, from, password);
    if (this.#known.size > 0 && !this.#known.has(nameOf(from))) return false;
    if (kind >= 20 && kind < 64) return !this.#isSealed || isEncrypted(data);
    return kind >= 128 && kind < 192;
  }

  /** Answers belong to a question of ours, which the library checks. */
  #admitsStun(data: Buffer, from: Address, password: string): boolean {
    const isAnswer = (data[0]! & 1) !== 0;
    if (isAnswer) return true;
    const isRequest = (data[1]! & 0x10) === 0;
    if (!isRequest || parseMessage(data, Buffer.from(password, "utf8")) === undefined) return false;
    const name = nameOf(from);
    if (!this.#known.has(name) && this.#known.size >= ADDRESSES_MAX) return false;
    this.#known.add(name);
    return true;
  }
}

function nameOf([host, port]: Address): string {
  return `${host} ${port}`;
}

/** Whether no record of it is of epoch 0: RFC 6347, section 4.1. */
function isEncrypted(data: Buffer): boolean {
  for (let at = 0; at < data.length;) {
    if (at + DTLS_HEADER_BYTES > data.length || data.readUInt16BE(at + 3) === 0) return false;
    at += DTLS_HEADER_BYTES + data.readUInt16BE(at + 11);
  }
  return true;
}
